"""Photos of 50 MB, texts of 10,000 characters and one more, emoji and rare characters."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from minxin.attachments.inspect import inspect
from minxin.background import Outbox
from minxin.cases.models import Attachment, Case, Submission
from minxin.errors import Refused
from minxin.extensions import db
from tests.web.portal.conftest import APPEAL
from tests.web.workbench import stages
from worker import jobs

MB = 1024 * 1024
RARE = "家住㛃䶮路𠮷巷的👩‍👧群众反映😀路灯不亮"
ENTRY = {"source": "phone", "received_at": "2026-11-20T08:15", "token": "t" * 22,
         "district": "", "kind": "", "subject": "路灯不亮", "phone": "13800001234"}  # fmt: skip


def photo(size: int) -> tuple[io.BytesIO, str]:
    """What begins as a photo and is that large."""
    return io.BytesIO(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(size)), "现场.jpg"


def work(cast) -> None:
    with cast.standing():
        ids = db.session.scalars(select(Outbox.id).where(Outbox.done_at.is_(None))).all()
    for outbox_id in ids:
        jobs.keep_promise(cast.city.schema, outbox_id)


def test_a_photo_of_50_mb_is_refused_in_the_portal_and_the_text_kept(panjin):
    form = {**APPEAL, "token": "t" * 32, "photos": [photo(50 * MB)]}
    answer = panjin.client().post("/cases/new", data=form)
    assert answer.status_code == 422
    assert "现场.jpg" in answer.text
    assert "20 MB" in answer.text
    assert APPEAL["body"] in answer.text
    with panjin.standing():
        assert not db.session.scalars(select(Submission.id)).all()


@pytest.mark.parametrize("noun", ["log", "report", "attachments"])
def test_a_photo_of_50_mb_is_refused_in_the_workbench_and_the_text_kept(panjin, noun):
    number = stages.at_stage(panjin, "handling")
    version = stages.version_of(panjin, number)
    form = {"files": photo(50 * MB), "text": "我写的办理情况", "section_result": "我写的处理结果",
            "section_appeal": "诉求", "section_inquiry": "调查", "section_contact": "已联系",
            "close_method": "solved", "responsible": "赵阳", "signer": "孙立",
            "version": version}  # fmt: skip
    answer = panjin.client("zhaoyang").post(f"/dawa/cases/{number}/{noun}", data=form)
    assert answer.status_code == 422
    assert "20 MB" in answer.text
    if noun != "attachments":
        assert "我写的" in answer.text
    with panjin.standing():
        assert not db.session.scalars(select(Attachment.id)).all()
    assert stages.version_of(panjin, number) == version


def test_ten_thousand_characters_are_taken_and_one_more_is_refused_with_the_text_kept(panjin):
    for length, status in ((10_000, 303), (10_001, 422)):
        for text in ("长" * length, "😀" * length):
            citizen = panjin.client()
            form = {**APPEAL, "body": text, "token": f"{length}{text[0]}" + "t" * 20}
            answer = citizen.post("/cases/new", data=form)
            assert answer.status_code == status
            if status == 422:
                assert text in answer.text
                assert "现有10001个字" in answer.text
            token = f"{length}{ord(text[0])}" + "e" * 20
            entry = {**ENTRY, "body": text, "token": token}
            answer = panjin.client("linjing").post("/city/entry", data=entry)
            assert answer.status_code == status
            if status == 422:
                assert text in answer.text
                assert "不能超过10000个字" in answer.text
    work(panjin)
    with panjin.standing():
        assert [len(body) for body in db.session.scalars(select(Case.body))] == [10_000] * 4


def test_a_section_of_a_report_takes_ten_thousand_characters_and_no_more(panjin):
    number = stages.at_stage(panjin, "handling")
    form = {f"section_{key}": text for key, text in stages.TEXTS.items()}
    form |= {"close_method": "solved", "responsible": "赵阳", "signer": "孙立"}
    url, client = f"/dawa/cases/{number}/report", panjin.client("zhaoyang")
    form["version"] = str(stages.version_of(panjin, number))
    answer = client.post(url, data={**form, "section_result": "长" * 10_001})
    assert answer.status_code == 422
    assert "不能超过10000个字" in answer.text
    assert "长" * 10_001 in answer.text
    assert client.post(url, data={**form, "section_result": "长" * 10_000}).status_code == 303


def test_emoji_and_rare_characters_go_round(panjin):
    clerk = panjin.client("linjing")
    form = {**ENTRY, "subject": RARE, "body": RARE, "place": RARE, "name": "王㛃䶮"}
    answer = clerk.post("/city/entry", data=form)
    assert answer.status_code == 303, answer.text
    page = clerk.get(answer.location).text
    number = re.search(r"\d{8}-\d{5}", page)[0]
    work(panjin)
    for url in (f"/city/cases/{number}", f"/city/cases/{number}/print", "/city/cases"):
        assert RARE in clerk.get(url).text, url
    for words in ("㛃䶮", "㛃", "䶮路", "𠮷巷", "路灯 㛃"):
        assert number in clerk.get("/city/cases", query_string={"q": words}).text, words
    code = re.search(r'id="receipt-code">([^<]+)<', page)[1]
    citizen = panjin.client()
    opened = citizen.post("/tracking", data={"number": number, "code": code})
    assert RARE in citizen.get(opened.location).text


def test_the_limit_is_of_the_content_and_not_only_of_the_form():
    with pytest.raises(Refused, match="20 MB"):
        inspect(photo(21 * MB)[0].read(), "现场.jpg")
