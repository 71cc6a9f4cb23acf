"""消息: reminders of one person."""

from __future__ import annotations

import re
from datetime import timedelta

from minxin import clock
from minxin.cases.states import State
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.models import User
from tests.cases.planting import plant
from tests.web import reading

TEXT = re.compile(r'<a href="/dawa/cases/[^"]+">([^<]+)</a>')


def _tell(cast, username: str, count: int = 1, level: str = "info") -> str:
    """Reminders to one person about one case; its number."""
    with cast.standing():
        case = plant(State.HANDLING, unit_id=cast.unit("大洼区住建局"))
        user = db.session.query(User).filter_by(username=username).one()
        for index in range(count):
            inbox.tell([user], f"第{index}条", key=f"{case.id}:{index}", case_id=case.id,
                       number=case.number, at=clock.now() + timedelta(seconds=index),
                       level=level)  # fmt: skip
        db.session.commit()
        return case.number


def test_reminders_stand_with_their_level_and_lead_to_the_case(panjin):
    number = _tell(panjin, "zhaoyang", level="late")
    page = panjin.client("zhaoyang").get("/dawa/notices").text
    assert f'<a href="/dawa/cases/{number}">第0条</a>' in page
    assert "红牌" in page
    assert "1 条未读" in page


def test_reminders_come_the_newest_first_page_by_page(panjin):
    _tell(panjin, "zhaoyang", count=120)
    client, found, where = panjin.client("zhaoyang"), [], "/dawa/notices"
    while where:
        page = client.get(where).text
        found += TEXT.findall(page)
        where = reading.following(page)
    assert found == [f"第{index}条" for index in reversed(range(120))]


def test_all_are_marked_as_read_at_once_and_only_the_own(panjin):
    _tell(panjin, "zhaoyang", count=3)
    _tell(panjin, "qianjin")
    client = panjin.client("zhaoyang")
    answer = client.post("/dawa/notices/reading")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "is-unread" not in page
    assert "条未读" not in page
    assert "消息已全部标为已读" in page
    assert "is-unread" in panjin.client("qianjin").get("/dawa/notices").text


def test_nobody_reads_the_reminders_of_another(panjin):
    _tell(panjin, "zhaoyang")
    for who in ("qianjin", "mengyan"):
        assert "还没有消息" in panjin.client(who).get("/dawa/notices").text
    assert panjin.client().post("/dawa/notices/reading").status_code == 302


def test_a_broken_key_is_the_first_page_and_one_too_far_says_so(panjin):
    _tell(panjin, "zhaoyang")
    client = panjin.client("zhaoyang")
    for key in ("x", "-1", "", "9" * 30):
        assert "第0条" in client.get(f"/dawa/notices?after={key}").text
    assert "后面没有了" in client.get("/dawa/notices?after=1").text


def test_an_administrator_has_reminders_too(panjin):
    assert panjin.client("weiming").get("/shizhi/notices").status_code == 200
