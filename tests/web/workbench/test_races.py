"""Two people do the same thing at the same moment: one wins, the other reads who and when."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import select

from minxin.cases import dispatch, reach, screening
from minxin.cases.dispatch import Order
from minxin.cases.models import Case, CaseEvent
from minxin.clock import now
from minxin.extensions import db
from tests.web.workbench import stages
from tests.web.workbench.test_acts import SCREENING, path, sent

NAMES = {"linjing": "林静", "hejun": "何军", "gaoyuan": "高远"}

# stage before, the two, noun, what is sent, event
RACES = [
    ("entered", ("linjing", "hejun"), "claim", {}, "claim"),
    ("screened", ("linjing", "gaoyuan"), "dispatch",
     {"opinion": "我写的承办意见", "unit": "大洼区民心网工作站"}, "dispatch"),
    ("reported", ("linjing", "hejun"), "review",
     {"decision": "approve", "opinion": "我写的审核意见"}, "approve"),
    ("to_rate", ("linjing", "hejun"), "rating",
     {"stars": "5", "opinion": "我写的评星意见"}, "rate"),
]  # fmt: skip


def at_once(cast, number: str, noun: str, sendings: dict[str, dict]) -> dict[str, object]:
    """Send the form of each person in a thread of its own, all starting together."""
    start, answers = threading.Barrier(len(sendings)), {}

    def send(who: str, client, data: dict) -> None:
        start.wait(10)
        answers[who] = client.post(path(cast, who, number, noun), data=data)

    threads = [
        threading.Thread(target=send, args=(who, cast.client(who), data))
        for who, data in sendings.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def events(cast, number: str, name: str) -> list[CaseEvent]:
    with cast.standing():
        query = select(CaseEvent).join(Case, Case.id == CaseEvent.case_id)
        found = db.session.scalars(query.where(Case.number == number, CaseEvent.name == name)).all()
        db.session.expunge_all()
        return list(found)


@pytest.mark.parametrize(
    ("stage", "two", "noun", "data", "event"), RACES, ids=[r[2] for r in RACES]
)
def test_one_wins_and_the_other_reads_who_and_when(panjin, stage, two, noun, data, event):
    number = stages.entered(panjin) if stage == "entered" else stages.at_stage(panjin, stage)
    given = sent(panjin, number, data)
    answers = at_once(panjin, number, noun, {who: given for who in two})
    statuses = {who: answer.status_code for who, answer in answers.items()}
    assert sorted(statuses.values()) == [303, 409], statuses
    winner = next(who for who in two if statuses[who] == 303)
    loser = next(who for who in two if who != winner)
    (made,) = events(panjin, number, event)
    assert made.actor_name == NAMES[winner]
    page = answers[loser].text
    assert re.search(rf"{NAMES[winner]}已于\d\d月\d\d日 \d\d:\d\d", page)
    assert "没有执行" in page
    for text in data.values():
        if text.startswith("我写的"):
            assert text in page
    assert stages.version_of(panjin, number) == int(given["version"]) + 1


def test_a_stale_form_says_everything_that_changed_since_and_by_whom(panjin):
    number = stages.at_stage(panjin, "claimed")
    old = sent(panjin, number, SCREENING)
    by = panjin.actor("gaoyuan")
    with panjin.standing("gaoyuan"):
        case = reach.find(number, by)
        finding = screening.Finding(
            "help", 4, "换了摘要", "换了内容", "路灯不亮", urgency="urgent", district="dawa"
        )
        screening.screen(case, finding, by=by, at=now())
        unit = panjin.unit("大洼区民心网工作站")
        dispatch.dispatch(reach.find(number, by), Order(unit, "请办理"), by=by, at=now())
        db.session.commit()
    answer = panjin.client("linjing").post(path(panjin, "linjing", number, "screening"), data=old)
    assert answer.status_code == 409
    for words in (
        "高远已于",
        "规范定性为求助（紧急）",
        "诉求分类",
        "问题摘要",
        "转办至大洼区民心网工作站",
    ):
        assert words in answer.text
    assert SCREENING["wording"] in answer.text


def test_only_the_last_of_many_changes_are_told_one_by_one(panjin):
    number = stages.at_stage(panjin, "claimed")
    old = sent(panjin, number, SCREENING)
    by = panjin.actor("gaoyuan")
    for n in range(5):
        with panjin.standing("gaoyuan"):
            finding = screening.Finding("help", 4, f"第{n}稿", f"第{n}稿", "")
            screening.screen(reach.find(number, by), finding, by=by, at=now())
            db.session.commit()
    answer = panjin.client("linjing").post(path(panjin, "linjing", number, "screening"), data=old)
    assert answer.status_code == 409
    assert "此前另有2步" in answer.text
    summary = answer.text.split("error-summary", 1)[1].split("</ul>", 1)[0]
    assert summary.count("高远已于") == 3
