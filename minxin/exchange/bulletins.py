"""互动中心: what the office tells the whole city, and a station its district (第九条（一）)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from minxin.audit import log
from minxin.background import later
from minxin.errors import Conflict, Refused
from minxin.exchange.letters import MOST_FILES, TEXT_LIMIT, TITLE_LIMIT, File
from minxin.exchange.models import Bulletin, BulletinFile, BulletinRead
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people import given
from minxin.people.actor import Actor
from minxin.people.models import User
from minxin.tenancy.models import Tenant

TOLD_AT_ONCE = 500


class BulletinKind(StrEnum):
    """What sort of bulletin it is. People are told of a 通知公告; the others they come upon."""

    NOTICE = "notice"
    EXPERIENCE = "experience"
    POLICY = "policy"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {"notice": "通知公告", "experience": "经验交流", "policy": "政策文件"}[self]


@dataclass(frozen=True)
class Text:
    """What is published."""

    kind: str
    title: str
    text: str
    pinned: bool = False


def publish(
    what: Text, *, by: Actor, at: datetime, files: Sequence[File] = (), token: str | None = None
) -> Bulletin:
    """Publish: the city's desk for every tenant, a station for its own. Copies and word of it go
    out by the worker. Raises Refused where something is missing."""
    if what.kind not in set(BulletinKind):
        raise Refused("请选择类别", "kind")
    title = given.name(what.title, "标题", field="title", limit=TITLE_LIMIT)
    if not what.text.strip():
        raise Refused("请填写正文", "text")
    if len(what.text) > TEXT_LIMIT:
        raise Refused(f"正文不能超过{TEXT_LIMIT}个字", "text")
    if len(files) > MOST_FILES:
        raise Refused(f"最多附{MOST_FILES}个文件", "files")
    values = {
        "tenant_id": by.tenant_id,
        "kind": what.kind,
        "title": title,
        "text": what.text.strip(),
        "whole_city": by.at_city_desk,
        "author_unit": by.unit_name,
        "author": by.name,
        "pinned": what.pinned,
        "token": token,
        "published_at": at,
        "withdrawn_by": "",
    }
    row = (
        insert(Bulletin)
        .values(values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "token"])
    )
    made = db.session.scalar(row.returning(Bulletin.id))
    if made is None:  # the same form once more
        return db.session.scalars(
            select(Bulletin).where(Bulletin.tenant_id == by.tenant_id, Bulletin.token == token)
        ).one()
    bulletin = db.session.get_one(Bulletin, made)
    bulletin.origin_id = bulletin.id
    for name, content in files:
        db.session.add(
            BulletinFile(
                tenant_id=bulletin.tenant_id,
                bulletin_id=bulletin.id,
                name=name,
                kind=content.kind,
                mime=content.mime,
                size=content.size,
                sha256=content.sha256,
            )
        )
    db.session.flush()
    later("bulletins.distribute", bulletin_id=bulletin.id)
    return bulletin


def distribute(bulletin_id: int, *, at: datetime) -> None:
    """Give every tenant its copy and tell people of a 通知公告. Runs by the city's login; the
    second time there is nothing left to do."""
    bulletin = db.session.get(Bulletin, bulletin_id, with_for_update=True)
    if bulletin is None or bulletin.withdrawn_at is not None:
        return
    if bulletin.whole_city:
        _bring(bulletin)
    if bulletin.kind != BulletinKind.NOTICE:
        return
    copies = select(Bulletin.id, Bulletin.tenant_id).where(Bulletin.origin_id == bulletin.id)
    for copy_id, tenant_id in db.session.execute(copies).all():
        people = db.session.scalars(
            select(User).where(User.tenant_id == tenant_id, User.active).order_by(User.id)
        ).all()
        for start in range(0, len(people), TOLD_AT_ONCE):
            inbox.tell(
                people[start : start + TOLD_AT_ONCE],
                f"{bulletin.author_unit}在互动中心发布了通知公告，请阅读",
                key=f"bulletin:{bulletin.id}",
                page=f"exchange/{copy_id}",
                at=at,
            )


def bring_all() -> int:
    """Copies for tenants that were added after a bulletin of the whole city; how many it was
    about. Runs by the city's login."""
    copy = aliased(Bulletin)
    brought = exists().where(copy.origin_id == Bulletin.id, copy.tenant_id == Tenant.id)
    query = select(Bulletin).where(
        Bulletin.whole_city,
        Bulletin.origin_id == Bulletin.id,
        Bulletin.withdrawn_at.is_(None),
        exists().where(Tenant.active, ~brought),
    )
    behind = db.session.scalars(query.with_for_update(of=Bulletin)).all()
    for bulletin in behind:
        _bring(bulletin)
    return len(behind)


def withdraw(bulletin: Bulletin, *, by: Actor, at: datetime) -> None:
    """撤下 an original and its copies. Raises Refused for a copy, Conflict the second time."""
    _check_own(bulletin)
    if bulletin.withdrawn_at is not None:
        raise Conflict(f"已由{bulletin.withdrawn_by}撤下")
    _change(bulletin, withdrawn_at=at, withdrawn_by=by.name)
    log.record(
        "bulletin.withdraw",
        tenant_id=bulletin.tenant_id,
        by=by,
        at=at,
        object_kind="bulletin",
        object_id=bulletin.id,
    )


def pin(bulletin: Bulletin, pinned: bool) -> None:
    """置顶 or not, everywhere. Raises Refused for a copy."""
    _check_own(bulletin)
    _change(bulletin, pinned=pinned)


def read(bulletin: Bulletin, *, by: Actor, at: datetime) -> None:
    """Mark a bulletin as read by a person of a unit; once, however often it is opened."""
    row = insert(BulletinRead).values(
        tenant_id=by.tenant_id,
        bulletin_id=bulletin.id,
        user_id=by.user_id,
        unit_id=by.unit_id,
        at=at,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["bulletin_id", "user_id"]))


def is_original(bulletin: Bulletin) -> bool:
    """Was it written where it lies?"""
    return bulletin.origin_id == bulletin.id


def _check_own(bulletin: Bulletin) -> None:
    if not is_original(bulletin):
        raise Refused("这是市民心网办发布的，由市民心网办处理")


def _change(bulletin: Bulletin, **values: object) -> None:
    """Of the original and of every copy that this login reaches."""
    db.session.execute(update(Bulletin).where(Bulletin.origin_id == bulletin.id).values(**values))


def _bring(bulletin: Bulletin) -> None:
    """Copies for active tenants that have none."""
    brought = select(Bulletin.tenant_id).where(Bulletin.origin_id == bulletin.id)
    tenants = select(Tenant.id).where(Tenant.active, Tenant.id.not_in(brought)).order_by(Tenant.id)
    hanging = db.session.scalars(
        select(BulletinFile).where(BulletinFile.bulletin_id == bulletin.id)
    ).all()
    for tenant_id in db.session.scalars(tenants).all():
        copy = Bulletin(tenant_id=tenant_id, **{key: getattr(bulletin, key) for key in _COPIED})
        db.session.add(copy)
        db.session.flush()
        for row in hanging:
            kept = {key: getattr(row, key) for key in ("name", "kind", "mime", "size", "sha256")}
            db.session.add(BulletinFile(tenant_id=tenant_id, bulletin_id=copy.id, **kept))
    db.session.flush()


_COPIED = (
    *("origin_id", "kind", "title", "text", "whole_city", "author_unit", "author"),
    *("pinned", "published_at"),
)
