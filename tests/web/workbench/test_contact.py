"""Contact data: masked, shown once for a reason, and everybody can see who looked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from minxin.audit.log import AuditEntry
from minxin.extensions import db
from tests.web.workbench import stages

HTMX = {"HX-Request": "true"}


def reveal(cast, who, number, reason="核实现场位置", part="phone", **more):
    url = f"/{cast.desk(who)}/cases/{number}/contact"
    return cast.client(who).post(url, data={"reason": reason, "part": part}, **more)


def test_the_page_shows_masks_alone(panjin):
    number = stages.at_stage(panjin, "assigned")
    for who in ("linjing", "mengyan", "zhaoyang", "sunli"):
        page = panjin.client(who).get(f"/{panjin.desk(who)}/cases/{number}").text
        assert stages.PHONE not in page
        assert "王小明" not in page


def test_a_reveal_shows_the_number_once_and_is_kept_nowhere(panjin):
    number = stages.at_stage(panjin, "assigned")
    answer = reveal(panjin, "zhaoyang", number, headers=HTMX)
    assert answer.status_code == 200
    assert stages.PHONE in answer.text
    assert "王小明" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert stages.PHONE not in panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text


def test_a_reveal_works_on_the_whole_page_too(panjin):
    number = stages.at_stage(panjin, "assigned")
    answer = reveal(panjin, "mengyan", number)
    assert stages.PHONE in answer.text
    assert "办理经过" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_who_looked_and_why_is_in_the_life_of_the_case_and_in_the_log(panjin):
    number = stages.at_stage(panjin, "assigned")
    reveal(panjin, "zhaoyang", number, reason="联系约定上门时间")
    page = panjin.client("linjing").get(f"/city/cases/{number}").text
    assert "查看了诉求人电话" in page
    assert "联系约定上门时间" in page
    with panjin.standing():
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "contact.reveal")
        ).one()
        assert (entry.actor_name, entry.payload) == ("赵阳", {"part": "phone"})
        assert stages.PHONE not in str(entry.reason)


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_without_a_real_reason_nothing_is_shown(panjin, reason):
    number = stages.at_stage(panjin, "assigned")
    answer = reveal(panjin, "zhaoyang", number, reason=reason, headers=HTMX)
    assert answer.status_code == 422
    assert "请写明查看理由" in answer.text
    assert stages.PHONE not in answer.text


def test_a_unit_never_sees_who_reported_it(panjin):
    number = stages.at_stage(panjin, "assigned", kind="report")
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert "举报件的诉求人信息依规定对承办单位保密" in page
    assert "王*" not in page
    assert "138****" not in page
    assert stages.PHONE not in reveal(panjin, "zhaoyang", number).text
    assert reveal(panjin, "zhaoyang", number).status_code == 422
    assert stages.PHONE in reveal(panjin, "mengyan", number).text


@pytest.mark.parametrize(
    ("who", "status"), [("qinchuan", 403), ("sunli", 403), ("zhouning", 404), ("wutong", 404)]
)
def test_who_has_no_right_to_the_contact_gets_none(panjin, who, status):
    number = stages.at_stage(panjin, "assigned")
    answer = reveal(panjin, who, number)
    assert answer.status_code == status
    assert stages.PHONE not in answer.text


def test_no_other_field_can_be_asked_for(panjin):
    number = stages.at_stage(panjin, "assigned")
    answer = reveal(panjin, "zhaoyang", number, part="phone_sealed")
    assert answer.status_code == 422
    assert stages.PHONE not in answer.text


def test_the_caller_gives_a_reason_by_one_tap(panjin):
    number = stages.at_stage(panjin, "follow_up")
    page = panjin.client("linjing").get(f"/city/cases/{number}/follow-up").text
    assert "138****1234" in page
    assert stages.PHONE not in page
    assert "以“回访核实办理结果”为由查看" in page
    assert stages.PHONE in reveal(panjin, "linjing", number, "回访核实办理结果", headers=HTMX).text
