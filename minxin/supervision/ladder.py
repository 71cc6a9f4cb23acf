"""The ladder: rungs, and the facts that propose them; data of the city, in versions (第十一条).

Reminder and 催办 go by the clocks themselves (calendars.reminding); everything from the 督办
通知单 up is proposed by the worker and opened by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, desc, select
from sqlalchemy.orm import Mapped

from minxin.cases.states import Labelled
from minxin.documents.kinds import PaperKind
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor
from minxin.tenancy.models import Key

MOST = 365


class Rung(Labelled):
    """What is sent, the mildest first."""

    NOTICE = "notice", "督办"
    SECOND = "second", "二次督办"
    BULLETIN = "bulletin", "督办专报"


class Ground(Labelled):
    """Why a case is supervised."""

    OVERDUE = "overdue", "逾期未办结"
    DISSATISFIED = "dissatisfied", "群众不满意，逾期未答复"
    RETURNED = "returned", "多次退件"
    FALSE = "false", "办理结果失实"
    NEGLECTED = "neglected", "跟踪件长期不落实"
    UNANSWERED = "unanswered", "督办未回复"
    NOT_DONE = "not_done", "督办要求不落实"
    CARELESS = "careless", "查处不到位、调查不认真"


FIRST = (Ground.OVERDUE, Ground.DISSATISFIED, Ground.RETURNED, Ground.FALSE, Ground.NEGLECTED)
"""What proposes the first rung, each after its threshold."""
AGAIN = (Ground.FALSE, Ground.NOT_DONE, Ground.UNANSWERED)
"""Why a rung is followed by the next one: 失实, 不落实, 未回复."""

PAPERS = {
    Rung.NOTICE: PaperKind.SUPERVISION_NOTICE,
    Rung.SECOND: PaperKind.SUPERVISION_NOTICE,
    Rung.BULLETIN: PaperKind.SUPERVISION_REPORT,
}
RULES = {
    Rung.NOTICE: "supervision",
    Rung.SECOND: "supervision2",
    Rung.BULLETIN: "supervision3",
}
"""The deadline rule of the answer to each rung; how much time stands in the city's rules."""
AFTER = {Rung.NOTICE: Rung.SECOND, Rung.SECOND: Rung.BULLETIN}

UNITS = {
    Ground.OVERDUE: "个工作日（超过办理时限后）",
    Ground.DISSATISFIED: "个工作日（超过答复时限后）",
    Ground.RETURNED: "次（同一单位对同一件）",
    Ground.NEGLECTED: "日（超过承诺日期后）",
}
"""What the threshold of a ground counts; a false report has none."""


@dataclass(frozen=True)
class Trigger:
    """A ground that proposes the first rung: whether it does, and from how much on."""

    ground: Ground
    on: bool
    threshold: int


@dataclass(frozen=True)
class Ladder:
    """The ladder as adopted; version 0 is the default that nobody has changed."""

    version: int
    triggers: tuple[Trigger, ...]

    def threshold(self, ground: Ground) -> int | None:
        """From how much on a ground proposes; None where it is switched off."""
        return next((t.threshold for t in self.triggers if t.ground == ground and t.on), None)


DEFAULT = Ladder(
    0,
    (
        Trigger(Ground.OVERDUE, True, 3),
        Trigger(Ground.DISSATISFIED, True, 0),
        Trigger(Ground.RETURNED, True, 2),
        Trigger(Ground.FALSE, True, 0),
        Trigger(Ground.NEGLECTED, True, 30),
    ),
)
"""Three workdays after 催办; 多次 is twice (1.8 A15); 长期 is thirty days (1.8 A16)."""


class LadderVersion(Key):
    """The ladder of the city as adopted once; the newest is in force."""

    __tablename__ = "supervision_ladders"
    __table_args__ = (UniqueConstraint("version"),)

    version: Mapped[int]
    triggers: Mapped[list[Any]]
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[str]


def in_force() -> Ladder:
    """The ladder that the worker goes by now."""
    newest = select(LadderVersion).order_by(desc(LadderVersion.version)).limit(1)
    row = db.session.scalar(newest)
    if row is None:
        return DEFAULT
    stored = {each["ground"]: each for each in row.triggers}
    return Ladder(row.version, tuple(_trigger(each, stored) for each in DEFAULT.triggers))


def versions() -> list[LadderVersion]:
    """Every version that was adopted, the newest first."""
    return list(db.session.scalars(select(LadderVersion).order_by(desc(LadderVersion.version))))


def adopt(
    triggers: Mapping[Ground, tuple[bool, int]], *, base: int, by: Actor, at: datetime
) -> Ladder:
    """Adopt a new version. base: the version that the form was made from.

    Raises Refused for a threshold that cannot be, or where somebody adopted another meanwhile.
    """
    now = in_force()
    if base != now.version:
        raise Refused("阶梯设置刚刚被他人修改，请核对后再保存")
    made = tuple(Trigger(each.ground, *triggers[each.ground]) for each in now.triggers)
    for each in made:
        least = 1 if each.ground is Ground.RETURNED else 0
        if not least <= each.threshold <= MOST:
            raise Refused(f"“{each.ground.label}”须在{least}至{MOST}之间", each.ground)
    if made == now.triggers:
        return now
    db.session.add(
        LadderVersion(
            version=now.version + 1,
            triggers=[asdict(each) for each in made],
            adopted_at=at,
            adopted_by=by.name,
        )
    )
    db.session.flush()
    return Ladder(now.version + 1, made)


def _trigger(default: Trigger, stored: Mapping[str, Mapping[str, Any]]) -> Trigger:
    kept = stored.get(default.ground)
    return Trigger(default.ground, kept["on"], kept["threshold"]) if kept else default
