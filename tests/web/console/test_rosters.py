"""Each kind of record out to Excel and back: unchanged twice, whole or not at all."""

from __future__ import annotations

import base64
import io
import re
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from minxin.cases.models import Category, DeadlineRule, WorkCalendar
from minxin.extensions import db
from minxin.people.models import Responder, Unit, User

KINDS = ("units", "people", "posts", "categories", "rules", "calendar")


def _sheet(client, kind):
    answer = client.get(f"/console/rosters/{kind}.xlsx")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data))


def _rows(book):
    return [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]


def _bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return _bytes(book)


def _post(client, kind, content, step="import", name="table.xlsx"):
    return client.post(
        f"/console/rosters/{kind}",
        data={"file": (io.BytesIO(content), name), "step": step},
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_went_out_changes_nothing_when_it_comes_back(panjin, kind):
    client = panjin.client("gaoyuan")
    content = _bytes(_sheet(client, kind))
    for step in ("check", "import", "import"):
        answer = _post(client, kind, content, step)
        assert answer.status_code == 200, answer.text[:3000]
        assert "没有改动" in answer.text


def test_a_tenants_administrator_takes_out_only_his_own(panjin):
    client = panjin.client("wenbo")
    for kind in ("units", "people", "posts"):
        names = {row[0] for row in _rows(_sheet(client, kind))[1:]}
        assert names == {"大洼区"}
    for kind in ("categories", "rules", "calendar"):
        assert client.get(f"/console/rosters/{kind}.xlsx").status_code == 403
        assert client.post(f"/console/rosters/{kind}").status_code == 403
    assert panjin.client("tianli").get("/console/rosters/people.xlsx").status_code == 403


UNITS = ["区县", "单位名称", "类型", "上级单位", "启用日期"]


def _units(cast):
    with cast.standing():
        return db.session.scalar(select(func.count(Unit.id)))


@pytest.mark.parametrize("district", ["属地", "所在区县", "受理地区"])
def test_the_district_s_column_may_have_another_header(panjin, district):
    content = _table(
        [district, *UNITS[1:]], ["大洼区", "大洼区水利局", "联网单位", "", "2026-11-01"]
    )
    before = _units(panjin)
    answer = _post(panjin.client("wenbo"), "units", content)
    assert answer.status_code in (200, 303), answer.text
    assert _units(panjin) == before + 1


def test_one_wrong_row_keeps_all_out(panjin):
    client, before = panjin.client("wenbo"), _units(panjin)
    content = _table(
        UNITS,
        ["大洼区", "大洼区水利局", "联网单位", "大洼区民心网工作站", "2026-11-01"],
        ["大洼区", "大洼区财政局", "联网局", "", "2026-02-30"],
        ["兴隆台区", "兴隆台区水利局", "联网单位", "", "2026-11-01"],
        ["大洼区", "大洼区林业局", "联网单位", "没有的单位", "2026-11-01"],
        ["大洼区", "大洼区水利局", "联网单位", "", "2026-11-01"],
        ["大洼区", "", "联网单位", "", "2026-11-01"],
    )
    answer = _post(client, "units", content)
    assert answer.status_code == 422
    assert "有 5 行需要改正，全部没有导入" in answer.text
    assert _units(panjin) == before
    sheet = re.search(r'href="data:[^"]*;base64,([^"]+)"', answer.text).group(1)
    rows = _rows(load_workbook(io.BytesIO(base64.b64decode(sheet))))
    assert rows[0][:3] == ["行号", "原因", "区县"]
    assert [row[0] for row in rows[1:]] == ["3", "4", "5", "6", "7"]
    assert "没有“2026-02-30”这一天" in rows[1][1]
    assert "不在您的管理范围内" in rows[2][1]
    assert "没有的单位" in rows[3][1]
    assert "与第2行是同一条" in rows[4][1]


def test_units_come_in_once_superiors_first(panjin):
    client, before = panjin.client("wenbo"), _units(panjin)
    content = _table(
        UNITS,
        ["大洼区", "大洼区水利局", "联网单位", "大洼区民心网工作站", date(2026, 11, 1)],
        ["大洼区", "水利站", "联网点", "大洼区水利局", "2026年11月2日"],
    )
    checked = _post(client, "units", content, "check")
    assert "可以导入，还没有保存" in checked.text
    assert _units(panjin) == before
    done = _post(client, "units", content)
    assert "导入完成" in done.text
    assert "新增 2 行" in done.text
    assert "没有改动" in _post(client, "units", content).text
    assert _units(panjin) == before + 2


def test_imported_people_wait_and_their_passwords_are_given_once(panjin):
    client = panjin.client("wenbo")
    content = _table(
        ["区县", "用户名", "姓名", "单位", "角色"],
        ["大洼区", "wangwei", "王伟", "大洼区民政局", "网络回应人"],
        ["大洼区", "zhaoyang", "赵阳", "大洼区城管局", "网络回应人"],
    )
    answer = _post(client, "people", content)
    assert "下载初始密码" in answer.text
    sheet = re.search(r'href="data:[^"]*;base64,([^"]+)"', answer.text).group(1)
    rows = _rows(load_workbook(io.BytesIO(base64.b64decode(sheet))))
    assert rows[1][3] == "wangwei"
    with panjin.standing():
        user = db.session.scalars(select(User).where(User.username == "wangwei")).one()
        assert (user.active, user.waiting) == (False, True)
        moved = db.session.scalars(select(User).where(User.username == "zhaoyang")).one()
        assert moved.unit_id == panjin.unit("大洼区城管局")
    again = _post(client, "people", content)
    assert "没有改动" in again.text
    assert "下载初始密码" not in again.text


def test_no_role_comes_in_by_a_sheet(panjin):
    content = _table(
        ["区县", "用户名", "姓名", "单位", "角色"],
        ["大洼区", "zhaoyang", "赵阳", "大洼区住建局", "单位主管领导"],
    )
    answer = _post(panjin.client("wenbo"), "people", content)
    assert answer.status_code == 422
    assert "角色调整请由安全管理员办理" in answer.text


def test_appointments_begin_and_end_by_a_sheet(panjin):
    client = panjin.client("wenbo")
    content = _table(
        ["区县", "单位", "岗位", "用户名", "姓名", "职务", "任职日期", "卸任日期"],
        ["大洼区", "大洼区住建局", "B岗", "qianjin", "", "", "2026-01-01", "2026-12-31"],
        ["大洼区", "大洼区住建局", "一把手", "", "周正", "局长", "2026-11-01", ""],
    )
    assert "导入完成" in _post(client, "posts", content).text
    assert "没有改动" in _post(client, "posts", content).text
    with panjin.standing():
        held = db.session.scalars(
            select(Responder).where(Responder.user_id == panjin.actor("qianjin").user_id)
        ).one()
        assert held.valid_to.isoformat() == "2026-12-31"


def test_categories_rules_and_days_come_in(panjin):
    client = panjin.client("gaoyuan")
    categories = _table(
        ["编码", "名称", "状态"],
        ["11", "文旅", "在用"],
        ["1101", "景区", "停用"],
        ["010101", "占道摆摊", ""],
    )
    answer = _post(client, "categories", categories)
    assert "新增 2 行，修改 1 行" in answer.text
    rules = _table(
        ["代码", "时限", "单位", "依据"],
        ["complaint", 7, "个工作日", "市政府办〔2026〕12号"],
        ["help", 5, "个工作日", "第九条（二），时限按系统默认值"],
    )
    assert "修改 1 行，没有变化 1 行" in _post(client, "rules", rules).text
    days = _table(
        ["日期", "休或班", "节日"], ["2027-01-01", "休", "元旦"], ["2027-01-09", "班", "元旦"]
    )
    assert "新增 2 行" in _post(client, "calendar", days).text
    with panjin.standing():
        assert (
            db.session.scalar(
                select(func.count(DeadlineRule.id)).where(DeadlineRule.key == "complaint")
            )
            == 2
        )
        newest = db.session.scalars(select(WorkCalendar).order_by(WorkCalendar.id.desc())).first()
        assert (newest.last, newest.exceptions["2027-01-09"]) == ("2027-12-31", "元旦")
        assert (
            db.session.scalar(select(Category.name).where(Category.code == "010101")) == "占道摆摊"
        )


WRONG = {
    "word": (b"PK", "table.xlsx", "Excel"),
    "text": ("编码,名称".encode(), "table.csv", "不是 Excel 工作簿"),
    "empty": (b"", "table.xlsx", "空"),
    "page": (b"<html><table></table></html>", "table.xlsx", "网页"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_in_words(panjin, what):
    content, name, words = WRONG[what]
    answer = _post(panjin.client("gaoyuan"), "categories", content, name=name)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_document_named_as_a_sheet_is_refused(panjin):
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w/>")
        package.writestr("[Content_Types].xml", "<t/>")
    answer = _post(panjin.client("gaoyuan"), "categories", out.getvalue())
    assert answer.status_code == 422
    assert "Word" in answer.text


def test_a_sheet_of_something_else_or_nothing_is_refused(panjin):
    client = panjin.client("gaoyuan")
    other = _table(["留言主题", "留言详情"], ["路灯", "不亮"])
    assert "没有“编码”“名称”" in _post(client, "categories", other).text
    bare = _table(["编码", "名称", "状态"])
    assert "没有数据行" in _post(client, "categories", bare).text
    missing = client.post("/console/rosters/categories", data={"step": "import"})
    assert missing.status_code == 422
    assert "请选择要导入的" in missing.text
    with panjin.standing():
        assert db.session.scalar(select(func.count(Category.id))) == 112


def test_a_script_in_a_name_is_shown_as_words(panjin):
    content = _table(["编码", "名称", "状态"], ["12", "<img src=x onerror=alert(1)>㛃", "在用"])
    client = panjin.client("gaoyuan")
    assert "导入完成" in _post(client, "categories", content).text
    page = client.get("/console/categories").text
    assert "&lt;img src=x onerror=alert(1)&gt;㛃" in page
    assert "<img src=x" not in page
