"""Job name → domain verb. A job is a row of the outbox; running it twice does it once."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from sqlalchemy import select, update

from minxin import clock, logs, reactions
from minxin.background import Outbox
from minxin.cases import importing, intake
from minxin.cases.closing import carry_out
from minxin.cases.models import Case, CitizenAct
from minxin.extensions import db
from minxin.sessions import Login
from minxin.tenancy.context import within
from worker.application import app

log = logs.logger("jobs")


def _react(outbox_id: int, event_id: int) -> None:
    reactions.react(event_id, at=clock.now())


def _take_in(outbox_id: int, submission_id: int) -> None:
    intake.take_in(submission_id, at=clock.now())


def _act(outbox_id: int, act_id: int) -> None:
    act = db.session.get(CitizenAct, act_id, with_for_update=True)
    if act is not None:
        case = db.session.scalar(select(Case).where(Case.number == act.number))
        carry_out(act, case, at=clock.now())


def _import(outbox_id: int, import_id: int) -> None:
    def beat() -> None:
        """Tell the sweep that the job is alive."""
        db.session.execute(update(Outbox).where(Outbox.id == outbox_id).values(sent_at=clock.now()))

    db.session.commit()  # an import commits batch by batch and guards itself against a second run
    importing.run(import_id, store=app().extensions["store"], beat=beat)


JOBS: dict[str, Callable[..., None]] = {
    "cases.react": _react,
    "intake.take_in": _take_in,
    "intake.act": _act,
    "cases.import": _import,
}


def keep_promise(schema: str, outbox_id: int) -> None:
    """Run one row of the outbox in the tenant that promised it.

    The row stays locked while its job runs in the same transaction: whoever gets it a second
    time leaves it, or finds it done. A failure is written down and raised; the sweep tries again.
    """
    with app().app_context():
        tenant_id = _tenant_of(schema, outbox_id)
        login: Login = "city" if tenant_id is None else "tenant"
        with within(schema, login=login, tenant_id=tenant_id):
            promise = db.session.get(Outbox, outbox_id, with_for_update={"skip_locked": True})
            if promise is None or promise.done_at is not None:
                return
            job, ids = promise.job, promise.ids
            try:
                JOBS[job](outbox_id, **ids)
                _done(outbox_id)
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                _failed(outbox_id, error)
                log.error("job failed", job=job, outbox_id=outbox_id, tenant_id=tenant_id)
                raise


def _tenant_of(schema: str, outbox_id: int) -> int | None:
    with within(schema, login="city"):
        return db.session.scalar(select(Outbox.tenant_id).where(Outbox.id == outbox_id))


def _done(outbox_id: int) -> None:
    db.session.execute(
        update(Outbox).where(Outbox.id == outbox_id).values(done_at=clock.now(), error=None)
    )


def _failed(outbox_id: int, error: Exception) -> None:
    """Keep where it failed, never what the data was."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    db.session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id)
        .values(error=f"{type(error).__name__} at {place.name}:{place.lineno}")
    )
    db.session.commit()
