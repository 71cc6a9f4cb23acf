"""The ends of a case: 结案 with its method, 撤回 by the citizen (第八条（四）)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from minxin.cases import joined, orders, promises, returns, workflow
from minxin.cases.models import Case, Report
from minxin.cases.states import CloseMethod
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people.actor import Actor


def close(case: Case, *, method: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """结案 with a method. Every clock stops and every assignment ends."""
    if method and method not in set(CloseMethod):
        raise Refused("请选择结案方式", "close_method")
    if method == CloseMethod.PLANNED and promises.open_one(case) is None:
        raise Refused("以“列入计划”结案的，请先列为跟踪件，写明承诺和完成日期", "close_method")
    made = workflow.move(
        case.id,
        "close",
        by=by,
        at=at,
        version=version,
        facts={"close_method": method},
        payload={"close_method": method},
    )
    made.case.close_method, made.case.closed_at = method, at
    orders.end(case, "done", at)
    return made.case


def proposed(case: Case) -> str | None:
    """The 结案方式 of the report that the review accepted."""
    return db.session.scalar(
        select(Report.close_method)
        .where(Report.case_id == case.id, Report.outcome == "accepted")
        .order_by(Report.edition.desc())
        .limit(1)
    )


def withdraw(
    case: Case, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """撤回 at the citizen's wish, which the office may also take down for him."""
    made = workflow.move(
        case.id,
        "withdraw",
        by=by,
        at=at,
        reason=reason,
        version=version,
        facts={"alone": joined.alone(case)},
    )
    made.case.closed_at = at
    returns.lapse(made.case, by=by, at=at)
    orders.end(case, "withdrawn", at)
    return made.case
