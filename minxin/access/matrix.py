"""Role × permission → how far it reaches. This table is regulation 1.9; nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from minxin.access.permissions import Permission as P
from minxin.people.roles import Role


class Reach(IntEnum):
    """How far a right goes, from the nearest to the widest."""

    POST = 1  # cases that lie with exactly the own unit
    UNIT = 2  # … with the own unit or one below it, main or co-handling
    TENANT = 3  # every case that the tenant holds
    CITY = 4  # every case of the city


def _all(reach: Reach, *permissions: P) -> dict[P, Reach]:
    return dict.fromkeys(permissions, reach)


# A letter is read by the unit that it was sent to or by, and by no other, however high.
_MAILBOX = _all(Reach.POST, P.LETTER_USE)

_OFFICE = _MAILBOX | _all(
    Reach.CITY,
    P.DESK_VIEW,
    P.CASE_VIEW,
    P.CASE_ENTER,
    P.CASE_IMPORT,
    P.CASE_CLAIM,
    P.CASE_SCREEN,
    P.CASE_REFUSE,
    P.CASE_WITHDRAW,
    P.CASE_DISPATCH,
    P.CASE_REVIEW,
    P.CASE_FOLLOW_UP,
    P.CASE_RATE,
    P.CASE_CLOSE,
    P.RETURN_DECIDE,
    P.MESSAGE_PASS,
    P.CASE_REOPEN,
    P.CASE_TRACK,
    P.CASE_CHOOSE,
    P.CASE_FLAG,
    P.INSTRUCTION_REQUEST,
    P.CASE_MERGE,
    P.SUPERVISION_VIEW,
    P.SUPERVISION_WRITE,
    P.PAPER_WRITE,
    P.BULLETIN_WRITE,
    P.DUTY_VIEW,
    P.DUTY_BACKFILL,
    P.SUMMARY_VIEW,
    P.PUBLIC_REVIEW,
    P.CONTACT_REVEAL,
    P.BOARD_VIEW,
)

MATRIX: Mapping[Role, Mapping[P, Reach]] = {
    Role.OFFICE_CLERK: _OFFICE,
    Role.OFFICE_HEAD: {
        **_OFFICE,
        **_all(Reach.CITY, P.CASE_RULE, P.CLOCK_PAUSE, P.EXTENSION_DECIDE),
        **_all(Reach.CITY, P.CASE_WAIVE, P.CASE_PUBLISH, P.SUPERVISION_ISSUE, P.PAPER_ISSUE),
        **_all(Reach.CITY, P.TENANT_MANAGE, P.ORGANISATION_MANAGE, P.RULES_MANAGE),
    },
    Role.STATION: {
        **_MAILBOX,
        **_all(
            Reach.TENANT,
            P.DESK_VIEW,
            P.CASE_VIEW,
            P.CASE_ASSIGN,
            P.CASE_REVIEW,
            P.CASE_FOLLOW_UP,
            P.CASE_WAIVE,
            P.RETURN_DECIDE,
            P.CASE_RULE,
            P.MESSAGE_PASS,
            P.CASE_TRACK,
            P.CASE_FLAG,
            P.SUPERVISION_VIEW,
            P.SUPERVISION_WRITE,
            P.SUPERVISION_ISSUE,
            P.PAPER_WRITE,
            P.PAPER_ISSUE,
            P.BULLETIN_WRITE,
            P.DUTY_VIEW,
            P.SUMMARY_WRITE,
            P.SUMMARY_VIEW,
            P.PUBLIC_REVIEW,
            P.CONTACT_REVEAL,
        ),
        # A station handles what was sent to itself; what it passed on is the unit's to handle.
        **_all(
            Reach.POST,
            P.CASE_ACCEPT,
            P.CASE_HANDLE,
            P.CASE_REPORT,
            P.CASE_RETURN,
            P.EXTENSION_ASK,
            P.QUESTION_ANSWER,
            P.MESSAGE_ANSWER,
            P.SUPERVISION_ANSWER,
            P.PAPER_RECEIVE,
        ),
    },
    Role.RESPONDER: _all(
        Reach.UNIT,
        P.DESK_VIEW,
        P.CASE_VIEW,
        P.CASE_ACCEPT,
        P.CASE_HANDLE,
        P.CASE_REPORT,
        P.CASE_RETURN,
        P.EXTENSION_ASK,
        P.QUESTION_ANSWER,
        P.MESSAGE_ANSWER,
        P.SUPERVISION_VIEW,
        P.SUPERVISION_ANSWER,
        P.PAPER_WRITE,
        P.PAPER_RECEIVE,
        P.LETTER_USE,
        P.DUTY_VIEW,
        P.CONTACT_REVEAL,
    ),
    Role.UNIT_HEAD: _all(
        Reach.UNIT,
        P.DESK_VIEW,
        P.CASE_VIEW,
        P.CASE_SIGN,
        P.SUPERVISION_VIEW,
        P.PAPER_WRITE,
        P.PAPER_ISSUE,
        P.PAPER_RECEIVE,
        P.LETTER_USE,
        P.DUTY_VIEW,
    ),
    Role.LEADER: _all(
        Reach.CITY,
        P.DESK_VIEW,
        P.CASE_VIEW,
        P.BOARD_VIEW,
        P.CASE_INSTRUCT,
        P.SUPERVISION_VIEW,
        P.PAPER_RECEIVE,
    ),
    # 三权分立: administrators never see a case, and who makes accounts gives no roles.
    Role.SYSTEM_ADMIN: _all(Reach.TENANT, P.DESK_VIEW, P.ORGANISATION_MANAGE),
    Role.SECURITY_ADMIN: _all(Reach.TENANT, P.DESK_VIEW, P.ROLE_MANAGE),
    Role.AUDIT_ADMIN: _all(Reach.TENANT, P.DESK_VIEW, P.AUDIT_VIEW),
}


def reach_of(role: Role | None, permission: P) -> Reach | None:
    """How far a role's permission goes; None where it has none."""
    return MATRIX[role].get(permission) if role else None
