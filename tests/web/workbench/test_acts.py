"""Every act by its own requests: done, refused, too late, twice, and by the wrong person."""

from __future__ import annotations

import re

import pytest

from minxin.cases import handling, reach, screening
from minxin.clock import now
from minxin.extensions import db
from tests.web.workbench import stages

REPORT = {f"section_{key}": text for key, text in stages.TEXTS.items()} | {
    "close_method": "solved",
    "responsible": "赵阳",
    "signer": "孙立",
}
CALL = {
    "outcome": "reached",
    "contacted": "yes",
    "solved": "yes",
    "satisfaction": "4",
    "remarks": "诉求人说已修好",
}
SCREENING = {
    "kind": "complaint",
    "urgency": "normal",
    "category_id": "3",
    "summary": "路灯不亮",
    "wording": "小区门口路灯三天不亮",
    "public_text": "路灯不亮",
    "district": "dawa",
    "place": "幸福里",
}

# stage before, who, noun, what is sent, state after
ACTS = [
    ("entered", "linjing", "claim", {}, "claimed"),
    ("claimed", "linjing", "screening", SCREENING, "claimed"),
    ("claimed", "linjing", "release", {"reason": "不属于我的片区"}, "unclaimed"),
    ("claimed", "linjing", "refusal", {"ground": "judicial", "reason": "已起诉"}, "refused"),
    ("claimed", "linjing", "withdrawal", {"reason": "来电撤回"}, "withdrawn"),
    ("screened", "linjing", "dispatch", {"opinion": "请核实办理", "unit": "大洼区民心网工作站"}, "dispatched"),  # noqa: E501
    ("dispatched", "mengyan", "assignment", {"opinion": "请办理", "unit": "大洼区住建局"}, "dispatched"),  # noqa: E501
    ("assigned", "zhaoyang", "acceptance", {}, "accepted"),
    ("accepted", "zhaoyang", "log", {"text": "已到现场"}, "handling"),
    ("handling", "zhaoyang", "report", REPORT, "signing"),
    ("signing", "sunli", "signature", {"decision": "sign"}, "reported"),
    ("signing", "sunli", "signature", {"decision": "unsign", "reason": "缺照片"}, "handling"),
    ("reported", "linjing", "review", {"decision": "approve", "opinion": "属实"}, "follow_up"),
    ("reported", "linjing", "review", {"decision": "send_back", "opinion": "未见整改"}, "handling"),
    ("follow_up", "linjing", "follow-up", CALL, "to_rate"),
    ("follow_up", "linjing", "follow-up", {"outcome": "no_answer", "remarks": "响铃未接"}, "follow_up"),  # noqa: E501
    ("to_rate", "linjing", "rating", {"stars": "0", "opinion": "未办理"}, "rated"),
    ("rated", "linjing", "closing", {"close_method": "solved"}, "closed"),
]  # fmt: skip
NAMES = [f"{act[2]}-{act[4]}" for act in ACTS]

STRANGERS = {
    "claim": ("qinchuan", "chencheng"),
    "screening": ("qinchuan",),
    "release": ("qinchuan",),
    "refusal": ("qinchuan",),
    "withdrawal": ("qinchuan",),
    "dispatch": ("qinchuan",),
    "assignment": ("linjing", "qinchuan"),
    "acceptance": ("linjing", "sunli", "mengyan"),
    "log": ("linjing", "sunli", "mengyan"),
    "report": ("linjing", "sunli", "mengyan"),
    "signature": ("zhaoyang", "mengyan", "linjing"),
    "review": ("zhaoyang", "sunli", "qinchuan"),
    "follow-up": ("zhaoyang", "sunli", "qinchuan"),
    "rating": ("mengyan", "zhaoyang", "qinchuan"),
    "closing": ("mengyan", "zhaoyang", "qinchuan"),
}


def put(cast, stage: str, **more) -> str:
    return stages.entered(cast, **more) if stage == "entered" else stages.at_stage(cast, stage)


def path(cast, who: str, number: str, noun: str) -> str:
    return f"/{cast.desk(who)}/cases/{number}/{noun}"


def sent(cast, number: str, data: dict) -> dict:
    data = dict(data)
    if "unit" in data:
        data["unit_id"] = str(cast.unit(data.pop("unit")))
    return {**data, "version": str(stages.version_of(cast, number))}


@pytest.mark.parametrize(("stage", "who", "noun", "data", "after"), ACTS, ids=NAMES)
def test_an_act_is_done_and_the_page_says_so(panjin, stage, who, noun, data, after):
    number = put(panjin, stage)
    client = panjin.client(who)
    form = client.get(path(panjin, who, number, noun))
    assert form.status_code == 200
    assert 'name="version"' in form.text
    answer = client.post(path(panjin, who, number, noun), data=sent(panjin, number, data))
    assert answer.status_code == 303
    assert stages.state_of(panjin, number) == after
    assert "message-done" in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize(("stage", "who", "noun", "data", "after"), ACTS, ids=NAMES)
def test_the_panel_alone_is_what_htmx_gets(panjin, stage, who, noun, data, after):
    number = put(panjin, stage)
    part = panjin.client(who).get(path(panjin, who, number, noun), headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<form" in part.text
    assert "<html" not in part.text
    assert "办理经过" not in part.text


@pytest.mark.parametrize(("stage", "who", "noun", "data", "after"), ACTS, ids=NAMES)
def test_an_act_is_refused_to_everybody_else(panjin, stage, who, noun, data, after):
    number = put(panjin, stage)
    for stranger in (*STRANGERS[noun], "wutong"):
        client, url = panjin.client(stranger), path(panjin, stranger, number, noun)
        given = sent(panjin, number, data)
        assert client.get(url).status_code in (403, 404), stranger
        assert client.post(url, data=given).status_code in (403, 404), stranger
    assert stages.version_of(panjin, number) == int(given["version"])


@pytest.mark.parametrize(
    ("who", "noun", "data"),
    [(act[1], act[2], act[3]) for act in ACTS if act[2] != "claim"],
    ids=[name for name, act in zip(NAMES, ACTS, strict=True) if act[2] != "claim"],
)
def test_an_act_at_the_wrong_time_is_told_in_a_sentence(panjin, who, noun, data):
    number = stages.at_stage(panjin, "accepted" if noun == "closing" else "rated")
    client, url = panjin.client(who), path(panjin, who, number, noun)
    page = client.get(url)
    assert page.status_code == 409
    assert "现在不能" in page.text
    if noun == "assignment":
        data = {**data, "unit": "大洼区城管局"}
    answer = client.post(url, data=sent(panjin, number, data))
    assert answer.status_code == 409
    assert "没有执行" in answer.text


NEEDED = [
    ("claimed", "linjing", "screening", {"wording": "我写的规范内容"}, "请选择诉求分类"),
    ("claimed", "linjing", "release", {}, "请写明理由"),
    ("claimed", "linjing", "refusal", {"reason": "我写的理由"}, "请选择不予受理的情形"),
    ("screened", "linjing", "dispatch", {"opinion": "我写的意见"}, "请选择主办单位"),
    ("dispatched", "mengyan", "assignment", {"opinion": "我写的意见"}, "请选择主办单位"),
    ("accepted", "zhaoyang", "log", {}, "请填写办理情况"),
    ("handling", "zhaoyang", "report", {"section_inquiry": "我写的调查"}, "请填写“诉求内容”"),
    ("signing", "sunli", "signature", {"decision": "unsign"}, "请写明理由"),
    ("reported", "linjing", "review", {"decision": "send_back"}, "退回重办须写明理由"),
    ("follow_up", "linjing", "follow-up", {"outcome": "reached", "remarks": "我写的情况"}, "是否联系过"),  # noqa: E501
    ("to_rate", "linjing", "rating", {"opinion": "我写的意见"}, "请选择评定的星级"),
    ("rated", "linjing", "closing", {"close_method": "nonsense"}, "请选择结案方式"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "who", "noun", "data", "words"), NEEDED, ids=[n[2] for n in NEEDED])  # noqa: E501  # fmt: skip
def test_what_is_missing_is_named_and_what_was_typed_is_kept(panjin, stage, who, noun, data, words):
    number = put(panjin, stage)
    before = stages.version_of(panjin, number)
    answer = panjin.client(who).post(
        path(panjin, who, number, noun), data=sent(panjin, number, data)
    )
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert words in answer.text
    for typed in data.values():
        if "我写的" in typed:
            assert typed in answer.text
    assert stages.version_of(panjin, number) == before


def test_a_stale_form_is_told_who_was_faster_and_works_when_sent_again(panjin):
    number = stages.at_stage(panjin, "handling")
    client, url = panjin.client("zhaoyang"), path(panjin, "zhaoyang", number, "log")
    old = sent(panjin, number, {"text": "我写的第二条"})
    with panjin.standing("qianjin"):
        by = panjin.actor("qianjin")
        handling.enter_log(reach.find(number, by), "先写的一条", by=by, at=now())
        db.session.commit()
    answer = client.post(url, data=old)
    assert answer.status_code == 409
    assert "钱进已于" in answer.text
    assert "我写的第二条" in answer.text
    again = {**old, "version": re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]}
    assert client.post(url, data=again).status_code == 303


def test_of_two_clerks_who_claim_the_second_is_told_who_was_first(panjin):
    number = stages.entered(panjin)
    data = sent(panjin, number, {})
    first = panjin.client("hejun").post(path(panjin, "hejun", number, "claim"), data=data)
    assert first.status_code == 303
    second = panjin.client("linjing").post(path(panjin, "linjing", number, "claim"), data=data)
    assert second.status_code == 409
    assert "何军已于" in second.text


def test_a_double_click_is_done_once_and_not_blamed(panjin):
    number = stages.at_stage(panjin, "assigned")
    client, url = panjin.client("zhaoyang"), path(panjin, "zhaoyang", number, "acceptance")
    data = sent(panjin, number, {})
    assert client.post(url, data=data).status_code == 303
    again = client.post(url, data=data)
    assert again.status_code == 303
    assert "重复提交没有再次执行" in client.get(again.headers["Location"]).text
    assert stages.version_of(panjin, number) == int(data["version"]) + 1


def test_another_clerk_is_told_whose_case_it_is(panjin):
    number = stages.at_stage(panjin, "claimed")
    url = path(panjin, "hejun", number, "screening")
    page = panjin.client("hejun").get(url)
    assert page.status_code == 409
    assert "林静" in page.text
    answer = panjin.client("hejun").post(url, data=sent(panjin, number, SCREENING))
    assert answer.status_code == 422
    assert "只有认领人或负责人可以" in answer.text


def test_the_case_of_another_district_cannot_be_acted_on(panjin):
    number = stages.at_stage(panjin, "dispatched")
    for noun in ("assignment", "acceptance", "log", "review", "follow-up"):
        url = f"/xinglongtai/cases/{number}/{noun}"
        assert panjin.client("wutong").post(url, data={"reason": "x"}).status_code == 404


def test_a_co_handling_unit_writes_its_part_and_moves_nothing(panjin):
    number = stages.at_stage(panjin, "assigned", co_units=["大洼区城管局"])
    client, url = panjin.client("zhouning"), path(panjin, "zhouning", number, "log")
    assert client.get(url).status_code == 200
    assert client.post(url, data=sent(panjin, number, {"text": "已清运"})).status_code == 303
    assert stages.state_of(panjin, number) == "dispatched"
    assert "协办情况" in client.get(f"/dawa/cases/{number}").text
    assert client.get(path(panjin, "zhouning", number, "report")).status_code == 403


def test_a_station_cannot_assign_to_another_district(panjin):
    number = stages.at_stage(panjin, "dispatched")
    data = sent(panjin, number, {"opinion": "请办理", "unit": "兴隆台区住建局"})
    answer = panjin.client("mengyan").post(path(panjin, "mengyan", number, "assignment"), data=data)
    assert answer.status_code == 422
    assert stages.state_of(panjin, number) == "dispatched"


def test_co_handling_units_of_another_district_are_refused(panjin):
    number = stages.at_stage(panjin, "screened")
    data = sent(panjin, number, {"opinion": "请办理", "unit": "大洼区民心网工作站"})
    data["co_unit_ids"] = [str(panjin.unit("兴隆台区城管局"))]
    answer = panjin.client("linjing").post(path(panjin, "linjing", number, "dispatch"), data=data)
    assert answer.status_code == 422
    assert "协办单位须与主办单位同属一个区县" in answer.text


def test_the_due_instant_is_shown_with_its_reason_before_sending(panjin):
    number = stages.at_stage(panjin, "screened")
    page = panjin.client("linjing").get(path(panjin, "linjing", number, "dispatch")).text
    assert "现在转办，投诉件的办理时限至" in page
    assert "投诉办理：时限10个工作日" in page


def test_the_next_case_opens_by_itself_and_is_claimed_on_the_way(panjin):
    first = stages.at_stage(panjin, "claimed")
    pool = stages.entered(panjin, subject="井盖缺失")
    client = panjin.client("linjing")
    data = sent(panjin, first, SCREENING) | {"then": "next"}
    answer = client.post(path(panjin, "linjing", first, "screening"), data=data)
    assert answer.headers["Location"].endswith(f"/cases/{pool}/screening")
    assert stages.state_of(panjin, pool) == "claimed"
    data = sent(panjin, pool, SCREENING) | {"then": "next"}
    answer = client.post(path(panjin, "linjing", pool, "screening"), data=data)
    assert "没有待规范的件了" in client.get(answer.headers["Location"]).text


def test_own_claimed_cases_come_before_the_pool(panjin):
    stages.entered(panjin, subject="井盖缺失")
    own = stages.at_stage(panjin, "claimed")
    with panjin.standing("linjing"):
        assert screening.take_next(by=panjin.actor("linjing"), at=now()) == own


def test_saving_leads_on_to_the_dispatch(panjin):
    number = stages.at_stage(panjin, "claimed")
    data = sent(panjin, number, SCREENING) | {"then": "dispatch"}
    answer = panjin.client("linjing").post(path(panjin, "linjing", number, "screening"), data=data)
    assert answer.headers["Location"].endswith(f"/cases/{number}/dispatch")
    assert stages.row_of(panjin, number).body == "小区门口路灯不亮，请尽快处理。"


def test_explaining_needs_the_policy_that_it_rests_on(panjin):
    number = stages.at_stage(panjin, "handling")
    data = sent(panjin, number, {**REPORT, "close_method": "explained"})
    client, url = panjin.client("zhaoyang"), path(panjin, "zhaoyang", number, "report")
    assert "解释说明须注明政策依据" in client.post(url, data=data).text
    data |= {"policy_source": "国务院令第379号", "policy_explained": "已当面解释"}
    assert client.post(url, data=data).status_code == 303


def test_a_report_names_only_a_leader_who_can_sign_it(panjin):
    number = stages.at_stage(panjin, "handling")
    data = sent(panjin, number, {**REPORT, "signer": "王勤"})
    answer = panjin.client("zhaoyang").post(path(panjin, "zhaoyang", number, "report"), data=data)
    assert answer.status_code == 422
    assert "请从名单中选择审签领导" in answer.text


def test_a_report_names_all_that_it_lacks_at_once_in_the_order_of_the_page(panjin):
    number = stages.at_stage(panjin, "handling")
    data = sent(panjin, number, {})
    answer = panjin.client("zhaoyang").post(path(panjin, "zhaoyang", number, "report"), data=data)
    said = ["请填写“处理结果”", "请选择结案方式", "请选择审签领导"]
    places = [answer.text.index(words) for words in said]
    assert places == sorted(places)


def test_a_closed_case_names_the_units_that_handled_it_and_not_who_passed_it_on(panjin):
    number = stages.at_stage(panjin, "rated")
    client = panjin.client("linjing")
    data = sent(panjin, number, {"close_method": "solved"})
    answer = client.post(path(panjin, "linjing", number, "closing"), data=data)
    assert answer.status_code == 303
    page = client.get(f"/city/cases/{number}").text
    units = page.partition("承办单位</h2>")[2].partition("</section>")[0]
    assert "大洼区住建局" in units
    assert "工作站" not in units


def test_a_unit_without_a_leader_is_told_whom_to_ask(panjin):
    number = stages.at_stage(panjin, "dispatched")
    client = panjin.client("mengyan")
    accept = path(panjin, "mengyan", number, "acceptance")
    assert client.post(accept, data=sent(panjin, number, {})).status_code == 303
    page = client.get(path(panjin, "mengyan", number, "report")).text
    assert "还没有登记主管领导" in page
    assert 'name="close_method"' not in page


def test_a_report_that_came_back_starts_from_its_last_edition(panjin):
    number = stages.at_stage(panjin, "signing")
    data = sent(panjin, number, {"decision": "unsign", "reason": "缺照片"})
    panjin.client("sunli").post(path(panjin, "sunli", number, "signature"), data=data)
    page = panjin.client("zhaoyang").get(path(panjin, "zhaoyang", number, "report")).text
    assert "到现场核实，情况属实" in page


def test_a_rating_is_shown_beside_its_facts(panjin):
    number = stages.at_stage(panjin, "to_rate")
    page = panjin.client("linjing").get(path(panjin, "linjing", number, "rating")).text
    for words in ("全部按时", "满意", "0 次", "5 星为标准"):
        assert words in page


def test_closing_is_prefilled_with_the_method_of_the_report(panjin):
    number = stages.at_stage(panjin, "rated")
    page = panjin.client("linjing").get(path(panjin, "linjing", number, "closing")).text
    assert re.search(r'<input checked[^>]*value="solved"', page)
