"""周总结 and 离岗 on pages: written and handed in, read by the office; entered and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.comparison import summaries
from minxin.comparison.summaries import Summary
from minxin.extensions import db
from minxin.people.absences import Absence

TEXTS = {"course": "办理1件，均按时办结", "problems": "", "plans": "继续办理在办件"}


@pytest.fixture
def drafted(panjin) -> int:
    """The id of 大洼区's draft of last week; a week in the past that has workdays."""
    with panjin.standing():
        at = clock.now()
        while not summaries.open_week(at):
            at -= timedelta(days=7)
        db.session.commit()
        station = panjin.unit("大洼区民心网工作站")
        return db.session.scalars(select(Summary.id).where(Summary.unit_id == station)).one()


def test_saved_it_is_a_draft_and_handed_in_it_stands(panjin, drafted):
    client = panjin.client("mengyan")
    here = f"/dawa/summaries/{drafted}"
    assert "本周工作情况" in client.get(here).text
    answer = client.post(here, data=TEXTS | {"then": "save"})
    assert answer.status_code == 303
    assert TEXTS["course"] in client.get(here).text
    wrong = client.post(here, data=TEXTS | {"plans": "", "then": "submit"})
    assert wrong.status_code == 422
    assert "请填写下周打算" in wrong.text
    assert TEXTS["course"] in wrong.text
    assert client.post(here, data=TEXTS | {"then": "submit"}).status_code == 303
    page = client.get(here).text
    assert "<textarea" not in page
    again = client.post(here, data=TEXTS | {"then": "submit"})
    assert again.status_code == 422
    assert "不能再改" in again.text


def test_the_office_sees_who_has_and_reads_it(panjin, drafted):
    client = panjin.client("linjing")
    listed = client.get("/city/summaries").text
    assert "大洼区民心网工作站" in listed
    assert client.get(f"/city/summaries/{drafted}").status_code == 200
    assert client.post(f"/city/summaries/{drafted}", data=TEXTS).status_code == 403


def test_another_station_finds_nothing_and_a_unit_may_not(panjin, drafted):
    assert panjin.client("wutong").get(f"/xinglongtai/summaries/{drafted}").status_code == 404
    assert panjin.client("zhaoyang").get(f"/dawa/summaries/{drafted}").status_code == 403


def test_a_responder_says_that_he_is_away_and_back(panjin):
    client = panjin.client("zhaoyang")
    today = clock.local(clock.now()).date()
    data = {
        "user_id": str(panjin.actor("zhaoyang").user_id),
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=3)).isoformat(),
        "reason": "出差",
    }
    wrong = client.post("/dawa/absences", data=data | {"last_day": "2026-02-30"})
    assert wrong.status_code == 422
    assert "出差" in wrong.text
    assert client.post("/dawa/absences", data=data).status_code == 303
    page = client.get("/dawa/absences").text
    assert "出差" in page
    assert "提前返岗" in page
    with panjin.standing():
        absence = db.session.scalars(select(Absence)).one()
    assert client.post("/dawa/absences/999/end").status_code == 404
    assert client.post(f"/dawa/absences/{absence.id}/end").status_code == 303
    assert "提前返岗" in client.get("/dawa/absences").text
    stranger = panjin.client("zhouning").post(f"/dawa/absences/{absence.id}/end")
    assert stranger.status_code == 404
