"""Scenario S5 whole: 无联系方式, 网上征求意见, 脱敏, 月末 (举报 without a phone, over 劳动节)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from minxin.audit.log import AuditEntry
from minxin.cases import (
    closing,
    consulting,
    contacts,
    followup,
    publications,
    publishing,
    rating,
    reach,
    reachability,
    reporting,
)
from minxin.cases.consulting import Notice
from minxin.cases.contacts import Person
from minxin.cases.models import CaseEvent
from minxin.cases.publications import Choice
from minxin.clock import SHANGHAI
from minxin.comparison import rollups
from minxin.comparison.models import Rollup
from minxin.errors import Refused
from minxin.extensions import db
from minxin.tenancy.context import within
from tests.cases.walking import Walk

TEXT = "我叫王小明，住兴隆台区某某小区3栋2单元501，电话13812345678，车牌辽LD12345"
PUBLIC = "我叫王某某，住兴隆台区某某小区*栋*单元***，电话138****5678，车牌辽L******"
TITLE, RESULT = "楼下饭店油烟扰民", "已责令饭店安装油烟净化设备，经复查达标。"


def at(day: int, hour: int = 9, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def act(item: Walk, verb, *given, who="linjing", when, **more):
    with item.cast.standing(who):
        case = reach.find(item.number, item.cast.actor(who))
        verb(case, *given, by=item.cast.actor(who), at=when, **more)
        db.session.commit()


def reported(cast, person: Person | None = None) -> Walk:
    """The 举报 against a body of 大洼区, reported and approved on 28 April."""
    walk = Walk(cast, at(20), subject=TITLE, body=TEXT, person=person or Person())
    walk.dispatched("大洼区民心网工作站", at=at(20), kind="report")
    walk.assigned("大洼区住建局", at=at(20)).reported(at=at(27)).signed(at=at(28, 8))
    act(walk, reporting.approve, opinion="属实", when=at(28))
    with cast.standing():
        case = walk.case()
        case.summary, case.public_text = TITLE, TEXT
        publications.scan(case, at=at(28))
        db.session.commit()
    return walk


@pytest.fixture
def item(panjin) -> Walk:
    return reported(panjin)


def test_the_number_in_the_text_is_pointed_out_and_is_no_contact(panjin, item):
    with panjin.standing():
        case = item.case()
        assert (case.has_phone, contacts.in_text(case)) == (False, 1)
        assert reachability.why_not(case) == "", "the operator declines: the public may be asked"


def test_taken_for_his_contact_it_is_called_first(panjin, item):
    act(item, contacts.leave_phone, "13812345678", when=at(28, 10))
    with panjin.standing():
        assert contacts.in_text(item.case()) == 0
        assert "再拨打3次" in reachability.why_not(item.case())


def test_the_public_version_waits_for_four_decisions(panjin, item):
    with panjin.standing():
        draft = publications.of(item.case())
        assert [span["kind"] for span in draft.spans] == ["NAME", "ADDRESS", "PHONE", "PLATE"]
        assert publications.public(draft)["text"] == PUBLIC
    with pytest.raises(Refused, match="还有4处个人信息没有确认"):
        act(item, publishing.publish, who="gaoyuan", when=at(28, 10))
    unmasked = Notice(TITLE, TEXT, RESULT, confirmed=True)
    with pytest.raises(Refused, match="还有4处个人信息（姓名、住址、电话、车牌号）"):
        act(item, consulting.consult, unmasked, when=at(28, 10))
    act(item, publications.decide, {n: Choice("mask") for n in range(4)}, {}, when=at(28, 10))
    act(item, publishing.publish, who="gaoyuan", when=at(28, 10))


def test_from_the_consultation_over_labour_day_to_the_closing_in_may(panjin, item):
    act(item, publications.decide, {n: Choice("mask") for n in range(4)}, {}, when=at(28, 10))
    with panjin.standing():
        drafted = consulting.draft(item.case())
    assert drafted.text == PUBLIC
    act(item, consulting.consult, Notice(TITLE, drafted.text, RESULT, confirmed=True), when=at(28))
    with within(panjin.city.schema, login="public"):
        assert consulting.open_ones(at(28, 23))[0] == []
        (row,), _ = consulting.open_ones(at(29, 0))
        assert consulting.published(row.id, at(5, 23, month=5)).text == PUBLIC
        assert consulting.open_ones(at(6, 0, month=5))[0] == []
    with pytest.raises(Refused, match="期限未满"):
        act(item, consulting.end, "没有收到意见", when=at(5, 23, month=5))
    act(item, consulting.end, "没有收到意见，视为无异议", when=at(6, month=5))
    act(item, rating.rate, stars=5, opinion="办理及时", when=at(6, 10, month=5))
    act(item, closing.close, method="solved", when=at(6, 11, month=5))
    with panjin.standing():
        for day in (date(2026, 4, 28), date(2026, 5, 6)):
            rollups.refresh(day, at=at(7, month=5))
        month = func.extract("month", Rollup.day)
        sums = select(month, func.sum(Rollup.closed), func.sum(Rollup.rated)).group_by(month)
        counted = {int(row[0]): (row[1], row[2]) for row in db.session.execute(sums)}
        assert counted == {4: (0, 0), 5: (1, 0)}, "办结 in May, and in no rate of satisfaction"


def test_without_call_or_consultation_it_does_not_close_but_by_a_waiver_on_record(panjin, item):
    for verb, given in (
        (rating.rate, {"stars": 5, "opinion": "好"}),
        (closing.close, {"method": "solved"}),
    ):
        with pytest.raises(Refused):
            act(item, verb, when=at(28, 10), **given)
    act(item, followup.waive, "诉求人没有留下联系方式", who="mengyan", when=at(28, 10))
    with panjin.standing():
        event = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "waive")).one()
        assert event.payload["unverified"], "a fact of 第十三条（一）"
        assert event.payload["by_station"]


def test_the_body_reported_never_sees_the_contact_and_the_clerk_only_with_a_reason(panjin):
    item = reported(panjin, Person("王小明", "13812345678"))
    with panjin.standing("zhaoyang"):
        case = reach.find(item.number, panjin.actor("zhaoyang"))
        assert not contacts.may_reveal(case, panjin.actor("zhaoyang"))
        with pytest.raises(Refused, match="没有查看"):
            contacts.reveal(case, reason="核实情况", by=panjin.actor("zhaoyang"), at=at(28))
    with pytest.raises(Refused, match="写明查看理由"):
        act(item, contacts.reveal, reason=" ", when=at(28))
    act(item, contacts.reveal, reason="回访诉求人", when=at(28))
    with panjin.standing():
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "contact.reveal")
        ).one()
        assert (entry.actor_name, entry.reason) == ("林静", "回访诉求人")
        seen = db.session.scalars(select(CaseEvent).where(CaseEvent.name == "reveal")).one()
        assert seen.actor_name == "林静", "shown on the case"


def test_what_the_body_reported_reads_is_veiled(panjin):
    item = reported(panjin, Person("王小明", "13812345678"))
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{item.number}").text
    for mark in ("王小明", "13812345678", "辽LD12345", "3栋2单元501"):
        assert mark not in page
