"""The leaders before whom a 重大紧急件 is put: by post on the day, with an account or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minxin.cases.models import Case
from minxin.clock import local
from minxin.extensions import db
from minxin.people.models import Post, User
from minxin.people.posts import PostKind, valid_on
from minxin.people.roles import Role


@dataclass(frozen=True)
class Leader:
    """A leader: name, title (副市长, else the post), the account where there is one."""

    name: str
    title: str
    user_id: int | None = None

    @property
    def key(self) -> str:
        """What a form calls this leader."""
        return f"user-{self.user_id}" if self.user_id is not None else f"name-{self.name}"


def choices(at: datetime, case: Case | None = None) -> list[Leader]:
    """Everybody who can be asked: who holds a leading post today, and city leaders with account.

    The 分管领导 of the case's unit stands first. Stand as the city's login.
    """
    posts = db.session.execute(
        select(Post.unit_id, Post.post, Post.name, Post.title, User.id)
        .outerjoin(User, (User.id == Post.user_id) & User.active)
        .where(
            Post.post.in_([PostKind.OVERSEER, PostKind.SUPERIOR, PostKind.CITY_LEADER]),
            valid_on(local(at).date()),
        )
        .order_by(Post.post != PostKind.OVERSEER, Post.id)
    ).all()
    unit_id = case.unit_id if case is not None else None
    found: dict[str, Leader] = {}
    for row in sorted(posts, key=lambda row: unit_id is None or row.unit_id != unit_id):
        leader = Leader(row.name, row.title or PostKind(row.post).label, row.id)
        found.setdefault(leader.key, leader)
    accounts = select(User).where(User.active, User.role == Role.LEADER).order_by(User.id)
    for user in db.session.scalars(accounts):
        leader = Leader(user.name, Role.LEADER.label, user.id)
        found.setdefault(leader.key, leader)
    return list(found.values())
