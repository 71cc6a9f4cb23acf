"""The frame around a signed-in page: who, where, what waits. Two small queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from sqlalchemy import select

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.cases import tabs
from minxin.documents import distributing
from minxin.extensions import db
from minxin.notices import inbox
from minxin.people.actor import Actor
from minxin.web import presence
from minxin.web.life import me, taken_by
from minxin.web.marks import full_moment

MANAGING = (P.TENANT_MANAGE, P.ORGANISATION_MANAGE, P.ROLE_MANAGE, P.RULES_MANAGE)
"""Who has one of these has a console."""

LEADING = (P.CASE_INSTRUCT, P.INSTRUCTION_REQUEST)
"""Who writes 批示, and who reports what was done on them."""
HOLDING = (
    *("workbench.cases", "workbench.letters", "workbench.exchange"),
    *("workbench.papers", "workbench.received_papers", "workbench.supervision"),
)
"""Sections with pages of their own below them."""

Section = tuple[str, str, str, bool, int | None]
"""(label, icon, url, current, count)"""


@dataclass(frozen=True)
class Frame:
    """What the layout needs (templates/layout/workbench.html).

    Who sees no case (administrators) has no counters and no search.
    """

    desk: str
    desk_name: str
    person_name: str
    role_name: str
    role: str
    counters: dict[str, int]
    unread: int
    duty: presence.State | None
    sections: list[Section]
    links: list[tuple[str, str, str]]
    home_url: str
    counter_urls: dict[str, str]
    printed_at: str
    watermark: str


def frame() -> Frame:
    """The frame of this request, made once."""
    if "frame" not in g:
        g.frame = _frame(me())
    made: Frame = g.frame
    return made


def totals() -> dict[str, int]:
    """Cases by state within the person's reach; read once a request."""
    if "totals" not in g:
        g.totals = tabs.totals(me())
    read: dict[str, int] = g.totals
    return read


def _frame(by: Actor) -> Frame:
    counted = totals()
    todo = tabs.todo(by, counted)
    sees = check.has(by, P.CASE_VIEW)
    unread, unsigned = _waiting(by)
    return Frame(
        desk=g.desk.slug,
        desk_name=g.desk.name,
        person_name=by.name,
        role_name=by.role.label if by.role else "",
        role=by.role or "",
        counters={"todo": todo, "soon": counted["soon"], "late": counted["late"]} if sees else {},
        unread=unread,
        duty=presence.state(by),
        sections=_sections(by, todo, unsigned),
        links=[("修改密码", "key", url_for("workbench.password", desk=g.desk.slug))],
        home_url=_at_desk("workbench.home"),
        counter_urls={
            "todo": _at_desk("workbench.todo"),
            "soon": _at_desk("workbench.todo", view="soon"),
            "late": _at_desk("workbench.todo", view="late"),
        },
        printed_at=full_moment(clock.now()),
        watermark=taken_by(clock.now()),
    )


def _waiting(by: Actor) -> tuple[int, int | None]:
    """Reminders not read, and papers not signed for where the person receives any."""
    columns = [inbox.unread(by.user_id or 0)]
    if check.has(by, P.PAPER_RECEIVE):
        columns.append(distributing.unsigned(by))
    unread, *unsigned = db.session.execute(select(*columns)).one()
    return unread, (unsigned[0] or None) if unsigned else None


def _sections(by: Actor, todo: int, unsigned: int | None) -> list[Section]:
    """The side menu: only what this person may open."""
    rows = (
        ("区县对比", "bar-chart", "oversight.board", P.BOARD_VIEW, None),
        ("待办", "inbox", "workbench.todo", P.CASE_VIEW, todo),
        ("批示", "pen", "oversight.instructions", LEADING, None),
        ("重大紧急件", "exclamation-triangle", "oversight.major_cases", P.BOARD_VIEW, None),
        ("诉求件", "folder2-open", "workbench.cases", P.CASE_VIEW, None),
        ("登记", "pencil-square", "workbench.entry", P.CASE_ENTER, None),
        ("批量导入", "file-earmark-spreadsheet", "workbench.imports", P.CASE_IMPORT, None),
        ("督办", "megaphone", "workbench.supervision", P.SUPERVISION_VIEW, None),
        ("文书", "file-earmark-text", "workbench.papers", P.PAPER_WRITE, None),
        ("收文", "inboxes", "workbench.received_papers", P.PAPER_RECEIVE, unsigned),
        ("函件", "envelope", "workbench.letters", P.LETTER_USE, None),
        ("互动中心", "chat-square-text", "workbench.exchange", P.DESK_VIEW, None),
        ("值守", "calendar-check", "workbench.duty", P.DUTY_VIEW, None),
        ("周总结", "journal-text", "workbench.summaries", P.SUMMARY_VIEW, None),
        ("消息", "bell", "workbench.notices", P.DESK_VIEW, None),
        ("管理", "gear", "console.home", MANAGING, None),
        ("审计日志", "journal-check", "console.audit", P.AUDIT_VIEW, None),
    )
    return [
        (
            label,
            icon,
            _at_desk(endpoint) if endpoint.startswith("workbench") else url_for(endpoint),
            _leads_here(endpoint),
            count,
        )
        for label, icon, endpoint, permissions, count in rows
        if any(check.has(by, permission) for permission in _each(permissions))
    ]


def _each(permissions: P | tuple[P, ...]) -> tuple[P, ...]:
    return (permissions,) if isinstance(permissions, P) else permissions


def _at_desk(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, desk=g.desk.slug, **values)


def _leads_here(endpoint: str) -> bool:
    """Is this page the section's own, or below it (a case is below the register)?"""
    if endpoint in HOLDING:
        return request.path.startswith(_at_desk(endpoint))
    if endpoint == "console.home":
        return request.blueprint == "console"
    return request.endpoint == endpoint
