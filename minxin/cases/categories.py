"""The city's category tree: three coded levels, added to, renamed, retired and taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal, select, update

from minxin.audit import log
from minxin.cases.models import Category
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import given
from minxin.people.actor import Actor

LEVELS = 3
CODE = re.compile(r"\d{2}|\d{4}|\d{6}")


def seen(category: Category) -> str:
    """What a page about this category showed."""
    return given.seen(category.name, category.active)


def tree() -> Sequence[Category]:
    """Every category in the order of its code: each below its superior."""
    return db.session.scalars(select(Category).order_by(Category.code)).all()


def find(code: str) -> Category | None:
    """The category with this code."""
    return db.session.scalar(select(Category).where(Category.code == code))


def add(
    name: str, *, by: Actor, at: datetime, parent: Category | None = None, code: str = ""
) -> Category:
    """Add a category below another one, with the next free code where none is given.

    Codes are two digits a level (GB/T 39666). Raises Refused for a taken name or code.
    """
    level = parent.level + 1 if parent else 1
    if level > LEVELS:
        raise Refused(f"分类最多{LEVELS}级，请选择上一级分类", "parent")
    if parent is not None and not parent.active:
        raise Refused(f"上级分类“{parent.name}”已停用，请先恢复它", "parent")
    _lock()
    name = _free_name(name, parent.id if parent else None)
    code = _checked_code(code, parent, level) if code else _next_code(parent)
    category = Category(
        code=code,
        parent_id=parent.id if parent else None,
        level=level,
        name=name,
        full_name=f"{parent.full_name} / {name}" if parent else name,
    )
    db.session.add(category)
    db.session.flush()
    _note("category.add", category, by, at, code=code, name=name)
    return category


def rename(
    category: Category, name: str, *, by: Actor, at: datetime, shown: str | None = None
) -> None:
    """Give a category another name; cases keep their code and show it by the new name."""
    _begin(category, shown)
    if given.name(name, "分类名称", limit=30) == category.name:
        raise Refused("新名称与现名称相同，不需要更名", "name")
    old, old_full = category.name, category.full_name
    category.name = _free_name(name, category.parent_id, but=category.id)
    category.full_name = f"{old_full[: len(old_full) - len(old)]}{category.name}"
    db.session.flush()
    db.session.execute(
        update(Category)
        .where(Category.code.startswith(category.code), Category.id != category.id)
        .values(
            full_name=literal(category.full_name)
            + func.substr(Category.full_name, len(old_full) + 1)
        )
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    _note("category.rename", category, by, at, old=old, name=name)


def retire(category: Category, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """停用 a category and all below it: no new case gets it, old ones keep it."""
    _begin(category, shown)
    if not category.active:
        raise Refused("该分类已经停用")
    db.session.execute(
        update(Category).where(Category.code.startswith(category.code)).values(active=False)
    )
    db.session.expire_all()
    _note("category.retire", category, by, at)


def restore(category: Category, *, by: Actor, at: datetime, shown: str | None = None) -> None:
    """恢复 a category, alone: what is below it is restored by itself."""
    _begin(category, shown)
    if category.active:
        raise Refused("该分类没有停用")
    parent = db.session.get(Category, category.parent_id) if category.parent_id else None
    if parent is not None and not parent.active:
        raise Refused(f"上级分类“{parent.name}”已停用，请先恢复它")
    category.active = True
    _note("category.restore", category, by, at)


def _lock() -> None:
    """Changes to the tree come one after the other."""
    db.session.execute(select(Category.id).order_by(Category.id).with_for_update())


def _begin(category: Category, shown: str | None) -> None:
    _lock()
    db.session.flush()
    db.session.refresh(category)
    given.check_seen(shown, seen(category))


def _free_name(text: str, parent_id: int | None, but: int = 0) -> str:
    name = given.name(text, "分类名称", limit=30)
    if "/" in name:
        raise Refused("分类名称不能含有“/”", "name")
    same = Category.parent_id.is_(None) if parent_id is None else Category.parent_id == parent_id
    taken = select(Category.code).where(same, Category.name == name, Category.id != but)
    code = db.session.scalar(taken.limit(1))
    if code is not None:
        raise Refused(f"同级已有分类“{name}”（{code}），请核对名称", "name")
    return name


def _checked_code(code: str, parent: Category | None, level: int) -> str:
    begins = parent.code if parent else ""
    if not CODE.fullmatch(code) or len(code) != 2 * level or not code.startswith(begins):
        raise Refused(
            f"第{level}级编码为{2 * level}位数字" + (f"，以{begins}开头" if begins else ""), "code"
        )
    if find(code) is not None:
        raise Refused(f"编码{code}已被使用，请换一个", "code")
    return code


def _next_code(parent: Category | None) -> str:
    begins = parent.code if parent else ""
    last = db.session.scalar(
        select(func.max(Category.code)).where(
            Category.code.startswith(begins), func.length(Category.code) == len(begins) + 2
        )
    )
    number = int(last[-2:]) + 1 if last else 1
    if number > 99:
        raise Refused("这一级的编码已用到99，请填写一个空余的编码", "code")
    return f"{begins}{number:02d}"


def _note(act: str, category: Category, by: Actor, at: datetime, **payload: object) -> None:
    if by.tenant_id is None:
        return  # the city's own starter
    log.record(
        act,
        tenant_id=by.tenant_id,
        by=by,
        at=at,
        object_kind="category",
        object_id=category.id,
        payload=payload,
    )
