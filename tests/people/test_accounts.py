"""Accounts: one hand makes them, another gives the role; administrators exclude one another."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.access.matrix import MATRIX
from minxin.access.permissions import Permission
from minxin.errors import Conflict, Refused
from minxin.extensions import db
from minxin.people import accounts, authorising, passwords
from minxin.people.accounts import NewAccount
from minxin.people.models import Unit, User
from minxin.people.roles import ADMINISTRATORS, Role


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def here(panjin):
    with panjin.standing("wenbo"):
        yield panjin


def _user(name):
    return db.session.scalars(select(User).where(User.username == name)).one()


def _new(here, role=Role.RESPONDER, **more):
    values = {"username": "wangwei", "name": "王伟", "unit": "大洼区住建局"} | more
    return NewAccount(here.unit(values["unit"]), values["username"], values["name"], role)


def test_a_new_account_waits_for_another_hand(here, at):
    issued = accounts.create(_new(here), by=here.actor("wenbo"), at=at)
    user = issued.user
    assert (user.active, user.waiting, user.must_change) == (False, True, True)
    passwords.check_new(issued.password, username=user.username)
    with pytest.raises(Refused, match="安全管理员"):
        authorising.approve(user, by=here.actor("wenbo"), at=at)
    authorising.approve(user, by=here.actor("tianli"), at=at)
    assert (user.active, user.waiting) == (True, False)
    with pytest.raises(Refused, match="已经授权"):
        authorising.approve(user, by=here.actor("tianli"), at=at)


def test_who_made_an_account_never_approves_it(here, at):
    user = accounts.create(_new(here), by=here.actor("tianli"), at=at).user
    with pytest.raises(Refused, match="建立账号的人"):
        authorising.approve(user, by=here.actor("tianli"), at=at)


@pytest.mark.parametrize(
    ("role", "more", "field"),
    [
        (Role.RESPONDER, {"username": "zhaoyang"}, "username"),
        (Role.RESPONDER, {"username": "王伟"}, "username"),
        (Role.RESPONDER, {"name": " "}, "name"),
        ("mayor", {}, "role"),
        (Role.OFFICE_CLERK, {}, "role"),
        (Role.STATION, {}, "role"),
        (Role.SYSTEM_ADMIN, {}, "role"),
        (Role.AUDIT_ADMIN, {"name": "温博", "unit": "大洼区民心网工作站"}, "name"),
    ],
)
def test_an_unfit_account_is_refused(here, at, role, more, field):
    with pytest.raises(Refused) as refusal:
        accounts.create(_new(here, role, **more), by=here.actor("wenbo"), at=at)
    assert refusal.value.field == field


def test_administrators_roles_exclude_one_another_and_all_others(here, at):
    by = here.actor("tianli")
    for username, role in (
        ("mengyan", Role.SYSTEM_ADMIN),
        ("wenbo", Role.AUDIT_ADMIN),
        ("wenbo", Role.STATION),
    ):
        with pytest.raises(Refused, match="互斥"):
            authorising.change_role(_user(username), role, by=by, at=at)


def test_no_permission_is_shared_by_two_kinds_of_administrators():
    rights = {role: set(MATRIX[role]) - {Permission.DESK_VIEW} for role in ADMINISTRATORS}
    kinds = sorted(rights)
    for one in kinds:
        for other in kinds:
            assert one == other or not rights[one] & rights[other]
        assert not any(right.name.startswith(("CASE", "CONTACT")) for right in rights[one])


def test_only_the_security_administrator_gives_roles_and_never_to_himself(here, at):
    user = _user("zhaoyang")
    for username in ("wenbo", "mengyan", "gaoyuan"):
        with pytest.raises(Refused):
            authorising.change_role(user, Role.UNIT_HEAD, by=here.actor(username), at=at)
    with pytest.raises(Refused, match="自己"):
        authorising.lock(_user("tianli"), "离职", by=here.actor("tianli"), at=at)


def test_role_unit_and_lock_end_every_session(here, at):
    user, by = _user("zhaoyang"), here.actor("tianli")
    stamp = user.stamp
    authorising.change_role(user, Role.UNIT_HEAD, by=by, at=at)
    accounts.change_unit(user, here.unit("大洼区城管局"), by=here.actor("wenbo"), at=at)
    authorising.lock(user, "离职", by=by, at=at)
    assert user.stamp == stamp + 3
    authorising.unlock(user, by=by, at=at)
    assert user.active


def test_an_account_stays_in_its_tenant(here, at):
    with pytest.raises(Refused):
        accounts.change_unit(
            _user("zhaoyang"), here.unit("兴隆台区住建局"), by=here.actor("wenbo"), at=at
        )


def test_the_last_security_administrator_cannot_be_locked_out(panjin, at):
    with panjin.standing("wenbo"):
        second = accounts.create(
            _new(panjin, Role.SECURITY_ADMIN, unit="大洼区民心网工作站"),
            by=panjin.actor("wenbo"),
            at=at,
        ).user
        from minxin.access.signin import actor

        with pytest.raises(Refused, match="最后一个"):
            authorising.lock(_user("tianli"), "离职", by=actor(second), at=at)
        authorising.approve(second, by=panjin.actor("tianli"), at=at)
        authorising.lock(_user("tianli"), "离职", by=actor(second), at=at)


def test_an_administrators_password_is_reset_by_the_head_of_the_office_alone(panjin, at):
    with panjin.standing("wenbo"), pytest.raises(Refused, match="负责人"):
        accounts.reset_password(_user("tianli"), by=panjin.actor("wenbo"), at=at)
    with panjin.standing("gaoyuan"):
        user = _user("tianli")
        issued = accounts.reset_password(user, by=panjin.actor("gaoyuan"), at=at)
        assert passwords.matches(user.password_hash, issued.password)


def test_a_page_that_shows_an_older_account_changes_nothing(here, at):
    user = _user("zhaoyang")
    shown = accounts.seen(user)
    accounts.change_unit(user, here.unit("大洼区城管局"), by=here.actor("wenbo"), at=at)
    with pytest.raises(Conflict):
        authorising.lock(user, "离职", by=here.actor("tianli"), at=at, shown=shown)


def test_a_first_administrator_is_founded_once(panjin, at):
    with panjin.standing("gaoyuan"):
        unit = db.session.get_one(Unit, panjin.unit("兴隆台区民心网工作站"))
        new = NewAccount(unit.id, "xtadmin", "许天", Role.SYSTEM_ADMIN)
        with pytest.raises(Refused):
            accounts.found_administrator(new, by=panjin.actor("linjing"), at=at)
        made = accounts.found_administrator(new, by=panjin.actor("gaoyuan"), at=at)
        assert made.user.active
        again = NewAccount(unit.id, "xtadmin2", "许地", Role.SYSTEM_ADMIN)
        with pytest.raises(Refused, match="已有系统管理员"):
            accounts.found_administrator(again, by=panjin.actor("gaoyuan"), at=at)
        same = NewAccount(unit.id, "xtsec", "许天", Role.SECURITY_ADMIN)
        with pytest.raises(Refused, match="同一人"):
            accounts.found_administrator(same, by=panjin.actor("gaoyuan"), at=at)


def test_a_form_sent_twice_makes_one_account(here, at):
    new = _new(here)
    first = accounts.create(new, by=here.actor("wenbo"), at=at)
    second = accounts.reissue(new, by=here.actor("wenbo"), at=at)
    assert second.user is first.user
    assert passwords.matches(first.user.password_hash, second.password)
    other = NewAccount(new.unit_id, new.username, "另一人", new.role)
    assert accounts.reissue(other, by=here.actor("wenbo"), at=at) is None
