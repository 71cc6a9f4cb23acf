"""Sample papers of every kind, to look at and to measure. All people and places are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from minxin.documents.kinds import PaperKind
from minxin.documents.sheet import MARK, Annex, Sheet, Table

ISSUED_ON = date(2026, 1, 14)
CODE = "K7QM2RX9TWB4HJ6D"
ADDRESS = f"https://minxin.example.cn/verify/{CODE}"
OFFICE, STATION, UNIT = "市民心网办", "东湖区民心网工作站", "东湖区住建局"
RARE = "镕喆堃赟翀"
"""Signs of names that smaller faces lack."""
NUMERALS = "一二三四"
COURSE, CALLS = "办理经过", "回访情况"

_STEPS = (
    ("2025年12月10日 09:10", OFFICE, "转办至东湖区民心网工作站"),
    ("2025年12月10日 14:32", STATION, "分派至东湖区住建局"),
    ("2025年12月22日 10:05", UNIT, "审签报告，报结"),
    ("2025年12月24日 10:00", OFFICE, "回访完成：已接通，已联系，未解决，不满意"),
    ("2025年12月29日 09:00", OFFICE, "督办〔2025〕7号"),
    ("2026年1月6日 15:20", UNIT, "督办回复"),
    ("2026年1月8日 09:30", OFFICE, "认定督办回复失实"),
)
_REPORT_TEXT = "\n".join(
    (
        "一、诉求基本情况",
        "2025年12月10日，群众通过民心网反映“东湖花园3号楼外墙渗水”（编号20251210-00017，投诉，"
        "住房保障 / 房屋安全 / 漏水渗水）。",
        "诉求内容：该楼西侧外墙自2024年雨季起渗水，多户墙面发霉脱落，物业多次维修没有解决，"
        "希望有关部门督促彻底维修。",
        "二、办理经过",
        "该件于2025年12月10日转办至东湖区住建局，办理时限至2025年12月24日。主要经过如下：",
        MARK.format(COURSE),
        "三、存在问题",
        "（一）督办回复失实。2025年12月29日下发督办〔2025〕7号（群众不满意，逾期未答复），要求"
        "2026年1月6日前回复。2026年1月6日回复称“已修复”，经核查（1月8日回访诉求人并查看现场照片），"
        "回复失实：外墙没有施工痕迹。",
        "（二）群众不满意。2025年12月24日 10:00回访，诉求人表示不满意：没有人来修。",
        "（三）办理结果失实。上述问题反映出承办单位对群众诉求重视不够，核查和处理不到位。",
        "四、督办意见和要求",
        "（一）请立即组织现场勘查，确定渗水原因和维修方案，明确施工单位和完工日期。",
        "（二）请单位主要负责同志亲自组织核查，明确责任领导和责任人，提出整改措施和完成时限。",
        "（三）请于2026年1月19日前报送核查和整改结果，并将结果告知诉求人。",
        "五、反馈方式",
        "请将办理情况经单位主要负责同志审签后，于2026年1月19日前通过民心网督办件回复栏反馈，并附"
        "现场照片、处理文书等佐证材料。逾期未反馈或者反馈不实的，按照本细则有关规定处理。",
    )
)


def _course(rows: tuple[tuple[str, ...], ...] = _STEPS) -> Table:
    return Table(COURSE, ("时间", "单位", "事项"), rows, (3, 3, 5))


def _calls() -> Table:
    rows = (("2025年12月24日 10:00", "已接通", "不满意", "没有人来修，墙面还在掉皮。"),)
    return Table(CALLS, ("时间", "回访结果", "满意度", "诉求人意见"), rows, (3, 2, 2, 5))


def _sheet(kind: PaperKind, number: str, title: str, **more: object) -> Sheet:
    values: dict[str, object] = {
        "issuer": OFFICE,
        "issued_on": ISSUED_ON,
        "signer": "高远",
        "printed_by": OFFICE,
        "code": CODE,
        "address": ADDRESS,
        "copies": 3,
    }
    return Sheet(kind=kind, number=number, title=title, **(values | more))  # type: ignore[arg-type]


REPORT = _sheet(
    PaperKind.SUPERVISION_REPORT,
    "〔2026〕第1期",
    "关于东湖区住建局办理“东湖花园3号楼外墙渗水”诉求办理结果失实的督办专报",
    addressee="东湖区住建局局长周镕",
    text=_REPORT_TEXT,
    tables=(_course(), _calls()),
    report_to="东湖区区长韩喆",
    annexes=(Annex("回访记录", MARK.format(CALLS)),),
)
NOTICE = _sheet(
    PaperKind.SUPERVISION_NOTICE,
    "〔2025〕7号",
    "关于办理“东湖花园3号楼外墙渗水”诉求的督办通知",
    addressee=UNIT,
    fields=(
        ("承办单位", UNIT),
        ("诉求编号", "20251210-00017"),
        ("诉求事项", "东湖花园3号楼外墙渗水（投诉，2025年12月10日收到）"),
        ("督办事由", "群众不满意，逾期未答复；2025年12月10日转办，办理时限至2025年12月24日"),
        ("督办要求", "请立即组织现场勘查，确定渗水原因和维修方案，明确施工单位和完工日期，"
         "并将结果告知诉求人。"),
        ("回复时限", "2026年1月6日前，经主要负责同志审签后通过民心网回复"),
        ("签收人和时间", ""),
        ("回复情况", ""),
    ),
)  # fmt: skip
REMINDER = _sheet(
    PaperKind.REMINDER,
    "〔2026〕2号",
    "关于群众反映外墙渗水问题的提醒函",
    addressee=UNIT,
    text="\n".join(
        (
            "近期，民心网收到群众反映外墙渗水问题的诉求3件，均由你单位承办，情况如下：",
            MARK.format("有关诉求件"),
            "上述诉求反映的问题带有共性。请你单位认真分析原因，举一反三，从源头上研究解决办法，"
            "避免同类问题反复发生。",
            "请于收到本函之日起10个工作日内，将原因分析、整改措施和完成时限书面回复。",
        )
    ),
    tables=(
        Table(
            "有关诉求件",
            ("编号", "收到日期", "反映问题", "办理状态"),
            (
                ("20251210-00017", "2025年12月10日", "东湖花园3号楼外墙渗水", "待评星"),
                ("20251218-00004", "2025年12月18日", "东湖花园7号楼外墙渗水", "办理中"),
                ("20260105-00031", "2026年1月5日", "湖滨里2号楼外墙脱落渗水", "办理中"),
            ),
            (4, 4, 5, 2),
        ),
    ),
)
REQUEST = _sheet(
    PaperKind.REQUEST,
    "〔2026〕3号",
    "关于“幸福街主管道爆裂停暖”诉求处置的请示",
    addressee="秦川副市长",
    text="\n".join(
        (
            "2026年1月14日，民心网收到群众反映“幸福街主管道爆裂停暖”的诉求（编号20260114-00002），"
            "紧急程度为特急。现将有关情况请示如下：",
            "一、反映情况",
            "幸福街供热主管道于1月14日凌晨爆裂，沿线约600户停暖，室内温度已低于10摄氏度。",
            "二、办理经过",
            MARK.format(COURSE),
            "三、请示事项",
            "建议由市供热公司立即抢修，市民心网办跟踪督办，并及时报告进展。",
            "妥否，请批示。",
        )
    ),
    tables=(_course(_STEPS[:2]),),
)
INVESTIGATION = _sheet(
    PaperKind.INVESTIGATION,
    "〔2026〕5号",
    "关于“小区门口路灯不亮”诉求的调查处理报告",
    issuer=UNIT,
    printed_by=UNIT,
    text="\n".join(
        (
            "诉求编号：20260105-00012。",
            "一、诉求内容",
            "群众反映小区门口三盏路灯连续一周不亮，夜间出行不便。",
            "二、调查情况",
            "1月6日上午，工作人员到现场核实，情况属实，原因为地下电缆受潮短路。",
            "三、处理结果",
            "1月7日完成电缆更换，三盏路灯恢复照明。",
            "四、与诉求人沟通情况",
            "1月7日电话告知诉求人，诉求人表示满意。",
            "结案方式：已解决。",
            f"经办人：王{RARE[2]}；审签：李{RARE[1]}（2026年1月8日）。",
        )
    ),
)
CASE_SHEET = _sheet(
    PaperKind.CASE_SHEET,
    "〔2026〕18号",
    "东湖花园3号楼外墙渗水",
    signer="",
    fields=(
        ("诉求编号", "20251210-00017"),
        ("收到日期", "2025年12月10日（网上）"),
        ("类型和紧急程度", "投诉，一般"),
        ("诉求分类", "住房保障 / 房屋安全 / 漏水渗水"),
        ("地点", "东湖花园"),
        ("诉求内容", "该楼西侧外墙自2024年雨季起渗水，多户墙面发霉脱落，物业多次维修没有解决，"
         "希望有关部门督促彻底维修。"),
        ("承办单位", UNIT),
        ("转办日期和时限", "2025年12月10日转办，2025年12月24日到期"),
        ("承办意见", "请核实办理"),
        ("办理状态", "办理中"),
        ("最近办理情况", "\n".join(" ".join(step) for step in _STEPS[:3])),
        ("经办人", ""),
        ("主管领导意见", ""),
    ),
)  # fmt: skip
SUMMARY = _sheet(
    PaperKind.WEEKLY_SUMMARY,
    "〔2026〕第3期",
    "东湖区民心网工作站周总结\n（2026年1月5日至11日）",
    issuer=STATION,
    printed_by=STATION,
    send_to=OFFICE,
    text="\n".join(
        (
            "一、本周受理办结情况",
            MARK.format("本周数据"),
            "本周收到诉求18件，办结15件，按时报结率100%。",
            "二、超期、退件和重点件情况",
            "本周无超期件，退件1件，已重新转办。",
            "三、下周打算",
            "走访外墙渗水问题集中的三个小区，督促住建局完成维修方案。",
        )
    ),
    tables=(
        Table(
            "本周数据",
            ("项目", "数量"),
            (("收到诉求（件）", "18"), ("办结（件）", "15"), ("退件（件）", "1")),
            (3, 1),
        ),
    ),
)

_KINDS = (REPORT, NOTICE, REMINDER, REQUEST, INVESTIGATION, CASE_SHEET, SUMMARY)
LONG_TITLE = (
    "关于东湖区住建局办理东湖花园、湖滨里、向阳小区、新工佳园等七个住宅小区外墙渗水、屋面漏水、"
    "电梯停运和消防设施损坏等群众反映集中的房屋安全类诉求长期不落实、多次督办仍不按时回复并且办理"
    "结果失实有关情况以及下一步整改落实工作的有关要求的督办专报"
)


def short() -> tuple[Sheet, ...]:
    """Each kind as it usually is; a report stands first."""
    return _KINDS


def long(rows: int = 60) -> tuple[Sheet, ...]:
    """Each kind over many pages: a title of 120 signs, long tables, rare names, several annexes."""
    return tuple(_long(each, rows) for each in _KINDS)


def of(kind: PaperKind, *, lengthy: bool = False) -> Sheet:
    """The sample of one kind."""
    return next(each for each in (long() if lengthy else short()) if each.kind is kind)


def pages(number: int) -> Sheet:
    """A report of about so many pages of text, to measure speed with."""
    paragraph = (
        "东湖区住建局对东湖花园外墙渗水问题进行了现场勘查，确定渗水原因为外墙保温层开裂，"
        "已会同物业服务企业和业主委员会研究维修方案，计划使用住宅专项维修资金，"
        "经双三分之二业主表决同意后组织施工，施工期间由社区工作人员全程监督，并公示进度和费用。"
    )
    lines = max(1, round(number * 5.4))
    text = [f"{paragraph}（第{n}项）" for n in range(1, lines + 1)]
    return replace(
        REPORT, text="\n".join(["一、诉求基本情况", *text]), annexes=(), tables=REPORT.tables
    )


def _long(sheet: Sheet, rows: int) -> Sheet:
    start = date(2025, 3, 1)
    steps = tuple(
        (
            f"{(start + timedelta(days=n)).year}年{(start + timedelta(days=n)).month}月"
            f"{(start + timedelta(days=n)).day}日 09:{n % 60:02d}",
            (OFFICE, STATION, UNIT)[n % 3],
            f"第{n + 1}次：到现场核实，经办人{RARE[n % 5]}某，已与诉求人沟通并告知下一步安排",
        )
        for n in range(rows)
    )
    text = sheet.text or "请按督办要求办理。"
    more = "\n".join(
        f"（{NUMERALS[n]}）补充情况。经办人为陈{RARE[n % 5]}、刘堃、赵赟翀，住建局、城管局和街道"
        "办事处分别核实，意见一致，有关材料随件备查。"
        for n in range(4)
    )
    if sheet.fields:
        fields = tuple((label, value * 9 if value else "") for label, value in sheet.fields)
        return replace(sheet, title=LONG_TITLE, fields=fields)
    long_course = Table(COURSE, ("时间", "单位", "事项"), steps, (3, 3, 5))
    others = tuple(each for each in sheet.tables if each.name != COURSE)
    return replace(
        sheet,
        title=LONG_TITLE,
        text=f"{text}\n六、补充情况\n{more}",
        tables=(*others, long_course),
        annexes=(
            Annex("办理过程全表", MARK.format(COURSE)),
            Annex("有关情况说明", "经核实，以上情况属实，有关材料随件备查。"),
        ),
    )
