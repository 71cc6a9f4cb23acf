"""网络回应人 questions on pages: asking, answering, passing on, judging, and what goes wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from minxin import clock
from minxin.cases.models import Case
from minxin.cases.questions import Answer
from minxin.extensions import db
from tests.cases.asking import ANSWER, STREET, Question, staff_the_street
from tests.web.workbench import stages

FIRST, SECOND = "市城管局", "兴隆台区住建局"
SCREENING = {
    "kind": "consult",
    "track": "question",
    "urgency": "normal",
    "category_id": "3",
    "summary": "加装电梯",
    "wording": "咨询加装电梯如何申请",
    "public_text": "加装电梯",
    "district": "",
    "place": "",
}


def send(cast, number, who, noun, data, version=None):
    data = {**data, "version": str(version or stages.version_of(cast, number))}
    return cast.client(who).post(f"/{cast.desk(who)}/cases/{number}/{noun}", data=data)


def page(cast, number, who, noun=""):
    return cast.client(who).get(f"/{cast.desk(who)}/cases/{number}{noun}")


def state(cast, number) -> tuple[str, str]:
    row = stages.row_of(cast, number)
    return row.track, row.state


@pytest.fixture
def item(panjin) -> Question:
    return Question(panjin, clock.now() - timedelta(hours=2))


@pytest.fixture
def asked(item) -> Question:
    return item.asked(FIRST, at=clock.now() - timedelta(hours=1))


@pytest.fixture
def answered(asked) -> Question:
    return asked.answered("fengxue", at=clock.now() - timedelta(minutes=30))


# Screening and asking


def test_the_screening_decides_the_course_and_leads_on_to_it(panjin):
    number = stages.at_stage(panjin, "claimed")
    assert "网络回应人诉求问题" in page(panjin, number, "linjing", "/screening").text
    answer = send(panjin, number, "linjing", "screening", {**SCREENING, "then": "dispatch"})
    assert answer.status_code == 303
    assert answer.location.endswith(f"/city/cases/{number}/question")
    assert state(panjin, number) == ("question", "claimed")
    sheet = page(panjin, number, "linjing").text
    assert f'btn-primary btn-wide" href="/city/cases/{number}/question"' in sheet
    assert f'href="/city/cases/{number}/dispatch"' not in sheet
    assert "属网络回应人诉求问题" in sheet


def test_screened_again_it_may_become_an_appeal(panjin, item):
    item.screened(at=clock.now())
    answer = send(panjin, item.number, "linjing", "screening", SCREENING | {"track": "appeal"})
    assert answer.status_code == 303
    assert state(panjin, item.number) == ("appeal", "claimed")
    refused = send(
        panjin, item.number, "linjing", "question",
        {"unit_id": str(panjin.unit(FIRST)), "opinion": "请答复"},
    )  # fmt: skip
    assert refused.status_code == 422
    assert "该件是诉求件，不能转网络回应人" in refused.text


def test_a_course_that_does_not_exist_is_refused(panjin):
    number = stages.at_stage(panjin, "claimed")
    answer = send(panjin, number, "linjing", "screening", SCREENING | {"track": "其他"})
    assert answer.status_code == 422
    assert "咨询加装电梯如何申请" in answer.text


def test_a_question_goes_to_one_unit_with_its_date_before_it(panjin, item):
    item.screened(at=clock.now())
    form = page(panjin, item.number, "linjing", "/question").text
    assert "双休日和法定假日照算，不顺延" in form
    assert "为什么是这一天" in form
    assert 'name="co_unit_ids"' not in form
    answer = send(
        panjin, item.number, "linjing", "question",
        {"unit_id": str(panjin.unit(FIRST)), "opinion": "请答复", "then": "stay"},
    )  # fmt: skip
    assert answer.status_code == 303
    assert state(panjin, item.number) == ("question", "to_answer")
    assert item.number in panjin.client("fengxue").get("/shizhi/todo?view=to_answer").text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"unit_id": "", "opinion": "请答复"}, "请选择回应单位"),
        ({"unit_id": "987654", "opinion": "请答复"}, "不存在或已停用"),
        ({"unit_id": "office", "opinion": "请答复"}, "不存在或已停用"),
        ({"unit_id": "street", "opinion": "请答复"}, "不能接收第一件诉求"),
        ({"unit_id": "first", "opinion": ""}, "请填写承办意见"),
    ],
)
def test_a_wrong_order_is_said(panjin, item, data, words):
    item.screened(at=clock.now())
    named = {"office": "市民心网办", "street": STREET, "first": FIRST}
    unit = named.get(data["unit_id"])
    data = {**data, "unit_id": str(panjin.unit(unit)) if unit else data["unit_id"]}
    answer = send(panjin, item.number, "linjing", "question", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert data["opinion"] in answer.text
    assert state(panjin, item.number) == ("question", "claimed")


# Answering


def test_the_unit_reads_its_own_clock_beside_the_citizens(panjin, asked):
    sheet = page(panjin, asked.number, "fengxue").text
    assert "诉求人已等待" in sheet
    assert "答复为止，不因分转重新计算" in sheet
    assert re.search("答复</span>.*剩 ", sheet, re.DOTALL)
    assert "分转 0 次" in sheet
    assert f'btn-primary btn-wide" href="/shizhi/cases/{asked.number}/answer"' in sheet
    assert f'href="/shizhi/cases/{asked.number}/forward"' in sheet


def test_an_answer_is_sent_and_waits_for_the_citizen(panjin, asked):
    assert "诉求内容" in page(panjin, asked.number, "fengxue", "/answer").text
    assert send(panjin, asked.number, "fengxue", "answer", {"text": ANSWER}).status_code == 303
    assert state(panjin, asked.number) == ("question", "answered")
    sheet = page(panjin, asked.number, "fengxue").text
    assert ANSWER in sheet
    assert "诉求人还没有评价" in sheet
    assert "诉求人共等待" in sheet
    assert f'href="/shizhi/cases/{asked.number}/judgement"' not in sheet


def test_numbers_of_people_in_an_answer_are_warned_of(panjin, asked):
    text = "请联系李某，电话13812345678，或拨打咨询电话0427-2812345。"
    answer = send(panjin, asked.number, "fengxue", "answer", {"text": text})
    assert answer.status_code == 422
    assert "疑似个人信息的号码：138****5678。" in answer.text
    assert "13812345678" in answer.text, "what was typed is kept"
    assert 'name="checked"' in answer.text
    sent = send(panjin, asked.number, "fengxue", "answer", {"text": text, "checked": "y"})
    assert sent.status_code == 303
    with panjin.standing():
        assert asked.events("answer")[0].payload["numbers_checked"] == 1
        assert "138" not in str(asked.events("answer")[0].payload)


def test_who_may_not_see_the_contact_reads_the_answer_masked(panjin, asked):
    text = "请联系李某，电话13812345678。"
    send(panjin, asked.number, "fengxue", "answer", {"text": text, "checked": "y"})
    assert "13812345678" in page(panjin, asked.number, "fengxue").text
    head = page(panjin, asked.number, "jiangbo").text
    assert "13812345678" not in head
    assert "138****5678" in head


@pytest.mark.parametrize(
    ("text", "words"), [("", "请填写答复内容"), (" ", "请填写答复内容"), ("答" * 5001, "5000")]
)
def test_an_answer_without_words_or_with_too_many_is_said(panjin, asked, text, words):
    answer = send(panjin, asked.number, "fengxue", "answer", {"text": text})
    assert answer.status_code == 422
    assert words in answer.text
    assert state(panjin, asked.number) == ("question", "to_answer")


def test_sent_twice_it_is_answered_once(panjin, asked):
    version = stages.version_of(panjin, asked.number)
    send(panjin, asked.number, "fengxue", "answer", {"text": ANSWER}, version)
    again = send(panjin, asked.number, "fengxue", "answer", {"text": ANSWER}, version)
    assert again.status_code == 303
    with panjin.standing():
        assert len(db.session.scalars(select(Answer)).all()) == 1


def test_from_a_stale_page_nothing_is_answered_and_the_text_is_kept(panjin, asked):
    stale = stages.version_of(panjin, asked.number)
    send(panjin, asked.number, "linjing", "flag", {"reason": "群体事件", "urgency": "urgent"})
    answer = send(panjin, asked.number, "fengxue", "answer", {"text": ANSWER}, stale)
    assert answer.status_code == 409
    assert ANSWER in answer.text


@pytest.mark.parametrize("who", ["xulei", "zhaoyang", "mengyan"])
def test_no_other_unit_answers(panjin, asked, who):
    answer = panjin.client(who).post(
        f"/{panjin.desk(who)}/cases/{asked.number}/answer", data={"text": ANSWER, "version": "3"}
    )
    assert answer.status_code == 404
    assert state(panjin, asked.number) == ("question", "to_answer")


def test_the_head_of_the_unit_and_the_office_do_not_answer_for_it(panjin, asked):
    for who in ("jiangbo", "linjing"):
        assert send(panjin, asked.number, who, "answer", {"text": ANSWER}).status_code == 403


# Passing on


def onward(cast, unit: str, reason="不属本单位职责", **more) -> dict[str, str]:
    return {"unit_id": str(cast.unit(unit)), "reason": reason, **more}


def test_a_unit_of_the_city_passes_it_on_into_a_district(panjin, asked):
    form = page(panjin, asked.number, "fengxue", "/forward").text
    assert SECOND in form
    assert f'value="{panjin.unit(FIRST)}"' not in form, "not to oneself"
    answer = send(panjin, asked.number, "fengxue", "forward", onward(panjin, SECOND))
    assert answer.status_code == 303
    assert answer.location.endswith("/shizhi/todo"), "the case is another tenant's now"
    assert panjin.client("fengxue").get(answer.location).status_code == 200
    assert page(panjin, asked.number, "fengxue").status_code == 404
    sheet = page(panjin, asked.number, "zhengtao").text
    assert "分转 1 次" in sheet
    assert FIRST in sheet
    assert "按时" in sheet
    assert "不属本单位职责" in sheet


def test_within_its_tenant_the_unit_sees_where_it_went(panjin, asked):
    answer = send(panjin, asked.number, "fengxue", "forward", onward(panjin, "市住建局"))
    assert answer.location.endswith(f"/shizhi/cases/{asked.number}")
    sheet = page(panjin, asked.number, "fengxue").text
    assert "等待市住建局答复" in sheet
    assert f'href="/shizhi/cases/{asked.number}/answer"' not in sheet


def test_passed_on_twice_it_wears_the_tag_and_the_next_is_told(panjin, asked):
    staff_the_street(panjin)
    asked.forwarded("fengxue", SECOND, at=clock.now() - timedelta(minutes=20))
    form = page(panjin, asked.number, "zhengtao", "/forward").text
    assert "再分转即为爱心件" in form
    assert "曾分转" in form
    answer = send(panjin, asked.number, "zhengtao", "forward", onward(panjin, STREET))
    assert answer.status_code == 303
    sheet = page(panjin, asked.number, "linjing").text
    assert "爱心件" in sheet
    assert "分转 2 次" in sheet


@pytest.mark.parametrize(
    ("unit", "reason", "words"),
    [
        ("", "不属本单位职责", "请选择应答复的单位"),
        (FIRST, "不属本单位职责", "不能分转给本单位"),
        (STREET, "不属本单位职责", "不能接收第一件诉求"),
        ("市民心网办", "不属本单位职责", "不存在或已停用"),
        (SECOND, "", "请写明分转的理由"),
        (SECOND, "因" * 1001, "不能超过1000个字"),
    ],
)
def test_a_wrong_forward_is_said_and_what_was_typed_is_kept(panjin, asked, unit, reason, words):
    data = {"unit_id": str(panjin.unit(unit)) if unit else "", "reason": reason}
    answer = send(panjin, asked.number, "fengxue", "forward", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert reason in answer.text
    assert stages.row_of(panjin, asked.number).hops == 0


def test_not_to_a_unit_out_of_use(panjin, asked):
    from minxin.people.models import Unit

    with panjin.standing():
        db.session.get_one(Unit, panjin.unit(SECOND)).active = False
        db.session.commit()
    answer = send(panjin, asked.number, "fengxue", "forward", onward(panjin, SECOND))
    assert answer.status_code == 422
    assert "已停用" in answer.text


def test_back_to_who_passed_it_on_asks_why(panjin, asked):
    asked.forwarded("fengxue", SECOND, at=clock.now() - timedelta(minutes=20))
    answer = send(panjin, asked.number, "zhengtao", "forward", onward(panjin, FIRST))
    assert answer.status_code == 422
    assert "须写明为什么应由它答复" in answer.text
    sent = send(
        panjin,
        asked.number,
        "zhengtao",
        "forward",
        onward(panjin, FIRST, again_reason="三定方案第五条"),
    )
    assert sent.status_code == 303


def test_sent_twice_it_is_passed_on_once(panjin, asked):
    version = stages.version_of(panjin, asked.number)
    send(panjin, asked.number, "fengxue", "forward", onward(panjin, SECOND), version)
    again = send(panjin, asked.number, "fengxue", "forward", onward(panjin, SECOND), version)
    assert again.status_code == 303
    assert again.location.endswith("/shizhi/todo")
    assert stages.row_of(panjin, asked.number).hops == 1


def test_a_case_that_went_a_while_ago_is_nobodys_here(panjin, asked):
    asked.forwarded("fengxue", SECOND, at=clock.now() - timedelta(minutes=20))
    data = onward(panjin, SECOND, version="4")
    for who in ("fengxue", "xulei"):
        path = f"/shizhi/cases/{asked.number}/forward"
        assert panjin.client(who).post(path, data=data).status_code == 404


# Judging and archiving


def test_staff_takes_down_a_judgement_by_phone(panjin, answered):
    data = {"satisfaction": "2", "words": "11月25日来电：没有说清材料"}
    assert send(panjin, answered.number, "linjing", "judgement", data).status_code == 303
    assert state(panjin, answered.number) == ("question", "judged")
    sheet = page(panjin, answered.number, "linjing").text
    assert "<dt>诉求人评价</dt><dd>不满意</dd>" in sheet
    assert "<dt>五星记分</dt><dd>4 星</dd>" in sheet
    assert "没有说清材料" in sheet


@pytest.mark.parametrize(("level", "stars"), [(5, 5), (4, 5), (3, 5), (2, 4), (1, 3)])
def test_five_levels_give_five_five_five_four_three(panjin, answered, level, stars):
    answered.judged(level, "来电", at=clock.now(), by="linjing")
    sheet = page(panjin, answered.number, "linjing").text
    assert f"<dt>五星记分</dt><dd>{stars} 星</dd>" in sheet


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"satisfaction": "", "words": "来电"}, "请选择满意程度"),
        ({"satisfaction": "7", "words": "来电"}, "来电"),
        ({"satisfaction": "4", "words": ""}, "以什么方式"),
        ({"satisfaction": "4", "words": "来" * 501}, "不能超过500个字"),
    ],
)
def test_a_wrong_judgement_is_said(panjin, answered, data, words):
    answer = send(panjin, answered.number, "linjing", "judgement", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert state(panjin, answered.number) == ("question", "answered")


def test_who_answered_does_not_judge(panjin, asked):
    asked.forwarded("fengxue", "大洼区民心网工作站", at=clock.now())
    asked.answered("mengyan", at=clock.now())
    sheet = page(panjin, asked.number, "mengyan").text
    assert f'href="/dawa/cases/{asked.number}/judgement"' not in sheet
    data = {"satisfaction": "5", "words": "来电"}
    assert "不得由本" in send(panjin, asked.number, "mengyan", "judgement", data).text
    assert state(panjin, asked.number) == ("question", "answered")


def test_judged_once_and_for_all(panjin, answered):
    answered.judged(5, at=clock.now())
    answer = send(
        panjin, answered.number, "linjing", "judgement", {"satisfaction": "1", "words": "来电"}
    )
    assert answer.status_code == 409
    assert stages.row_of(panjin, answered.number).satisfaction == 5


def test_nothing_is_archived_before_the_citizens_time_is_over(panjin, answered):
    early = page(panjin, answered.number, "linjing", "/archiving")
    assert early.status_code == 409
    assert "期满没有评价的才能归档" in early.text
    sheet = page(panjin, answered.number, "linjing").text
    assert f'href="/city/cases/{answered.number}/archiving"' not in sheet
    refused = send(panjin, answered.number, "linjing", "archiving", {"reason": "结了吧"})
    assert refused.status_code == 422
    assert state(panjin, answered.number) == ("question", "answered")


def test_then_it_is_archived_with_a_reason_and_without_stars(panjin, answered):
    with time_machine.travel(clock.now() + timedelta(days=16)):
        sheet = page(panjin, answered.number, "linjing").text
        assert f'btn-primary btn-wide" href="/city/cases/{answered.number}/archiving"' in sheet
        assert "不计五星记分" in page(panjin, answered.number, "linjing", "/archiving").text
        assert (
            send(panjin, answered.number, "linjing", "archiving", {"reason": ""}).status_code == 422
        )
        sent = send(panjin, answered.number, "linjing", "archiving", {"reason": "期满未评价"})
        assert sent.status_code == 303
        after = page(panjin, answered.number, "linjing").text
        assert "诉求人没有评价" in after
        assert "已归档（未评价）" in after
        ended = panjin.client("linjing").get("/city/todo?view=ended").text
        assert ">已归档</span>" in ended
        assert "咨询 · 来电 · 网络回应" in ended
        assert "期满未评价" in after
    assert state(panjin, answered.number) == ("question", "judged")


def test_the_paper_shows_answer_and_chain(panjin, answered):
    paper = page(panjin, answered.number, "linjing", "/print").text
    assert ANSWER in paper
    assert "分转 0 次" in paper


def test_another_city_knows_nothing_of_it(panjin, linshi, asked):
    assert page(linshi, asked.number, "fengxue").status_code == 404
    with linshi.standing():
        assert not db.session.scalars(select(Case)).all()
