"""公开稿: looked through by the worker, decided by a person, read by the public, pulled back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minxin.audit.log import AuditEntry
from minxin.background import Outbox
from minxin.cases import contacts, publications, published, publishing, reach, reporting
from minxin.cases.contacts import Person
from minxin.cases.models import CaseEvent
from minxin.cases.publications import Choice, Publication
from minxin.cases.published import Wanted
from minxin.clock import SHANGHAI
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy import finding
from minxin.tenancy.context import within
from tests.cases.walking import Walk
from worker import jobs

AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
PERSON = Person("王小明", "13812345678", "兴隆台区某某小区3栋2单元501")
BODY = "我叫王小明，住兴隆台区某某小区3栋2单元501，电话13812345678，车牌辽LD12345，举报烧烤店扰民"


def keep_promises(cast) -> None:
    """Run what waits for the worker, and what that makes wait."""
    for _ in range(4):
        with cast.standing():
            waiting = select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
            ids = list(db.session.scalars(waiting))
        for outbox_id in ids:
            jobs.keep_promise(cast.city.schema, outbox_id)


@pytest.fixture
def item(panjin) -> Walk:
    walk = Walk(panjin, AT, subject="烧烤店扰民", body=BODY, person=PERSON)
    walk.dispatched("大洼区民心网工作站", at=AT).assigned("大洼区住建局", at=AT)
    with panjin.standing():
        case = walk.case()
        case.summary, case.public_text, case.wording = "烧烤店夜间扰民", BODY, BODY
        db.session.commit()
    keep_promises(panjin)
    return walk


def loaded(row):
    """The row with what it holds, for after its session."""
    if row is not None and row in db.session:
        db.session.refresh(row)
    return row


def at_case(item: Walk, verb, *given, who="linjing", when=AT, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        made = verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()
        return loaded(made)


def scan(item: Walk, when=AT):
    with item.cast.standing():
        made = publications.scan(item.case(), at=when)
        db.session.commit()
        return loaded(made)


def mask_all(item: Walk, **lifted: str) -> None:
    with item.cast.standing():
        draft = publications.of(item.case())
        words = [draft.texts[s["field"]][s["start"] : s["end"]] for s in draft.spans]
    choices = {
        n: Choice("lift", lifted[w]) if w in lifted else Choice("mask") for n, w in enumerate(words)
    }
    at_case(item, publications.decide, choices, {})


def test_scenario_5_four_hits_are_decided_before_anything_is_published(panjin, item):
    draft = scan(item)
    kinds = [span["kind"] for span in draft.spans]
    assert kinds == ["NAME", "ADDRESS", "PHONE", "PLATE"]
    with pytest.raises(Refused, match="还有4处个人信息没有确认"):
        at_case(item, publishing.publish, who="gaoyuan")
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    with within(panjin.city.schema, login="public"):
        (row,), _ = published.page(Wanted())
        found = published.one(row.id)
        assert found.text == (
            "我叫王某某，住兴隆台区某某小区*栋*单元***，电话138****5678，车牌辽L******，举报烧烤店扰民"
        )
        assert [step["label"] for step in found.course][:2] == ["诉求已登记", "工作人员已接手核对"]


def test_the_published_copy_says_what_it_is_and_who_let_it_go(panjin, item):
    scan(item)
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    with panjin.standing():
        copy = publishing.of(item.case())
        assert (copy.masker, copy.approved_by) == (finding.VERSION, "高远")
        assert len(copy.content_hash) == 64
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "public.publish")
        ).one()
        assert entry.payload["hits"] == 4
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "publish")).one()
        assert event.payload["hash"] == copy.content_hash


def test_what_is_lifted_needs_its_reason_and_stands_in_the_log(panjin, item):
    scan(item)
    with pytest.raises(Refused, match="写明理由"):
        at_case(item, publications.decide, {3: Choice("lift", " ")}, {})
    mask_all(item, 辽LD12345="出租车车牌，属公共服务信息")
    with panjin.standing():
        assert "辽LD12345" in publications.public(publications.of(item.case()))["text"]
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "public.lift")).one()
        assert entry.reason == "出租车车牌，属公共服务信息"
        assert entry.payload == {"field": "text", "kind": "PLATE"}


def test_words_that_the_masker_passed_over_are_covered_too_and_stay_so(panjin, item):
    scan(item)
    mask_all(item)
    at_case(item, publications.decide, {}, {"text": "烧烤店\n某某小区"})
    with pytest.raises(Refused, match="没有这几个字"):
        at_case(item, publications.decide, {}, {"text": "饭店"})
    with panjin.standing():
        case = item.case()
        assert "烧烤店" not in publications.public(publications.of(case))["text"]
        case.public_text = BODY + "，请处理"
        db.session.commit()
    draft = scan(item)
    assert draft.state == "to_review"
    with panjin.standing():
        draft = publications.of(item.case())
        assert publications.undecided(draft) == 0, "what was decided of the same words stands"
        assert "烧烤店" not in publications.public(draft)["text"]


def test_a_wider_span_takes_the_place_of_the_one_within_it(panjin, item):
    scan(item)
    at_case(item, publications.decide, {}, {"text": "住兴隆台区某某小区3栋2单元501"})
    with panjin.standing():
        draft = publications.of(item.case())
        assert [s["kind"] for s in draft.spans] == ["NAME", "SENSITIVE", "PHONE", "PLATE"]
        assert "，〔略〕，" in publications.public(draft)["text"]


def test_published_once_more_it_is_the_same_page_with_the_new_words(panjin, item):
    scan(item)
    mask_all(item)
    first = at_case(item, publishing.publish, who="gaoyuan").id
    with panjin.standing():
        item.case().public_text = "育才路烧烤店夜间扰民"
        db.session.commit()
    with pytest.raises(Refused, match="刚刚有了变化"):
        at_case(item, publishing.publish, who="gaoyuan")
    scan(item)
    second = at_case(item, publishing.publish, who="gaoyuan")
    assert (second.id, second.text) == (first, "育才路烧烤店夜间扰民")


def test_a_masker_that_fails_publishes_nothing(panjin, item, monkeypatch):
    scan(item)
    mask_all(item)
    with panjin.standing():
        item.case().public_text = BODY + "。"
        db.session.commit()

    def broken(texts):
        raise TimeoutError

    monkeypatch.setattr(finding, "find_all", broken)  # the model file gone, the time over
    with panjin.standing():
        case_id = item.case().id
        jobs._scan(case_id)
        db.session.commit()
        assert publications.of(item.case()).state == "failed"
    with pytest.raises(Refused, match="还没有检查完"):
        at_case(item, publishing.publish, who="gaoyuan")
    monkeypatch.undo()
    with panjin.standing():
        assert publishing.try_again() == 1
        db.session.commit()
    keep_promises(panjin)
    with panjin.standing():
        assert publications.of(item.case()).state == "to_review"
        assert publishing.try_again() == 0


def test_a_new_masker_looks_again_and_pulls_back_what_now_hits(panjin, item, monkeypatch):
    scan(item)
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    with panjin.standing():
        assert publishing.recheck(AT) == 0
        monkeypatch.setattr(finding, "VERSION", "next")
        assert publishing.recheck(AT) == 1
        db.session.commit()
        assert publishing.of(item.case()).masker == "next", "nothing new: it stays"
        copy = publishing.of(item.case())
        copy.text = "找王小明，13812345678"
        monkeypatch.setattr(finding, "VERSION", "after")
        db.session.commit()
        assert publishing.recheck(AT) == 1
        db.session.commit()
        assert publishing.of(item.case()) is None
        assert publications.of(item.case()).state == "to_review"
        acts = db.session.scalars(select(AuditEntry.act)).all()
        assert "public.pull_back" in acts


def test_taken_down_it_is_gone_at_once_with_its_reason(panjin, item):
    scan(item)
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    with pytest.raises(Refused, match="理由"):
        at_case(item, publishing.take_down, " ")
    at_case(item, publishing.take_down, "诉求人要求撤下")
    with within(panjin.city.schema, login="public"):
        assert published.page(Wanted()) == ([], None)
    with pytest.raises(Refused, match="没有公开"):
        at_case(item, publishing.take_down, "再撤一次")


def test_it_follows_its_case_and_goes_when_the_case_is_withdrawn(panjin, item):
    from minxin.cases import closing

    scan(item)
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    item.reported(at=AT + timedelta(days=2)).signed(at=AT + timedelta(days=2))
    at_case(item, reporting.approve, opinion="属实", when=AT + timedelta(days=3))
    keep_promises(panjin)
    with within(panjin.city.schema, login="public"):
        (row,), _ = published.page(Wanted(done=False))
        assert "审核通过" in [step["label"] for step in published.one(row.id).course]
        assert published.one(row.id).result == "", "the result waits for its own review"
    other = Walk(panjin, AT, subject="路灯不亮").dispatched("大洼区民心网工作站", at=AT)
    scan(other)
    at_case(other, publishing.publish, who="gaoyuan")
    at_case(other, closing.withdraw, reason="诉求人来电撤回")
    keep_promises(panjin)
    with panjin.standing():
        assert publishing.of(other.case()) is None


def test_the_public_narrows_and_searches_by_words_district_category_and_state(panjin, item):
    scan(item)
    mask_all(item)
    at_case(item, publishing.publish, who="gaoyuan")
    other = Walk(panjin, AT, subject="育才路路灯不亮").dispatched("市城管局", at=AT)
    scan(other)
    at_case(other, publishing.publish, who="gaoyuan", when=AT + timedelta(days=20))
    dawa = panjin.tenant("dawa")
    with within(panjin.city.schema, login="public"):

        def titles(**wanted):
            return [row.title for row in published.page(Wanted(**wanted))[0]]

        assert len(titles()) == 2
        assert titles(words="烧烤") == ["烧烤店夜间扰民"]
        assert titles(words="没有的词") == []
        assert titles(district=dawa) == ["烧烤店夜间扰民"]
        assert titles(done=True) == []
        assert len(titles(month=AT.date())) == 1
        category = published.page(Wanted())[0][0].category
        assert len(titles(category=category)) >= 1
        first, key = published.page(Wanted(), None)
        assert (
            published.page(Wanted(), (first[0].published_at, first[0].id))[0][0].id == first[1].id
        )
        assert key is None


def test_known_persons_of_merged_cases_are_masked_as_well(panjin, item):
    from minxin.cases import merging

    other = Walk(panjin, AT, subject="同一烧烤店", person=Person("李桂芬", "13900001111"))
    at_case(other, merging.merge, item.number, "同一问题", when=AT)
    with panjin.standing():
        case = item.case()
        assert "李桂芬" in contacts.known(case).values()
        case.public_text = "小李和桂芬都反映烧烤店扰民"
        db.session.commit()
    scan(item)
    with panjin.standing():
        assert publications.public(publications.of(item.case()))["text"] == (
            "小某和桂某都反映烧烤店扰民"
        )


def test_a_case_that_is_not_taken_on_is_not_published(panjin):
    walk = Walk(panjin, AT, subject="路灯不亮")
    with pytest.raises(Refused, match="不公开"):
        at_case(walk, publishing.publish, who="gaoyuan")
    with panjin.standing():
        assert publications.scan(walk.case(), at=AT) is None
        assert db.session.scalars(select(Publication)).all() == []
