"""What can be permitted. A name is `<noun>_<verb>`; its value is what the audit log says."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One right. Who has it, and how far, stands in `access.matrix`."""

    CASE_VIEW = "case.view"
    CASE_ENTER = "case.enter"
    CASE_IMPORT = "case.import"
    CASE_CLAIM = "case.claim"
    CASE_SCREEN = "case.screen"
    CASE_REFUSE = "case.refuse"
    CASE_WITHDRAW = "case.withdraw"
    CASE_DISPATCH = "case.dispatch"
    CASE_ASSIGN = "case.assign"
    CASE_ACCEPT = "case.accept"
    CASE_HANDLE = "case.handle"
    CASE_REPORT = "case.report"
    CASE_SIGN = "case.sign"
    CASE_REVIEW = "case.review"
    CASE_FOLLOW_UP = "case.follow_up"
    CASE_RATE = "case.rate"
    CASE_CLOSE = "case.close"
    EXTENSION_ASK = "extension.ask"
    EXTENSION_DECIDE = "extension.decide"
    CASE_FLAG = "case.flag"
    INSTRUCTION_REQUEST = "instruction.request"
    CASE_INSTRUCT = "case.instruct"
    LETTER_USE = "letter.use"
    BULLETIN_WRITE = "bulletin.write"
    DUTY_VIEW = "duty.view"
    DUTY_BACKFILL = "duty.backfill"
    CONTACT_REVEAL = "contact.reveal"
    BOARD_VIEW = "board.view"
    DESK_VIEW = "desk.view"
    TENANT_MANAGE = "tenant.manage"
    ORGANISATION_MANAGE = "organisation.manage"
    ROLE_MANAGE = "role.manage"
    RULES_MANAGE = "rules.manage"
