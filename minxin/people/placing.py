"""Putting rows of units, accounts and appointments in place, as the verbs of a page would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from minxin.clock import local
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import accounts, posts, responders, units
from minxin.people.accounts import NewAccount
from minxin.people.actor import Actor
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import Holder, PostKind
from minxin.people.roles import LABELS, Role
from minxin.people.rosters import APPOINTMENTS
from minxin.people.units import NewUnit, UnitKind
from minxin.tenancy.models import Tenant
from minxin.workbooks.roster import Handover, Outcome, Record, listed

MOST_ACCOUNTS = 200
"""New accounts in one file: each password is hashed slowly on purpose."""


class _Placing:
    """Who imports, when; and what of the organisation rows are found by."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self._by = by
        self._at = at
        rows = db.session.scalars(select(Tenant).where(Tenant.active))
        self._tenants = {row.name: row for row in rows}

    def finish(self) -> None:
        """Nothing more."""

    def _tenant(self, name: str) -> Tenant:
        tenant = self._tenants.get(name)
        if tenant is None or not (self._by.at_city_desk or tenant.id == self._by.tenant_id):
            raise Refused(f"没有“{name}”，或不在您的管理范围内，请核对区县名称", "tenant")
        return tenant

    def _unit(self, tenant: Tenant, name: str, field: str) -> Unit:
        unit = self._known_unit(tenant, name)
        if unit is None:
            raise Refused(f"{tenant.name}没有在用单位“{name}”，请核对名称或先新增", field)
        return unit

    def _known_unit(self, tenant: Tenant, name: str) -> Unit | None:
        return db.session.scalar(
            select(Unit).where(Unit.tenant_id == tenant.id, Unit.name == name, Unit.active)
        )


class PlaceUnits(_Placing):
    """Units: added, or moved under another superior."""

    def put(self, record: Record) -> Outcome:
        """One unit."""
        tenant = self._tenant(record["tenant"])
        kind = next((k for k in UnitKind if k.label == record["kind"]), None)
        if kind is None:
            raise Refused(f"类型请填{listed(k.label for k in UnitKind)}", "kind")
        under = self._unit(tenant, record["under"], "under") if record["under"] else None
        known = self._known_unit(tenant, record["name"])
        if known is None:
            new = NewUnit(record["name"], kind, record["since"], under.id if under else None)
            units.add(new, tenant_id=tenant.id, by=self._by, at=self._at)
            return Outcome.ADDED
        if known.kind != kind or known.valid_from != record["since"]:
            raise Refused("该单位已存在，类型和启用日期不能通过导入修改", "kind")
        if known.parent_id == (under.id if under else None):
            return Outcome.SAME
        units.move(known, under.id if under else None, by=self._by, at=self._at)
        return Outcome.CHANGED


class PlacePeople(_Placing):
    """Accounts: added waiting for their role, moved to another unit, names corrected."""

    def __init__(self, by: Actor, at: datetime) -> None:
        super().__init__(by, at)
        self._issued: list[Sequence[object]] = []

    @property
    def handover(self) -> Handover | None:
        """First passwords, to be handed over once."""
        if not self._issued:
            return None
        return Handover("初始密码", ("区县", "单位", "姓名", "用户名", "初始密码"), self._issued)

    def put(self, record: Record) -> Outcome:
        """One account."""
        tenant = self._tenant(record["tenant"])
        unit = self._unit(tenant, record["unit"], "unit")
        role = next((r for r, label in LABELS.items() if label == record["role"]), None)
        if role is None:
            raise Refused(f"角色请填{listed(LABELS.values())}", "role")
        username = record["username"].strip().lower()
        known = db.session.scalar(
            select(User).where(User.tenant_id == tenant.id, User.username == username)
        )
        if known is None:
            return self._add(NewAccount(unit.id, username, record["name"], role), tenant, unit)
        return self._change(known, record["name"], unit, role)

    def _add(self, new: NewAccount, tenant: Tenant, unit: Unit) -> Outcome:
        if len(self._issued) >= MOST_ACCOUNTS:
            raise Refused(f"一次最多新增{MOST_ACCOUNTS}个账号，请分成几个文件导入")
        issued = accounts.create(new, by=self._by, at=self._at)
        self._issued.append(
            (tenant.name, unit.name, new.name, issued.user.username, issued.password)
        )
        return Outcome.ADDED

    def _change(self, user: User, name: str, unit: Unit, role: Role) -> Outcome:
        if user.role != role:
            raise Refused(
                f"该账号的角色是{LABELS[Role(user.role)]}，角色调整请由安全管理员办理", "role"
            )
        if user.unit_id == unit.id and user.name == name:
            return Outcome.SAME
        if user.name != name:
            accounts.correct_name(user, name, by=self._by, at=self._at)
        if user.unit_id != unit.id:
            accounts.change_unit(user, unit.id, by=self._by, at=self._at)
        return Outcome.CHANGED


class PlacePosts(_Placing):
    """Appointments: begun, or ended."""

    def put(self, record: Record) -> Outcome:
        """One appointment."""
        tenant = self._tenant(record["tenant"])
        unit = self._unit(tenant, record["unit"], "unit")
        if record["post"] not in APPOINTMENTS:
            raise Refused(f"岗位请填{listed(APPOINTMENTS)}", "post")
        user = self._user(tenant, record["username"])
        if record["post"] in ("A岗", "B岗"):
            return self._responder(unit, user, record)
        return self._post(unit, user, record)

    def _user(self, tenant: Tenant, username: str) -> User | None:
        if not username:
            return None
        user = db.session.scalar(
            select(User).where(User.tenant_id == tenant.id, User.username == username.lower())
        )
        if user is None:
            raise Refused(f"{tenant.name}没有用户名为“{username}”的账号，请核对", "username")
        return user

    def _responder(self, unit: Unit, user: User | None, record: Record) -> Outcome:
        if user is None:
            raise Refused("A、B岗须有账号，请填写用户名", "username")
        post = record["post"][0]
        known = db.session.scalar(
            select(Responder).where(
                Responder.unit_id == unit.id,
                Responder.user_id == user.id,
                Responder.post == post,
                Responder.valid_from == record["since"],
            )
        )
        if known is None:
            if record["until"] and record["until"] < local(self._at).date():
                raise Refused("卸任日期已过，不能补登已结束的任职", "until")
            responders.appoint(unit, user, post, since=record["since"], by=self._by, at=self._at)
            if record["until"]:
                self._end_newest_responder(unit, user, record)
            return Outcome.ADDED
        if known.valid_to == record["until"]:
            return Outcome.SAME
        if record["until"] is None:
            raise Refused("该任职已登记卸任日期，不能清空", "until")
        responders.end(known, last_day=record["until"], by=self._by, at=self._at)
        return Outcome.CHANGED

    def _end_newest_responder(self, unit: Unit, user: User, record: Record) -> None:
        made = db.session.scalars(
            select(Responder)
            .where(Responder.unit_id == unit.id, Responder.user_id == user.id)
            .order_by(Responder.id.desc())
        ).first()
        if made is not None:
            responders.end(made, last_day=record["until"], by=self._by, at=self._at)

    def _post(self, unit: Unit, user: User | None, record: Record) -> Outcome:
        kind = next(kind for kind in PostKind if kind.label == record["post"])
        name = user.name if user else record["name"]
        known = db.session.scalar(
            select(Post).where(
                Post.unit_id == unit.id,
                Post.post == kind,
                Post.name == name,
                Post.valid_from == record["since"],
            )
        )
        if known is None:
            holder = Holder(user, record["name"], record["title"])
            made = posts.hold(unit, kind, holder, since=record["since"], by=self._by, at=self._at)
            if record["until"]:
                posts.end(made, last_day=record["until"], by=self._by, at=self._at)
            return Outcome.ADDED
        if known.valid_to == record["until"]:
            return Outcome.SAME
        if record["until"] is None:
            raise Refused("该任职已登记卸任日期，不能清空", "until")
        posts.end(known, last_day=record["until"], by=self._by, at=self._at)
        return Outcome.CHANGED
