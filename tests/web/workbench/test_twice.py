"""Every form of the workbench sent twice: done once, and the second is told so in a sentence."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from minxin.cases.models import Attachment, Case, CaseEvent
from minxin.extensions import db
from minxin.notices.inbox import Notice
from tests.web.workbench import stages
from tests.web.workbench.test_acts import ACTS, NAMES, path, put, sent

SENTENCES = ("重复提交没有再次执行", "没有执行")


def counted(cast, model) -> int:
    with cast.standing():
        return db.session.scalar(select(func.count(model.id))) or 0


@pytest.mark.parametrize(("stage", "who", "noun", "data", "after"), ACTS, ids=NAMES)
def test_an_act_sent_twice_is_done_once_and_that_is_said(panjin, stage, who, noun, data, after):
    number = put(panjin, stage)
    client, url = panjin.client(who), path(panjin, who, number, noun)
    form = sent(panjin, number, data)
    assert client.post(url, data=form).status_code == 303
    events = counted(panjin, CaseEvent)
    second = client.post(url, data=form)
    assert second.status_code in (303, 409)
    page = client.get(second.location).text if second.status_code == 303 else second.text
    assert any(words in page for words in SENTENCES)
    assert stages.version_of(panjin, number) == int(form["version"]) + 1
    assert stages.state_of(panjin, number) == after
    assert counted(panjin, CaseEvent) == events


def picture() -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "PNG")
    stream.seek(0)
    return stream


def test_a_file_sent_twice_hangs_there_once(panjin):
    number = stages.at_stage(panjin, "accepted")
    client, url = panjin.client("zhaoyang"), path(panjin, "zhaoyang", number, "attachments")
    version = stages.version_of(panjin, number)
    for words in ("附件已上传", "已经在这件里了"):
        answer = client.post(url, data={"files": (picture(), "现场.png"), "version": version})
        page = client.get(answer.location).text if answer.status_code == 303 else answer.text
        assert words in page
    assert counted(panjin, Attachment) == 1


def test_a_list_claimed_twice_is_claimed_once(panjin):
    numbers = [stages.entered(panjin) for _ in range(2)]
    client = panjin.client("linjing")
    said = []
    for _ in range(2):
        answer = client.post("/city/claims", data={"number": numbers})
        said.append(client.get(answer.location).text)
    assert "message-done" in said[0]
    assert said[1].count("没有认领") == 2
    with panjin.standing():
        claims = select(func.count(CaseEvent.id)).where(CaseEvent.name == "claim")
        assert db.session.scalar(claims) == 2
        assert set(db.session.scalars(select(Case.state))) == {"claimed"}


def test_reminders_marked_as_read_twice_stay_read(panjin):
    stages.at_stage(panjin, "dispatched")
    client = panjin.client("mengyan")
    for _ in range(2):
        assert client.post("/dawa/notices/reading").status_code == 303
    with panjin.standing():
        unread = select(func.count(Notice.id)).where(Notice.read_at.is_(None))
        assert (
            db.session.scalar(unread.where(Notice.user_id == panjin.actor("mengyan").user_id)) == 0
        )


def test_leaving_twice_is_leaving(panjin):
    client = panjin.client("mengyan")
    for _ in range(2):
        assert client.post("/dawa/sign-out").location == "/dawa/sign-in"
