"""文书 on pages: begun from a case, edited, its findings decided, reviewed, issued, handed out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from minxin import clock
from minxin.background import GIVE_UP_AFTER, Outbox
from minxin.cases import feedback
from minxin.clock import SHANGHAI
from minxin.documents import distributing, numbering
from minxin.documents.models import Paper, PaperCopy, PaperProof
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.papers import issuing
from minxin.people.models import User
from minxin.people.posts import PostKind
from minxin.supervision.ladder import Ground
from tests.cases.walking import Walk
from tests.documents.reading import File
from tests.keeping import keep
from tests.supervision.supervised import Watched, lead
from tests.web.reading import statements as counted
from tests.web.workbench import stages

UNIT = "大洼区住建局"


@pytest.fixture
def item(panjin) -> Walk:
    now = clock.now()
    walk = Walk(panjin, now, body="我叫王小明，电话13812345678，门口路灯不亮。")
    return walk.dispatched("大洼区民心网工作站", at=now).assigned(UNIT, at=now)


def begin(cast, item: Walk, kind: str, who: str = "linjing", **more) -> int:
    """A paper begun by its form and gathered by the worker; its id."""
    client, desk = cast.client(who), cast.desk(who)
    page = client.get(f"/{desk}/cases/{item.number}/papers").text
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)[1]
    data = {
        "version": stages.version_of(cast, item.number),
        "kind": kind,
        "token": token,
        **more,
    }
    answer = client.post(f"/{desk}/cases/{item.number}/papers", data=data)
    assert answer.status_code == 303, answer.text
    keep(cast)
    return int(answer.location.rpartition("/")[2])


def the(cast, paper_id: int) -> Paper:
    """Stand as the city's login."""
    return db.session.get_one(Paper, paper_id, populate_existing=True)


def form(cast, paper_id: int, **changed) -> dict[str, str]:
    """The form of a draft as it is shown, with something changed."""
    with cast.standing():
        paper = the(cast, paper_id)
        words = paper.words
        data = {
            "version": str(paper.version),
            "title": words["title"],
            "addressee": words["addressee"],
            "text": words["text"],
            "copies": str(words["copies"]),
        }
    return data | changed


def post(cast, who: str, paper_id: int, noun: str = "", **data):
    path = f"/{cast.desk(who)}/papers/{paper_id}" + (f"/{noun}" if noun else "")
    return cast.client(who).post(path, data=data)


def test_a_reminder_from_draft_to_receipt(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    page = panjin.client("linjing").get(f"/city/papers/{paper_id}").text
    assert "关于群众反映" in page
    assert "保存并送审" in page
    saved = post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    assert saved.status_code == 303
    keep(panjin)
    refused = post(panjin, "linjing", paper_id, "review", act="approve")
    assert "不能审核自己起草或者修改的文书" in refused.text
    assert post(panjin, "hejun", paper_id, "review", act="approve").status_code == 303
    assert panjin.client("hejun").get(f"/city/papers/{paper_id}").text.count("签发……") == 0
    asked = panjin.client("gaoyuan").get(f"/city/papers/{paper_id}/issue").text
    assert UNIT in asked
    assert "签发后内容不能再改" in asked
    assert post(panjin, "gaoyuan", paper_id, "issue").status_code == 303
    keep(panjin)
    with panjin.standing():
        paper = the(panjin, paper_id)
        assert numbering.number(paper) == f"〔{clock.local(clock.now()).year}〕1号"
        assert paper.sha256
        assert paper.pages == 1
        (copy,) = distributing.copies(paper)
        assert copy.unit == UNIT
    page = panjin.client("linjing").get(f"/city/papers/{paper_id}").text
    assert "未签收" in page
    unit = panjin.client("zhaoyang")
    received = unit.get("/dawa/received-papers").text
    assert re.search(r'待签收<span class="count">1</span>', received)
    assert re.search(r'收文</span><span class="side-count">1</span>', received), "in the menu"
    assert UNIT not in unit.get(f"/dawa/received-papers/{copy.id}").request.path
    assert unit.post(f"/dawa/received-papers/{copy.id}/signature").status_code == 303
    again = panjin.client("sunli").post(
        f"/dawa/received-papers/{copy.id}/signature", follow_redirects=True
    )
    assert "已由赵阳签收" in again.text
    assert "已签收" in panjin.client("linjing").get(f"/city/papers/{paper_id}").text


def test_the_file_is_the_paper_with_its_number_and_names_nobody(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    assert post(panjin, "linjing", paper_id, "issue").status_code == 303
    keep(panjin)
    answer = panjin.client("linjing").get(f"/city/papers/{paper_id}/file")
    assert answer.mimetype == "application/pdf"
    assert item.number not in answer.headers["Content-Disposition"]
    text = File(answer.data).text(0)
    assert "办件单" in text.replace(" ", "").replace("\n", "") or "办 件 单" in text
    assert item.number in text
    assert "王小明" not in text
    assert "13812345678" not in text


def test_the_draft_is_masked_before_anybody_reads_it(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    with panjin.standing():
        said = str(the(panjin, paper_id).words) + str(the(panjin, paper_id).facts)
        assert "王小明" not in said
        assert "13812345678" not in said


def test_what_a_person_types_is_found_and_has_to_be_decided(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    typed = form(panjin, paper_id, text="请联系李秀英，电话13900001111。")
    assert post(panjin, "linjing", paper_id, **typed).status_code == 303
    keep(panjin)
    page = panjin.client("linjing").get(f"/city/papers/{paper_id}").text
    assert "疑似个人信息" in page
    assert "<mark>13900001111</mark>" in page
    assert "处疑似个人信息没有处理" in page
    empty = post(panjin, "linjing", paper_id, "findings", act="keep", number="0", opinion=" ")
    assert "请写明保留的理由" in empty.text
    post(panjin, "linjing", paper_id, "findings", act="mask_all")
    keep(panjin)
    with panjin.standing():
        text = the(panjin, paper_id).words["text"]
        assert "139****1111" in text
        assert "李秀英" not in text
    assert "疑似个人信息" not in panjin.client("linjing").get(f"/city/papers/{paper_id}").text


def test_a_finding_may_stay_with_a_reason(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    typed = form(panjin, paper_id, text="监督电话13900001111。")
    post(panjin, "linjing", paper_id, **typed)
    keep(panjin)
    kept = post(
        panjin, "linjing", paper_id, "findings", act="keep", number="0", opinion="公开的监督电话"
    )
    assert kept.status_code == 303
    with panjin.standing():
        assert the(panjin, paper_id).kept[0]["reason"] == "公开的监督电话"
    assert "疑似个人信息" not in panjin.client("linjing").get(f"/city/papers/{paper_id}").text


def test_a_stale_form_keeps_what_was_typed_and_says_who_was_faster(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    old = form(panjin, paper_id, text="我的修改")
    post(panjin, "hejun", paper_id, **form(panjin, paper_id, text="何军的修改"))
    answer = post(panjin, "linjing", paper_id, **old)
    assert answer.status_code == 409
    assert "何军刚刚改过这份文书" in answer.text
    assert "我的修改" in answer.text


def test_the_preview_shows_what_is_typed_and_saves_nothing(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    typed = form(panjin, paper_id, text="一、刚刚写的\n<script>alert(1)</script>")
    client = panjin.client("linjing")
    drawn = client.post(
        f"/city/papers/{paper_id}/preview", data=typed, headers={"HX-Request": "true"}
    )
    assert "<b>一、刚刚写的</b>" in drawn.text
    assert "<script>" not in drawn.text
    assert "&lt;script&gt;" in drawn.text
    whole = client.post(f"/city/papers/{paper_id}/preview", data=typed)
    assert "刚刚写的" in whole.text
    with panjin.standing():
        assert "刚刚写的" not in the(panjin, paper_id).words["text"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": ""}, "请填写标题"),
        ({"title": "字" * 121}, "不能超过120个字"),
        ({"text": " "}, "请填写正文"),
        ({"text": "字" * 60_001}, "不能超过60000个字"),
        ({"version": "没有"}, "刚刚改过"),
    ],
)
def test_what_is_wrong_is_said_and_kept(panjin, item, changed, said):
    paper_id = begin(panjin, item, "reminder")
    answer = post(panjin, "linjing", paper_id, **form(panjin, paper_id, **changed))
    assert answer.status_code in (409, 422)
    assert said in answer.text


def test_a_title_of_120_signs_is_kept_whole(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    title = "关于" + "供热" * 58 + "的函"
    assert (
        post(panjin, "linjing", paper_id, **form(panjin, paper_id, title=title)).status_code == 303
    )
    page = panjin.client("linjing").get(f"/city/papers/{paper_id}").text
    assert title in page


def test_of_two_who_issue_at_once_one_gets_the_number_and_the_other_reads_it(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    assert post(panjin, "linjing", paper_id, "issue").status_code == 303
    late = panjin.client("hejun")
    answer = late.post(f"/city/papers/{paper_id}/issue")
    assert answer.status_code == 303
    assert "已由林静签发，编号" in late.get(answer.location).text


def test_an_issued_paper_is_corrected_by_a_new_one_that_names_it(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    post(panjin, "linjing", paper_id, "issue")
    keep(panjin)
    assert post(panjin, "linjing", paper_id, **form(panjin, paper_id)).status_code == 303
    with panjin.standing():
        before = the(panjin, paper_id).sha256
    answer = post(panjin, "linjing", paper_id, "correction")
    keep(panjin)
    new_id = int(answer.location.rpartition("/")[2])
    assert new_id != paper_id
    post(panjin, "linjing", new_id, "issue")
    keep(panjin)
    with panjin.standing():
        assert the(panjin, paper_id).sha256 == before
        number = numbering.number(the(panjin, new_id))
        proof = db.session.scalars(
            select(PaperProof).where(PaperProof.code == the(panjin, paper_id).code)
        ).one()
        assert proof.corrected_by == number
    text = File(panjin.client("linjing").get(f"/city/papers/{new_id}/file").data).flowing(0)
    assert "本件更正办件单" in text


def test_what_was_read_before_it_changed_is_not_approved_or_decided(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    old = form(panjin, paper_id)["version"]
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id, text="另一段话。"))
    keep(panjin)
    for noun, data in (("review", {"act": "approve"}), ("findings", {"act": "mask_all"})):
        answer = post(panjin, "hejun", paper_id, noun, version=old, **data)
        assert answer.status_code == 409
        assert "刚刚被他人修改" in answer.text
    with panjin.standing():
        assert the(panjin, paper_id).state == "review"


def test_two_clicks_begin_one_correction(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    post(panjin, "linjing", paper_id, "issue")
    keep(panjin)
    first = post(panjin, "linjing", paper_id, "correction").location
    assert post(panjin, "linjing", paper_id, "correction").location == first


def test_the_office_signs_for_nobody_who_can_sign_himself(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    post(panjin, "hejun", paper_id, "review", act="approve")
    post(panjin, "gaoyuan", paper_id, "issue")
    keep(panjin)
    with panjin.standing():
        copy_id = db.session.scalars(select(PaperCopy.id)).one()
    answer = post(panjin, "linjing", paper_id, f"receipts/{copy_id}", name="赵阳")
    assert "由收件人本人或者收件单位签收" in answer.text


def test_a_leader_reads_signs_and_instructs_once_on_the_paper_before_him(panjin, item):
    with panjin.standing():
        leader = panjin.actor("qinchuan")
        case = item.case()
        copy = PaperCopy(
            tenant_id=leader.tenant_id,
            paper_id=begin(panjin, item, "case_sheet"),
            part="report",
            unit_id=leader.unit_id,
            unit="市政府",
            user_id=leader.user_id,
            name="秦川",
            post="副市长",
            kind="supervision_report",
            number="〔2026〕第1期",
            title="督办专报",
            issuer="市民心网办",
            case_id=case.id,
            case_number=case.number,
            issued_at=clock.now(),
            sha256="0" * 64,
            pages=1,
            delivered_at=clock.now(),
        )
        db.session.add(copy)
        db.session.commit()
        copy_id = copy.id
    desk = panjin.client("qinchuan")
    page = desk.get(f"/city/received-papers/{copy_id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    path = f"/city/received-papers/{copy_id}/instruction"
    assert desk.post(path, data={"version": version, "text": ""}).status_code == 422
    words = {"version": version, "text": "请立即整改。"}
    assert desk.post(path, data=words).status_code == 303
    assert desk.post(path, data=words).status_code == 409
    with panjin.standing():
        (given,) = feedback.unanswered(item.case())
        assert given.paper_id is not None
        assert given.paper.startswith("督办专报〔")
    assert "请立即整改。" in desk.get(f"/city/received-papers/{copy_id}").text


def test_a_draft_is_given_up_with_a_reason_and_stays_on_record(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    assert "请写明作废理由" in post(panjin, "linjing", paper_id, "void", opinion="").text
    assert post(panjin, "linjing", paper_id, "void", opinion="重复").status_code == 303
    assert "重复" in panjin.client("hejun").get(f"/city/papers/{paper_id}").text
    assert post(panjin, "linjing", paper_id, "issue").status_code in (409, 422)


def test_the_proof_is_the_draft_as_pages_and_says_that_it_is_one(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    assert post(panjin, "linjing", paper_id, "proof").status_code == 303
    keep(panjin)
    answer = panjin.client("linjing").get(f"/city/papers/{paper_id}/proof")
    assert "草稿" in File(answer.data).flowing(0)


def test_what_hinders_gathering_is_said_and_can_be_tried_again(panjin, item):
    paper_id = begin(panjin, item, "request")
    page = panjin.client("linjing").get(f"/city/papers/{paper_id}").text
    assert "还没有呈报请示" in page
    assert post(panjin, "linjing", paper_id, "gathering").status_code == 303
    keep(panjin)
    assert "还没有呈报请示" in panjin.client("linjing").get(f"/city/papers/{paper_id}").text


def test_another_side_sees_nothing_of_it(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    for who in ("mengyan", "zhaoyang", "fengxue", "wutong"):
        desk = panjin.desk(who)
        assert panjin.client(who).get(f"/{desk}/papers/{paper_id}").status_code == 404, who
        assert panjin.client(who).get(f"/{desk}/papers/{paper_id}/file").status_code == 404, who
    assert panjin.client("qinchuan").get(f"/city/papers/{paper_id}").status_code == 403


def test_a_copy_is_for_its_recipient_alone(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    post(panjin, "hejun", paper_id, "review", act="approve")
    post(panjin, "gaoyuan", paper_id, "issue")
    keep(panjin)
    with panjin.standing():
        copy_id = db.session.scalars(select(PaperCopy.id)).one()
    assert panjin.client("zhaoyang").get(f"/dawa/received-papers/{copy_id}").status_code == 200
    for who in ("zhouning", "wutong", "qinchuan"):
        path = f"/{panjin.desk(who)}/received-papers/{copy_id}"
        assert panjin.client(who).get(path).status_code == 404, who
        assert panjin.client(who).get(f"{path}/file").status_code == 404, who


def test_a_unit_makes_its_own_papers_and_no_reminder(panjin, item):
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{item.number}/papers").text
    assert "调查处理报告" in page
    assert "问题提醒函" not in page
    paper_id = begin(panjin, item, "case_sheet", who="zhaoyang")
    assert post(panjin, "zhaoyang", paper_id, "issue").status_code == 303
    assert panjin.client("linjing").get(f"/city/papers/{paper_id}").status_code == 200
    assert panjin.client("zhouning").get(f"/dawa/papers/{paper_id}").status_code == 404


def test_the_register_is_read_in_a_bounded_number_of_statements(panjin, item):
    client = panjin.client("linjing")
    begin(panjin, item, "case_sheet")
    client.get("/city/papers")
    with counted(panjin.app) as few:
        client.get("/city/papers")
    for _ in range(3):
        begin(panjin, item, "case_sheet")
    with counted(panjin.app) as many:
        page = client.get("/city/papers").text
    assert page.count("办件单</td>") >= 4
    assert len(many) == len(few)


def test_a_leader_without_account_signs_on_paper_and_the_office_enters_it(panjin, item):
    lead(panjin, UNIT, PostKind.CHIEF, "周正", "局长", at=clock.now())
    lead(panjin, UNIT, PostKind.SUPERIOR, "韩秋", "区长", at=clock.now())
    data = {
        "version": stages.version_of(panjin, item.number),
        "ground": "careless",
        "demand": "请重新调查。",
        "grave": "y",
        "signed_leader": "秦川副市长",
    }
    refused = panjin.client("linjing").post(f"/city/cases/{item.number}/supervision", data=data)
    assert "没有登记市主要领导" in refused.text
    lead(panjin, "市政府", PostKind.CITY_LEADER, "顾城", "市长", at=clock.now())
    answer = panjin.client("linjing").post(f"/city/cases/{item.number}/supervision", data=data)
    assert answer.status_code == 303, answer.text
    paper_id = int(answer.location.rpartition("/")[2])
    keep(panjin)
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    post(panjin, "hejun", paper_id, "review", act="approve")
    assert post(panjin, "gaoyuan", paper_id, "issue").status_code == 303
    keep(panjin)
    with panjin.standing():
        copies = distributing.copies(the(panjin, paper_id))
        assert [each.name for each in copies] == ["周正", "韩秋", "顾城"]
        first = copies[0].id
    path = f"receipts/{first}"
    assert "请填写签收人" in post(panjin, "linjing", paper_id, path, name="").text
    assert post(panjin, "linjing", paper_id, path, name="周正").status_code == 303
    again = post(panjin, "linjing", paper_id, path, name="周正")
    assert "已由周正签收" in again.text
    assert "林静登记" in panjin.client("linjing").get(f"/city/papers/{paper_id}").text


def told(cast, who: str) -> list[str]:
    with cast.standing():
        query = select(Notice.text).where(Notice.user_id == cast.actor(who).user_id)
        return list(db.session.scalars(query.order_by(Notice.id)))


def test_whose_turn_it_is_gets_word_of_it(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    asked = "林静起草的问题提醒函送审，请审核"
    assert [asked in told(panjin, who) for who in ("hejun", "gaoyuan", "linjing")] == [1, 1, 0]
    post(panjin, "hejun", paper_id, "review", act="send_back", opinion="日期有误")
    assert "您起草的问题提醒函被退回修改" in told(panjin, "linjing")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    assert told(panjin, "hejun").count(asked) == 2
    assert post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id)).status_code
    assert told(panjin, "hejun").count(asked) == 2, "sent twice, it is told once"
    keep(panjin)
    post(panjin, "hejun", paper_id, "review", act="approve")
    sign = "林静起草的问题提醒函已审核，请签发"
    assert [sign in told(panjin, who) for who in ("hejun", "gaoyuan")] == [False, True]
    post(panjin, "gaoyuan", paper_id, "issue")
    assert "您起草的问题提醒函已签发" in told(panjin, "linjing")
    notices = panjin.client("gaoyuan").get("/city/notices").text
    assert f'href="/city/papers/{paper_id}"' in notices


def test_the_register_opens_where_something_waits_and_counts_it(panjin, item):
    assert "这里还没有文书" in panjin.client("linjing").get("/city/papers").text
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    page = panjin.client("gaoyuan").get("/city/papers").text
    assert re.search(r'aria-current="page"[^>]*>待审核<span class="count">1</span>', page)
    assert "关于群众反映" in page


def test_the_register_is_narrowed_to_a_year_that_it_has(panjin, item):
    this = clock.local(clock.now()).year
    for years in (1, 0):
        then = clock.now() - timedelta(days=366 * years)
        paper_id = begin(panjin, item, "case_sheet")
        with panjin.standing():
            issuing.issue(the(panjin, paper_id), by=panjin.actor("linjing"), at=then)
            db.session.commit()
    office = panjin.client("linjing")
    every = office.get("/city/papers?tab=issued").text
    assert every.count("办件单</td>") == 2
    assert f'<option value="{this - 1}">' in every
    before = office.get(f"/city/papers?tab=issued&year={this - 1}").text
    assert before.count("办件单</td>") == 1
    assert "没有符合条件的文书" in office.get("/city/papers?tab=issued&kind=reminder").text
    assert office.get("/city/papers?tab=issued&year=1x").text.count("办件单</td>") == 2


def test_a_proof_is_waited_for_and_then_offered(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    for _ in range(2):
        assert post(panjin, "linjing", paper_id, "proof").status_code == 303
    with panjin.standing():
        query = select(Outbox).where(Outbox.job == "papers.prove", Outbox.done_at.is_(None))
        assert len(db.session.scalars(query).all()) == 1, "pressed twice, made once"
    office, path = panjin.client("linjing"), f"/city/papers/{paper_id}"
    page = office.get(path).text
    assert f'hx-get="{path}?waiting=proving"' in page
    asks = {"HX-Request": "true", "HX-Target": "paper-state"}
    still = office.get(f"{path}?waiting=proving", headers=asks)
    assert "正在生成校样" in still.text
    keep(panjin)
    done = office.get(f"{path}?waiting=proving", headers=asks)
    assert done.headers["HX-Refresh"] == "true"
    assert "查看校样" in office.get(path).text
    assert File(office.get(f"{path}/proof").data).text(0)


def test_what_the_worker_gave_up_is_tried_again_by_a_button(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    post(panjin, "linjing", paper_id, "issue")
    with panjin.standing():
        row = db.session.scalars(
            select(Outbox).where(Outbox.job == "papers.render", Outbox.done_at.is_(None))
        ).one()
        row.attempts, row.error = 3, "rendering.py:20"
        db.session.commit()
        again = row.id
    office, path = panjin.client("linjing"), f"/city/papers/{paper_id}"
    page = office.get(path).text
    assert "系统会自动重试" in page
    assert f"{path}/retry" not in page
    with panjin.standing():
        db.session.get_one(Outbox, again).attempts = GIVE_UP_AFTER
        db.session.commit()
    page = office.get(path).text
    assert f"J{again}-{GIVE_UP_AFTER}" in page
    assert f'action="{path}/retry"' in page
    assert "hx-get" not in page.partition('id="paper-state"')[2].partition(">")[0]
    assert post(panjin, "linjing", paper_id, "retry").status_code == 303
    twice = post(panjin, "linjing", paper_id, "retry")
    assert (twice.status_code, "不需要重试" in twice.text) == (409, True)
    keep(panjin)
    assert "打开PDF" in office.get(path).text
    assert post(panjin, "linjing", paper_id, "retry").status_code == 409


def test_received_papers_are_read_page_by_page(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    with panjin.standing():
        unit = panjin.actor("zhaoyang")
        for number in range(53):
            db.session.add(
                PaperCopy(
                    tenant_id=unit.tenant_id,
                    paper_id=paper_id,
                    part="to",
                    unit_id=unit.unit_id,
                    unit=UNIT,
                    name="" if number == 0 else f"甲{number}",
                    user_id=None if number == 0 else unit.user_id,
                    post="",
                    kind="reminder",
                    number=f"〔2026〕{number}号",
                    title=f"提醒函{number}",
                    issuer="市民心网办",
                    case_number="",
                    issued_at=clock.now(),
                    sha256="0" * 64,
                    pages=1,
                    delivered_at=clock.now(),
                )
            )
        db.session.commit()
    client = panjin.client("zhaoyang")
    first = client.get("/dawa/received-papers").text
    assert first.count("received-title") == 50
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    last = client.get(following).text
    assert last.count("received-title") == 3
    assert "提醒函0" in last
    assert "还没有签收过文书" in client.get("/dawa/received-papers?tab=signed").text
    assert (
        "没有待签收的文书"
        in panjin.client("zhouning").get("/dawa/received-papers?tab=waiting").text
    )


def test_saving_what_is_there_already_changes_nothing(panjin, item):
    paper_id = begin(panjin, item, "case_sheet")
    data = form(panjin, paper_id)
    data["text"] = data["text"].replace("\n", "\r\n")
    for _ in range(2):
        assert post(panjin, "linjing", paper_id, **data).status_code == 303
    with panjin.standing():
        assert the(panjin, paper_id).version == int(data["version"])


def test_a_copy_to_somebody_whose_account_was_closed_is_signed_for_on_paper(panjin, item):
    lead(panjin, UNIT, PostKind.CHIEF, "周正", "局长", at=clock.now())
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    post(panjin, "hejun", paper_id, "review", act="approve")
    post(panjin, "gaoyuan", paper_id, "issue")
    keep(panjin)
    with panjin.standing():
        copy = db.session.scalars(select(PaperCopy)).one()
        copy.name, copy.user_id = "孙立", panjin.actor("sunli").user_id
        db.session.commit()
        copy_id = copy.id
    office = panjin.client("linjing")
    refused = office.post(f"/city/papers/{paper_id}/receipts/{copy_id}", data={"name": "孙立"})
    assert "收件人有账号" in refused.text
    with panjin.standing():
        db.session.get_one(User, panjin.actor("sunli").user_id).active = False
        db.session.commit()
    assert "登记签收" in office.get(f"/city/papers/{paper_id}").text
    done = office.post(f"/city/papers/{paper_id}/receipts/{copy_id}", data={"name": "孙立"})
    assert done.status_code == 303


def test_what_is_changed_under_review_says_that_it_has_to_be_sent_there_again(panjin, item):
    paper_id = begin(panjin, item, "reminder")
    post(panjin, "linjing", paper_id, then="submit", **form(panjin, paper_id))
    keep(panjin)
    reader = panjin.client("hejun")
    new = form(panjin, paper_id, title="关于路灯的提醒函")
    answer = reader.post(f"/city/papers/{paper_id}", data=new)
    assert "须重新送审" in reader.get(answer.location).text
    with panjin.standing():
        assert the(panjin, paper_id).state == "draft"


def test_another_unit_is_offered_no_correction(panjin, item):
    item.reported(at=clock.now()).signed(at=clock.now())
    paper_id = begin(panjin, item, "case_sheet", "zhaoyang")
    post(panjin, "zhaoyang", paper_id, "issue")
    keep(panjin)
    assert "起草更正件" in panjin.client("zhaoyang").get(f"/dawa/papers/{paper_id}").text
    assert "起草更正件" not in panjin.client("mengyan").get(f"/dawa/papers/{paper_id}").text
    said = panjin.client("mengyan")
    answer = said.post(f"/dawa/papers/{paper_id}/correction")
    assert "由该单位更正" in said.get(answer.location).text


def test_what_cannot_be_gathered_can_be_given_up(panjin, item):
    client = panjin.client("linjing")
    page = client.get(f"/city/cases/{item.number}/papers").text
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)[1]
    version = stages.version_of(panjin, item.number)
    data = {"version": version, "kind": "case_sheet", "token": token}
    begun = client.post(f"/city/cases/{item.number}/papers", data=data).location
    with panjin.standing():
        promise = db.session.scalars(select(Outbox).where(Outbox.job == "papers.gather")).one()
        promise.attempts = GIVE_UP_AFTER
        promise.error = "gathering.py:20"
        db.session.commit()
    assert "作废理由" in client.get(begun).text
    done = client.post(f"{begun}/void", data={"opinion": "不再需要"})
    assert done.status_code == 303


def test_a_day_that_no_calendar_has_is_called_provisional_before_the_issue(panjin):
    start = datetime(2027, 12, 20, 9, tzinfo=SHANGHAI)
    with time_machine.travel(start, tick=False):
        walk = Watched(panjin, start)
        walk.dispatched("大洼区民心网工作站", at=start).assigned(UNIT, at=start)
        walk.wished(ground=Ground.CARELESS, at=start).gathered(at=start)
        with panjin.standing():
            paper_id = walk.paper().id
        page = panjin.client("gaoyuan").get(f"/city/papers/{paper_id}/issue").text
        assert "暂定：工作日历还没有排到这一天" in page
