# `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-papers screens reset lock

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## Install what is missing and run a demonstration city (PORT, DATABASE_URL, REDIS_URL)
	@bin/install
	@exec .venv/bin/flask --app wsgi up

test: ## Install what is missing and run all checks and tests (ARGS="-k words" for some)
	@bin/install --tests
	@$(MAKE) --no-print-directory lint
	@.venv/bin/pytest -n 2 --dist loadgroup $(ARGS)

lint: ## Check style, types and the direction of imports
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: ## Measure the hot pages at 10,000 to 1,000,000 cases beside two floors (ARGS="--cases N" for one size)
	@bin/install --tests
	@.venv/bin/python -m bench $(ARGS)

bench-papers: ## Measure how fast papers are made, and in how much memory, beside typst
	@bin/install --tests
	@.venv/bin/python -m bench.papers

screens: ## Take the screenshots under docs/screens anew
	@bin/install --tests
	@.venv/bin/python docs/screens/take.py

reset: ## Start over: remove the demonstration city and all its data
	@bin/reset

lock: ## Solve requirements/*.in and package.json anew into their lock files
	@bin/install --tests
	@bin/lock
