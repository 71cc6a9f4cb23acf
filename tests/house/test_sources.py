"""Taste that a machine can hold, held by a machine: rules over our own source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from minxin.config import ROOT
from minxin.demonstration import people

DOMAIN = (
    "access attachments audit calendars cases comparison exchange notices people privacy tenancy"
    " workbooks"
).split()
"""Packages whose verbs never commit, never read a request, never know the web."""

LONGEST = 350

COMMITS: dict[str, str] = {}
"""Domain files that may commit, with the reason. Empty is how it should be."""

OUTSIDE = ("minxin/demonstration/",)
"""Where a real city's names may stand: its demonstration."""


@cache
def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_no_file_of_the_product_is_long():
    long = {
        _name(path): lines
        for path in _sources("minxin", "worker")
        if (lines := len(path.read_text().splitlines())) >= LONGEST
    }
    # the tables of a city's life stand together: one place to read what is stored
    long.pop("minxin/cases/models.py", None)
    assert not long, f"split by ability: {long}"


def test_files_are_named_by_what_they_do():
    for path in _sources("minxin", "worker", "tests"):
        assert path.stem not in {"utils", "util", "services", "managers", "helpers", "common"}


def _names_of_the_demonstration() -> set[str]:
    districts = [(slug, name) for slug, name, kind in people.TENANTS if kind != "municipal"]
    slugs = {slug for slug, _ in districts} | {people.SLUG}
    names = {name for _, name in districts} | {people.NAME}
    return slugs | names | {name.rstrip("市县区") for name in names if len(name) > 3}


def test_no_city_and_no_tenant_is_named_in_code():
    words = re.compile("|".join(map(re.escape, sorted(_names_of_the_demonstration()))))
    every = [*_sources("minxin", "worker", "migrations"), *(ROOT / "templates").rglob("*.html")]
    found = {
        _name(path): words.findall(path.read_text())
        for path in every
        if not _name(path).startswith(OUTSIDE) and words.search(path.read_text())
    }
    assert not found


def _writes_state(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            targets = [target]
        case _:
            return False
    return any(
        isinstance(each, ast.Attribute)
        and each.attr == "state"
        and isinstance(each.value, ast.Name)
        and each.value.id in CASES
        for each in targets
    )


CASES = {"case", "held", "moved", "self", "row", "found", "each"}
OTHERS = {"tracking", "batch", "made", "draft", "paper", "supervision", "rung"}
"""Names of things that have a state too and are no case: a progress page, an import, a 公开稿, a
paper, a 督办件."""


def test_only_the_workflow_writes_the_state_of_a_case():
    for path in _sources("minxin", "worker"):
        for node in ast.walk(_tree(path)):
            if _name(path) == "minxin/cases/workflow.py":
                continue
            assert not _writes_state(node), f"{_name(path)}:{node.lineno} — use workflow.move"
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and target.attr == "state":
                        owner = ast.unparse(target.value)
                        assert owner in OTHERS, (
                            f"{_name(path)}:{node.lineno} writes {owner}.state: is it a case?"
                            " Then workflow.move; else name it in OTHERS"
                        )


def test_no_update_statement_writes_the_state_of_a_case():
    for path in _sources("minxin", "worker"):
        if _name(path) == "minxin/cases/workflow.py":
            continue
        for call in _calls(path):
            if _called(call) != "values" or not any(k.arg == "state" for k in call.keywords):
                continue
            assert "update(Case)" not in ast.unparse(call), f"{_name(path)}:{call.lineno}"


@pytest.mark.parametrize("package", DOMAIN)
def test_the_domain_never_commits(package):
    for path in _sources(f"minxin/{package}"):
        for call in _calls(path):
            if _called(call) in ("commit", "rollback") and _name(path) not in COMMITS:
                pytest.fail(f"{_name(path)}:{call.lineno}: the request or the job commits")


MOMENTS = {
    "minxin/cases/batches.py": "each batch of an import is its own moment",
    "minxin/cases/importing.py": "a worker runs for minutes: each batch is its own moment",
    "minxin/cases/timeline.py": "whether a year need be said depends on when it is read",
}
"""Files of the domain that look at the clock themselves, with the reason."""


@pytest.mark.parametrize("package", DOMAIN)
def test_verbs_are_told_the_time(package):
    """`at=` comes from outside, so that a test or an import can say when; `at or now()` may be."""
    for path in _sources(f"minxin/{package}"):
        defaults = {
            id(value)
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.BoolOp)
            for value in node.values
        }
        for call in _calls(path):
            if ast.unparse(call.func) not in ("clock.now", "now") or id(call) in defaults:
                continue
            assert _name(path) in MOMENTS, f"{_name(path)}:{call.lineno}: take `at=`"


def test_there_is_one_clock():
    for path in _sources("minxin", "worker"):
        if _name(path) in ("minxin/clock.py",) or "embedded" in path.parts:
            continue
        for call in _calls(path):
            said = ast.unparse(call.func)
            assert said not in (
                "datetime.now",
                "datetime.utcnow",
                "date.today",
                "datetime.today",
            ), f"{_name(path)}:{call.lineno}: use minxin.clock.now()"


def test_a_promise_of_a_job_carries_ids_only():
    """What goes to the queue leaves the database's walls: numbers, never a name or a phone."""
    for path in _sources("minxin", "worker"):
        for call in _calls(path):
            if _called(call) != "later":
                continue
            place = f"{_name(path)}:{call.lineno}"
            assert len(call.args) == 1, place
            assert isinstance(call.args[0], ast.Constant), place
            for keyword in call.keywords:
                named = keyword.arg or ""
                assert named == "queue" or named.endswith("_id"), f"{place}: {named}"


def test_every_promised_job_is_known_to_the_worker():
    from worker.jobs import JOBS

    promised = {
        call.args[0].value
        for path in _sources("minxin")
        for call in _calls(path)
        if _called(call) == "later" and isinstance(call.args[0], ast.Constant)
    }
    assert promised == set(JOBS)


PERSONAL = re.compile(
    r"\.data\b|\bform\b|request\.(form|args|values|json|get_json|cookies|headers|full_path|url)"
    r"|\b(phone|address|body|subject|text|password|username|reason|person|contact)\b"
)


def _fixed(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _fixed(value.body) and _fixed(value.orelse)
    return isinstance(value, ast.Constant)


def test_no_log_line_holds_what_somebody_wrote():
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    for path in _sources("minxin", "worker"):
        for call in _calls(path):
            if _called(call) not in levels or not isinstance(call.func, ast.Attribute):
                continue
            if ast.unparse(call.func.value) not in ("log", "logger", "structlog"):
                continue
            for keyword in call.keywords:
                said = ast.unparse(keyword.value)
                assert not PERSONAL.search(said), f"{_name(path)}:{call.lineno} logs {said}"
            for value in call.args:
                assert _fixed(value), (
                    f"{_name(path)}:{call.lineno}: the message of a log line is fixed words"
                )


def test_nobody_prints():
    for path in _sources("minxin"):
        if "embedded" in path.parts or path.stem in ("supervisor", "commands"):
            continue
        assert not [c for c in _calls(path) if _called(c) == "print"], _name(path)


def test_sql_is_never_put_together_from_words_of_others():
    """`text(f"…")` and `exec_driver_sql(f"…")` only where the parts were checked."""
    allowed = {
        "minxin/tenancy/schemas.py": "schema names that Context and founding checked",
        "minxin/tenancy/logins.py": "our own role names",
    }
    for path in _sources("minxin", "worker"):
        for call in _calls(path):
            if _called(call) not in ("text", "exec_driver_sql") or not call.args:
                continue
            if isinstance(call.args[0], ast.JoinedStr):
                assert _name(path) in allowed, f"{_name(path)}:{call.lineno}"
