"""The roles of regulation 1.9 and the desk each works at."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is in the office; what a role may do stands in `access.matrix`."""

    OFFICE_CLERK = "office_clerk"
    OFFICE_HEAD = "office_head"
    STATION = "station"
    RESPONDER = "responder"
    UNIT_HEAD = "unit_head"
    LEADER = "leader"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        """The role's name in Chinese."""
        return LABELS[self]


LABELS = {
    Role.OFFICE_CLERK: "市民心网办经办",
    Role.OFFICE_HEAD: "市民心网办负责人",
    Role.STATION: "区县工作站",
    Role.RESPONDER: "网络回应人",
    Role.UNIT_HEAD: "单位主管领导",
    Role.LEADER: "市领导",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

CITY_DESK = frozenset({Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.LEADER})
"""They sign in at /city/ and reach every tenant; everybody else signs in at a tenant's desk."""

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三权分立: each excludes the others and every business role."""
