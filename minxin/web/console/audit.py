"""审计日志: read by the auditor, who reads nothing else and changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for

from minxin.access.permissions import Permission as P
from minxin.audit import reading
from minxin.audit.log import AuditEntry
from minxin.audit.reading import Asked
from minxin.calendars.counting import midnight
from minxin.web.console import pages
from minxin.web.guards import permitted

GROUPS = {
    "sign_in": "登录",
    "password": "密码",
    "contact": "查看联系方式",
    "public": "公开",
    "attachment": "查看附件",
    "case": "打印诉求件",
    "roster": "导入导出",
    "import": "批量导入",
    "account": "账号",
    "responder": "网络回应人",
    "post": "岗位",
    "absence": "离岗",
    "duty": "值守",
    "unit": "单位",
    "tenant": "区县",
    "category": "分类",
    "rule": "时限规则",
    "calendar": "工作日历",
    "outage": "平台停机",
    "bulletin": "互动中心",
    "personal": "个人信息",
}
ACTS = {
    "sign_in.done": "登录成功",
    "sign_in.failed": "登录失败",
    "sign_in.locked": "账号锁定",
    "password.change": "修改密码",
    "contact.reveal": "查看联系方式",
    "public.lift": "保留不遮",
    "public.publish": "公开诉求",
    "public.take_down": "撤下公开",
    "public.pull_back": "复查后撤下",
    "attachment.view": "查看附件",
    "case.print": "打印诉求件",
    "roster.export": "导出名册",
    "roster.import": "导入名册",
    "import.continue": "继续导入",
    "import.failures": "下载失败行",
}
OBJECTS = {"case": "诉求件", "user": "账号", "unit": "单位", "tenant": "区县", "import": "导入"}


@pages.get("/audit", endpoint="audit")
@permitted(P.AUDIT_VIEW)
def audit() -> Any:
    """Who did what and when, the newest first."""
    args = request.args
    first, last = _day(args.get("first", "")), _day(args.get("last", ""))
    asked = Asked(
        act=args.get("act", "") if args.get("act") in GROUPS else "",
        person=args.get("person", "").strip()[:30],
        since=midnight(first) if first else None,
        until=midnight(last + timedelta(days=1)) if last else None,
    )
    rows, after = reading.page(asked, _key(args.get("after", "")))
    kept = {name: value for name, value in args.items() if name != "after" and value}
    here = url_for("console.audit")
    next_url = None
    if after is not None:
        next_url = f"{here}?{urlencode({**kept, 'after': f'{after[0].isoformat()},{after[1]}'})}"
    return render_template(
        "console/audit.html",
        rows=[_row(each) for each in rows],
        next_url=next_url,
        first_url=f"{here}?{urlencode(kept)}" if "after" in args else None,
        groups=GROUPS,
        args=args,
        narrowed=bool(kept),
    )


def _row(entry: AuditEntry) -> dict[str, Any]:
    group = entry.act.partition(".")[0]
    return {
        "at": entry.at,
        "who": entry.actor_name,
        "act": ACTS.get(entry.act) or f"{GROUPS.get(group, group)}：{entry.act.partition('.')[2]}",
        "object": OBJECTS.get(entry.object_kind, entry.object_kind),
        "object_id": entry.object_id,
        "refused": entry.outcome == "refused",
        "reason": entry.reason or "",
        "address": entry.address or "",
    }


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9000 else None


def _key(text: str) -> tuple[datetime, int] | None:
    at, _, row_id = text.partition(",")
    try:
        instant, number = datetime.fromisoformat(at), int(row_id)
    except ValueError:
        return None
    return (instant, number) if instant.tzinfo is not None and 0 <= number < 2**63 else None
