"""Units, accounts and appointments as workbooks that go out and come back (workbooks.roster)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from minxin.clock import local
from minxin.extensions import db
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import PostKind
from minxin.people.roles import LABELS, Role
from minxin.people.units import UnitKind
from minxin.tenancy.models import Tenant
from minxin.workbooks.roster import Column, Roster, day, listed

DISTRICT = Column(
    "tenant", "区县", required=True, also=("属地", "所在区县", "所属区县", "受理地区", "县区")
)

UNITS = Roster(
    "units",
    "单位",
    (
        DISTRICT,
        Column("name", "单位名称", required=True),
        Column("kind", "类型", required=True, help=listed(kind.label for kind in UnitKind)),
        Column("under", "上级单位", help="本区县内的单位；上级排在下级之前"),
        Column("since", "启用日期", day, required=True),
    ),
    identity=lambda row: (row["tenant"], row["name"]),
    needs="按“区县＋单位名称”对应已有单位：上级不同的将移动，没有的将新增。更名、合并和停用请在单位页办理。",
)

PEOPLE = Roster(
    "people",
    "人员",
    (
        DISTRICT,
        Column("username", "用户名", required=True),
        Column("name", "姓名", required=True),
        Column("unit", "单位", required=True),
        Column("role", "角色", required=True, help=listed(LABELS.values())),
        Column("state", "状态", help="只作参考，不导入"),
    ),
    identity=lambda row: (row["tenant"], row["username"]),
    needs="按“区县＋用户名”对应已有账号：单位不同的将调动，没有的将新增，并由安全管理员授权后启用。角色调整和停用请由安全管理员办理。",
)

APPOINTMENTS = ("A岗", "B岗", *(kind.label for kind in PostKind))

POSTS = Roster(
    "posts",
    "岗位与任职",
    (
        DISTRICT,
        Column("unit", "单位", required=True),
        Column("post", "岗位", required=True, help=listed(APPOINTMENTS)),
        Column("username", "用户名", help="A、B岗和主管领导必填"),
        Column("name", "姓名", help="没有账号的人填姓名"),
        Column("title", "职务"),
        Column("since", "任职日期", day, required=True),
        Column("until", "卸任日期", day),
    ),
    identity=lambda row: (
        row["tenant"],
        row["unit"],
        row["post"],
        row["username"] or row["name"],
        row["since"],
    ),
    needs="按单位、岗位、人和任职日期对应已有任职：填了卸任日期的将结束，没有的将新增，原任同岗的人到前一日止。",
)


def unit_rows() -> list[Sequence[object]]:
    """Units in use, superiors first."""
    above = aliased(Unit)
    query = (
        select(Tenant.name, Unit.name, Unit.kind, above.name, Unit.valid_from)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(Unit.active, Tenant.active)
        .order_by(Tenant.rank, Tenant.id, Unit.path)
    )
    return [
        (tenant, name, UnitKind(kind).label, under or "", since)
        for tenant, name, kind, under, since in db.session.execute(query)
    ]


def people_rows() -> list[Sequence[object]]:
    """Every account that is in use or waits."""
    query = (
        select(Tenant.name, User.username, User.name, Unit.name, User.role, User.waiting)
        .join(Unit, Unit.id == User.unit_id)
        .join(Tenant, Tenant.id == User.tenant_id)
        .where(or_(User.active, User.waiting))
        .order_by(Tenant.rank, Tenant.id, Unit.path, User.id)
    )
    return [
        (tenant, username, name, unit, LABELS[Role(role)], "待授权" if waiting else "在用")
        for tenant, username, name, unit, role, waiting in db.session.execute(query)
    ]


def post_rows(at: datetime) -> list[Sequence[object]]:
    """Appointments in force or to come."""
    today = local(at).date()
    rows: list[Sequence[object]] = []
    answering = (
        select(Tenant.name, Unit.name, Responder.post, User.username, User.name,
               Responder.valid_from, Responder.valid_to)
        .join(Unit, Unit.id == Responder.unit_id)
        .join(User, User.id == Responder.user_id)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.active, or_(Responder.valid_to.is_(None), Responder.valid_to >= today))
        .order_by(Tenant.rank, Tenant.id, Unit.path, Responder.post)
    )  # fmt: skip
    for tenant, unit, post, username, name, since, until in db.session.execute(answering):
        rows.append((tenant, unit, f"{post}岗", username, name, "", since, until))
    leading = (
        select(Tenant.name, Unit.name, Post.post, User.username, Post.name, Post.title,
               Post.valid_from, Post.valid_to)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(User, User.id == Post.user_id)
        .join(Tenant, Tenant.id == Unit.tenant_id)
        .where(Unit.active, or_(Post.valid_to.is_(None), Post.valid_to >= today))
        .order_by(Tenant.rank, Tenant.id, Unit.path, Post.post)
    )  # fmt: skip
    for tenant, unit, post, username, name, title, since, until in db.session.execute(leading):
        rows.append((tenant, unit, PostKind(post).label, username or "", name, title, since, until))
    return rows
