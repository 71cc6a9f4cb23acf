"""What each kind of paper says at first: from recorded facts, masked, in the office's order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from minxin import clock
from minxin.cases import asking, flagging, leaders
from minxin.cases.contacts import Person
from minxin.cases.models import FAR, Clock
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.documents import drafting, recipients, rendering, sheets, words
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.errors import Refused
from minxin.extensions import db
from minxin.papers import facts, gathering, issuing, opening, weekly
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
    elsewhere = Watched(panjin, clock.now()).dispatched("大洼区城管局", at=clock.now())
    secret = Watched(panjin, clock.now()).dispatched(UNIT, at=clock.now(), kind="report")
    paper_of = made(item, PaperKind.REMINDER, numbers=[other.number])
    with panjin.standing():
        (table,) = paper_of().tables
        assert [row[0] for row in table["rows"]] == [item.number, other.number]
        assert "的诉求2件" in paper_of().words["text"]
    by = panjin.actor("linjing")
    wrong = {"numbers": ["20990101-00001"], "by": by, "at": clock.now()}
    with panjin.standing(), pytest.raises(Refused, match="没有找到20990101-00001"):
        opening.of_case(PaperKind.REMINDER, item.case(), **wrong)
    for number, why in ((elsewhere.number, "不由该单位承办"), (secret.number, "是举报件")):
        with panjin.standing(), pytest.raises(Refused, match=f"{number}{why}"):
            opening.of_case(PaperKind.REMINDER, item.case(), **wrong | {"numbers": [number]})


def test_a_reminder_that_rests_on_one_case_claims_no_more(panjin, item):
    paper_of = made(item, PaperKind.REMINDER)
    with panjin.standing():
        text = paper_of().words["text"]
        assert "由你单位承办，情况如下" in text
        assert "均由" not in text
        assert "带有共性" not in text


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
        text = paper.words["text"]
        assert (
            text.index("三、请示事项") < text.index("建议立即抢修") < text.index("妥否，请批示。")
        )
        assert leader.name in recipients.read(paper.recipients)[0].label
        assert "民心网办" not in recipients.read(paper.recipients)[0].label, (
            "he is not of the office"
        )


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


def test_a_week_without_words_on_problems_says_what_the_figures_say():
    assert weekly._none_named({"returned": 0, "overdue": 0}) == "本周无超期、退件和重点件。"
    assert weekly._none_named({"returned": 3, "overdue": 2}) == "本周退件3件，现有超期2件。"


@pytest.mark.parametrize("kind", [PaperKind.CASE_SHEET, PaperKind.SUPERVISION_NOTICE])
def test_a_long_title_of_a_case_is_shortened_so_that_the_draft_can_be_edited(panjin, kind):
    start = clock.now() - timedelta(days=3)
    walk = Watched(panjin, start, subject="路灯不亮" * 45)
    walk.dispatched("大洼区民心网工作站", at=start).assigned(UNIT, at=start)
    with panjin.standing():
        walk.case().summary = "路灯不亮" * 45
        db.session.commit()
    if kind is PaperKind.CASE_SHEET:
        made(walk, kind)
    else:
        walk.wished(ground=Ground.CARELESS, at=clock.now()).gathered(at=clock.now())
    with panjin.standing():
        paper = walk.paper()
        assert len(paper.words["title"]) <= 120
        new = words.read(paper.words | {"title": "路灯不亮"})
        by = panjin.actor("linjing")
        drafting.edit(paper, new, version=paper.version, by=by, at=clock.now())
        assert paper.words["title"] == "路灯不亮"


def test_a_draft_that_was_gathered_too_long_can_still_be_shortened(panjin, item):
    paper_of = made(item, PaperKind.CASE_SHEET)
    with panjin.standing():
        paper = paper_of()
        paper.words = paper.words | {"title": "字" * 125}
        new = words.read(paper.words | {"title": "字" * 20})
        by = panjin.actor("linjing")
        drafting.edit(paper, new, version=paper.version, by=by, at=clock.now())
        assert paper.words["title"] == "字" * 20


@pytest.mark.parametrize(
    ("days", "signed", "said"),
    [(40, False, "已超期"), (40, True, "报结时已超期"), (3, True, "")],
)
def test_lateness_is_counted_to_the_day_that_the_unit_was_done(panjin, days, signed, said):
    start = clock.now() - timedelta(days=days)
    walk = Watched(panjin, start)
    walk.dispatched("大洼区民心网工作站", at=start).assigned(UNIT, at=start)
    if signed:
        walk.reported(at=clock.now()).signed(at=clock.now())
    with panjin.standing():
        later = clock.now() + timedelta(days=60 if signed else 0)
        assert said in facts.of_case(walk.case(), later).late
        assert bool(said) == bool(facts.of_case(walk.case(), later).late)


def test_a_clock_that_stands_still_has_no_day(panjin, item):
    with panjin.standing():
        db.session.execute(update(Clock).where(Clock.rule_key == "complaint").values(due_at=FAR))
        found = facts.of_case(item.case(), clock.now())
        assert (found.due_on, found.late) == ("", "")


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
