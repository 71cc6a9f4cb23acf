"""The revisions make what the models say, once, in every city."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import minxin.commands  # noqa: F401  imports every model
from minxin.extensions import Base
from minxin.tenancy import schemas


def test_the_models_are_the_database(owner):
    with owner.connect() as sql:
        sql.exec_driver_sql("SET search_path = city_panjin, public")
        context = MigrationContext.configure(
            sql,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: name not in ("cities", "alembic_version"),
            },
        )
        difference = compare_metadata(context, Base.metadata)
    assert not difference, "write a revision under migrations/versions, or mend the model"


def test_the_revisions_are_one_numbered_line():
    script = ScriptDirectory(str(schemas.MIGRATIONS))
    revisions = list(reversed(list(script.walk_revisions())))
    assert [each.revision for each in revisions] == [
        f"{number:04d}" for number in range(1, len(revisions) + 1)
    ]
    for each in revisions:
        name = each.path.rpartition("/")[2]
        assert re.fullmatch(rf"{each.revision}_[a-z0-9_]+\.py", name), name
        assert each.doc, f"{name} says nothing of what it does"


def test_to_migrate_again_changes_nothing(owner):
    def everything():
        with owner.connect() as sql:
            return sql.execute(
                text(
                    "SELECT c.relname, c.oid, c.relfilenode, c.relacl::text, a.attname, a.atttypid"
                    " FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid"
                    " WHERE relnamespace = 'city_panjin'::regnamespace ORDER BY 1, 5"
                )
            ).all()

    before = everything()
    schemas.migrate(owner, "city_panjin")
    schemas.create(owner, "city_panjin")
    assert everything() == before


def test_every_city_has_its_own_version(owner):
    head = ScriptDirectory(str(schemas.MIGRATIONS)).get_current_head()
    with owner.connect() as sql:
        for schema in ("city_panjin", "city_linshi"):
            (found,) = sql.execute(text(f"SELECT version_num FROM {schema}.alembic_version")).all()
            assert found.version_num == head


def test_the_migrate_command_goes_through_every_city(app):
    answer = app.test_cli_runner().invoke(args=["city", "migrate"])
    assert answer.exit_code == 0
    assert "panjin is up to date" in answer.output
    assert "linshi is up to date" in answer.output
