"""文书核验: is a paper genuine? By its code or its file, and nothing of what it says."""

from __future__ import annotations

import io

import pytest
from flask import current_app
from sqlalchemy import select

from minxin.documents import finishing, rendering, samples, signing
from minxin.documents.finishing import Press
from minxin.documents.models import Paper, PaperProof
from minxin.extensions import db
from tests.documents.test_issuing import issue, ready

TITLE = "关于供热的提醒函"
DAY = "2026-03-02"


@pytest.fixture
def issued(panjin, tmp_path):
    """(code, file) of an issued, signed paper."""
    certificate = signing.load(signing.self_made(tmp_path), "")
    current_app.extensions["certificate"] = certificate
    with panjin.standing():
        paper = ready(panjin)
        issue(panjin, paper)
        store, schema = current_app.extensions["store"], panjin.city.schema
        press = Press(store, schema, certificate, "http://panjin.test/verify/")
        finishing.finish(paper.id, press, at=paper.issued_at)
        db.session.commit()
        found = db.session.get_one(Paper, paper.id)
        yield found.code, store.read(found.sha256, schema)
    current_app.extensions["certificate"] = None


def upload(citizen, code: str, content: bytes, name: str = "paper.pdf"):
    return citizen.post(f"/verify/{code}", data={"file": (io.BytesIO(content), name)})


@pytest.mark.parametrize("write", ["{}", "{} ", "dashed", "lower"])
def test_the_code_is_found_however_it_is_written(citizen, issued, write):
    code = issued[0]
    typed = {
        "dashed": "-".join(code[n : n + 4] for n in range(0, 16, 4)),
        "lower": code.lower(),
    }.get(write, write.format(code))
    answer = citizen.post("/verify", data={"code": typed}, follow_redirects=True)
    assert answer.status_code == 200
    assert "有这份文书" in answer.text
    assert "问题提醒函" in answer.text
    assert "〔2026〕1号" in answer.text
    assert "仅供演示" in answer.text
    assert TITLE not in answer.text, "what it says is nobody's business"


@pytest.mark.parametrize("code", ["", "ABCD", "K" * 16, "<script>", "字" * 40])
def test_a_code_that_is_none_gets_a_sentence(citizen, issued, code):
    answer = citizen.post("/verify", data={"code": code})
    assert answer.status_code == 422
    assert "没有这个验证码" in answer.text or "请填写文书上的验证码" in answer.text
    assert "<script>" not in answer.text


def test_an_address_with_a_wrong_code_is_not_found(citizen, issued):
    answer = citizen.get("/verify/AAAABBBBCCCCDDDD")
    assert answer.status_code == 404
    assert "可能是伪造件" in answer.text


def test_the_very_file_is_genuine(citizen, issued):
    assert "与存档完全一致" in upload(citizen, *issued).text


def test_one_changed_byte_is_seen(citizen, issued):
    code, content = issued
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    answer = upload(citizen, code, bytes(changed))
    assert "文件与存档不一致" in answer.text


def test_another_paper_of_ours_is_not_this_one(citizen, issued, panjin):
    certificate = current_app.extensions["certificate"]
    other = signing.sign(rendering.render(samples.INVESTIGATION).pdf, certificate, reason="另一份")
    assert "另一份文书" in upload(citizen, issued[0], other).text


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no pdf", "这不是PDF文件"), (b"%PDF" + b"0" * 20_971_520, "不能超过20 MB")],
)
def test_what_cannot_be_compared_gets_a_sentence(citizen, issued, content, said):
    answer = upload(citizen, issued[0], content)
    assert answer.status_code in (413, 422)
    if answer.status_code == 422:
        assert said in answer.text


def test_without_a_file_it_asks_for_one(citizen, issued):
    answer = citizen.post(f"/verify/{issued[0]}", data={})
    assert answer.status_code == 422
    assert "请选择要核验的PDF文件" in answer.text


def test_a_corrected_paper_says_by_which(citizen, issued, panjin):
    with panjin.standing():
        proof = db.session.query(PaperProof).one()
        proof.corrected_by = "〔2026〕9号"
        db.session.commit()
    assert "已由问题提醒函〔2026〕9号更正" in citizen.get(f"/verify/{issued[0]}").text


def by_number(citizen, **changed):
    data = {"kind": "reminder", "number": "〔2026〕1号", "issued_on": DAY} | changed
    return citizen.post("/verify", data=data, follow_redirects=True)


@pytest.mark.parametrize("number", ["〔2026〕1号", "[2026] 1 号", "2026-1", "（2026）第1号"])
def test_a_paper_whose_code_cannot_be_read_is_found_by_its_number_and_day(citizen, issued, number):
    answer = by_number(citizen, number=number)
    assert "有这份文书" in answer.text
    assert TITLE not in answer.text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"number": ""}, "请填写文书编号"),
        ({"number": "一号"}, "没有这个编号和日期的文书"),
        ({"number": "〔2026〕2号"}, "没有这个编号和日期的文书"),
        ({"kind": "request"}, "没有这个编号和日期的文书"),
        ({"kind": "novel"}, "选"),
        ({"issued_on": "2026-03-03"}, "没有这个编号和日期的文书"),
        ({"issued_on": "soon"}, "日期"),
        ({"number": "<script>"}, "没有这个编号和日期的文书"),
    ],
)
def test_a_number_that_is_none_gets_a_sentence(citizen, issued, changed, words):
    answer = by_number(citizen, **changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>" not in answer.text.partition("<main")[2].partition("</main")[0]


def test_a_number_that_several_units_have_given_asks_for_the_unit(panjin, citizen, issued):
    with panjin.standing():
        proof = db.session.scalars(select(PaperProof)).one()
        db.session.add(
            PaperProof(
                code="K" * 16,
                kind=proof.kind,
                number=proof.number,
                issuer="大洼区民心网工作站",
                issued_on=proof.issued_on,
                digest="0" * 64,
                pages=1,
                signed_as="",
            )
        )
        db.session.commit()
    answer = by_number(citizen)
    assert answer.status_code == 200
    assert "有2个单位签发过" in answer.text
    assert f'href="/verify/{"K" * 16}">大洼区民心网工作站' in answer.text
