"""How many cases lie where: kept by each move in its own transaction, read by every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import (
    BigInteger,
    UniqueConstraint,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from minxin.cases.pendings import Pending
from minxin.cases.states import AFTER_UNIT, POOL, UNHURRIED, WITH_UNIT
from minxin.extensions import db
from minxin.tenancy.models import OfTenant

Place = tuple[int, int, str]
"""(tenant id, unit id or 0, state)"""

STAGES = {"pool": POOL, "unit": WITH_UNIT, "after": AFTER_UNIT - UNHURRIED}
"""Whose clock runs: what is late, soon or due today is counted by stage, e.g. `late_unit`."""

PROVISIONAL = "provisional"
"""How many running clocks of a tenant have a due date that a coming calendar may move."""


class Tally(OfTenant):
    """How many cases of a unit (0: none yet) are in a state, or e.g. `late_unit`."""

    __tablename__ = "tallies"
    __table_args__ = (UniqueConstraint("tenant_id", "unit_id", "state"),)

    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    number: Mapped[int] = mapped_column(default=0)


def change(deltas: Mapping[Place, int]) -> None:
    """Add to tallies. Rows are locked in one order, so two moves never wait for each other."""
    for (tenant_id, unit_id, state), delta in sorted(deltas.items()):
        if delta == 0:
            continue
        row = insert(Tally).values(tenant_id=tenant_id, unit_id=unit_id, state=state, number=delta)
        db.session.execute(
            row.on_conflict_do_update(
                index_elements=["tenant_id", "unit_id", "state"],
                set_={"number": Tally.number + row.excluded.number},
            )
        )


def read(
    *,
    unit_ids: Iterable[int] | None = None,
    own_id: int | None = None,
    leader_id: int | None = None,
) -> dict[str, int]:
    """Totals by state within the login's reach; of some units only, where given.

    Beside each state stands `own_` and the state: what of it lies with the unit `own_id`.
    `pending_` and a kind of request: how many wait; for one leader only, where given.
    """
    query = _TOTALS
    asked: dict[str, object] = {"own_id": own_id}
    if leader_id is not None:
        query, asked["leader_id"] = _TOTALS_OF_LEADER, leader_id
    if unit_ids is not None:
        query, asked["unit_ids"] = _TOTALS_OF_UNITS, list(unit_ids)
    totals: dict[str, int] = {}
    for state, number, of_own in db.session.execute(query, asked):
        totals[state], totals[f"own_{state}"] = int(number), int(of_own)
    return totals


# Put together once: every page runs one of them.
_OWN_ID = bindparam("own_id", type_=BigInteger)
_OWN = func.sum(Tally.number).filter(Tally.unit_id == _OWN_ID)
_COUNTED = select(Tally.state, func.sum(Tally.number), func.coalesce(_OWN, 0))
_WAITING = select(
    literal("pending_") + Pending.what,
    func.count(),
    func.count().filter(Pending.unit_id == _OWN_ID),
)
_UNIT_IDS = bindparam("unit_ids", expanding=True, type_=BigInteger)
_TOTALS = union_all(_COUNTED.group_by(Tally.state), _WAITING.group_by(Pending.what))
_TOTALS_OF_LEADER = union_all(
    _COUNTED.group_by(Tally.state),
    _WAITING.where(Pending.user_id == bindparam("leader_id", type_=BigInteger)).group_by(
        Pending.what
    ),
)
_TOTALS_OF_UNITS = union_all(
    _COUNTED.where(Tally.unit_id.in_(_UNIT_IDS)).group_by(Tally.state),
    _WAITING.where(Pending.unit_id.in_(_UNIT_IDS)).group_by(Pending.what),
)


def by_tenant() -> dict[int, dict[str, int]]:
    """Totals by tenant and state, for the side-by-side board."""
    query = select(Tally.tenant_id, Tally.state, func.sum(Tally.number))
    totals: dict[int, dict[str, int]] = {}
    for tenant_id, state, number in db.session.execute(
        query.group_by(Tally.tenant_id, Tally.state)
    ):
        totals.setdefault(tenant_id, {})[state] = int(number)
    return totals
