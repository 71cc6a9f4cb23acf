"""The import's pages: upload, mapping, progress, result; every step without JavaScript too."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from sqlalchemy import func, select, update

from minxin.audit.log import AuditEntry
from minxin.background import GIVE_UP_AFTER, Outbox
from minxin.cases import importing
from minxin.cases.models import Case, Import
from minxin.extensions import db
from minxin.workbooks.mapping import Field
from tests.cases.test_importing import book, row
from worker.jobs import keep_promise

GUESSED = {"source_no": 0, "name": 1, "phone": 2, "subject": 3, "received_at": 4, "text": 5}


def mapping(**chosen: int) -> dict[str, int]:
    return {field.value: -1 for field in Field} | GUESSED | {"reply": 6, "replied_at": 7} | chosen


@pytest.fixture
def clerk(panjin):
    return panjin.client("linjing")


@pytest.fixture
def upload(clerk):
    """Upload a workbook; answers the response."""

    def send(content: bytes, name: str = "留言.xlsx", source: str = "import"):
        data = {"file": (io.BytesIO(content), name), "source": source}
        return clerk.post("/city/imports", data=data, content_type="multipart/form-data")

    return send


@pytest.fixture
def work(panjin):
    """Do what was promised, as the worker would."""

    def run() -> None:
        with panjin.standing():
            waiting = select(Outbox.id).where(Outbox.done_at.is_(None))
            ids = db.session.scalars(waiting).all()
        for outbox_id in ids:
            keep_promise(panjin.city.schema, outbox_id)

    return run


def begin(clerk, page: str, **chosen: int):
    return clerk.post(f"{page}/mapping", data=mapping(**chosen))


def test_a_workbook_goes_from_upload_to_cases(panjin, clerk, upload, work):
    answer = upload(book(row(1), row(2), row(3, 留言时间="不记得"), row(1)))
    assert answer.status_code == 303
    page = answer.location
    shown = clerk.get(page).text
    assert "开始导入" in shown
    assert "王**" in shown
    assert "138****1234" in shown
    assert "13800001234" not in shown
    assert begin(clerk, page).status_code == 303
    waiting = clerk.get(page).text
    assert "正在排队" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert 'http-equiv="refresh"' in waiting
    work()
    done = clerk.get(page).text
    assert "hx-trigger" not in done.partition('id="import"')[2].partition(">")[0]
    assert 'http-equiv="refresh"' not in done
    assert "下载未成功的行" in done
    assert "不记得" in done
    with panjin.standing():
        number = db.session.scalars(select(Case.number).order_by(Case.id).limit(1)).one()
    made = clerk.get(f"{page}?outcome=made").text
    assert f"/city/cases/{number}" in made
    assert "没有重复登记" in clerk.get(f"{page}?outcome=repeated").text
    listed = clerk.get("/city/imports").text
    assert "留言.xlsx" in listed
    assert "已完成" in listed


def test_htmx_gets_the_very_part(panjin, clerk, upload):
    page = upload(book(row(1))).location
    begin(clerk, page)
    part = clerk.get(page, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="import"')
    assert "<html" not in part
    assert part.strip() in clerk.get(page).text


def test_the_same_file_is_told_and_makes_nothing_twice(panjin, clerk, upload, work):
    content = book(row(1), row(2))
    first = upload(content).location
    begin(clerk, first)
    work()
    second = upload(content).location
    shown = clerk.get(second).text
    assert "导入过" in shown
    assert first in shown
    begin(clerk, second)
    work()
    with panjin.standing():
        assert db.session.scalar(select(func.count(Case.id))) == 2
        assert db.session.scalars(select(Import.repeated).order_by(Import.id)).all() == [0, 2]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 .xls"),
        ("a.xlsx", b"PK\x03\x04 broken", "文件已损坏"),
        ("a.txt", "主题".encode(), "不是 Excel 工作簿"),
        ("a.xlsx", book(header=["只有一列"]), "没有找到表头"),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field(panjin, upload, name, content, said):
    answer = upload(content, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#file"' in answer.text
    with panjin.standing():
        assert db.session.scalar(select(func.count(Import.id))) == 0


def test_no_file_and_no_source_are_said_in_words(clerk):
    answer = clerk.post("/city/imports", data={"source": "web"})
    assert answer.status_code == 422
    assert "请选择要导入的 Excel 文件" in answer.text


def test_a_mapping_without_text_or_with_a_column_twice_is_refused(panjin, clerk, upload):
    page = upload(book(row(1))).location
    answer = begin(clerk, page, text=-1, subject=-1)
    assert answer.status_code == 422
    assert "请指定“诉求内容”或“主题”" in answer.text
    twice = begin(clerk, page, place=5)
    assert twice.status_code == 422
    assert "选了同一列" in twice.text
    beyond = begin(clerk, page, text=99)
    assert beyond.status_code == 422
    with panjin.standing():
        assert db.session.scalars(select(Outbox.job)).all() == []


def test_begun_twice_it_runs_once(panjin, clerk, upload):
    page = upload(book(row(1))).location
    assert begin(clerk, page).status_code == 303
    assert begin(clerk, page).status_code == 303
    with panjin.standing():
        assert db.session.scalars(select(Outbox.job)).all() == ["cases.import"]


def test_the_failed_rows_are_downloaded_and_that_is_logged(panjin, clerk, upload, work):
    page = upload(book(row(1), row(2, 留言时间="不记得"))).location
    begin(clerk, page)
    work()
    answer = clerk.get(f"{page}/failures.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert "不记得" in str([cell.value for cell in sheet[4]])
    with panjin.standing():
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "import.failures"


def test_there_is_no_sheet_of_failures_where_none_failed(clerk, upload, work):
    page = upload(book(row(1))).location
    begin(clerk, page)
    work()
    assert clerk.get(f"{page}/failures.xlsx").status_code == 404


def test_many_rows_come_in_pages(panjin, clerk, upload, work):
    page = upload(book(*(row(n) for n in range(120)))).location
    begin(clerk, page)
    work()
    seen, url = 0, f"{page}?outcome=made"
    while url:
        text = clerk.get(url).text
        seen += text.count('<td class="col-no">')
        url = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        url = url.replace("&amp;", "&") if 'rel="next"' in text else ""
    assert seen == 120


def test_what_went_wrong_as_a_whole_is_said(panjin, clerk, upload, work, app):
    page = upload(book(row(1))).location
    begin(clerk, page)
    with panjin.standing():
        sha256 = db.session.scalars(select(Import.sealed_sha256)).one()
    app.extensions["store"].delete(sha256, panjin.city.schema)
    work()
    assert "导入没有完成" in clerk.get(page).text


def try_again(panjin, work, tries: int) -> None:
    """Let the worker try so often in all; the sweep would, over half a day."""
    with panjin.standing():
        done = db.session.scalars(select(Outbox.attempts)).one()
    for _ in range(tries - done):
        work()


@pytest.fixture
def broken(panjin, app, upload, clerk):
    """An import of six rows whose stored workbook was changed on the disk after the first three
    were done; answers its page and how to mend the file."""

    def breaks(monkeypatch) -> tuple[str, Callable[[], None]]:
        monkeypatch.setattr(importing, "BATCH", 3)
        page = upload(book(*(row(n) for n in range(1, 7)))).location
        begin(clerk, page)
        with panjin.standing("linjing"):
            batch = db.session.scalars(select(Import)).one()
            steps = importing.run(batch.id, store=app.extensions["store"])
            next(steps)
            db.session.commit()
            steps.close()
            key = batch.sealed_sha256
        folder = app.extensions["settings"].folder
        (path,) = folder.rglob(f"{panjin.city.schema}/{key[:2]}/{key}")
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + b"?")
        return page, lambda: path.write_bytes(whole) and None

    return breaks


def test_a_failing_import_says_so_while_it_is_tried_again(panjin, clerk, broken, work, monkeypatch):
    page, mend = broken(monkeypatch)
    work()
    shown = clerk.get(page).text
    assert "处理时遇到问题，系统正在自动重试（已试 1 次）" in shown
    assert "已处理 3 / 6 行" in shown
    assert "正在排队" not in shown
    assert 'hx-trigger="every 2s"' in shown
    assert "继续导入" not in shown
    with panjin.standing():
        assert f"错误编号：J{db.session.scalars(select(Outbox.id)).one()}-1" in shown
    assert "重试中" in clerk.get("/city/imports").text
    mend()
    work()
    done = clerk.get(page).text
    assert "处理时遇到问题" not in done
    with panjin.standing():
        assert db.session.scalars(select(Import.made)).one() == 6


def test_an_import_that_was_given_up_says_so_and_goes_on_by_a_button(
    panjin, clerk, broken, work, monkeypatch
):
    page, mend = broken(monkeypatch)
    try_again(panjin, work, GIVE_UP_AFTER)
    shown = clerk.get(page).text
    assert "导入已停下：已处理 3 / 6 行" in shown
    assert f"重试了 {GIVE_UP_AFTER} 次" in shown
    assert re.search(rf"J\d+-{GIVE_UP_AFTER}\b", shown)
    assert "继续导入，从第 5 行起" in shown
    assert 'hx-trigger="every 2s"' not in shown.partition('id="import"')[2].partition(">")[0]
    assert "已停下" in clerk.get("/city/imports").text
    mend()
    assert clerk.post(f"{page}/continuation").status_code == 303
    assert "正在导入" in clerk.get(page).text
    again = clerk.post(f"{page}/continuation", follow_redirects=True)
    assert "没有停下，无需继续" in again.text
    work()
    with panjin.standing():
        batch = db.session.scalars(select(Import)).one()
        assert (batch.state, batch.made, batch.repeated) == ("done", 6, 0)
        assert db.session.scalar(select(func.count(Case.id))) == 6
        acts = db.session.scalars(select(AuditEntry.act)).all()
        assert acts.count("import.continue") == 1


def test_while_the_last_try_is_under_way_nothing_is_given_up(
    panjin, clerk, broken, work, monkeypatch
):
    page, _ = broken(monkeypatch)
    try_again(panjin, work, GIVE_UP_AFTER)
    with panjin.standing():  # a worker at it holds the promise
        db.session.scalars(select(Outbox).with_for_update()).one()
        shown = clerk.get(page).text
        assert "系统正在自动重试" in shown
        assert "继续导入" not in shown
        assert "无需继续" in clerk.post(f"{page}/continuation", follow_redirects=True).text


def test_a_workbook_that_was_removed_is_not_offered(panjin, clerk, upload, work):
    page = upload(book(row(1), row(2, 留言时间="不记得"))).location
    begin(clerk, page)
    work()
    assert "原表格加密保存到" in clerk.get(page).text
    with panjin.standing():
        db.session.execute(update(Import).values(sealed_sha256=None))
        db.session.commit()
    shown = clerk.get(page).text
    assert "原表格已超过保存期限并删除" in shown
    assert "failures.xlsx" not in shown
    answer = clerk.get(f"{page}/failures.xlsx")
    assert answer.status_code == 400
    assert "上传的文件已删除" in answer.text


def test_the_list_is_empty_at_first_and_says_what_to_do(clerk):
    text = clerk.get("/city/imports").text
    assert "还没有导入过" in text
    assert "上传并核对列" in text


@pytest.mark.parametrize("path", ["/imports/999", "/imports/99999999999999999999", "/imports/x"])
def test_an_import_that_is_not_there_is_not_found(clerk, path):
    assert clerk.get(f"/city{path}").status_code == 404


@pytest.mark.parametrize("username", ["qinchuan", "mengyan", "zhaoyang", "chencheng"])
def test_only_the_office_imports(panjin, clerk, upload, username):
    page = upload(book(row(1))).location.replace("/city", "")
    other, desk = panjin.client(username), panjin.desk(username)
    for path in ("/imports", page, f"{page}/failures.xlsx"):
        assert other.get(f"/{desk}{path}").status_code in (403, 404), path
    assert other.post(f"/{desk}{page}/mapping", data=mapping()).status_code in (403, 404)
    with panjin.standing():
        assert db.session.scalars(select(Import.state)).all() == ["mapping"]


def test_a_stranger_is_sent_to_the_door(panjin):
    assert panjin.client().get("/city/imports").status_code == 302


def test_batches_are_small_enough_to_show_progress():
    assert importing.BATCH <= 500
