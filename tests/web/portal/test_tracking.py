"""A citizen follows a case with number and code, and withdraws it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from minxin import clock
from minxin.cases import closing, dispatch, followup, handling, rating, reporting, screening
from minxin.cases.dispatch import Order
from minxin.cases.followup import Call
from minxin.cases.models import Case, CitizenAct, Tracking
from minxin.cases.reporting import Draft
from minxin.cases.screening import Finding
from minxin.cases.tracking import find
from minxin.extensions import db, valkey
from minxin.web.portal import progress
from tests.web.portal.conftest import submit

TEXTS = {
    "appeal": "群众反映小区门口路灯不亮",
    "inquiry": "到现场核实，情况属实",
    "result": "已更换灯具，恢复照明",
    "contact": "已电话告知诉求人",
}


def pair(number: str, code: str) -> dict[str, str]:
    return {"number": number, "code": code}


def open_page(client, number, code):
    answer = client.post("/tracking", data=pair(number, code))
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def case_of(number: str) -> Case:
    return db.session.scalars(select(Case).where(Case.number == number)).one()


def sent_to_unit(cast, number: str) -> None:
    """Screened by 林静 and sent to 市城管局, who has signed for it."""
    clerk, unit, at = cast.actor("linjing"), cast.actor("fengxue"), clock.now()
    with cast.standing("linjing"):
        case = case_of(number)
        screening.claim(case, by=clerk, at=at)
        finding = Finding("complaint", 3, "路灯不亮", "某小区门口路灯不亮", "路灯不亮")
        screening.screen(case, finding, by=clerk, at=at)
        dispatch.dispatch(case, Order(cast.unit("市城管局"), "请核实办理"), by=clerk, at=at)
        db.session.commit()
    with cast.standing("fengxue"):
        handling.accept(case_of(number), by=unit, at=at)
        db.session.commit()


def answered(cast, number: str) -> None:
    """Handled, reported, approved, called back, rated and closed."""
    clerk, unit, head = (cast.actor(name) for name in ("linjing", "fengxue", "jiangbo"))
    at = clock.now()
    with cast.standing("fengxue"):
        case = case_of(number)
        handling.enter_log(case, "已到现场", by=unit, at=at)
        reporting.submit(case, Draft(TEXTS, "solved", "冯雪", "蒋波"), by=unit, at=at)
        reporting.sign(case, by=head, at=at)
        db.session.commit()
    with cast.standing("linjing"):
        case = case_of(number)
        reporting.approve(case, opinion="属实", by=clerk, at=at)
        followup.record(case, Call("reached", "已修好", True, True, 4), by=clerk, at=at)
        rating.rate(case, stars=5, opinion="办理及时", by=clerk, at=at)
        closing.close(case, method="solved", by=clerk, at=at)
        db.session.commit()


def test_number_and_code_open_the_progress_before_the_worker_has_come(panjin, citizen):
    number, code = submit(citizen)
    page = open_page(panjin.client(), number, code)
    assert number in page
    assert "正在登记" in page
    assert "诉求已收到" in page


def test_who_has_just_sent_it_needs_no_code(citizen):
    number, _ = submit(citizen)
    assert "正在登记" in citizen.get(f"/tracking/{number}").text


def test_who_has_cleared_up_needs_the_code_again(citizen):
    number, code = submit(citizen)
    page = citizen.post("/leaving", follow_redirects=True).text
    assert "已清除" in page
    assert citizen.get("/cases/submitted").status_code == 404
    assert citizen.get(f"/tracking/{number}").status_code == 303
    open_page(citizen, number, code)


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("spelling", [" {} ", "{}\u3000", "{wide}", "{bare}"])
def test_number_and_code_may_be_typed_as_people_type_them(panjin, citizen, spelling):
    number, code = submit(citizen)
    wide = number.translate(FULL_WIDTH)
    typed = spelling.format(number, wide=wide, bare=number.replace("-", ""))
    open_page(panjin.client(), typed, f" {code[:4].lower()} {code[4:].lower()}")


def test_a_wrong_pair_says_so_in_one_sentence_for_any_number(panjin, citizen):
    number, code = submit(citizen)
    stranger = panjin.client()
    wrong_code = stranger.post("/tracking", data=pair(number, "22222222"))
    no_number = stranger.post("/tracking", data=pair("20260101-99999", code))
    for answer in (wrong_code, no_number):
        assert answer.status_code == 422
        assert "编号和查询码对不上" in answer.text


def test_without_the_pair_the_progress_leads_to_the_form_for_any_number(panjin, citizen):
    number, _ = submit(citizen)
    stranger = panjin.client()
    for some in (number, "20260101-99999"):
        answer = stranger.get(f"/tracking/{some}")
        assert (answer.status_code, answer.location) == (303, f"/tracking?number={some}")
        answer = stranger.post(f"/tracking/{some}/withdrawal", data={"reason": "不需要了"})
        assert answer.status_code == 303
    with panjin.standing():
        assert db.session.scalar(select(CitizenAct)) is None


def test_a_session_opens_nothing_of_another_city(panjin, linshi, citizen):
    """Numbers repeat across cities, and one store keeps the sessions of all."""
    number, _ = submit(citizen)
    other_number, _ = submit(linshi.client())
    assert number == other_number
    cookie = citizen.get_cookie("minxin", domain=panjin.city.host)
    visitor = linshi.client()
    visitor.set_cookie("minxin", cookie.value, domain=linshi.city.host)
    assert visitor.get(f"/tracking/{number}").status_code == 303


def test_guesses_at_one_number_are_stopped(panjin, citizen):
    number, code = submit(citizen)
    guesser = panjin.client()
    codes = [guesser.post("/tracking", data=pair(number, f"2222222{n % 8 + 2}")) for n in range(20)]
    assert [answer.status_code for answer in codes] == [422] * 10 + [429] * 10
    assert "输错的次数太多" in codes[-1].text
    assert guesser.post("/tracking", data=pair(number, code)).status_code == 429


@pytest.mark.parametrize(
    ("theirs", "own"),
    [
        ("192.0.2.7", "192.0.2.8"),
        ("2001:db8:1::7", "2001:db8:2::7"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8"),
    ],
)
def test_a_third_person_who_guesses_does_not_shut_out_the_citizen(panjin, citizen, theirs, own):
    number, code = submit(citizen)
    guesser, citizen_elsewhere = from_address(panjin, theirs), from_address(panjin, own)
    for _ in range(25):
        last = guesser.post("/tracking", data=pair(number, "22222222"))
    assert last.status_code == 429
    open_page(citizen_elsewhere, number, code)


def test_a_household_of_ipv6_is_one_address(panjin, citizen):
    number, _ = submit(citizen)
    answers = [
        from_address(panjin, f"2001:db8::{n:x}").post("/tracking", data=pair(number, "22222222"))
        for n in range(12)
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2


def test_guesses_at_one_number_from_everywhere_are_slowed_for_a_minute(panjin, citizen):
    number, code = submit(citizen)
    answers = [
        from_address(panjin, f"192.0.2.{n}").post("/tracking", data=pair(number, "22222222"))
        for n in range(25)
    ]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429] * 5
    assert "请一分钟后再试" in answers[-1].text
    assert (
        from_address(panjin, "198.51.100.1").post("/tracking", data=pair(number, code)).status_code
        == 429
    )
    slowing = [
        valkey.raw.ttl(key)
        for key in valkey.raw.scan_iter("*")
        if number.encode() in key and b"192.0.2" not in key
    ]
    assert slowing
    assert max(slowing) <= 60
    other, other_code = submit(panjin.client())
    open_page(from_address(panjin, "198.51.100.1"), other, other_code)


def from_address(cast, address: str):
    client = cast.client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_guesses_at_many_numbers_from_one_address_are_stopped(panjin, citizen):
    number, code = submit(citizen)
    guesser = panjin.client()
    codes = [
        guesser.post("/tracking", data=pair(f"20260101-{n:05}", "22222222")).status_code
        for n in range(32)
    ]
    assert codes == [422] * 30 + [429] * 2
    open_page(from_address(panjin, "192.0.2.7"), number, code)


def test_opening_ones_own_case_again_and_again_is_no_guessing(panjin, citizen):
    number, code = submit(citizen)
    for _ in range(15):
        open_page(panjin.client(), number, code)


def test_the_progress_names_the_unit_and_the_day(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    keep_promises()
    sent_to_unit(panjin, number)
    keep_promises()
    page = citizen.get(f"/tracking/{number}").text
    assert "市城管局" in page
    assert "承办单位正在办理" in page
    assert "最迟" in page
    assert "请核实办理" not in page  # 承办意见 is between offices
    assert "林静" not in page


def test_a_promise_that_was_not_kept_is_said(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    keep_promises()
    sent_to_unit(panjin, number)
    keep_promises()
    with panjin.standing():
        due_at = find(number).due_at
    with time_machine.travel(due_at + timedelta(seconds=1), tick=False), panjin.standing():
        found = find(number)
        assert "已超过期限" in progress.promise(found, clock.now())


def test_a_closed_case_shows_its_answer_and_cannot_be_withdrawn(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    keep_promises()
    sent_to_unit(panjin, number)
    answered(panjin, number)
    keep_promises()
    page = citizen.get(f"/tracking/{number}").text
    assert "已结案" in page
    assert "已更换灯具，恢复照明" in page
    assert "这件诉求已经结束，不能再撤回" in page
    answer = citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "不需要了"})
    assert answer.status_code == 422
    assert "这件诉求已经结束，不能再撤回" in answer.text


def test_a_withdrawal_is_being_processed_and_then_done(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    keep_promises()
    answer = citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "灯已经修好了"})
    assert answer.status_code == 303
    page = citizen.get(answer.location).text
    assert "正在处理" in page
    again = citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "灯已经修好了"})
    assert again.status_code == 422
    assert "不用再次提交" in again.text
    keep_promises()
    page = citizen.get(f"/tracking/{number}").text
    assert "已撤回" in page
    assert "这件诉求已经撤回" in page
    with panjin.standing():
        assert case_of(number).state == "withdrawn"


def test_a_withdrawal_needs_a_reason(citizen):
    number, _ = submit(citizen)
    answer = citizen.post(f"/tracking/{number}/withdrawal", data={"reason": " "})
    assert answer.status_code == 422
    assert "请写明撤回的原因" in answer.text
    answer = citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "长" * 501})
    assert "不能超过500个字" in answer.text


def test_a_withdrawal_before_the_worker_has_come_is_carried_out_too(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "灯已经修好了"})
    keep_promises()
    with panjin.standing():
        assert case_of(number).state == "withdrawn"


def test_what_the_unit_did_first_is_told_to_who_withdraws_too_late(panjin, citizen, keep_promises):
    number, _ = submit(citizen)
    keep_promises()
    citizen.post(f"/tracking/{number}/withdrawal", data={"reason": "灯已经修好了"})
    sent_to_unit(panjin, number)
    answered(panjin, number)
    keep_promises()
    assert "申请撤回没有办成" in citizen.get(f"/tracking/{number}").text


@pytest.mark.parametrize("state", list(progress.NOW))
def test_every_state_has_its_words_and_what_comes_next(state):
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    found = Tracking(state=state, steps=[], due_at=None)
    shown = progress.steps(found, at)
    assert shown[0].state == "now"
    assert [step.state for step in shown[1:]] == ["next"] * (len(shown) - 1)
    assert progress.standing(found) == shown[0].label
