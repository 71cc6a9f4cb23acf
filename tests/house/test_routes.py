"""Every route says who may come in, and every permission is somebody's."""

from __future__ import annotations

import pytest

from minxin.access.matrix import MATRIX, Reach
from minxin.access.permissions import Permission
from minxin.people.appointing import RESERVED
from minxin.people.roles import CITY_DESK, Role
from minxin.web.guards import GUARD, MUST_CHANGE_MAY

OPEN = {"workbench.sign_in"}
"""What a stranger may open besides the portal."""


def _routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_a_guard(app):
    for rule in _routes(app):
        guard = getattr(app.view_functions[rule.endpoint], GUARD, None)
        assert guard, (
            f"{rule.endpoint} ({rule.rule}) says nothing of who may come in: decorate the view"
            " with @permitted(Permission.…) or, for everybody, @everyone (minxin.web.guards),"
            " under @pages.get or @pages.post"
        )


def test_only_the_portal_and_the_doors_are_for_everyone(app):
    for rule in _routes(app):
        guard = getattr(app.view_functions[rule.endpoint], GUARD, None)
        if guard == "everyone":
            assert rule.endpoint.startswith("portal.") or rule.endpoint in OPEN, rule.endpoint


def test_what_changes_something_is_never_a_get(app):
    for rule in _routes(app):
        if rule.methods & {"POST"}:
            assert not rule.methods & {"PUT", "PATCH", "DELETE"}, "forms know GET and POST only"


def test_addresses_are_nouns_without_capitals(app):
    for rule in _routes(app):
        assert rule.rule == rule.rule.lower(), rule.rule
        assert "_" not in "".join(p for p in rule.rule.split("/") if "<" not in p), rule.rule


def test_no_tenant_can_be_named_like_a_page(app):
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    words = {word for word in first if word and "<" not in word and "-" not in word}
    assert words <= RESERVED, f"add {words - RESERVED} to RESERVED in minxin.people.appointing"


def test_the_first_password_change_opens_real_pages(app):
    names = {rule.endpoint.partition(".")[2] for rule in _routes(app)}
    assert names >= MUST_CHANGE_MAY


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_granted_to_some_role(permission):
    assert any(permission in granted for granted in MATRIX.values())


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_guards_something(permission, app):
    guarded = {
        each
        for rule in _routes(app)
        for each in getattr(app.view_functions[rule.endpoint], GUARD, ())
        if each != "everyone"
    }
    assert permission in guarded


def test_the_names_follow_one_law():
    for permission in Permission:
        assert permission.value == permission.name.lower().replace("_", ".", 1)


C, T, U, O = Reach.CITY, Reach.TENANT, Reach.UNIT, Reach.POST  # noqa: E741
_ = None

COLUMNS = (
    *(Role.OFFICE_CLERK, Role.OFFICE_HEAD, Role.LEADER),
    *(Role.STATION, Role.RESPONDER, Role.UNIT_HEAD),
    *(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
)
# fmt: off
REGULATION_1_9 = {
    #                  经办 负责人 领导  工作站 回应人 主管  三员
    "CASE_VIEW":      (C,   C,    C,    T,    U,    U,   _, _, _),
    "CASE_ENTER":     (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_IMPORT":    (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_CLAIM":     (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_SCREEN":    (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_REFUSE":    (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_WITHDRAW":  (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_DISPATCH":  (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_ASSIGN":    (_,   _,    _,    T,    _,    _,   _, _, _),
    "CASE_ACCEPT":    (_,   _,    _,    O,    U,    _,   _, _, _),
    "CASE_HANDLE":    (_,   _,    _,    O,    U,    _,   _, _, _),
    "CASE_REPORT":    (_,   _,    _,    O,    U,    _,   _, _, _),
    "CASE_SIGN":      (_,   _,    _,    _,    _,    U,   _, _, _),
    "CASE_REVIEW":    (C,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_FOLLOW_UP": (C,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_WAIVE":     (_,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_RATE":      (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_CLOSE":     (C,   C,    _,    _,    _,    _,   _, _, _),
    "QUESTION_ANSWER": (_,  _,    _,    O,    U,    _,   _, _, _),
    "CASE_RETURN":    (_,   _,    _,    O,    U,    _,   _, _, _),
    "RETURN_DECIDE":  (C,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_RULE":      (_,   C,    _,    T,    _,    _,   _, _, _),
    "CLOCK_PAUSE":    (_,   C,    _,    _,    _,    _,   _, _, _),
    "EXTENSION_ASK":  (_,   _,    _,    O,    U,    _,   _, _, _),
    "EXTENSION_DECIDE": (_, C,    _,    _,    _,    _,   _, _, _),
    "MESSAGE_PASS":   (C,   C,    _,    T,    _,    _,   _, _, _),
    "MESSAGE_ANSWER": (_,   _,    _,    O,    U,    _,   _, _, _),
    "CASE_REOPEN":    (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_TRACK":     (C,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_CHOOSE":    (C,   C,    _,    _,    _,    _,   _, _, _),
    "CASE_FLAG":      (C,   C,    _,    T,    _,    _,   _, _, _),
    "INSTRUCTION_REQUEST": (C, C, _,    _,    _,    _,   _, _, _),
    "CASE_INSTRUCT":  (_,   _,    C,    _,    _,    _,   _, _, _),
    "CASE_MERGE":     (C,   C,    _,    _,    _,    _,   _, _, _),
    "SUPERVISION_VIEW": (C, C,    C,    T,    U,    U,   _, _, _),
    "SUPERVISION_WRITE": (C, C,   _,    T,    _,    _,   _, _, _),
    "SUPERVISION_ISSUE": (_, C,   _,    T,    _,    _,   _, _, _),
    "SUPERVISION_ANSWER": (_, _,  _,    O,    U,    _,   _, _, _),
    "PAPER_WRITE":    (C,   C,    _,    T,    U,    U,   _, _, _),
    "PAPER_ISSUE":    (_,   C,    _,    T,    _,    U,   _, _, _),
    "PAPER_RECEIVE":  (_,   _,    C,    O,    U,    U,   _, _, _),
    "LETTER_USE":     (O,   O,    _,    O,    U,    U,   _, _, _),
    "BULLETIN_WRITE": (C,   C,    _,    T,    _,    _,   _, _, _),
    "DUTY_VIEW":      (C,   C,    _,    T,    U,    U,   _, _, _),
    "DUTY_BACKFILL":  (C,   C,    _,    _,    _,    _,   _, _, _),
    "SUMMARY_WRITE":  (_,   _,    _,    T,    _,    _,   _, _, _),
    "SUMMARY_VIEW":   (C,   C,    _,    T,    _,    _,   _, _, _),
    "PUBLIC_REVIEW":  (C,   C,    _,    T,    _,    _,   _, _, _),
    "CASE_PUBLISH":   (_,   C,    _,    _,    _,    _,   _, _, _),
    "AUDIT_VIEW":     (_,   _,    _,    _,    _,    _,   _, _, T),
    "CONTACT_REVEAL": (C,   C,    _,    T,    U,    _,   _, _, _),
    "BOARD_VIEW":     (C,   C,    C,    _,    _,    _,   _, _, _),
    "TENANT_MANAGE":  (_,   C,    _,    _,    _,    _,   _, _, _),
    "ORGANISATION_MANAGE": (_, C, _,    _,    _,    _,   T, _, _),
    "ROLE_MANAGE":    (_,   _,    _,    _,    _,    _,   _, T, _),
    "RULES_MANAGE":   (_,   C,    _,    _,    _,    _,   _, _, _),
    "DESK_VIEW":      (C,   C,    C,    T,    U,    U,   T, T, T),
}
# fmt: on
"""Read against regulation 1.9 by a person. The three administrators see no case at all."""


def test_the_matrix_is_the_regulation():
    found = {
        permission.name: tuple(MATRIX[role].get(permission) for role in COLUMNS)
        for permission in Permission
    }
    assert set(found) == set(REGULATION_1_9), "a new permission needs its row in REGULATION_1_9"
    for name, row in REGULATION_1_9.items():
        assert found[name] == row, name


def test_every_role_stands_in_the_table():
    assert set(COLUMNS) == set(Role) == set(MATRIX)


def test_only_the_city_desk_reaches_the_whole_city():
    for role, granted in MATRIX.items():
        assert (Reach.CITY in granted.values()) == (role in CITY_DESK), role.label
