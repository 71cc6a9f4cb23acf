"""Job name → domain verb. A job is a row of the outbox; running it twice does it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from minxin import clock, logs, reactions, sessions
from minxin.background import GIVE_UP_AFTER, Outbox, error_id
from minxin.cases import asking, importing, intake, publications, recomputing
from minxin.cases.citizen_acts import carry_out
from minxin.cases.models import Case, CitizenAct
from minxin.documents import finishing
from minxin.documents.finishing import Press
from minxin.documents.models import Paper
from minxin.exchange import bulletins, delivering
from minxin.extensions import db
from minxin.papers import gathering, issuing
from minxin.sessions import Login
from minxin.tenancy.context import within
from worker.application import app
from worker.faults import place

log = logs.logger("jobs")


@dataclass(frozen=True)
class Attempt:
    """One try at a promise: whose it is and how many tries there were, this one included."""

    outbox_id: int
    tenant_id: int | None
    number: int


def _react(event_id: int) -> None:
    reactions.react(event_id, at=clock.now())


def _take_in(submission_id: int) -> None:
    intake.take_in(submission_id, at=clock.now())


def _act(act_id: int) -> None:
    act = db.session.get(CitizenAct, act_id, with_for_update=True)
    if act is not None:
        case = db.session.scalar(select(Case).where(Case.number == act.number))
        carry_out(act, case, at=clock.now())


def _import(import_id: int) -> None:
    """Import batch by batch, in a transaction of its own each.

    The promise stays locked by the transaction around this one for as long as the worker lives:
    so nobody sends it again meanwhile, and anybody may take it over the moment it is killed.
    """
    around = sessions.current()
    with within(around.schema, login=around.login, tenant_id=around.tenant_id):
        for _ in importing.run(import_id, store=app().extensions["store"]):
            db.session.commit()


def _recompute(calendar_id: int) -> None:
    """Bring open clocks to the newest calendar, batch by batch as an import does."""
    with within(sessions.current().schema, login="city"):
        for _ in recomputing.recompute(clock.now()):
            db.session.commit()


def _give_back(outage_id: int) -> None:
    """Give open clocks the time of an outage, or take it back, in batches too."""
    with within(sessions.current().schema, login="city"):
        for _ in recomputing.recompute_for(outage_id, clock.now()):
            db.session.commit()


def _scan(case_id: int) -> None:
    """Look for personal data in what would be published; a masker that fails publishes nothing."""
    case = db.session.get(Case, case_id)
    if case is None:
        return
    try:
        with db.session.begin_nested():
            publications.scan(case, at=clock.now())
    except Exception as error:
        publications.fail(case)
        log.error("masker failed", case_id=case_id, error=place(error))


def _announce(request_id: int) -> None:
    """The word of a 请示件 leaves the system."""
    city = sessions.current().schema.removeprefix("city_")
    asking.announce(request_id, city, at=clock.now())


def _deliver(letter_id: int) -> None:
    """Copies for the addressees of a letter, wherever they are."""
    with within(sessions.current().schema, login="city"):
        delivering.deliver(letter_id, at=clock.now())
        db.session.commit()


def _acknowledge(letter_id: int) -> None:
    """签收, where the sender sees it."""
    with within(sessions.current().schema, login="city"):
        delivering.acknowledge(letter_id)
        db.session.commit()


def _distribute(bulletin_id: int) -> None:
    """A bulletin for every tenant that it is for."""
    with within(sessions.current().schema, login="city"):
        bulletins.distribute(bulletin_id, at=clock.now())
        db.session.commit()


def _gather(paper_id: int) -> None:
    gathering.gather(paper_id, at=clock.now())


def _render(paper_id: int) -> None:
    """The file of an issued paper, and its recipients' copies wherever they are."""
    with within(sessions.current().schema, login="city"):
        finishing.finish(paper_id, _press(), at=clock.now())
        db.session.commit()


def _prove(paper_id: int) -> None:
    paper = db.session.get(Paper, paper_id)
    if paper is not None:
        finishing.prove(paper_id, _press(), issuing.due(paper, clock.now()))


def _press() -> Press:
    settings, schema = app().extensions["settings"], sessions.current().schema
    city = app().extensions["cities"].by_slug(schema.removeprefix("city_"))
    return Press(
        store=app().extensions["store"],
        schema=schema,
        certificate=app().extensions["certificate"],
        address=f"{settings.address(city.host)}/verify/",
    )


JOBS: dict[str, Callable[..., None]] = {
    "cases.react": _react,
    "intake.take_in": _take_in,
    "intake.act": _act,
    "cases.import": _import,
    "publishing.scan": _scan,
    "clocks.recompute": _recompute,
    "clocks.outage": _give_back,
    "notices.instruction_request": _announce,
    "letters.deliver": _deliver,
    "letters.signed": _acknowledge,
    "bulletins.distribute": _distribute,
    "papers.gather": _gather,
    "papers.check": gathering.check,
    "papers.render": _render,
    "papers.prove": _prove,
}


def keep_promise(schema: str, outbox_id: int) -> None:
    """Run one row of the outbox in the tenant that promised it.

    The row stays locked while its job runs: whoever gets it a second time leaves it, or finds it
    done. Nothing is raised: RQ would keep and log messages that may hold personal data. A failure
    is written down by its place, and the sweep tries again.
    """
    with app().app_context():
        attempt = _attempt(schema, outbox_id)
        if attempt is None:
            return
        login: Login = "city" if attempt.tenant_id is None else "tenant"
        with within(schema, login=login, tenant_id=attempt.tenant_id):
            promise = db.session.get(Outbox, outbox_id, with_for_update={"skip_locked": True})
            if promise is None or promise.done_at is not None:
                return
            job, ids = promise.job, promise.ids
            try:
                JOBS[job](**ids)
                _write(outbox_id, done_at=clock.now(), error=None)
            except Exception as error:
                db.session.rollback()
                _write(outbox_id, error=place(error))
                _tell(job, attempt, place(error))


def _attempt(schema: str, outbox_id: int) -> Attempt | None:
    """Count a try before it is made, so that a job that kills its worker is given up too."""
    with within(schema, login="city"):
        free = (
            select(Outbox.id)
            .where(Outbox.id == outbox_id, Outbox.done_at.is_(None))
            .with_for_update(skip_locked=True)
        )
        row = db.session.execute(
            update(Outbox)
            .where(Outbox.id.in_(free))
            .values(attempts=Outbox.attempts + 1)
            .returning(Outbox.tenant_id, Outbox.attempts)
        ).one_or_none()
        db.session.commit()
    return Attempt(outbox_id, row.tenant_id, row.attempts) if row else None


def _write(outbox_id: int, **values: object) -> None:
    db.session.execute(update(Outbox).where(Outbox.id == outbox_id).values(**values))
    db.session.commit()


def _tell(job: str, attempt: Attempt, where: str) -> None:
    given_up = attempt.number >= GIVE_UP_AFTER
    log.error(
        "job given up" if given_up else "job failed",
        job=job,
        error_id=error_id(attempt.outbox_id, attempt.number),
        outbox_id=attempt.outbox_id,
        tenant_id=attempt.tenant_id,
        attempt=attempt.number,
        error=where,
    )
