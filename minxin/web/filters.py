"""What a list is asked for by its address: the tab, what narrows it, where its page begins.

Anything that makes no sense is left out rather than refused: an address is typed, cut and sent on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import g, request, url_for

from minxin.calendars.counting import midnight
from minxin.cases import lists
from minxin.cases.lists import Filters
from minxin.cases.states import Kind, Source, Tag, Urgency
from minxin.cases.tabs import View, by_unit
from minxin.people.actor import Actor
from minxin.people.roles import Role
from minxin.web.forms import typed
from minxin.web.life import desks

LONGEST_QUERY = 100

Option = tuple[str, str]
"""(value, word)"""


@dataclass(frozen=True)
class Select:
    """One choice of the filter line."""

    name: str
    label: str
    options: Sequence[Option]
    chosen: str


@dataclass(frozen=True)
class Asked:
    """A list as its address asks for it; `args` says the same in the fewest words."""

    endpoint: str
    view: View
    args: dict[str, Any]
    selects: tuple[Select, ...]
    may_be_mine: bool
    by_unit: bool
    after: tuple[datetime, int] | None

    @property
    def filters(self) -> Filters:
        """The same for the query."""
        given = self.args
        first, last = _day(given.get("from", "")), _day(given.get("to", ""))
        return Filters(
            q=given.get("q", ""),
            mine="mine" in given,
            received_from=midnight(first) if first else None,
            received_to=midnight(last + timedelta(days=1)) if last else None,
            **{each.name: each.chosen for each in self.selects},
        )

    def url(self, drop: str = "", **changes: Any) -> str:
        """This list's address with something changed, or one thing dropped."""
        args = {name: value for name, value in (self.args | changes).items() if name != drop}
        if drop == "tenant":  # a unit is one of the tenant's
            args.pop("unit", None)
        return url_for(self.endpoint, desk=g.desk.slug, **args)

    @property
    def clear_url(self) -> str:
        """The same tab (and words) without any filter."""
        kept: dict[str, Any] = {
            name: self.args[name] for name in ("view", "q") if name in self.args
        }
        return url_for(self.endpoint, desk=g.desk.slug, **kept)

    def next_url(self, after: tuple[datetime, int] | None) -> str | None:
        """The next page, where there is one."""
        return self.url(after=f"{after[0].isoformat()},{after[1]}") if after else None

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """Filters in force: (term, value, address without it)."""
        made = [
            (each.label, dict(each.options)[each.chosen], self.url(drop=each.name))
            for each in self.selects
            if each.chosen
        ]
        words = {"from": "收到不早于", "to": "收到不晚于"}
        made += [
            (word, self.args[n], self.url(drop=n)) for n, word in words.items() if n in self.args
        ]
        if "mine" in self.args:
            made.append(("认领人", "我", self.url(drop="mine")))
        return made


def asked(endpoint: str, views: Sequence[View], by: Actor) -> Asked:
    """Read the address of a list. An unknown tab is the first one."""
    given = request.args
    each = next((v for v in views if v.key == given.get("view")), views[0])
    may_be_mine = by.role in (Role.OFFICE_CLERK, Role.OFFICE_HEAD)
    selects = tuple(_selects(by))
    args = {"view": each.key} if each is not views[0] else {}
    q = words()
    if q and endpoint == "workbench.cases":
        args["q"] = q
    args |= {choice.name: choice.chosen for choice in selects if choice.chosen}
    args |= {n: given[n] for n in ("from", "to") if _day(given.get(n, ""))}
    if may_be_mine and given.get("mine"):
        args["mine"] = "1"
    return Asked(
        endpoint, each, args, selects, may_be_mine, by_unit(by), _after(given.get("after", ""))
    )


def words() -> str:
    """What is searched for, as it was meant."""
    return str(typed(request.args.get("q", ""))).strip()[:LONGEST_QUERY]


def _selects(by: Actor) -> Iterable[Select]:
    if by.at_city_desk:
        yield _select("tenant", "属地", [(desk.slug, desk.name) for desk in desks(g.city)])
    yield _select("kind", "类型", [(kind.value, kind.label) for kind in Kind])
    yield _select("urgency", "紧急程度", [(each.value, each.label) for each in Urgency])
    yield _select("source", "来源", [(source.value, source.label) for source in Source])
    yield _select("tag", "标记", [(tag.value, tag.label) for tag in Tag])
    tenant = str(typed(request.args.get("tenant", "")))
    units = [(str(row.id), row.name) for row in lists.units(by, tenant)]
    if units:
        yield _select("unit", "承办单位", units)


def _select(name: str, label: str, options: list[Option]) -> Select:
    given = str(typed(request.args.get(name, "")))
    return Select(name, label, options, given if given in dict(options) else "")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _after(text: str) -> tuple[datetime, int] | None:
    """The key that a page starts after; a broken one is no key."""
    due, _, case_id = text.rpartition(",")
    try:
        at, number = datetime.fromisoformat(due), int(case_id)
    except ValueError:
        return None
    return (at, number) if at.tzinfo is not None and 0 <= number < 2**63 else None


def tabs(
    asked_: Asked, views: Sequence[View], totals: dict[str, int], by: Actor
) -> list[dict[str, Any]]:
    """The views as tabs with their counters; changing the tab keeps the filters. What comes up
    now and then is shown while there is something in it."""
    tones = {"late": "late", "soon": "soon", "today": "soon"}
    return [
        {
            "label": each.label,
            "url": asked_.url(drop="view") if each is views[0] else asked_.url(view=each.key),
            "current": each is asked_.view,
            "count": count(each, totals, by),
            "tone": tones.get(each.level),
        }
        for each in views
        if each is asked_.view or not each.rare or count(each, totals, by)
    ]


def count(each: View, totals: dict[str, int], by: Actor) -> int | None:
    """How many cases a tab holds; all that a unit ever took part in is nowhere counted."""
    if each is lists.ALL and by_unit(by):
        return None
    return lists.number_in(each, totals)
