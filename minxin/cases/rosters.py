"""Categories, deadline rules and the calendar as workbooks that go out and come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from minxin.calendars.rules import UNIT_ZH
from minxin.cases import categories, clocks, rules, workcalendar
from minxin.cases.rules import NewVersion
from minxin.cases.workcalendar import WORDS, Change
from minxin.errors import Refused
from minxin.people.actor import Actor
from minxin.workbooks.roster import Column, Outcome, Record, Roster, day, listed, whole

CATEGORIES = Roster(
    "categories",
    "分类",
    (
        Column("code", "编码", required=True, help="每级两位数字，如 010203"),
        Column("name", "名称", required=True),
        Column("state", "状态", help="在用、停用"),
    ),
    identity=lambda row: row["code"],
    needs="按“编码”对应已有分类：名称不同的将更名，没有的将新增，状态不同的将停用或恢复。上级排在下级之前。",
)

RULES = Roster(
    "rules",
    "时限规则",
    (
        Column("key", "代码", required=True),
        Column("name", "名称", help="只作参考，不导入"),
        Column("amount", "时限", whole, required=True),
        Column("unit", "单位", required=True, help=listed(UNIT_ZH.values())),
        Column("article", "依据", required=True),
    ),
    identity=lambda row: row["key"],
    needs="与现行版本不同的规则将采用新版本，立即生效；已经开始的时限按原版本计算。",
)

CALENDAR = Roster(
    "calendar",
    "工作日历",
    (
        Column("day", "日期", day, required=True),
        Column("word", "休或班", required=True, help=listed(WORDS) + "（平：恢复平常）"),
        Column("name", "节日", help="如 春节；“平”可不填"),
    ),
    identity=lambda row: row["day"],
    needs="每天一行，只列与周一至周五不同的日子。采用后，在办件的时限按新日历重算。",
)


class PlaceCategories:
    """Categories: added, renamed, retired, restored."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self._by = by
        self._at = at

    def finish(self) -> None:
        """Nothing more."""

    def put(self, record: Record) -> Outcome:
        """One category."""
        code, name = record["code"], record["name"]
        if not categories.CODE.fullmatch(code):
            raise Refused("编码为2位、4位或6位数字，请把这一列设为文本格式", "code")
        state = record["state"] or "在用"
        if state not in ("在用", "停用"):
            raise Refused("状态请填在用或停用", "state")
        known = categories.find(code)
        if known is None:
            return self._add(code, name, state)
        outcome = Outcome.SAME
        if known.name != name:
            categories.rename(known, name, by=self._by, at=self._at)
            outcome = Outcome.CHANGED
        if known.active != (state == "在用"):
            change = categories.restore if state == "在用" else categories.retire
            change(known, by=self._by, at=self._at)
            outcome = Outcome.CHANGED
        return outcome

    def _add(self, code: str, name: str, state: str) -> Outcome:
        parent = categories.find(code[:-2]) if len(code) > 2 else None
        if len(code) > 2 and parent is None:
            raise Refused(f"上级分类{code[:-2]}不存在，请排在本行之前", "code")
        made = categories.add(name, parent=parent, code=code, by=self._by, at=self._at)
        if state == "停用":
            categories.retire(made, by=self._by, at=self._at)
        return Outcome.ADDED


class PlaceRules:
    """Deadline rules: a new version where something differs."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self._by = by
        self._at = at

    def finish(self) -> None:
        """Nothing more."""

    def put(self, record: Record) -> Outcome:
        """One rule."""
        unit = next((unit for unit, word in UNIT_ZH.items() if word == record["unit"]), None)
        if unit is None:
            raise Refused(f"单位请填{listed(UNIT_ZH.values())}", "unit")
        known = rules.versions(record["key"])
        if not known:
            raise Refused(f"没有代码为“{record['key']}”的时限规则，请核对", "key")
        newest = known[0]
        wanted = (record["amount"], unit, record["article"])
        if wanted == (newest.amount, newest.unit, newest.article):
            return Outcome.SAME
        new = NewVersion(record["amount"], unit, record["article"], self._at)
        rules.adopt(newest.key, new, by=self._by, at=self._at)
        return Outcome.CHANGED


class PlaceCalendar:
    """Days: collected, and adopted as one version at the end."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self._by = by
        self._at = at
        self._base = workcalendar.newest()
        self._calendar = clocks.as_calendar(self._base)
        self._changes: list[Change] = []
        self._last = self._calendar.last

    @property
    def changes(self) -> list[Change]:
        """What differs from the calendar in force."""
        return self._changes

    @property
    def last(self) -> date:
        """The end of the coverage: a file with days of a later year settles that year."""
        return self._last

    def put(self, record: Record) -> Outcome:
        """One day."""
        if record["word"] not in WORDS:
            raise Refused(f"请填{listed(WORDS)}", "word")
        change = Change(record["day"], record["word"], record["name"])
        last = max(self._last, date(change.day.year, 12, 31))
        drafted = workcalendar.drafted(self._calendar, [change], last, "")
        if drafted.exceptions == self._calendar.exceptions and last == self._last:
            return Outcome.SAME
        known = change.day in self._calendar.exceptions
        self._last = last
        self._changes.append(change)
        return Outcome.CHANGED if known else Outcome.ADDED

    def finish(self) -> None:
        """Adopt what was collected, where it changes anything."""
        if self._changes:
            workcalendar.adopt(
                self._changes, self._last, base=self._base.version, by=self._by, at=self._at
            )


def category_rows() -> list[Sequence[object]]:
    """Every category, superiors first."""
    return [(row.code, row.name, "在用" if row.active else "停用") for row in categories.tree()]


def rule_rows() -> list[Sequence[object]]:
    """The newest version of every rule."""
    newest = [rows[0] for rows in rules.in_order(rules.versions())]
    return [
        (row.key, row.name, row.amount, UNIT_ZH[row.unit], row.article)  # type: ignore[index]
        for row in newest
    ]


def calendar_rows(at: datetime) -> list[Sequence[object]]:
    """Days unlike Monday to Friday, from the year before this one on."""
    calendar = clocks.as_calendar(workcalendar.newest())
    since = date(at.year - 1, 1, 1)
    return [
        (each, "班" if calendar.is_makeup(each) else "休", name)
        for each, name in sorted(calendar.exceptions.items())
        if each >= since
    ]
