"""Words of the lists: why a tab is empty and what comes next, what is done with many at once."""

from __future__ import annotations

from dataclasses import dataclass

from minxin.access.permissions import Permission as P


@dataclass(frozen=True)
class Nothing:
    """An empty tab: what it says, why, and where to go on (words, endpoint)."""

    title: str
    why: str
    action: tuple[str, str] | None = None


@dataclass(frozen=True)
class Together:
    """What can be done with the chosen rows of a tab."""

    view: str
    label: str
    endpoint: str
    permission: P
    next: str


NOTHING = {
    "unclaimed": Nothing(
        "没有待认领的件",
        "群众网上提交、窗口登记和批量导入的诉求件会出现在这里。接到来电、来信、来访时请登记。",
        ("登记诉求", "workbench.entry"),
    ),
    "claimed": Nothing(
        "没有待转办的件", "认领以后、转办以前的件在这里。先到“待认领”认领，再规范定性、转办。"
    ),
    "dispatched": Nothing(
        "没有待签收的件", "新派来的件会出现在这里，同时发消息提醒；已签收的在“办理中”。"
    ),
    "handling": Nothing("没有正在办理的件", "签收以后、报结以前的件在这里，请先到“待签收”看看。"),
    "to_answer": Nothing(
        "没有待答复的诉求问题", "转来的网络回应人诉求问题在这里，4日内答复，不属本单位的4日内分转。"
    ),
    "answered": Nothing("没有已答复待评价的件", "答复以后、诉求人评价以前的诉求问题在这里。"),
    "returning": Nothing("没有退件待审的件", "承办单位申请退件以后，由派出单位在这里审核。"),
    "disputed": Nothing("没有待裁定的件", "退件有争议的件在这里等待裁定，裁定为最终决定。"),
    "consulting": Nothing(
        "没有正在征求意见的件", "无法联系到诉求人的件，在网上公开征求意见7日，期满后在这里处理。"
    ),
    "pending_extension": Nothing("没有待批的延期申请", "承办单位到期以前提出的延期申请在这里。"),
    "pending_message": Nothing("没有待处理的留言", "诉求人的留言和不满意评价在这里等待判定。"),
    "pending_reply": Nothing("没有待答复的留言", "转来的不满意留言在这里，4日内答复。"),
    "pending_reopening": Nothing("没有待定的重办申请", "诉求人结案以后提出的重办申请在这里。"),
    "pending_instruction_request": Nothing(
        "没有待请示的件", "标为重大紧急的件在这里，须立即向分管领导请示。"
    ),
    "pending_instruction": Nothing("没有待批示的件", "呈报给您的请示件在这里，可以直接批示。"),
    "pending_feedback": Nothing(
        "没有待反馈的批示", "领导批示以后，办理情况要向领导反馈，待反馈的件在这里。"
    ),
    "pending_reading": Nothing("没有待阅的反馈", "您的批示有了办理情况反馈，件会出现在这里。"),
    "pending_supervision": Nothing("没有待回复的督办件", "收到的督办件在这里，请在时限内回复。"),
    "pending_supervision_review": Nothing(
        "没有待审核的督办回复", "承办单位的督办回复在这里等待审核。"
    ),
    "pending_station_review": Nothing(
        "没有待审核的督办回复", "本站下发的督办件收到回复后，在这里等待审核。"
    ),
    "pending_promise": Nothing("没有待复查的跟踪件", "到了复查日期的跟踪件在这里。"),
    "co": Nothing("没有协办的件", "由别的单位主办、请本单位配合的件在这里，可以记录协办情况。"),
    "signing": Nothing("没有待审签的件", "承办人提交调查处理报告以后，由单位主管领导在这里审签。"),
    "reported": Nothing("没有已报结的件", "单位领导审签以后的件在这里，审核通过后进入回访。"),
    "follow_up": Nothing("没有待回访的件", "审核通过的件在这里等待回访，核实结果和满意度。"),
    "to_rate": Nothing("没有待评星的件", "回访完成的件在这里等待初审评星。"),
    "rated": Nothing("没有待结案的件", "评星以后的件在这里等待结案。"),
    "at_units": Nothing("没有单位在办的件", "已派到承办单位、还没有报结的件在这里。"),
    "running": Nothing("没有未结案的件", "从登记到结案之间的件在这里。"),
    "open": Nothing("没有在办的件", "已转办、还没有结案的件在这里。"),
    "soon": Nothing("没有将到期的件", "到期前一个工作日起亮黄牌的件在这里。"),
    "due_today": Nothing("今天没有到期的件", "今日24:00以前到期的件在这里。"),
    "late": Nothing("没有超期的件", "超过时限还没有办完的件亮红牌，列在这里。"),
    "overdue": Nothing("没有超期的件", "超过时限还没有办完的件亮红牌，列在这里。"),
    "ended": Nothing("还没有办结的件", "结案、评价、不予受理、撤回、并案的件在这里，最近的在前。"),
    "all": Nothing("还没有诉求件", "群众网上提交、窗口登记和批量导入以后，您能看到的件都在这里。"),
}

TOGETHER = {
    "unclaimed": Together(
        "unclaimed", "认领", "workbench.claims", P.CASE_CLAIM, "接下来到“待转办”规范定性后转办"
    ),
    "dispatched": Together(
        "dispatched", "签收", "workbench.acceptances", P.CASE_ACCEPT, "请在时限内办理并报结"
    ),
}
