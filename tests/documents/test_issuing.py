"""签发: numbered without gap or repeat, by somebody else than its drafter, once, for good."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from minxin.documents import checking, drafting, fonts, issuing, numbering
from minxin.documents.drafting import About, Draft
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.documents.words import Words, checked
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from tests.documents.test_fonts import bare_machine  # noqa: F401

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = Words("关于供热的提醒函", "市供热公司", "请按时供热。")


def drafted(cast, kind=PaperKind.REMINDER, words=WORDS, by="linjing") -> Paper:
    """Stand as the city's login."""
    paper = drafting.begin(kind, About(), by=cast.actor(by), at=AT)
    drafting.fill(paper, Draft({}, words))
    checking.check(paper, {}, frozenset())
    return paper


def ready(cast, **more) -> Paper:
    paper = drafted(cast, **more)
    drafting.submit(paper, by=cast.actor("linjing"), at=AT)
    drafting.approve(paper, by=cast.actor("hejun"), at=AT)
    db.session.commit()
    return paper


def issue(cast, paper: Paper, by: str = "gaoyuan", at: datetime = AT) -> str:
    number = issuing.issue(paper, by=cast.actor(by), at=at)
    db.session.commit()
    return number


def test_numbers_follow_by_kind_and_year(panjin):
    with panjin.standing():
        first, second = ready(panjin), ready(panjin)
        assert [issue(panjin, first), issue(panjin, second)] == ["〔2026〕1号", "〔2026〕2号"]
        report = ready(panjin, kind=PaperKind.SUPERVISION_REPORT)
        assert issue(panjin, report) == "〔2026〕第1期"
        turned = datetime(2026, 12, 31, 16, tzinfo=UTC)
        assert issue(panjin, ready(panjin), at=turned) == "〔2027〕1号", "in Shanghai it is 2027"


def test_two_units_have_series_of_their_own(panjin):
    with panjin.standing():
        assert issue(panjin, ready(panjin)) == "〔2026〕1号"
        other = drafted(panjin, kind=PaperKind.CASE_SHEET, by="mengyan")
        mine = drafted(panjin, kind=PaperKind.CASE_SHEET)
        numbers = [issue(panjin, other, "mengyan"), issue(panjin, mine, "linjing")]
        assert numbers == ["〔2026〕1号", "〔2026〕1号"]


def test_who_issues_at_once_leaves_no_gap_and_no_repeat(panjin):
    with panjin.standing():
        ids = [ready(panjin).id for _ in range(6)]
    start, failed = threading.Barrier(6), []

    def go(paper_id: int) -> None:
        with panjin.app.app_context(), panjin.standing():
            paper = db.session.get_one(Paper, paper_id)
            start.wait()
            try:
                issue(panjin, paper)
            except Exception as error:  # a thread's failure would be lost
                failed.append(error)

    threads = [threading.Thread(target=go, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with panjin.standing():
        serials = db.session.scalars(select(Paper.serial).order_by(Paper.serial)).all()
        assert serials == [1, 2, 3, 4, 5, 6]


def test_a_transaction_that_fails_gives_its_number_back(panjin):
    with panjin.standing():
        first, second = ready(panjin), ready(panjin)
        assert issuing.issue(first, by=panjin.actor("gaoyuan"), at=AT) == "〔2026〕1号"
        db.session.rollback()
        assert issue(panjin, second) == "〔2026〕1号"


def test_two_who_issue_one_paper_give_it_one_number(panjin):
    with panjin.standing():
        paper_id = ready(panjin).id
    said: list[str] = []
    start = threading.Barrier(2)

    def go() -> None:
        with panjin.app.app_context(), panjin.standing():
            paper = db.session.get_one(Paper, paper_id)
            start.wait()
            try:
                said.append(issue(panjin, paper))
            except Conflict as conflict:
                said.append(conflict.message)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said, key=len)[0] == "〔2026〕1号"
    assert "已由高远签发，编号〔2026〕1号" in max(said, key=len)


def test_its_drafter_neither_reviews_nor_issues_it(panjin):
    with panjin.standing():
        paper = drafted(panjin, by="gaoyuan")
        drafting.submit(paper, by=panjin.actor("gaoyuan"), at=AT)
        with pytest.raises(Refused, match="不能审核自己起草"):
            drafting.approve(paper, by=panjin.actor("gaoyuan"), at=AT)
        drafting.approve(paper, by=panjin.actor("linjing"), at=AT)
        with pytest.raises(Refused, match="起草人不能签发"):
            issuing.issue(paper, by=panjin.actor("gaoyuan"), at=AT)


def test_what_was_reviewed_and_changed_after_is_reviewed_anew(panjin):
    with panjin.standing():
        paper = ready(panjin)
        changed = Words("关于供热的提醒函", "市供热公司", "请立即供热。")
        drafting.edit(paper, changed, version=paper.version, by=panjin.actor("linjing"), at=AT)
        assert paper.state == "draft"
        with pytest.raises(Conflict, match="还不能签发"):
            issuing.issue(paper, by=panjin.actor("gaoyuan"), at=AT)


def test_words_that_nobody_looked_through_are_not_issued(panjin):
    with panjin.standing():
        paper = ready(panjin)
        paper.checked = -1
        with pytest.raises(Refused, match="正在检查个人信息"):
            issuing.issue(paper, by=panjin.actor("gaoyuan"), at=AT)


def test_personal_data_hinders_it_until_every_piece_is_decided(panjin):
    with panjin.standing():
        said = Words("关于供热的提醒函", "市供热公司", "请联系13812345678。")
        paper = ready(panjin, words=said)
        assert "还有1处疑似个人信息" in issuing.hindrances(paper)[0]
        checking.mask(paper, [0], by=panjin.actor("linjing"), at=AT)
        checking.check(paper, {}, frozenset())
        assert issuing.hindrances(paper) == []
        assert "138****5678" in paper.words["text"]


def test_the_names_of_officials_stand_but_never_the_citizens(panjin):
    with panjin.standing():
        words = Words("通知", "市供热公司", "责任人王小明，联系人李秀英。")
        paper = drafted(panjin, words=words)
        checking.check(paper, {}, frozenset({"王小明", "李秀英"}))
        assert checking.undecided(paper) == []
        checking.check(paper, {"name": "李秀英"}, frozenset({"王小明", "李秀英"}))
        assert [said for _, _, said in checking.undecided(paper)] == ["李秀英"]


def test_without_faces_the_draft_says_so_and_nothing_is_issued(panjin, bare_machine):  # noqa: F811
    with panjin.standing():
        paper = ready(panjin)
        assert "没有安装仿宋、楷体、黑体、小标宋、宋体字体" in issuing.hindrances(paper)[0]
        with pytest.raises(Refused, match="安装后再签发"):
            issuing.issue(paper, by=panjin.actor("gaoyuan"), at=AT)
        assert paper.serial is None
    assert fonts.lacking()


def test_a_sign_that_no_face_has_hinders_it(panjin):
    with panjin.standing():
        paper = ready(panjin, words=Words("函", "市供热公司", "责任人\U000f0123。"))
        assert "\U000f0123" in issuing.hindrances(paper)[0]


def test_after_its_issue_nothing_changes_it(panjin):
    with panjin.standing():
        paper = ready(panjin)
        issue(panjin, paper)
        by = panjin.actor("linjing")
        with pytest.raises(Conflict, match="不能再修改"):
            drafting.edit(paper, WORDS, version=paper.version, by=by, at=AT)
        with pytest.raises(Conflict, match="不能作废"):
            drafting.void(paper, "错了", by=by, at=AT)
        with pytest.raises(Conflict):
            drafting.send_back(paper, "错了", by=by, at=AT)
        with pytest.raises(Conflict):
            drafting.keep(paper, 0, "理由", by=by, at=AT)


def test_a_form_that_begins_it_twice_begins_one(panjin):
    with panjin.standing():
        by = panjin.actor("linjing")
        first = drafting.begin(PaperKind.REMINDER, About(), by=by, at=AT, token="t1")
        again = drafting.begin(PaperKind.REMINDER, About(), by=by, at=AT, token="t1")
        assert first.id == again.id
        assert numbering.number(first) == ""


def test_who_wrote_the_words_last_does_not_review_them(panjin):
    with panjin.standing():
        paper, head = drafted(panjin, by="linjing"), panjin.actor("gaoyuan")
        changed = Words("关于供热的提醒函", "市供热公司", "请立即供热。")
        drafting.edit(paper, changed, version=paper.version, by=head, at=AT)
        drafting.submit(paper, by=head, at=AT)
        with pytest.raises(Refused, match="不能审核自己起草或者修改"):
            drafting.approve(paper, by=head, at=AT)
        drafting.approve(paper, by=panjin.actor("linjing"), at=AT)
        assert paper.state == "reviewed"


def test_who_covers_personal_data_has_not_written(panjin):
    with panjin.standing():
        paper, reader = drafted(panjin, by="linjing"), panjin.actor("hejun")
        drafting.submit(paper, by=panjin.actor("linjing"), at=AT)
        covered = Words("关于供热的提醒函", "市供热公司", "王某某反映。")
        again = drafting.edit(paper, covered, version=paper.version, by=reader, at=AT, covers=True)
        assert again, "it has to be sent for review once more"
        drafting.submit(paper, by=panjin.actor("linjing"), at=AT)
        drafting.approve(paper, by=reader, at=AT)
        assert paper.history[-3]["act"] == "遮盖个人信息"


def test_only_the_unit_that_issued_it_corrects_it(panjin):
    with panjin.standing():
        paper = ready(panjin)
        issue(panjin, paper)
        with pytest.raises(Refused, match="由该单位更正"):
            drafting.correct(paper, by=panjin.actor("mengyan"), at=AT)
        assert drafting.correct(paper, by=panjin.actor("hejun"), at=AT).corrects_id == paper.id


def test_what_is_typed_after_a_name_does_not_stand_twice():
    words = Words("关于供热的提醒函", "市供热公司：", "请立即供热。", report_to="顾城。")
    kept = checked(words)
    assert (kept.addressee, kept.report_to, kept.text) == ("市供热公司", "顾城", "请立即供热。")
