"""登记: what staff take down becomes one case, with a number and a code to read out."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from minxin import clock
from minxin.cases import tracking
from minxin.cases.models import Case, Contact
from minxin.extensions import db

CODE = re.compile(r'id="receipt-code">([^<]+)<')
NUMBER = re.compile(r'id="receipt-number">([^<]+)<')


def _form(**changes) -> dict[str, str]:
    form = {
        "token": "form-1",
        "source": "phone",
        "received_at": f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
        "phone": "138 0000 1234",
        "name": "王小明",
        "address": "大洼街道幸福里3栋",
        "subject": "广厦小区门口路灯不亮",
        "body": "晚上七点以后整条路没有灯。\r\n请尽快修好。",
        "district": "dawa",
        "place": "广厦小区东门",
        "kind": "",
    }
    return form | changes


def _cases(cast) -> list[Case]:
    with cast.standing():
        return db.session.query(Case).order_by(Case.id).all()


def test_an_entry_makes_a_case_and_shows_number_and_code_to_read_out(panjin):
    client = panjin.client("linjing")
    answer = client.post("/city/entry", data=_form())
    assert answer.status_code == 303
    page = client.get(answer.location).text
    (case,) = _cases(panjin)
    assert NUMBER.search(page)[1] == case.number
    assert (case.source, case.state, case.district) == ("phone", "unclaimed", "dawa")
    assert case.body == "晚上七点以后整条路没有灯。\n请尽快修好。"
    with panjin.standing():
        assert tracking.open_with(case.number, CODE.search(page)[1]) is not None
        contact = db.session.query(Contact).one()
        assert contact.phone_mask == "138****1234"
        assert b"13800001234" not in contact.phone_sealed
    assert f'action="/city/cases/{case.number}/claim"' in page
    assert 'href="/city/entry"' in page


def test_the_form_begins_with_now(panjin):
    page = panjin.client("linjing").get("/city/entry").text
    assert f'value="{clock.local(clock.now()):%Y-%m-%dT%H}' in page


def test_sent_twice_it_makes_one_case_and_shows_the_same_code(panjin):
    client = panjin.client("linjing")
    pages = [client.get(client.post("/city/entry", data=_form()).location).text for _ in range(2)]
    assert len(_cases(panjin)) == 1
    assert CODE.search(pages[0])[1] == CODE.search(pages[1])[1]


def test_sent_at_the_same_moment_by_a_double_click_it_makes_one_case(panjin):
    client, ready, answers = panjin.client("linjing"), threading.Barrier(4), []
    cookie = client.get_cookie("minxin", domain=panjin.city.host)
    form = _form()

    def send() -> None:
        browser = panjin.client()
        browser.set_cookie("minxin", cookie.value, domain=panjin.city.host)
        ready.wait()
        answers.append(browser.post("/city/entry", data=form).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    assert len(_cases(panjin)) == 1
    assert CODE.search(client.get("/city/entry/receipt").text)


def test_the_code_is_shown_to_nobody_else(panjin):
    client = panjin.client("linjing")
    client.post("/city/entry", data=_form())
    other = panjin.client("hejun").get("/city/entry/receipt")
    assert other.location == "/city/entry"


@pytest.mark.parametrize(("changes", "said"), [
    ({"subject": " "}, "请填写诉求标题"),
    ({"body": ""}, "请填写诉求内容"),
    ({"subject": "灯" * 201}, "不能超过200个字"),
    ({"source": "web"}, "来源"),
    ({"source": "province"}, "省转件请填写省平台编号"),
    ({"phone": "1380000"}, "电话号码不完整"),
    ({"received_at": "2026-02-30T10:00"}, "收到时间不是有效的日期和时间"),
    ({"received_at": "gestern"}, "收到时间不是有效的日期和时间"),
    ({"received_at": ""}, "请填写收到时间"),
    ({"received_at": "1998-01-01T08:00"}, "收到时间在一年以前"),
    ({"received_at": "9999-12-31T23:59"}, "收到时间不能晚于现在"),
    ({"kind": "nonsense"}, "诉求类型"),
    ({"district": "nowhere"}, "属地"),
])  # fmt: skip
def test_what_is_missing_or_cannot_be_is_said_and_the_rest_kept(panjin, changes, said):
    answer = panjin.client("linjing").post("/city/entry", data=_form(**changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert "广厦小区东门" in answer.text
    assert 'value="form-1"' in answer.text
    assert _cases(panjin) == []


def test_the_future_is_refused_and_this_minute_is_not(panjin):
    client = panjin.client("linjing")
    ahead = clock.local(clock.now() + timedelta(minutes=5))
    answer = client.post("/city/entry", data=_form(received_at=f"{ahead:%Y-%m-%dT%H:%M}"))
    assert "收到时间不能晚于现在" in answer.text
    assert client.post("/city/entry", data=_form()).status_code == 303


def test_after_a_refusal_the_same_form_still_makes_its_case(panjin):
    client = panjin.client("linjing")
    assert client.post("/city/entry", data=_form(phone="1")).status_code == 422
    assert client.post("/city/entry", data=_form()).status_code == 303
    assert len(_cases(panjin)) == 1


def test_a_letter_from_the_province_keeps_its_number_and_its_day(panjin):
    day = clock.local(clock.now() - timedelta(days=2))
    form = _form(source="province", provincial_no=" LN-2026-0815 ", phone="", name="", address="",
                 received_at=f"{day:%Y-%m-%dT%H:%M}")  # fmt: skip
    assert panjin.client("linjing").post("/city/entry", data=form).status_code == 303
    (case,) = _cases(panjin)
    assert case.provincial_no == "LN-2026-0815"
    assert clock.local(case.received_at).date() == day.date()
    assert not case.has_phone


def test_the_same_phone_shows_what_came_before(panjin):
    client = panjin.client("linjing")
    client.post("/city/entry", data=_form())
    page = client.post("/city/entry/same-phone", data={"phone": "+86 138-0000-1234"}).text
    assert "这个号码以前来过 1 件" in page
    assert "广厦小区门口路灯不亮" in page
    assert "13800001234" not in page
    assert "<html" not in page
    for other in ("13800009999", "1380000", "", "abc"):
        answer = client.post("/city/entry/same-phone", data={"phone": other})
        assert answer.text.strip() == ""
    assert client.get("/city/entry/same-phone?phone=13800001234").status_code == 405


@pytest.mark.parametrize("who", ["mengyan", "zhaoyang", "sunli", "qinchuan", "chencheng"])
def test_only_the_office_takes_appeals_down(panjin, who):
    client, desk = panjin.client(who), panjin.desk(who)
    assert client.get(f"/{desk}/entry").status_code == 403
    assert client.post(f"/{desk}/entry", data=_form()).status_code == 403
    assert client.post(f"/{desk}/entry/same-phone").status_code == 403
    assert client.get(f"/{desk}/entry/receipt").status_code == 403
    assert _cases(panjin) == []


def test_claiming_from_the_receipt_opens_the_screening(panjin):
    client = panjin.client("linjing")
    client.post("/city/entry", data=_form())
    (case,) = _cases(panjin)
    answer = client.post(f"/city/cases/{case.number}/claim")
    assert answer.location == f"/city/cases/{case.number}/screening"
    page = client.get("/city/entry/receipt").text
    assert "认领并规范" not in page
