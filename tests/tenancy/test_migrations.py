"""The revisions make what the models say, once, in every city."""

from __future__ import annotations

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import minxin.commands  # noqa: F401  imports every model
from minxin.extensions import Base
from minxin.tenancy import schemas
from tests.tenancy.rows import COLUMNS, VALUES


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


@pytest.fixture
def old_city(owner, settings):
    """A city before its first revision, and a login that no wall holds out, to plant rows by."""
    url = make_url(settings.database_urls["owner"]).set(username="postgres", password=None)
    with owner.begin() as sql:
        sql.execute(text("CREATE SCHEMA city_old"))
    above = create_engine(url)
    yield above
    above.dispose()
    with owner.begin() as sql:
        sql.execute(text("DROP SCHEMA city_old CASCADE"))


def plant(sql, table: str, **given: str) -> None:
    """A row of a table with nothing behind its keys: no constraint between tables is in force."""
    values = dict(given)
    for n, column in enumerate(sql.execute(COLUMNS, {"table": table}), 1):
        made = "1" if column.target else VALUES[column.type].format(n=n)
        values.setdefault(column.name, made)
    names = ", ".join(f'"{name}"' for name in values)
    override = "OVERRIDING SYSTEM VALUE " if "id" in given else ""
    filled = ", ".join(values.values())
    row = f"({names}) {override}VALUES ({filled})" if values else "DEFAULT VALUES"
    sql.exec_driver_sql(f"INSERT INTO {table} {row}")


def test_every_revision_comes_over_rows_that_are_there(owner, old_city):
    script = ScriptDirectory(str(schemas.MIGRATIONS))
    for revision in reversed(list(script.walk_revisions())):
        with owner.begin() as sql:
            sql.exec_driver_sql("SET LOCAL search_path = city_old, public")
            command.upgrade(schemas.configuration(sql, "city_old"), revision.revision)
        with old_city.begin() as sql:
            sql.exec_driver_sql("SET LOCAL search_path = city_old, public")
            sql.exec_driver_sql("SET LOCAL session_replication_role = replica")
            tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'city_old'")
            for table in sql.scalars(tables).all():
                bare = not sql.scalar(text(f"SELECT EXISTS (SELECT FROM {table})"))
                if bare and table != "alembic_version":
                    plant(sql, table)


def test_what_waits_for_a_leader_waits_for_the_one_who_was_asked(owner, old_city):
    def upgraded(to: str) -> None:
        with owner.begin() as sql:
            sql.exec_driver_sql("SET LOCAL search_path = city_old, public")
            command.upgrade(schemas.configuration(sql, "city_old"), to)

    upgraded("0026")
    with old_city.begin() as sql:
        sql.exec_driver_sql("SET LOCAL search_path = city_old, public")
        sql.exec_driver_sql("SET LOCAL session_replication_role = replica")
        plant(sql, "instruction_requests", id="5", leader_id="71")
        plant(sql, "pendings", what="'instruction'", subject_id="5")
    upgraded("0027")
    with old_city.begin() as sql:
        assert sql.scalar(text("SELECT user_id FROM city_old.pendings")) == 71


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
