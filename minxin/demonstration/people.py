"""The demonstration city's tenants, units and accounts. All people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from minxin.extensions import db
from minxin.people import appointing, passwords
from minxin.people.models import Unit
from minxin.people.roles import ADMINISTRATORS, Role
from minxin.tenancy.models import Tenant

SLUG, NAME, HOST = "panjin", "盘锦市", "localhost"
PASSWORD = "Minxin-2026"
"""Every demonstration account's; it exists only in the demonstration city."""

SINCE = date(2026, 1, 1)

TENANTS = (
    # slug, name, kind
    ("shizhi", "市直部门", "municipal"),
    ("panshan", "盘山县", "district"),
    ("dawa", "大洼区", "district"),
    ("xinglongtai", "兴隆台区", "district"),
    ("shuangtaizi", "双台子区", "district"),
    ("liaodongwan", "辽东湾新区", "district"),
    ("liaohekou", "辽河口生态经济区", "district"),
)

MUNICIPAL_UNITS = ("市住建局", "市城管局", "市公安局", "市人社局", "市供热公司")
DISTRICT_UNITS = ("住建局", "城管局", "民政局", "教育局")
TOWNS = {
    "dawa": ("大洼街道", "田家街道", "新立镇"),
    "xinglongtai": ("兴海街道", "兴隆街道", "新工街道"),
}


@dataclass(frozen=True)
class Account:
    """An account to look around with: desk, sign-in name, person, role, unit."""

    desk: str
    username: str
    name: str
    role: Role
    unit: str
    post: str = ""


ACCOUNTS = (
    Account("city", "linjing", "林静", Role.OFFICE_CLERK, "市民心网办"),
    Account("city", "hejun", "何军", Role.OFFICE_CLERK, "市民心网办"),
    Account("city", "gaoyuan", "高远", Role.OFFICE_HEAD, "市民心网办"),
    Account("city", "qinchuan", "秦川", Role.LEADER, "市政府"),
    Account("shizhi", "fengxue", "冯雪", Role.RESPONDER, "市城管局", "A"),
    Account("shizhi", "jiangbo", "蒋波", Role.UNIT_HEAD, "市城管局"),
    Account("shizhi", "hanmei", "韩梅", Role.RESPONDER, "市供热公司", "A"),
    Account("shizhi", "yangguang", "杨光", Role.UNIT_HEAD, "市供热公司"),
    Account("shizhi", "xulei", "许磊", Role.RESPONDER, "市公安局", "A"),
    Account("shizhi", "tangyi", "唐毅", Role.UNIT_HEAD, "市公安局"),
    Account("shizhi", "gaomin", "高敏", Role.RESPONDER, "市人社局", "A"),
    Account("shizhi", "luojian", "罗建", Role.UNIT_HEAD, "市人社局"),
    Account("shizhi", "chencheng", "陈诚", Role.SYSTEM_ADMIN, "市民心网办"),
    Account("shizhi", "chuwei", "褚卫", Role.SECURITY_ADMIN, "市民心网办"),
    Account("shizhi", "weiming", "卫明", Role.AUDIT_ADMIN, "市民心网办"),
    Account("dawa", "mengyan", "孟岩", Role.STATION, "大洼区民心网工作站"),
    Account("dawa", "zhaoyang", "赵阳", Role.RESPONDER, "大洼区住建局", "A"),
    Account("dawa", "qianjin", "钱进", Role.RESPONDER, "大洼区住建局", "B"),
    Account("dawa", "sunli", "孙立", Role.UNIT_HEAD, "大洼区住建局"),
    Account("dawa", "zhouning", "周宁", Role.RESPONDER, "大洼区城管局", "A"),
    Account("dawa", "liyan", "李严", Role.UNIT_HEAD, "大洼区城管局"),
    Account("xinglongtai", "wutong", "吴桐", Role.STATION, "兴隆台区民心网工作站"),
    Account("xinglongtai", "zhengtao", "郑涛", Role.RESPONDER, "兴隆台区住建局", "A"),
    Account("xinglongtai", "wangqin", "王勤", Role.UNIT_HEAD, "兴隆台区住建局"),
    Account("xinglongtai", "dinglan", "丁兰", Role.RESPONDER, "兴隆台区民政局", "A"),
    Account("xinglongtai", "shenxue", "沈学", Role.UNIT_HEAD, "兴隆台区民政局"),
    Account("panshan", "huping", "胡平", Role.STATION, "盘山县民心网工作站"),
    Account("panshan", "fangwei", "方伟", Role.RESPONDER, "盘山县民政局", "A"),
    Account("panshan", "guming", "顾明", Role.UNIT_HEAD, "盘山县民政局"),
    Account("shuangtaizi", "luoyang", "罗扬", Role.STATION, "双台子区民心网工作站"),
    Account("shizhi", "songjie", "宋洁", Role.RESPONDER, "市住建局", "A"),
    Account("shizhi", "panyong", "潘勇", Role.UNIT_HEAD, "市住建局"),
    Account("dawa", "wenbo", "温博", Role.SYSTEM_ADMIN, "大洼区民心网工作站"),
    Account("dawa", "tianli", "田丽", Role.SECURITY_ADMIN, "大洼区民心网工作站"),
)


def one_per_role() -> list[Account]:
    """The first account of each role: enough to walk a case from end to end."""
    firsts: dict[Role, Account] = {}
    for account in ACCOUNTS:
        known = firsts.get(account.role)
        # a district's unit rather than the city's: the longer way is the one to look at
        longer = known is not None and known.desk == "shizhi" and account.desk == "dawa"
        if known is None or (longer and account.role not in ADMINISTRATORS):
            firsts[account.role] = account
    return list(firsts.values())


def settle() -> bool:
    """Fill an empty city with its tenants, units and accounts; False where it has some."""
    if db.session.scalar(select(func.count(Tenant.id))):
        return False
    units: dict[str, Unit] = {}
    for rank, (slug, name, kind) in enumerate(TENANTS):
        tenant = appointing.add_tenant(slug, name, kind=kind, rank=rank)
        units |= _municipal(tenant) if kind == "municipal" else _district(tenant, name)
    password_hash = passwords.hashed(PASSWORD)
    for account in ACCOUNTS:
        user = appointing.add_user(
            units[account.unit],
            account.username,
            account.name,
            account.role,
            password_hash=password_hash,
            must_change=False,
        )
        if account.post:
            appointing.appoint(user, account.post, since=SINCE)
        if account.role is Role.UNIT_HEAD:
            appointing.give_post(user, "head", since=SINCE)
    return True


def _municipal(tenant: Tenant) -> dict[str, Unit]:
    office = appointing.add_unit(tenant, "市民心网办", kind="office", since=SINCE)
    made = [office, appointing.add_unit(tenant, "市政府", kind="office", since=SINCE)]
    made += [appointing.add_unit(tenant, name, since=SINCE) for name in MUNICIPAL_UNITS]
    return {unit.name: unit for unit in made}


def _district(tenant: Tenant, name: str) -> dict[str, Unit]:
    station = appointing.add_unit(tenant, f"{name}民心网工作站", kind="station", since=SINCE)
    made = [station]
    for unit in DISTRICT_UNITS:
        made.append(appointing.add_unit(tenant, f"{name}{unit}", under=station, since=SINCE))
    for town in TOWNS.get(tenant.slug, ()):
        made.append(appointing.add_unit(tenant, town, kind="point", under=station, since=SINCE))
    return {unit.name: unit for unit in made}
