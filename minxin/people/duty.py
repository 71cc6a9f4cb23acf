"""值守: a unit is on duty on a day on which one of its responders acted (第九条（一）).

One row a unit and day, by whoever came first (1.8 A5). The rate of a month is duty days by the days
on which the unit took part (A4); that of a period is the mean of its months, that of a district the
mean of its units. Fractions until the last moment: two decimals are for people to read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.audit import log
from minxin.clock import local
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people import responders
from minxin.people.actor import Actor
from minxin.people.models import Responder, Unit
from minxin.tenancy.models import OfTenant

REASON_LIMIT = 200
DAY = timedelta(days=1)

Counts = Callable[[date], bool]
"""Does a day count at all? See `people.duty_modes`."""


class DutyDay(OfTenant):
    """A day on which a unit was on duty: since when and through whom, or who filled it in."""

    __tablename__ = "duty_days"
    __table_args__ = (
        UniqueConstraint("unit_id", "day"),
        Index("ix_duty_days_tenant_id_day", "tenant_id", "day"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    day: Mapped[date]
    first_at: Mapped[datetime]  # of a filled-in day: when that was done
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str]
    filled_in: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Rate:
    """Duty days of the days that counted."""

    done: int
    days: int

    @property
    def exact(self) -> Fraction | None:
        """The percentage; None where no day counted."""
        return Fraction(self.done * 100, self.days) if self.days else None

    @property
    def full(self) -> bool:
        """满勤: compared before anything is rounded (A4)."""
        return self.days > 0 and self.done >= self.days


@dataclass(frozen=True)
class UnitRate:
    """One unit's rate over some days."""

    unit_id: int
    unit: str
    tenant_id: int
    rate: Rate


def attend(by: Actor, *, at: datetime) -> bool:
    """Count the person's unit as on duty today, where he is its A or B responder; says whether.

    Called for what a person does with his own sign-in; once a day and unit it leaves a row.
    """
    today = local(at).date()
    held = select(Responder.id).where(
        Responder.user_id == by.user_id,
        Responder.unit_id == by.unit_id,
        responders.valid_on(today),
    )
    if db.session.scalar(held.limit(1)) is None:
        return False
    _put(_row(by.tenant_id, by.unit_id, today, by, at))
    return True


def fill_in(unit: Unit, day: date, reason: str, *, by: Actor, at: datetime) -> None:
    """补登: count a past day as on duty, with a reason that everybody can read.

    Raises Refused for a day on which the unit took no part, Conflict where it was on duty.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("请写明补登的理由", "reason")
    if len(reason) > REASON_LIMIT:
        raise Refused(f"理由不能超过{REASON_LIMIT}个字", "reason")
    if day >= local(at).date():
        raise Refused("只能补登今天以前的日子", "day")
    span = spans([unit.id]).get(unit.id)
    if span is None or not span[0] <= day <= (span[1] or day):
        raise Refused(f"{unit.name}在这一天没有网络回应人或不在用，不需要补登", "day")
    row = {**_row(unit.tenant_id, unit.id, day, by, at), "filled_in": True, "reason": reason}
    if not _put(row):
        raise Conflict(f"{unit.name}这一天已经算作值守，不需要补登", "day")
    log.record(
        "duty.fill_in",
        tenant_id=unit.tenant_id,
        by=by,
        at=at,
        object_kind="unit",
        object_id=unit.id,
        reason=reason,
        payload={"day": day.isoformat()},
    )


def rates(
    first: date,
    last: date,
    counts: Counts,
    *,
    at: datetime,
    tenant_id: int | None = None,
    unit_ids: Collection[int] | None = None,
) -> list[UnitRate]:
    """The rate of each unit over the days from `first` to `last`, by tenant and tree.

    Of the login's reach, of one tenant or of some units. A day to come is not missed yet, and today
    counts as soon as the unit is on duty. Units that never had a responder are not listed: they
    take no part yet. Two statements, whatever the number of units.
    """
    today = local(at).date()
    counted = [day for day in days_of(first, min(last, today)) if counts(day)]
    done = (
        select(
            DutyDay.unit_id,
            func.count().label("done"),
            func.bool_or(DutyDay.day == today).label("today"),
        )
        .where(DutyDay.day.in_(counted))
        .group_by(DutyDay.unit_id)
        .subquery()
    )
    query = (
        select(Unit, func.coalesce(done.c.done, 0), func.coalesce(done.c.today, False))
        .outerjoin(done, done.c.unit_id == Unit.id)
        .where(Unit.kind != "office")
        .order_by(Unit.tenant_id, Unit.path)
    )
    if tenant_id is not None:
        query = query.where(Unit.tenant_id == tenant_id)
    if unit_ids is not None:
        query = query.where(Unit.id.in_(unit_ids))
    taking_part = spans()
    found = []
    for unit, number, here_today in db.session.execute(query):
        span = taking_part.get(unit.id)
        own = _own_days(counted, span, today, here_today)
        if span is not None and span[0] <= last and (span[1] is None or span[1] >= first):
            found.append(UnitRate(unit.id, unit.name, unit.tenant_id, Rate(number, own)))
    return found


def days(first: date, last: date, unit_ids: Collection[int]) -> Mapping[tuple[int, date], DutyDay]:
    """The duty days of some units, by unit and day."""
    query = select(DutyDay).where(
        DutyDay.unit_id.in_(unit_ids), DutyDay.day >= first, DutyDay.day <= last
    )
    return {(row.unit_id, row.day): row for row in db.session.scalars(query)}


def spans(unit_ids: Collection[int] | None = None) -> dict[int, tuple[date, date | None]]:
    """Unit → from which day to which (None: to this day) it takes part: since its first responder
    was appointed, while it is in use. One that had its responder and has none now goes on."""
    query = (
        select(
            Unit.id, func.greatest(Unit.valid_from, func.min(Responder.valid_from)), Unit.valid_to
        )
        .join(Responder, Responder.unit_id == Unit.id)
        .where(Unit.kind != "office")
        .group_by(Unit.id)
    )
    if unit_ids is not None:
        query = query.where(Unit.id.in_(unit_ids))
    return {unit_id: (since, until) for unit_id, since, until in db.session.execute(query)}


def mean(each: Iterable[Fraction | None]) -> Fraction | None:
    """The mean of percentages: of a period's months, of a district's units. None counts not."""
    known = [one for one in each if one is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def rounded(percentage: Fraction | None) -> Decimal | None:
    """Two decimals, half up, as people read it (A4): 96.43."""
    if percentage is None:
        return None
    exact = Decimal(percentage.numerator) / Decimal(percentage.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def days_of(first: date, last: date) -> Sequence[date]:
    """Every day from one to another, both included."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def _own_days(
    counted: Sequence[date], span: tuple[date, date | None] | None, today: date, here_today: bool
) -> int:
    if span is None:
        return 0
    since, until = span
    return sum(since <= day <= (until or day) and (day < today or here_today) for day in counted)


def _row(
    tenant_id: int | None, unit_id: int | None, day: date, by: Actor, at: datetime
) -> dict[str, object]:
    return {
        "tenant_id": tenant_id,
        "unit_id": unit_id,
        "day": day,
        "first_at": at,
        "user_id": by.user_id,
        "user_name": by.name,
        "filled_in": False,
        "reason": "",
    }


def _put(row: dict[str, object]) -> bool:
    """Whether the row is new."""
    put = insert(DutyDay).values(row).on_conflict_do_nothing(index_elements=["unit_id", "day"])
    return db.session.scalar(put.returning(DutyDay.id)) is not None
