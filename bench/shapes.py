"""What the cases of a measured city are like. The same ones in every run: the seed is fixed.

A city's life: a few large tenants and many small ones, four cases in five closed, the rest with a
running clock; kinds, sources and words that are common, middling and rare; in the office's pool a
morning's worth of cases that nobody has claimed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from minxin.cases.models import FAR

POOL = 1000
"""The first so many cases are unclaimed: each 认领 that is measured finds one of its own."""
VERSION = 6
"""Of every case, as its form would carry it."""

OPEN = ("dispatched", "accepted", "handling", "signing", "reported", "follow_up", "to_rate",
        "rated")  # fmt: skip
WEIGHTS = (8, 10, 50, 4, 8, 8, 4, 3)
CLOCKS = {"unclaimed": "claim", "dispatched": "accept", "reported": "review",
          "follow_up": "followup", "to_rate": "rating", "rated": "rating"}  # fmt: skip
KINDS = {"complaint": 55, "help": 20, "consult": 12, "suggest": 7, "report": 3, "thanks": 2,
         "other": 1}  # fmt: skip
SOURCES = {"web": 35, "phone": 30, "import": 20, "province": 10, "letter": 3, "visit": 2}
URGENCIES = {"normal": 93, "urgent": 6, "critical": 1}

THINGS = (
    *("路灯", "供热", "路面", "物业收费", "夜间施工", "垃圾清运", "停水", "违法停车", "井盖"),
    *("油烟", "公交线路", "噪声", "低保", "养老保险", "拖欠工资", "树木修剪", "积水"),
)
TROUBLES = ("不亮", "不达标", "破损", "无人处理", "扰民", "影响出行", "多次反映未解决", "存在隐患")
PLACES = tuple(f"{road}{kind}" for road in ("向海", "兴隆", "中华", "石油", "康宁", "惠宾", "泰山")
               for kind in ("大街", "路", "小区", "花园"))  # fmt: skip
COMMON = "路灯"
RARE = "㛃䶮桥"
RARE_SHARE = 1 / 5000

LIFE = ("receive", "claim", "screen", "dispatch", "accept", "enter_log", "enter_log")
"""The events of an open case; a closed one is given three, to keep the loading short."""
ENDED_LIFE = ("receive", "dispatch", "close")

Place = tuple[int, int | None]
"""(tenant id, unit id)"""
Row = tuple[object, ...]


@dataclass(frozen=True)
class City:
    """Where cases can lie: units by tenant, the largest tenant first; the office's own tenant."""

    municipal: int
    units: Sequence[Sequence[Place]]
    calendar_version: str


class Case:
    """One case in as many columns as the hot pages read."""

    def __init__(
        self, case_id: int, city: City, units: Sequence[Place], rng: random.Random,
        now: datetime, open_share: float,
    ) -> None:  # fmt: skip
        self.id = case_id
        self.calendar_version = city.calendar_version
        pooled = case_id <= POOL
        self.tenant_id, self.unit_id = (city.municipal, None) if pooled else rng.choice(units)
        self.open = pooled or rng.random() < open_share
        self.state = "unclaimed" if pooled else "closed"
        if self.open and not pooled:
            self.state = rng.choices(OPEN, WEIGHTS)[0]
        self.received = now - timedelta(hours=rng.uniform(1, 24 * (20 if self.open else 1000)))
        self.due = now + timedelta(hours=rng.uniform(-24, 240))
        self.kind, self.source, self.urgency = (
            rng.choices(tuple(words), tuple(words.values()))[0]
            for words in (KINDS, SOURCES, URGENCIES)
        )
        self.rule = CLOCKS.get(self.state, self.kind) if self.open else self.kind
        place = RARE if rng.random() < RARE_SHARE else rng.choice(PLACES)
        self.subject = f"{place}{rng.choice(THINGS)}{rng.choice(TROUBLES)}"

    @property
    def number(self) -> str:
        """What it is called: 20260101-00000001."""
        return f"20260101-{self.id:08d}"

    def row(self) -> Row:
        """Of the table cases."""
        closed = None if self.open else self.received + timedelta(days=9)
        due = self.due if self.open else FAR
        return (
            self.id, self.tenant_id, self.number, self.source, self.state, VERSION, self.kind,
            self.urgency, self.subject, f"{self.subject}，希望有关部门尽快处理。" * 4, self.subject,
            f"{self.subject}，请核实处理。", self.received, self.received, due,
            due - timedelta(days=1), self.rule if self.open else None, self.unit_id, closed, "", "",
            self.open, False,
        )  # fmt: skip

    def contact(self) -> Row | None:
        """Of the table contacts: masks alone, of open cases."""
        return (self.tenant_id, self.id, "测**", "138****0000", "") if self.open else None

    def assignment(self) -> Row | None:
        """Of the table assignments; none in the pool."""
        if self.unit_id is None:
            return None
        ended = None if self.open else self.received + timedelta(days=8)
        return (self.tenant_id, self.id, self.unit_id, "main", "请核实办理", self.received, ended)

    def clock(self) -> Row:
        """Of the table clocks: the one that runs, or ran last."""
        stopped = None if self.open else self.received + timedelta(days=5)
        due = self.due if self.open else self.received + timedelta(days=10)
        return (
            self.tenant_id, self.id, self.unit_id, self.rule, 1, self.calendar_version,
            self.received, due, due - timedelta(days=1), False, "{}", 1, stopped, 0, due,
        )  # fmt: skip

    def events(self) -> Iterator[Row]:
        """Of the table case_events."""
        names = LIFE if self.open else ENDED_LIFE
        for hours, name in enumerate(names[:1] if self.unit_id is None else names):
            at = self.received + timedelta(hours=hours)
            said = _SAID if name == "enter_log" else _NOTHING
            yield (self.tenant_id, self.id, name, at, "system", "系统", "", False, said)


_NOTHING = "{}"
_SAID = json.dumps({"text": "已到现场核实，正在安排处理。"}, ensure_ascii=False)


def cases(city: City, number: int, open_share: float, now: datetime) -> Iterator[Case]:
    """So many cases; the sizes of tenants follow a long tail."""
    rng = random.Random(20261122)
    weights = [1 / (rank + 5) for rank in range(len(city.units))]
    chosen = rng.choices(city.units, weights, k=number)
    for case_id, units in enumerate(chosen, start=1):
        yield Case(case_id, city, units, rng, now, open_share)
