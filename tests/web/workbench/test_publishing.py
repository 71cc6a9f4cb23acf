"""公开审核 on pages: decided, saved, published, taken down; stale, and by the wrong people."""

from __future__ import annotations

import re

import pytest

from minxin import clock
from minxin.cases import publications, publishing
from minxin.cases.contacts import Person
from minxin.extensions import db
from tests.cases.walking import Walk

BODY = "我叫王小明，电话13812345678，楼前路灯不亮"
SAVE, PUBLISH = "publication", "publishing"


@pytest.fixture
def item(panjin) -> Walk:
    person = Person("王小明", "13812345678")
    walk = Walk(panjin, clock.now(), subject="路灯不亮", body=BODY, person=person)
    walk.dispatched("大洼区民心网工作站", at=clock.now())
    with panjin.standing():
        case = walk.case()
        case.summary, case.public_text = "路灯不亮", BODY
        publications.scan(case, at=clock.now())
        db.session.commit()
    return walk


def read(cast, item: Walk, who: str = "gaoyuan", noun: str = SAVE):
    return cast.client(who).get(f"/{cast.desk(who)}/cases/{item.number}/{noun}")


def send(cast, item: Walk, noun: str = SAVE, who: str = "gaoyuan", **data):
    page = read(cast, item, who).text
    form = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
        for name in ("source", "version")
    }
    filled = {name: found[1] for name, found in form.items() if found}
    here = f"/{cast.desk(who)}/cases/{item.number}/{noun}"
    return cast.client(who).post(here, data={**filled, **data})


def state(cast, item: Walk):
    with cast.standing():
        draft, copy = publications.of(item.case()), publishing.of(item.case())
        return publications.undecided(draft), copy.text if copy else None


def test_original_and_public_stand_side_by_side_with_each_hit(panjin, item):
    page = read(panjin, item).text
    assert "还有 2 处没有确认" in page
    assert "我叫王某某，电话138****5678，楼前路灯不亮" in page
    assert 'name="act-0"' in page
    assert 'name="act-1"' in page
    assert "姓名" in page
    assert "电话" in page


def test_nothing_is_published_before_every_hit_is_decided(panjin, item):
    answer = send(panjin, item, PUBLISH, **{"act-0": "mask"})
    assert answer.status_code == 422
    assert "还有1处个人信息没有确认" in answer.text
    assert state(panjin, item) == (2, None), "nothing half-saved"
    assert send(panjin, item, PUBLISH, **{"act-0": "mask", "act-1": "mask"}).status_code == 303
    assert state(panjin, item) == (0, "我叫王某某，电话138****5678，楼前路灯不亮")


def test_saved_by_the_clerk_published_by_the_head(panjin, item):
    page = read(panjin, item, "linjing").text
    assert "/publishing" not in page
    assert send(panjin, item, who="linjing", then="mask_all").status_code == 303
    assert state(panjin, item)[0] == 0
    assert send(panjin, item, PUBLISH, who="linjing").status_code == 403
    assert send(panjin, item, PUBLISH).status_code == 303


def test_lifting_without_a_reason_is_asked_for_and_keeps_what_was_chosen(panjin, item):
    answer = send(panjin, item, **{"act-0": "mask", "act-1": "lift", "reason-1": ""})
    assert answer.status_code == 422
    assert "写明理由" in answer.text
    assert re.search(r'name="act-1" value="lift" checked', answer.text)
    saved = send(panjin, item, **{"act-0": "mask", "act-1": "lift", "reason-1": "公开电话"})
    assert saved.status_code == 303
    assert "公开电话" in read(panjin, item).text


def test_words_are_added_as_they_stand_in_the_text(panjin, item):
    wrong = send(panjin, item, more_text="没有这些字")
    assert wrong.status_code == 422
    assert "没有这些字" in wrong.text
    assert send(panjin, item, more_text="楼前路灯不亮").status_code == 303
    assert "138****5678，〔略〕" in read(panjin, item).text


def test_a_review_of_another_text_is_not_taken_for_this_one(panjin, item):
    answer = send(panjin, item, source="0" * 64, **{"act-0": "lift", "reason-0": "公开电话"})
    assert answer.status_code == 422
    assert "刚刚有了变化" in answer.text
    assert state(panjin, item) == (2, None)


@pytest.mark.parametrize("wrong", [{"act-0": "delete"}, {"act-0": "lift", "reason-0": "因" * 201}])
def test_what_no_form_sends_is_refused(panjin, item, wrong):
    assert send(panjin, item, **wrong).status_code == 422


def test_taken_down_with_a_reason(panjin, item):
    send(panjin, item, PUBLISH, then="mask_all")
    assert state(panjin, item)[1]
    assert "撤下" in read(panjin, item).text
    assert send(panjin, item, "publication-withdrawal", reason="").status_code == 422
    gone = send(panjin, item, "publication-withdrawal", reason="诉求人要求撤下")
    assert gone.status_code == 303
    assert state(panjin, item)[1] is None


def test_before_anything_was_looked_through_the_page_says_so(panjin):
    walk = Walk(panjin, clock.now()).dispatched("大洼区民心网工作站", at=clock.now())
    with panjin.standing():
        publications.fail(walk.case())
        db.session.commit()
    page = read(panjin, walk)
    assert page.status_code == 200
    assert "检查没有成功" in page.text


@pytest.mark.parametrize("who", ["zhaoyang", "sunli", "qinchuan"])
def test_units_and_leaders_review_nothing(panjin, item, who):
    assert read(panjin, item, who).status_code in (403, 404)


def test_a_station_reviews_its_own_and_publishes_nothing(panjin, item):
    assert read(panjin, item, "mengyan").status_code == 200
    assert send(panjin, item, who="mengyan", then="mask_all").status_code == 303
    assert send(panjin, item, PUBLISH, who="mengyan").status_code == 403
