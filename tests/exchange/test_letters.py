"""函件: across the wall by the worker alone, signed for once, answered in its thread."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from minxin.background import Outbox
from minxin.cases.states import State
from minxin.errors import Conflict, Refused
from minxin.exchange import addressees, delivering, letters, mailbox
from minxin.exchange.letters import LetterKind
from minxin.exchange.models import Letter, LetterCase, LetterReceipt
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import User
from tests.cases.planting import plant
from tests.exchange.posting import AT, keep_promises, received, send

LATER = AT + timedelta(hours=3)


def sign(cast, letter: Letter, who: str) -> None:
    with cast.standing(who):
        letters.sign(db.session.get_one(Letter, letter.id), by=cast.actor(who), at=LATER)
        db.session.commit()
    keep_promises(cast)


def try_to_sign(cast, letter_id: int, who: str) -> None:
    with cast.standing(who):
        letter = db.session.get_one(Letter, letter_id)
        letters.sign(letter, by=cast.actor(who), at=LATER)


def try_to_answer(cast, letter_id: int, who: str) -> None:
    with cast.standing(who):
        letter = db.session.get_one(Letter, letter_id)
        letters.reply(letter, "回复", "已办", by=cast.actor(who), at=LATER)


def receipts(cast, letter_id: int, who: str = "linjing") -> dict[str, str]:
    """Addressee → who signed, as the sender sees it."""
    with cast.standing(who):
        letter = db.session.get_one(Letter, letter_id)
        return {each.unit: each.signed_by for each in mailbox.receipts(letter)}


def test_a_letter_reaches_units_of_other_tenants_and_nobody_else(panjin):
    send(panjin, "大洼区民心网工作站", "兴隆台区民政局")
    assert [each.title for each in received(panjin, "mengyan")] == ["关于供热的函"]
    assert [each.title for each in received(panjin, "dinglan")] == ["关于供热的函"]
    for other in ("wutong", "zhaoyang", "fengxue", "linjing"):
        assert received(panjin, other) == []


def test_the_copy_carries_everything_and_names_all_addressees(panjin):
    send(panjin, "大洼区民心网工作站", "兴隆台区民政局")
    (copy,) = received(panjin, "mengyan")
    assert copy.sender_unit == "市民心网办"
    assert copy.sender == "林静"
    assert copy.text == "请于本周五前报送情况。"
    assert [each["unit"] for each in copy.addressed] == ["大洼区民心网工作站", "兴隆台区民政局"]
    assert (copy.year, copy.serial) == (2026, 1)


def test_people_of_the_unit_are_told_without_a_word_of_the_letter(panjin):
    send(panjin, "大洼区住建局")
    with panjin.standing():
        query = select(User.name, Notice.text, Notice.page).join(Notice, Notice.user_id == User.id)
        told = db.session.execute(query.order_by(User.id)).all()
        assert [row.name for row in told] == ["赵阳", "钱进", "孙立"]
        assert {row.text for row in told} == {"收到市民心网办的函件，请签收"}
        (copy,) = db.session.scalars(select(Letter).where(Letter.box == "in")).all()
        assert {row.page for row in told} == {f"letters/{copy.id}"}


def test_a_letter_that_is_delivered_twice_comes_once(panjin):
    sent = send(panjin, "大洼区住建局")
    with panjin.standing():
        delivering.deliver(sent, at=LATER)
        db.session.commit()
    assert len(received(panjin, "zhaoyang")) == 1


def test_the_sender_sees_who_has_signed_and_who_has_not(panjin):
    sent = send(panjin, "大洼区民心网工作站", "兴隆台区民政局")
    assert receipts(panjin, sent) == {"大洼区民心网工作站": "", "兴隆台区民政局": ""}
    sign(panjin, received(panjin, "mengyan")[0], "mengyan")
    assert receipts(panjin, sent) == {"兴隆台区民政局": "", "大洼区民心网工作站": "孟岩"}
    with panjin.standing("linjing"):
        rows, _ = mailbox.page(panjin.actor("linjing"), "out")
        assert (rows[0].signed, rows[0].addressees) == (1, 2)


def test_a_letter_is_signed_for_once(panjin):
    send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    sign(panjin, copy, "zhaoyang")
    with pytest.raises(Conflict, match="已由赵阳签收"):
        try_to_sign(panjin, copy.id, "qianjin")


def test_two_people_who_sign_at_once_are_one_signature(app, panjin):
    sent = send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    said = []

    def run(who: str) -> None:
        with app.app_context(), panjin.standing(who):
            try:
                letter = db.session.get_one(Letter, copy.id)
                letters.sign(letter, by=panjin.actor(who), at=LATER)
                db.session.commit()
                said.append("signed")
            except Conflict:
                said.append("too late")

    threads = [Thread(target=run, args=(who,)) for who in ("zhaoyang", "qianjin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    keep_promises(panjin)
    assert sorted(said) == ["signed", "too late"]
    assert receipts(panjin, sent)["大洼区住建局"] in ("赵阳", "钱进")


def test_neither_the_sender_nor_a_higher_unit_signs(panjin):
    sent = send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    for who, letter_id in (("linjing", sent), ("mengyan", copy.id)):
        with pytest.raises(Refused, match="只有收件单位"):
            try_to_sign(panjin, letter_id, who)


def test_the_answer_goes_to_the_sender_in_the_same_thread(panjin):
    sent = send(panjin, "大洼区住建局", "大洼区民心网工作站")
    (copy,) = received(panjin, "zhaoyang")
    with pytest.raises(Refused, match="请先签收"):
        try_to_answer(panjin, copy.id, "zhaoyang")
    sign(panjin, copy, "zhaoyang")
    with panjin.standing("zhaoyang"):
        letter = db.session.get_one(Letter, copy.id)
        letters.reply(letter, "回复", "已办", by=panjin.actor("zhaoyang"), at=LATER)
        db.session.commit()
    keep_promises(panjin)
    (answer,) = received(panjin, "linjing")
    assert (answer.sender_unit, answer.text) == ("大洼区住建局", "已办")
    with panjin.standing("linjing"):
        thread = mailbox.thread(db.session.get_one(Letter, sent))
        assert [each.title for each in thread] == ["关于供热的函", "回复"]
    with panjin.standing("zhaoyang"):
        thread = mailbox.thread(db.session.get_one(Letter, copy.id))
        assert [each.box for each in thread] == ["in", "out"]
    assert len(received(panjin, "mengyan")) == 1


def test_only_who_received_it_answers(panjin):
    sent = send(panjin, "大洼区住建局")
    with pytest.raises(Refused, match="只有收件单位"):
        try_to_answer(panjin, sent, "linjing")


def test_letters_of_a_unit_are_numbered_within_the_year(panjin):
    first = send(panjin, "大洼区住建局", at=AT.replace(year=2025))
    second = send(panjin, "大洼区住建局")
    third = send(panjin, "大洼区住建局", who="hejun")
    other = send(panjin, "大洼区住建局", who="fengxue")
    with panjin.standing():
        numbers = {each.id: (each.year, each.serial) for each in db.session.scalars(select(Letter))}
    assert numbers[first] == (2025, 1)
    assert (numbers[second], numbers[third]) == ((2026, 1), (2026, 2))
    assert numbers[other] == (2026, 1)


def test_a_form_that_is_sent_twice_is_one_letter(panjin):
    first = send(panjin, "大洼区住建局", token="7-abc")
    assert send(panjin, "大洼区住建局", token="7-abc") == first
    assert len(received(panjin, "zhaoyang")) == 1
    with panjin.standing():
        delivered = select(func.count(Outbox.id)).where(Outbox.job == "letters.deliver")
        assert db.session.scalar(delivered) == 1


@pytest.mark.parametrize(
    ("units", "title", "text", "field"),
    [
        ((), "函", "正文", "unit_ids"),
        (("市民心网办",), "函", "正文", "unit_ids"),  # to oneself
        (("大洼区住建局",), " ", "正文", "title"),
        (("大洼区住建局",), "函" * 101, "正文", "title"),
        (("大洼区住建局",), "函", " \n", "text"),
        (("大洼区住建局",), "函", "正" * 10_001, "text"),
        (("大洼区教育局",), "函", "正文", "unit_ids"),  # nobody has an account there
    ],
)
def test_a_letter_with_something_missing_is_refused_at_its_field(panjin, units, title, text, field):
    ids, by = [panjin.unit(name) for name in units], panjin.actor("linjing")
    with panjin.standing("linjing"), pytest.raises(Refused) as refusal:
        letters.send(ids, title, text, by=by, at=AT)
    assert refusal.value.field == field


def test_a_unit_that_does_not_exist_receives_nothing(panjin):
    with panjin.standing("linjing"), pytest.raises(Refused):
        letters.send([987654], "函", "正文", by=panjin.actor("linjing"), at=AT)


@pytest.mark.parametrize("username", ["qinchuan", "chencheng", "weiming"])
def test_who_has_no_mailbox_sends_nothing(panjin, username):
    ids = [panjin.unit("大洼区住建局")]
    with panjin.standing(username), pytest.raises(Refused, match="不能以单位名义"):
        letters.send(ids, "函", "正文", by=panjin.actor(username), at=AT)


def test_a_tenant_finds_the_names_of_the_whole_city_and_nothing_more(panjin):
    with panjin.standing("zhaoyang"):
        found = {each.unit: each.tenant for each in addressees.every()}
    assert found["兴隆台区民政局"] == "兴隆台区"
    assert found["市民心网办"] == "市直部门"
    assert "大洼区教育局" not in found  # nobody there could read it


def test_a_reminder_names_its_cases_wherever_they_lie(panjin):
    with panjin.standing():
        case = plant(State.HANDLING, unit_id=panjin.unit("大洼区住建局"))
        db.session.commit()
        case_id, number = case.id, case.number
    sent = send(panjin, "大洼区住建局", kind=LetterKind.REMINDER, case_ids=[case_id])
    (copy,) = received(panjin, "zhaoyang")
    assert (copy.kind, copy.case_numbers) == ("reminder", [number])
    with panjin.standing():
        hanging = select(LetterCase.letter_id).where(LetterCase.case_id == case_id)
        assert set(db.session.scalars(hanging)) == {sent, copy.id}


def test_a_letter_is_about_cases_that_the_sender_can_see(panjin):
    with panjin.standing():
        case_id = plant(State.HANDLING, unit_id=panjin.unit("兴隆台区住建局")).id
        db.session.commit()
    ids = [panjin.unit("市民心网办")]
    with panjin.standing("zhaoyang"), pytest.raises(Refused, match="受理范围"):
        letters.send(ids, "函", "正文", by=panjin.actor("zhaoyang"), at=AT, case_ids=[case_id])


def test_each_person_has_read_marks_of_his_own(panjin):
    send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    for _ in range(2):
        with panjin.standing("zhaoyang"):
            letter = db.session.get_one(Letter, copy.id)
            letters.read(letter, by=panjin.actor("zhaoyang"), at=LATER)
            db.session.commit()
    for who, unread in (("zhaoyang", 0), ("qianjin", 1)):
        with panjin.standing(who):
            waiting = mailbox.waiting(panjin.actor(who))
            assert waiting == {"unread": unread, "unsigned": 1}


def test_a_tenants_login_writes_into_no_other_tenant(panjin):
    sent = send(panjin, "大洼区住建局", who="wutong")
    with panjin.standing("zhaoyang"):
        assert db.session.get(Letter, sent) is None
        assert db.session.scalars(select(LetterReceipt)).all() == []
