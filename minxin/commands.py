"""`flask …`: what the people who run an installation type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from minxin import clock, supervisor
from minxin.audit import chain
from minxin.calendars import explain
from minxin.calendars.rules import DEFAULT_RULES
from minxin.calendars.workdays import official
from minxin.cases import lifecycle, resealing, retention, starter
from minxin.config import ROOT, Settings
from minxin.demonstration import branches, days, people
from minxin.documents import fonts, rendering, samples
from minxin.documents.kinds import PaperKind
from minxin.embedded import EmbeddedError
from minxin.errors import Refused
from minxin.extensions import db
from minxin.tenancy import founding, logins, registry, schemas
from minxin.tenancy.context import within
from minxin.tenancy.registry import City

cities = AppGroup("city", help="Cities of this installation.")
sealed = AppGroup("contacts", help="Contact fields and the keys that seal them.")
paper = AppGroup("paper", help="The papers that the office issues.")
audits = AppGroup("audit", help="The audit log and its hash chain.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cities)
    app.cli.add_command(audits)
    app.cli.add_command(paper)
    app.cli.add_command(sealed)
    for command in (prepare_logins, due, draw_lifecycle, up):
        app.cli.add_command(command)


@click.command("lifecycle")
def draw_lifecycle() -> None:
    """Write docs/lifecycle.md and its drawing anew from the table of moves."""
    folder = ROOT / "docs"
    (folder / "lifecycle.md").write_text(lifecycle.page())
    (folder / "lifecycle.svg").write_text(lifecycle.drawing())
    click.echo("docs/lifecycle.md and docs/lifecycle.svg are current.")


@click.command("logins")
def prepare_logins() -> None:
    """Create or update the database logins, the registry and the extension."""
    with _owner() as owner:
        logins.prepare(owner, _settings().database_urls)
    click.echo("The logins minxin_tenant, minxin_city and minxin_public are ready.")


@paper.command("sample")
@click.argument("kind", type=click.Choice([str(kind) for kind in PaperKind]))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--long", "lengthy", is_flag=True, help="Many pages, a long title, a long table.")
def paper_sample(kind: str, out: Path, lengthy: bool) -> None:
    """Render a sample paper of a kind into a PDF file."""
    made = rendering.render(samples.of(PaperKind(kind), lengthy=lengthy))
    try:
        out.write_bytes(made.pdf)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{out}: pages: {made.pages}")


@paper.command("fonts")
def paper_fonts() -> None:
    """Say which typefaces serve which role, the best first."""
    for role in fonts.STACKS:
        click.echo(f"{role}: {', '.join(fonts.installed(role)) or 'none is installed'}")


@cities.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="What people call the city.")
@click.option("--host", required=True, help="The host name that it answers to.")
def create_city(slug: str, name: str, host: str) -> None:
    """Make a city: its schema, its tables, its first rules."""
    with _said(), _owner() as owner:
        city = founding.found(owner, slug, name, host)
        _start(city)
    click.echo(f"{name} ({slug}) answers at {host}.")


@cities.command("list")
def list_cities() -> None:
    """Show every city."""
    for city in current_app.extensions["cities"].all():
        click.echo(f"{city.slug}\t{city.name}\t{city.host}")


@cities.command("migrate")
def migrate_cities() -> None:
    """Bring every city to the newest revision."""
    with _owner() as owner:
        for city in registry.Registry(owner).all():
            schemas.migrate(owner, city.schema)
            click.echo(f"{city.slug} is up to date.")


@sealed.command("reseal")
def reseal_contacts() -> None:
    """Seal every contact field with the newest key; say what older keys still hold."""
    for city in current_app.extensions["cities"].all():
        with within(city.schema, login="city"):
            done = 0
            for number in resealing.reseal():
                db.session.commit()
                done += number
                click.echo(f"{city.slug}\t{done}")
            click.echo(f"{city.slug}\t重新加密 {done} 条，旧密钥还有 {resealing.left()} 条")


@sealed.command("destroy")
@click.option("--years", default=5, show_default=True, help="Years after the end of a case.")
@click.option("--dry-run", is_flag=True, help="Only say what would be destroyed.")
def destroy_personal(years: int, dry_run: bool) -> None:
    """Destroy the personal data of cases that ended years ago; what remains is a note of it."""
    if years < 1:
        raise click.ClickException("至少保存一年")
    at = clock.now()
    with _owner() as owner:
        for city in current_app.extensions["cities"].all():
            with within(city.schema, login="city"):
                number = _destroy(owner, city, years, at, dry_run=dry_run)
            verb = "将销毁" if dry_run else "已销毁"
            click.echo(f"{city.slug}\t{verb} {number} 件诉求的个人信息")


def _destroy(owner: Engine, city: City, years: int, at: datetime, *, dry_run: bool) -> int:
    if dry_run:
        return retention.number(years, at)
    number = 0
    while cases := retention.due(years, at):
        with schemas.facts_open(owner, city.schema) as connection:
            for case in cases:
                retention.clear(case, years=years, at=at, owner=connection)
        db.session.commit()
        number += len(cases)
    return number


@audits.command("verify")
@click.option("--city", "slug", help="Only this city.")
def verify_audit(slug: str | None) -> None:
    """Walk the chain of every city; say each changed or missing entry, and end with 1 if any."""
    faults = 0
    for city in current_app.extensions["cities"].all():
        if slug not in (None, city.slug):
            continue
        with within(city.schema, login="city"):
            for fault in chain.verify():
                faults += 1
                click.echo(f"{city.slug}\t{fault.words}")
            position, newest = chain.newest()
            waiting = chain.unlinked()
        click.echo(f"{city.slug}\t{position} 环\t{newest}\t未链接 {waiting} 条")
    if faults:
        raise click.ClickException(f"审计日志有{faults}处不一致")


@click.command("due")
@click.argument("rule")
@click.argument("start")
@click.option("--city", "slug", help="Use what this city adopted instead of the defaults.")
def due(rule: str, start: str, slug: str | None) -> None:
    """Print when RULE, started at START (local time), runs out, and why."""
    with _said():
        if slug is None:
            click.echo(explain.working(rule, start, official(), DEFAULT_RULES))
            return
        city = current_app.extensions["cities"].by_slug(slug)
        if city is None:
            raise Refused(f"没有代码为 {slug} 的城市")
        from minxin.cases.clocks import rulebook

        with within(city.schema, login="city"):
            book = rulebook()
        click.echo(explain.working(rule, start, book.calendar, book.rules))


@click.command("up")
def up() -> None:
    """Run the whole city: servers where none are given, web, workers, scheduler."""
    settings = _settings()
    try:
        supervisor.up(
            port=settings.port,
            folder=settings.folder if settings.embedded else None,
            prepare=_prepare,
            banner=_banner,
        )
    except (supervisor.CannotRun, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None


def _prepare() -> None:
    """Logins, migrations and, in a demonstration, the city to look around in."""
    with _owner() as owner:
        logins.prepare(owner, _settings().database_urls)
        known = {city.slug: city for city in registry.Registry(owner).all()}
        for city in known.values():
            schemas.migrate(owner, city.schema)
        if _settings().demonstration:
            demonstrated = known.get(people.SLUG)
            if demonstrated is None:
                click.echo("  Founding the demonstration city")
                demonstrated = founding.found(owner, people.SLUG, people.NAME, people.HOST)
            _start(demonstrated)
            demonstrate(demonstrated)


def _start(city: City) -> None:
    with within(city.schema, login="city"):
        starter.fill(clock.now())
        db.session.commit()


def demonstrate(city: City) -> None:
    """Fill a city with the demonstration's people and cases."""
    with within(city.schema, login="city"):
        if people.settle():
            now = clock.now()
            days.live(now)
            db.session.commit()  # letters look for their units in a transaction of their own
            branches.papers(now)
        db.session.commit()


def _banner(address: str) -> str:
    lines = ["", f"  minxin is up: {address}/", ""]
    if _settings().demonstration:
        lines += [f"  Accounts of the demonstration city, password {people.PASSWORD}:", ""]
        lines += [
            f"    {address}/{account.desk}/sign-in".ljust(50)
            + account.username.ljust(12)
            + f"{account.name}  {account.role.label}  {account.unit}"
            for account in people.one_per_role()
        ]
    return "\n".join([*lines, "", "  Ctrl-C stops everything; the data is kept.", ""])


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@contextmanager
def _owner() -> Iterator[Engine]:
    """The owner's engine: the only login that may make and change tables."""
    url = _settings().database_urls.get("owner")
    if url is None:
        raise click.ClickException("Set DATABASE_URL: this needs the login that owns the tables.")
    engine = create_engine(url)
    try:
        yield engine
    except OperationalError as error:
        raise click.ClickException(
            f"PostgreSQL does not answer ({error.orig}). Is it running? `make run` starts one."
        ) from None
    finally:
        engine.dispose()


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(refusal.message) from None
