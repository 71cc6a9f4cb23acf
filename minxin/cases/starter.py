"""What every new city starts with: rules, calendar, categories. Data from then on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from minxin.calendars.rules import DEFAULT_RULES, Rule
from minxin.calendars.workdays import Calendar, official
from minxin.cases.models import Category, DeadlineRule, WorkCalendar
from minxin.extensions import db

CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "城乡建设": {
        "市容管理": ("占道经营", "乱堆乱放", "户外广告"),
        "公用设施": ("路灯", "井盖", "公厕", "健身设施"),
        "施工管理": ("夜间施工", "扬尘", "渣土运输"),
        "环境卫生": ("垃圾清运", "道路保洁", "积雪清除"),
        "园林绿化": ("树木修剪", "绿地养护"),
        "违法建设": ("私搭乱建", "占用公共空间"),
    },
    "住房保障": {
        "物业管理": ("物业服务", "物业收费", "维修资金", "业主委员会"),
        "房产交易": ("不动产登记", "合同纠纷", "延期交房"),
        "房屋安全": ("漏水渗水", "外墙脱落", "电梯故障"),
        "拆迁安置": ("补偿标准", "回迁安置"),
    },
    "交通出行": {
        "道路设施": ("路面破损", "交通信号", "标志标线"),
        "公共交通": ("公交线路", "公交服务", "出租车"),
        "停车管理": ("违法停车", "停车收费"),
    },
    "公用事业": {
        "供热": ("室温不达标", "供热收费", "管网漏水"),
        "供水": ("停水", "水质", "水压不足"),
        "供电供气": ("停电", "燃气安装", "燃气收费"),
    },
    "社会保障": {
        "劳动关系": ("拖欠工资", "劳动合同", "工伤认定"),
        "社会保险": ("养老保险", "医疗保险", "失业保险"),
        "民政救助": ("低保", "临时救助", "养老服务"),
    },
    "教育医疗": {
        "教育": ("入学入园", "校园管理", "校外培训"),
        "医疗卫生": ("医疗服务", "公共卫生"),
    },
    "生态环境": {
        "污染防治": ("噪声", "大气", "水体", "油烟"),
    },
    "农业农村": {
        "三农": ("惠农补贴", "土地流转", "农田水利", "村务公开"),
    },
    "社会治安": {
        "治安管理": ("扰民", "养犬管理", "消防隐患"),
    },
    "政务服务": {
        "办事咨询": ("户籍", "证照办理", "政策咨询"),
        "作风建设": ("服务态度", "推诿扯皮"),
    },
}
"""A short starter tree; codes are two digits a level, as GB/T 39666 has them."""


def fill(at: datetime) -> None:
    """Give a city its first rules, calendar and categories, where it has none."""
    if not db.session.scalar(select(func.count(DeadlineRule.id))):
        db.session.add_all(as_row(rule, at) for rule in DEFAULT_RULES.values())
    if not db.session.scalar(select(func.count(WorkCalendar.id))):
        db.session.add(as_calendar_row(official(), at))
    if not db.session.scalar(select(func.count(Category.id))):
        _fill_categories()
    db.session.flush()


def as_row(rule: Rule, at: datetime) -> DeadlineRule:
    """A rule as a row."""
    return DeadlineRule(
        key=rule.key,
        version=rule.version,
        name=rule.name_zh,
        unit=rule.unit,
        amount=rule.amount,
        article=rule.article,
        begins=rule.begins,
        from_due=rule.from_due,
        adopted_at=at,
    )


def as_calendar_row(calendar: Calendar, at: datetime) -> WorkCalendar:
    """A calendar as a row."""
    return WorkCalendar(
        version=calendar.version,
        first=calendar.first.isoformat(),
        last=calendar.last.isoformat(),
        exceptions={day.isoformat(): name for day, name in calendar.exceptions.items()},
        adopted_at=at,
    )


def _fill_categories() -> None:
    for first, (name, middle) in enumerate(CATEGORIES.items(), start=1):
        top = _category(f"{first:02d}", name, name, None, 1)
        for second, (middle_name, leaves) in enumerate(middle.items(), start=1):
            code = f"{top.code}{second:02d}"
            mid = _category(code, middle_name, f"{name} / {middle_name}", top.id, 2)
            for third, leaf in enumerate(leaves, start=1):
                full = f"{name} / {middle_name} / {leaf}"
                _category(f"{code}{third:02d}", leaf, full, mid.id, 3)


def _category(code: str, name: str, full: str, parent_id: int | None, level: int) -> Category:
    row = Category(code=code, name=name, full_name=full, parent_id=parent_id, level=level)
    db.session.add(row)
    db.session.flush()
    return row
