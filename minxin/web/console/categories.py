"""The category tree of the city: added to, renamed, retired, taken back."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import categories
from minxin.cases.models import Category
from minxin.errors import Refused
from minxin.web.console import pages
from minxin.web.console.acting import ActForm, carried_out, status, went
from minxin.web.forms import Form
from minxin.web.guards import permitted
from minxin.web.life import me


class NewCategoryForm(Form):
    """A category to be added."""

    parent = SelectField("上级分类", validate_choice=False)
    name = StringField("名称", validators=[DataRequired("请填写分类名称")])
    code = StringField("编码")


class CategoryForm(ActForm):
    """Another name."""

    name = StringField("新名称", validators=[DataRequired("请填写分类名称")])


@pages.route("/categories", methods=["GET", "POST"], endpoint="categories")
@permitted(P.RULES_MANAGE)
def tree() -> Any:
    """The whole tree, and a form for one more."""
    rows = categories.tree()
    form = NewCategoryForm()
    form.parent.choices = [
        ("", "（无，作为一级分类）"),
        *((row.code, f"{'　' * (row.level - 1)}{row.code} {row.name}")
          for row in rows if row.active and row.level < categories.LEVELS),
    ]  # fmt: skip
    made: list[Category] = []
    if form.is_submitted() and carried_out(form, lambda: made.append(_added(form))):
        return went(
            f"分类“{made[0].full_name}”已建立，编码{made[0].code}。",
            url_for("console.categories", _anchor=f"c{made[0].code}"),
        )
    if request.method == "GET":
        form.parent.data = request.args.get("parent", "")
    page = render_template("console/categories.html", rows=categories.tree(), form=form)
    return page, status(form)


@pages.get("/categories/<category_code>")
@permitted(P.RULES_MANAGE)
def category(category_code: str) -> Any:
    """One category."""
    return _page(_the(category_code))


@pages.post("/categories/<category_code>/name")
@permitted(P.RULES_MANAGE)
def category_name(category_code: str) -> Any:
    """Another name."""
    row, form = _the(category_code), CategoryForm(prefix="name-")
    return _acted(
        row,
        form,
        lambda: categories.rename(row, form.name.data, **_acting(form)),
        "分类已更名，原有诉求件按新名称显示。",
    )


@pages.post("/categories/<category_code>/retirement")
@permitted(P.RULES_MANAGE)
def category_retirement(category_code: str) -> Any:
    """停用."""
    row, form = _the(category_code), ActForm(prefix="use-")
    return _acted(
        row,
        form,
        lambda: categories.retire(row, **_acting(form)),
        "分类及其下级已停用，原有诉求件不受影响。",
    )


@pages.post("/categories/<category_code>/restoration")
@permitted(P.RULES_MANAGE)
def category_restoration(category_code: str) -> Any:
    """恢复."""
    row, form = _the(category_code), ActForm(prefix="use-")
    return _acted(row, form, lambda: categories.restore(row, **_acting(form)), "分类已恢复。")


def _acting(form: ActForm) -> dict[str, Any]:
    return {"by": me(), "at": clock.now(), "shown": form.shown.data}


def _added(form: NewCategoryForm) -> Category:
    parent = categories.find(form.parent.data) if form.parent.data else None
    if form.parent.data and parent is None:
        raise Refused("请选择上级分类", "parent")
    code = (form.code.data or "").strip()
    return categories.add(form.name.data, parent=parent, code=code, by=me(), at=clock.now())


def _the(code: str) -> Category:
    row = categories.find(code)
    if row is None:
        abort(404)
    return row


def _acted(row: Category, form: ActForm, verb: Any, words: str) -> Any:
    code = row.code
    if carried_out(form, verb):
        return went(words, url_for("console.categories", _anchor=f"c{code}"))
    return _page(_the(code), form)


def _page(row: Category, tried: ActForm | None = None) -> Any:
    named = (
        tried
        if isinstance(tried, CategoryForm)
        else CategoryForm(None, prefix="name-", name=row.name)
    )
    use = tried if tried and tried is not named else ActForm(None, prefix="use-")
    named.shown.data = use.shown.data = categories.seen(row)
    below = [each for each in categories.tree() if each.code.startswith(row.code)][1:]
    page = render_template("console/category.html", row=row, below=below, named=named, use=use)
    return page, status(named, use)
