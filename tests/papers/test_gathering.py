"""What each kind of paper says at first: from recorded facts, masked, in the office's order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases import asking, flagging, leaders
from minxin.cases.contacts import Person
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.documents import drafting, rendering, sheets
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import gathering, issuing, opening
from minxin.supervision.ladder import Ground
from tests.documents.reading import File
from tests.supervision.supervised import Watched

UNIT = "大洼区住建局"
BODY = "我是王小明，住幸福里3栋2单元501，电话13812345678，楼道漏水三个月没有人修。"


@pytest.fixture
def item(panjin) -> Watched:
    start = clock.now() - timedelta(days=3)
    person = Person("王小明", "13812345678", "幸福里3栋2单元501")
    walk = Watched(panjin, start, subject="楼道漏水", body=BODY, person=person)
    walk.dispatched("大洼区民心网工作站", at=start).assigned(UNIT, at=start)
    return walk


def made(item: Watched, kind: PaperKind, who: str = "linjing", **more) -> Paper:
    """A paper of the case, gathered; stand as the city's login afterwards."""
    cast = item.cast
    with cast.standing(who):
        case = item.seen_by(who)
        opening.of_case(kind, case, by=cast.actor(who), at=clock.now(), **more)
        db.session.commit()
    item.gathered(at=clock.now())
    return item.paper


def whole(paper: Paper) -> str:
    return str(paper.facts) + str(paper.words) + str(paper.tables)


PIECES = ("王小明", "13812345678", "2单元501")


@pytest.mark.parametrize(
    ("kind", "who"),
    [(PaperKind.CASE_SHEET, "linjing"), (PaperKind.REMINDER, "linjing"),
     (PaperKind.CASE_SHEET, "zhaoyang")],
)  # fmt: skip
def test_nothing_of_the_citizen_stands_in_it(panjin, item, kind, who):
    paper_of = made(item, kind, who)
    with panjin.standing():
        paper = paper_of()
        assert paper.state == "draft"
        for piece in PIECES:
            assert piece not in whole(paper)
        assert item.number in whole(paper)


def test_a_reminder_lists_the_cases_that_it_rests_on(panjin, item):
    other = Watched(panjin, clock.now()).dispatched(UNIT, at=clock.now())
    paper_of = made(item, PaperKind.REMINDER, numbers=[other.number])
    with panjin.standing():
        (table,) = paper_of().tables
        assert [row[0] for row in table["rows"]] == [item.number, other.number]
        assert "的诉求2件" in paper_of().words["text"]
    by = panjin.actor("linjing")
    wrong = {"numbers": ["20990101-00001"], "by": by, "at": clock.now()}
    with panjin.standing(), pytest.raises(Refused, match="没有找到20990101-00001"):
        opening.of_case(PaperKind.REMINDER, item.case(), **wrong)


def test_an_investigation_holds_the_sections_that_were_signed(panjin, item):
    refused = made(item, PaperKind.INVESTIGATION, "zhaoyang")
    with panjin.standing():
        assert refused().state == "failed"
        assert "还没有经审签的调查处理报告" in refused().history[-1]["note"]
    item.reported(at=clock.now()).signed(at=clock.now())
    with panjin.standing():
        gathering.again(refused())
        db.session.commit()
    item.gathered(at=clock.now())
    with panjin.standing():
        text = refused().words["text"]
        assert text.index("一、") < text.index("二、") < text.index("结案方式：已解决")
        assert "到现场核实，情况属实" in text
        assert "经办人：赵阳；审签：孙立" in text, "who acts for the unit is named"


def test_a_request_is_what_was_put_before_the_leader(panjin, item):
    with panjin.standing():
        by, at = panjin.actor("linjing"), clock.now()
        flagging.flag(item.case(), "水淹电表箱", "urgent", by=by, at=at)
        leader = leaders.choices(at, item.case())[0]
        asking.request(item.case(), leader, "建议立即抢修", by=by, at=at)
        db.session.commit()
    paper_of = made(item, PaperKind.REQUEST)
    with panjin.standing():
        paper = paper_of()
        assert leader.name in paper.words["addressee"]
        assert paper.recipients[0]["user_id"] == leader.user_id
        assert "妥否，请批示。" in paper.words["text"]


def test_a_week_is_on_paper_once_it_was_handed_in(panjin):
    by = panjin.actor("mengyan")
    with panjin.standing():
        summaries.open_week(clock.now())
        summary = db.session.scalars(
            select(Summary).where(Summary.unit_id == panjin.unit("大洼区民心网工作站"))
        ).one()
        summaries.write(summary, "本周受理平稳。", "", "继续走访。", by=by, at=clock.now())
        paper = opening.of_week(summary, by=by, at=clock.now())
        gathering.gather(paper.id, at=clock.now())
        assert paper.state == "failed"
        summaries.submit(summary, by=by, at=clock.now())
        gathering.again(paper)
        gathering.gather(paper.id, at=clock.now())
        gathering.check(paper.id)
        db.session.commit()
        assert "本周受理平稳" in paper.words["text"]
        assert paper.tables[0]["name"] == "本周数据"
        assert issuing.issue(paper, by=by, at=clock.now()).endswith("第1期")
        db.session.commit()
        file = File(rendering.render(sheets.sheet_of(paper)).pdf)
        assert "周总结" in file.flowing(0)
        with pytest.raises(Refused, match="由本工作站出具"):
            opening.of_week(summary, by=panjin.actor("wutong"), at=clock.now())


def test_a_notice_says_until_when_and_what_is_asked(panjin, item):
    item.wished(ground=Ground.CARELESS, at=clock.now()).gathered(at=clock.now())
    with panjin.standing():
        paper = item.paper()
        fields = dict(paper.words["fields"])
        assert "查处不到位" in fields["督办事由"]
        assert fields["回复时限"].startswith("【时限】前")
        sheet = sheets.sheet_of(paper, due_at=issuing.due(paper, clock.now()))
        assert "【" not in dict(sheet.fields)["回复时限"]
        assert sheet.draft
        assert sheet.number == ""
    item.issued(at=clock.now())
    with panjin.standing():
        frozen = sheets.sheet_of(item.paper())
        assert frozen.number.endswith("1号")
        assert "年" in dict(frozen.fields)["回复时限"]


def test_facts_stay_as_they_were_when_the_case_goes_on(panjin, item):
    paper_of = made(item, PaperKind.CASE_SHEET)
    with panjin.standing():
        before = dict(paper_of().facts)
    item.reported(at=clock.now())
    item.gathered(at=clock.now())
    with panjin.standing():
        assert paper_of().facts == before


@pytest.mark.parametrize(
    ("kind", "who"),
    [(PaperKind.REMINDER, "mengyan"), (PaperKind.REMINDER, "zhaoyang"),
     (PaperKind.INVESTIGATION, "linjing"), (PaperKind.REQUEST, "mengyan"),
     (PaperKind.CASE_SHEET, "qinchuan")],
)  # fmt: skip
def test_who_may_not_begin_it_is_refused(panjin, item, kind, who):
    with panjin.standing(who), pytest.raises(Refused, match="没有出具这种文书的权限"):
        opening.of_case(kind, item.seen_by(who), by=panjin.actor(who), at=clock.now())


def test_a_paper_begun_is_gathered_once_however_often_the_job_runs(panjin, item):
    paper_of = made(item, PaperKind.CASE_SHEET)
    with panjin.standing():
        version = paper_of().version
        gathering.gather(paper_of().id, at=clock.now())
        assert paper_of().version == version
        assert paper_of().state in drafting.OPEN
