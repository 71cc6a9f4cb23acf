"""Who is reminded of a clock, and in which words (第八条（二）): by number, never by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, or_, select

from minxin.calendars.reminding import Rung
from minxin.calendars.words import due_text
from minxin.cases.clocks import OF_UNIT, WINDOWS, WORDS
from minxin.clock import local
from minxin.extensions import db
from minxin.people import absences
from minxin.people.models import Responder, User
from minxin.people.roles import Role

AT_UNIT = (Role.RESPONDER, Role.STATION)
BY_SENDER = frozenset({"return_decision", "ruling"})
"""Clocks of whoever sent the case: of its station, where that passed it on."""
CLIMBS = frozenset({"accept"})
"""What nobody of the unit does in time climbs: A, B → 主管领导 (late) → station (a day later)."""
AT_OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_HEAD)
OVER = {
    "judgement": "诉求人评价期已满，没有评价的可以归档",
    "consultation": "征求意见已期满，请判定意见、写明小结后结束",
}
"""The time of citizens and the public: staff hears of it when it is over, and what comes next."""
LEVELS = {"half": "info", "before": "soon", "today": "soon", "late": "late"}

Woken = Row[*tuple[Any, ...]]
"""A clock whose rung has come, with its case (`overdue.sweep` reads it)."""


@dataclass
class People:
    """Who may have to be told of a batch of clocks, read in three statements."""

    responders: dict[int, dict[str, list[User]]] = field(default_factory=dict)
    heads: dict[int, list[User]] = field(default_factory=dict)
    others: dict[int, list[User]] = field(default_factory=dict)
    stations: dict[int, list[User]] = field(default_factory=dict)
    holders: dict[int, User] = field(default_factory=dict)
    office: list[User] = field(default_factory=list)


def people(woken: Sequence[Woken], at: datetime) -> People:
    """Responders A and B of the day who are not away, heads, stations and holders."""
    units = {clock.unit_id for clock in woken if _with_unit(clock)}
    holders = {clock.holder_id for clock in woken if clock.holder_id and not _with_unit(clock)}
    found = People(
        responders=defaultdict(lambda: defaultdict(list)),
        heads=defaultdict(list),
        others=defaultdict(list),
        stations=defaultdict(list),
    )
    today = local(at).date()
    valid = (
        select(Responder.unit_id, Responder.post, User)
        .join(User, User.id == Responder.user_id)
        .where(
            User.active,
            Responder.unit_id.in_(units),
            Responder.valid_from <= today,
            or_(Responder.valid_to.is_(None), Responder.valid_to >= today),
        )
        .order_by(Responder.id)
    )
    in_post = db.session.execute(valid).all()
    query = select(User).where(
        User.active,
        or_(
            User.unit_id.in_(units) & User.role.in_((*AT_UNIT, Role.UNIT_HEAD)),
            User.id.in_(holders),
            User.role.in_(AT_OFFICE),
            (User.role == Role.STATION)
            & User.tenant_id.in_({clock.tenant_id for clock in woken if _at_station(clock)}),
        ),
    )
    everybody = db.session.scalars(query.order_by(User.id)).all()
    away = absences.away([user.id for user in everybody], today)
    for unit_id, post, user in in_post:
        if user.id not in away:
            found.responders[unit_id][post].append(user)
    for user in everybody:
        if user.role in AT_OFFICE:
            found.office.append(user)
        elif user.role == Role.UNIT_HEAD:
            found.heads[user.unit_id].append(user)
        elif user.id not in away:
            found.others[user.unit_id].append(user)
        if user.role == Role.STATION:
            found.stations[user.tenant_id].append(user)
        if user.id in holders:
            found.holders[user.id] = user
    return found


def notices(
    spoken: Sequence[tuple[Woken, Rung]], at: datetime
) -> Iterator[tuple[User, dict[str, Any]]]:
    """(whom, what) of a batch: one notice a person, clock version and rung.

    What nobody has claimed is everybody's: one reminder a day and level, not one a case. An
    import may bring thousands at once.
    """
    found = people([clock for clock, _ in spoken], at)
    shared: set[str] = set()
    for clock, rung in spoken:
        if clock.rule_key in OVER and rung.step != "late":
            continue
        words = said(clock, rung, at)
        level = "soon" if clock.rule_key in WINDOWS else LEVELS[rung.step]
        notice = {"case_id": clock.case_id, "number": clock.number, "level": level, "at": at}
        if _with_unit(clock) or _of_station(clock) or clock.holder_id in found.holders:
            key = f"clock:{clock.id}:{clock.version}:{rung.key}"
            for user, tail in _told(clock, rung, found):
                yield user, {**notice, "text": words + tail, "key": key}
        elif level != "info" and level not in shared:
            shared.add(level)
            key = f"clock:unclaimed:{level}:{local(at):%Y%m%d}"
            for user in found.office:
                yield user, {**notice, "text": _unclaimed(clock, level), "key": key}


def said(clock: Woken, rung: Rung, at: datetime) -> str:
    """What a rung says of its clock."""
    if clock.rule_key in OVER:
        return f"{clock.number} {OVER[clock.rule_key]}"
    name = f"{clock.number} {WORDS.get(clock.rule_key, clock.rule_key)}时限"
    upto = due_text(clock.due_at, at) + ("（暂定）" if clock.provisional else "")
    if rung.step == "half":
        return f"{name}已过半（{upto}到期）"
    if rung.step == "before":
        return f"{name}即将到期（{upto}到期）"
    if rung.step == "today":
        return f"{name}今日到期（应于{upto}前完成）"
    days = (rung.at - clock.due_at) // timedelta(days=1)
    return f"{name}已超期{f' {days} 天' if days else ''}（应于{upto}前完成）"


def _told(clock: Woken, rung: Rung, found: People) -> Iterator[tuple[User, str]]:
    """A's reminder; B has a copy, or the reminder itself where no A is in post."""
    if _of_station(clock):
        yield from ((user, "") for user in found.stations.get(clock.tenant_id, ()))
        return
    if not _with_unit(clock):
        yield found.holders[clock.holder_id], ""
        return
    posts = found.responders.get(clock.unit_id, {})
    first, second = posts.get("A", []), posts.get("B", [])
    told: dict[int, tuple[User, str]] = {}
    for user in first:
        told.setdefault(user.id, (user, ""))
    for user in second:
        told.setdefault(user.id, (user, "（抄送）" if first else ""))
    for user in () if told else found.others.get(clock.unit_id, ()):
        told.setdefault(user.id, (user, ""))
    nobody = not told
    for user in found.heads.get(clock.unit_id, ()) if rung.step == "late" or nobody else ():
        told.setdefault(user.id, (user, ""))
    if clock.rule_key in CLIMBS and rung.step == "late" and rung.key != "late":
        for user in found.stations.get(clock.tenant_id, ()):
            told.setdefault(user.id, (user, "（承办单位逾期未签收）"))
    yield from told.values()


def _with_unit(clock: Woken) -> bool:
    return bool(clock.unit_id) and clock.rule_key in OF_UNIT


def _of_station(clock: Woken) -> bool:
    return clock.rule_key in BY_SENDER and clock.from_station


def _at_station(clock: Woken) -> bool:
    return clock.rule_key in CLIMBS or _of_station(clock)


def _unclaimed(clock: Woken, level: str) -> str:
    what = "已超期" if level == "late" else "即将到期"
    return f"{clock.number} 等待认领的诉求件{what}，请尽快认领"
