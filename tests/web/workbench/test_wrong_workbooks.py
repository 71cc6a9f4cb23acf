"""Workbooks as offices really send them, through the import's page: taken, or refused in words."""

from __future__ import annotations

import io
import re
import time
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font
from sqlalchemy import func, select

from minxin.background import Outbox
from minxin.cases.models import Case, Import
from minxin.extensions import db
from tests.attachments.conftest import Made
from worker.jobs import keep_promise

HEADER = ["主题", "内容", "来电时间"]
ROW = ["路灯不亮", "小区门口路灯不亮", "2026-11-20 09:00"]


def saved(book: openpyxl.Workbook) -> bytes:
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def filled(*rows: list[object]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def with_sheet(content: bytes, change) -> bytes:
    """The same workbook with its sheet's XML changed."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(raw, "w", 8) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return raw.getvalue()


def styled_only() -> bytes:
    book = openpyxl.Workbook()
    for row in range(1, 50):
        book.active.cell(row, 1).font = Font(bold=True)
    return saved(book)


@pytest.fixture
def send(panjin):
    client = panjin.client("linjing")

    def upload(content: bytes, name: str = "留言.xlsx"):
        data = {"file": (io.BytesIO(content), name), "source": "province"}
        return client, client.post("/city/imports", data=data)

    return upload


WRONG = [
    ("报告.xlsx", Made().docx(), "Excel"),
    ("留言.xlsx", Made().pdf(), "Excel"),
    ("留言.xlsx", Made().jpg(), "Excel"),
    ("留言.xlsx", b"", "空"),
    ("空表.xlsx", saved(openpyxl.Workbook()), "空的"),
    ("只有格式.xlsx", styled_only(), "空的"),
    ("只有表头.xlsx", saved(filled(HEADER)), "没有"),
    ("半个.xlsx", saved(filled(HEADER, ROW))[:-400], "损坏"),
]


@pytest.mark.parametrize(("name", "content", "words"), WRONG, ids=[w[0] for w in WRONG])
def test_what_cannot_be_imported_is_refused_in_words_and_the_source_is_kept(
    panjin, send, name, content, words
):
    _, answer = send(content, name)
    assert answer.status_code == 422
    summary = answer.text.split("error-summary", 1)[1].split("</ul>", 1)[0]
    assert words in summary
    assert any(advice in summary for advice in ("请", "须")), "it says what to do"
    assert 'checked id="source-' in answer.text
    with panjin.standing():
        assert db.session.scalar(select(func.count(Import.id))) == 0


def work(panjin) -> None:
    with panjin.standing():
        ids = db.session.scalars(select(Outbox.id).where(Outbox.done_at.is_(None))).all()
    for outbox_id in ids:
        keep_promise(panjin.city.schema, outbox_id)


def bodies(panjin) -> list[str]:
    with panjin.standing():
        return list(db.session.scalars(select(Case.body).order_by(Case.id)))


def through(panjin, send, content: bytes) -> str:
    """Upload and import it; the result's page."""
    client, answer = send(content)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location)
    assert page.status_code == 200
    chosen = {"subject": "0", "text": "1", "received_at": "2"}
    begun = client.post(f"{answer.location}/mapping", data={**_nothing(page.text), **chosen})
    assert begun.status_code == 303, begun.text
    work(panjin)
    return client.get(answer.location).text


def _nothing(page: str) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'<select[^>]*name="(\w+)"', page), "-1")


def test_a_sheet_with_a_million_empty_rows_is_imported_in_a_moment(panjin, send):
    empty = b'<row><c s="0"/><c s="0"/><c s="0"/></row>' * 1_000_000
    content = with_sheet(
        saved(filled(HEADER, ROW)),
        lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>"),
    )
    began = time.monotonic()
    through(panjin, send, content)
    assert bodies(panjin) == [ROW[1]]
    assert time.monotonic() - began < 30


def test_a_formula_counts_by_its_last_result_or_is_a_row_that_says_so(panjin, send):
    book = filled(HEADER, ROW, ["井盖缺失", '="门口"&"井盖缺失"', ROW[2]])
    page = through(panjin, send, saved(book))
    assert bodies(panjin) == [ROW[1]]
    assert "公式" in page


def test_cells_merged_over_rows_count_for_each_of_them(panjin, send):
    book = filled(HEADER, ROW, [None, "楼道灯也不亮", ROW[2]])
    book.active.merge_cells("A2:A3")
    through(panjin, send, saved(book))
    with panjin.standing():
        assert db.session.scalars(select(Case.subject)).all() == ["路灯不亮", "路灯不亮"]


def test_a_day_that_does_not_exist_is_a_row_that_says_so(panjin, send):
    book = filled(HEADER, ROW, ["井盖缺失", "门口井盖缺失", "2026-02-30 09:00"])
    page = through(panjin, send, saved(book))
    assert bodies(panjin) == [ROW[1]]
    assert "来电时间" in page
    assert "2026-02-30" in page or "日期" in page


def test_emoji_and_rare_characters_come_through(panjin, send):
    words = "家住㛃䶮路的群众反映😀路灯不亮𠮷"
    through(panjin, send, saved(filled(HEADER, ["㛃䶮", words, ROW[2]])))
    assert bodies(panjin) == [words]


def test_a_text_that_is_too_long_is_a_row_that_says_so(panjin, send):
    rows = [["长", "长" * 10_000, ROW[2]], ["更长", "长" * 10_001, ROW[2]]]
    page = through(panjin, send, saved(filled(HEADER, *rows)))
    assert [len(body) for body in bodies(panjin)] == [10_000]
    assert "10000" in page
