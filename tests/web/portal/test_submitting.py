"""A citizen sends an appeal: kept at once, made a case once, whatever goes wrong on the way."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator

import pytest
from PIL import Image
from sqlalchemy import func, select

from minxin import extensions
from minxin.background import Outbox
from minxin.cases import contacts
from minxin.cases.models import Attachment, Case, Contact, Submission, Tracking
from minxin.extensions import db, valkey
from tests.web.portal.conftest import APPEAL, receipt_of, submit, token_of
from tests.web.portal.solving import answered
from worker import jobs


def photo(colour: str = "red", name: str = "IMG_0001.jpg") -> tuple[io.BytesIO, str]:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG")
    stream.seek(0)
    return stream, name


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_appeal_gets_a_number_and_a_code(citizen):
    number, code = submit(citizen)
    assert number.endswith("-00001")
    assert len(code) == 8


def test_the_receipt_may_be_reloaded_and_sends_nothing_again(panjin, citizen):
    first = submit(citizen)
    assert receipt_of(citizen.get("/cases/submitted").text) == first
    with panjin.standing():
        assert count(Submission) == 1


def test_a_stranger_sees_no_receipt(panjin, citizen):
    submit(citizen)
    answer = panjin.client().get("/cases/submitted")
    assert answer.status_code == 404
    assert "没有可显示的回执" in answer.text


def test_a_receipt_is_not_shown_in_another_city(panjin, linshi, citizen):
    submit(citizen)
    session = citizen.get_cookie("minxin", domain=panjin.city.host)
    other = linshi.client()
    other.set_cookie("minxin", session.value, domain=linshi.city.host)
    assert "没有可显示的回执" in other.get("/cases/submitted").text


def test_the_code_is_nowhere_in_the_clear(panjin, citizen):
    _, code = submit(citizen)
    kept = [valkey.raw.get(key) for key in valkey.raw.keys("*")]
    assert not any(code.encode() in value for value in kept if isinstance(value, bytes))
    with panjin.standing():
        assert code not in json.dumps([list(map(str, row)) for row in _everything()])


def _everything() -> list:
    return [
        row
        for model in (Submission, Tracking, Outbox)
        for row in db.session.execute(select(*model.__table__.columns))
    ]


def test_the_worker_makes_the_case_with_sealed_contact_and_photos(panjin, citizen, keep_promises):
    number, _ = submit(citizen, photos=[photo("red", "北门.jpg"), photo("blue", "路口.jpg")])
    keep_promises()
    with panjin.standing():
        case = db.session.scalar(select(Case).where(Case.number == number))
        assert (case.state, case.source) == ("unclaimed", "web")
        assert (case.subject, case.body) == (APPEAL["subject"], APPEAL["body"])
        assert (case.kind, case.district, case.place) == ("complaint", "dawa", APPEAL["place"])
        contact = db.session.scalar(select(Contact).where(Contact.case_id == case.id))
        assert contact.phone_mask == "138****1207"
        assert b"13800001207" not in contact.phone_sealed
        sealed = contacts.Sealed(contact.name_sealed, contact.phone_sealed, contact.address_sealed)
        assert contacts.unseal(sealed, number).name == "王小明"
        files = db.session.scalars(select(Attachment).order_by(Attachment.id)).all()
        assert [file.name for file in files] == ["北门.jpg", "路口.jpg"]
        assert {file.case_id for file in files} == {case.id}
        tracking = db.session.scalar(select(Tracking).where(Tracking.number == number))
        assert (tracking.case_id, tracking.state) == (case.id, "unclaimed")
        store = panjin.app.extensions["store"]
        assert all(store.is_whole(file.sha256, panjin.city.schema) for file in files)


def test_a_job_that_runs_twice_makes_one_case(panjin, citizen):
    submit(citizen, photos=[photo()])
    with panjin.standing():
        promise = db.session.scalars(select(Outbox.id).where(Outbox.job == "intake.take_in")).one()
        db.session.commit()
    jobs.keep_promise(panjin.city.schema, promise)
    with panjin.standing():
        db.session.execute(Outbox.__table__.update().values(done_at=None))
        db.session.commit()
    jobs.keep_promise(panjin.city.schema, promise)
    with panjin.standing():
        assert (count(Case), count(Contact), count(Attachment)) == (1, 1, 1)


def test_nothing_personal_stays_behind_in_the_submission(panjin, citizen, keep_promises):
    submit(citizen)
    keep_promises()
    with panjin.standing():
        left = db.session.scalars(select(Submission)).one()
        assert (left.phone_sealed, left.name_sealed, left.address_sealed) == (None, None, None)
        assert left.body == ""


def test_nothing_is_required_but_what_it_is_about(panjin, citizen, keep_promises):
    only = dict.fromkeys(("kind", "district", "place", "name", "phone", "address"), "")
    submit(citizen, **only)
    keep_promises()
    with panjin.standing():
        case = db.session.scalars(select(Case)).one()
        assert (case.has_phone, case.kind, case.district) == (False, None, None)
        assert count(Contact) == 0


def test_the_same_form_sent_twice_is_one_appeal(panjin, citizen):
    token = token_of(citizen.get("/cases/new").text)
    first = citizen.post("/cases/new", data={**APPEAL, "token": token})
    receipt = receipt_of(citizen.get(first.location).text)
    second = citizen.post("/cases/new", data={**APPEAL, "token": token})
    page = citizen.get(second.location).text
    assert receipt_of(page) == receipt
    assert "没有重复登记" in page
    with panjin.standing():
        assert count(Submission) == 1


def test_the_same_form_written_anew_is_another_appeal(panjin, citizen):
    token = token_of(citizen.get("/cases/new").text)
    citizen.post("/cases/new", data={**APPEAL, "token": token})
    citizen.post("/cases/new", data={**APPEAL, "token": token, "body": "楼道灯也不亮。"})
    with panjin.standing():
        assert count(Submission) == 2


def test_a_double_click_shows_one_receipt_to_both_requests(panjin):
    """Both requests run at once in one session; the slower one must not lose the receipt."""
    first, second = panjin.client(), panjin.client()
    submit(first)  # so that the session is there
    token = token_of(first.get("/cases/new").text)
    cookie = first.get_cookie("minxin", domain=panjin.city.host)
    second.set_cookie("minxin", cookie.value, domain=panjin.city.host)
    receipts = []

    def send(client):
        answer = client.post("/cases/new", data={**APPEAL, "token": token})
        receipts.append(receipt_of(client.get(answer.location).text))

    _at_once([lambda: send(first), lambda: send(second)])
    assert len(receipts) == 2
    assert len(set(receipts)) == 1
    with panjin.standing():
        assert count(Submission) == 2


def test_one_hundred_at_once_get_one_hundred_numbers(panjin, unlimited, keep_promises):
    receipts: list[tuple[str, str]] = []

    def send() -> None:
        receipts.append(submit(panjin.client()))

    _at_once([send] * 100)
    assert len({number for number, _ in receipts}) == 100
    assert len({code for _, code in receipts}) == 100
    keep_promises()
    with panjin.standing():
        assert count(Case) == 100
        made = set(db.session.scalars(select(Case.number)))
    assert made == {number for number, _ in receipts}


def _at_once(acts: list) -> None:
    """Run each act in a thread of its own, all starting together; a failure fails the test."""
    start, failures = threading.Barrier(len(acts)), []

    def run(act) -> None:
        start.wait()
        try:
            act()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not failures, failures[0]


# --- What is refused, and what is kept then ---------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("subject", "  ", "请填写诉求标题"),
        ("body", "", "请填写诉求内容"),
        ("subject", "长" * 201, "诉求标题不能超过200个字，现有201个字"),
        ("body", "长" * 10_001, "诉求内容不能超过10000个字"),
        ("place", "长" * 201, "地点不能超过200个字"),
        ("name", "长" * 51, "姓名不能超过50个字"),
        ("phone", "1380000", "请检查电话号码"),
        ("phone", "2800123", "固定电话要带区号"),
        ("district", "nowhere", "不是有效的选择"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(panjin, citizen, field, value, sentence):
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    for name in {"subject", "place", "name", "phone", "address"} - {field}:
        assert APPEAL[name] in answer.text
    with panjin.standing():
        assert count(Submission) == 0


def test_everything_that_is_wrong_is_said_at_once(citizen):
    data = {**APPEAL, "token": "t" * 32, "subject": "", "phone": "12", "photos": [(b"x", "a.jpg")]}
    data["photos"] = [(io.BytesIO(b"no picture"), "a.jpg")]
    page = citizen.post("/cases/new", data=data).text
    assert "请填写诉求标题" in page
    assert "请检查电话号码" in page
    assert "第1张“a.jpg”" in page


def test_a_wrong_photo_is_named_and_the_text_is_kept(panjin, citizen):
    files = [photo(), (io.BytesIO(b"%PDF-1.4 not a picture"), "说明.jpg")]
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, "photos": files})
    assert answer.status_code == 422
    assert "第2张“说明.jpg”" in answer.text
    assert "重新选一次" in answer.text
    assert APPEAL["body"] in answer.text
    with panjin.standing():
        assert count(Submission) == 0


def test_a_document_is_not_a_photo(citizen):
    text = (io.BytesIO("一段文字".encode()), "说明.txt")
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, "photos": [text]})
    assert "这里只收照片" in answer.text


def test_photos_must_be_chosen_again_after_another_mistake(citizen):
    data = {**APPEAL, "token": "t" * 32, "subject": "", "photos": [photo()]}
    assert "照片要重新选一次" in citizen.post("/cases/new", data=data).text


def test_a_seventh_photo_is_refused(citizen):
    files = [photo(name=f"{n}.jpg") for n in range(7)]
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, "photos": files})
    assert answer.status_code == 422
    assert "照片最多6张，选了7张" in answer.text


def test_a_request_that_is_too_large_is_told_so(app, citizen, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    data = {**APPEAL, "token": "t" * 32, "photos": [(io.BytesIO(b"x" * 5000), "a.jpg")]}
    answer = citizen.post("/cases/new", data=data)
    assert answer.status_code == 413
    assert "照片太大" in answer.text
    assert "返回上一页" in answer.text


def test_line_ends_count_once_and_nul_is_dropped(panjin, citizen, keep_promises):
    submit(citizen, body="第一行\r\n第二行\x00", subject="路灯\x00不亮")
    keep_promises()
    with panjin.standing():
        case = db.session.scalars(select(Case)).one()
        assert (case.subject, case.body) == ("路灯不亮", "第一行\n第二行")


def test_a_page_that_was_open_too_long_keeps_what_was_typed(app, citizen, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32})
    assert answer.status_code == 422
    assert "页面打开得太久了" in answer.text
    assert APPEAL["body"] in answer.text


# --- Limits -------------------------------------------------------------------------------


@pytest.fixture
def unlimited() -> Iterator[None]:
    extensions.limiter.enabled = False
    yield
    extensions.limiter.enabled = True


def test_an_eleventh_appeal_in_an_hour_waits_with_its_text(panjin, citizen):
    for n in range(10):
        submit(citizen, subject=f"第{n}件")
    answer = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32})
    assert answer.status_code == 429
    assert "请在下面回答一个简单的问题" in answer.text
    assert APPEAL["body"] in answer.text
    with panjin.standing():
        assert count(Submission) == 10
    assert solve(citizen, answer, wrong=True).status_code == 429
    again = citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32})
    assert solve(citizen, again).status_code == 303
    with panjin.standing():
        assert count(Submission) == 11


def solve(citizen, page, *, wrong: bool = False):
    """Answer the question of a page and send its form again."""
    said = answered(page.text)
    if wrong:
        said["challenge_answer"] = "99"
    return citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, **said})


def test_one_answer_opens_one_door_once(citizen):
    for n in range(10):
        submit(citizen, subject=f"第{n}件")
    said = answered(citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32}).text)
    first = {**APPEAL, "token": "a" * 32, "subject": "第十一件", **said}
    assert citizen.post("/cases/new", data=first).status_code == 303
    second = {**APPEAL, "token": "b" * 32, "subject": "第十二件", **said}
    assert citizen.post("/cases/new", data=second).status_code == 429
    forged = {**second, "challenge": "e30.AAAAAA.xxxx"}
    assert citizen.post("/cases/new", data=forged).status_code == 429


def test_mistakes_do_not_count_against_the_limit(citizen):
    for _ in range(12):
        citizen.post("/cases/new", data={**APPEAL, "token": "t" * 32, "subject": ""})
    submit(citizen)
