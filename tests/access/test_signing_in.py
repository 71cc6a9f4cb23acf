"""The door of each desk: who comes in, who does not, and that nobody is told why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.access import signin
from minxin.access.signin import LOCKED_FOR, MOST_FAILURES, REFUSAL
from minxin.audit.log import AuditEntry
from minxin.demonstration import people
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import passwords
from minxin.people.models import User
from minxin.tenancy.context import within


@pytest.fixture
def door(panjin):
    """`door("dawa", "mengyan", "…")` — try to come in at a desk, as the web does."""

    def tried(desk, username, password=people.PASSWORD, *, at=None):
        tenant = panjin.tenant("shizhi" if desk == "city" else desk)
        with within(panjin.city.schema, login="tenant", tenant_id=tenant):
            answer = signin.attempt(
                username,
                password,
                city_desk=desk == "city",
                address="10.0.0.1",
                at=at or clock.now(),
            )
            db.session.commit()
            return answer.user is not None, answer.message

    return tried


def _user(panjin, username):
    return db.session.scalars(select(User).where(User.username == username)).one()


def test_each_comes_in_at_the_own_desk_and_at_no_other(door):
    for username, own, *others in (
        ("linjing", "city", "shizhi", "dawa"),
        ("qinchuan", "city", "shizhi"),
        ("fengxue", "shizhi", "city", "dawa"),
        ("chencheng", "shizhi", "city"),
        ("mengyan", "dawa", "city", "xinglongtai", "shizhi"),
    ):
        for desk in (own, *others):
            assert door(desk, username) == ((True, "") if desk == own else (False, REFUSAL))


@pytest.mark.parametrize(
    ("desk", "username", "password"),
    [
        ("dawa", "mengyan", "wrong"),
        ("dawa", "nobody", people.PASSWORD),
        ("xinglongtai", "mengyan", people.PASSWORD),
        ("city", "mengyan", people.PASSWORD),
        ("dawa", "mengyan", ""),
        ("dawa", "", ""),
        ("dawa", "mengyan' OR 1=1 --", "x"),
        ("dawa", "MENGYAN", people.PASSWORD),
    ],
)
def test_every_refusal_is_the_same_sentence(desk, username, password, door):
    assert door(desk, username, password) == (False, REFUSAL)


def test_a_page_says_no_more_than_the_verb(panjin):
    seen = set()
    for desk, username in (("dawa", "mengyan"), ("dawa", "nobody"), ("city", "mengyan")):
        answer = panjin.client().post(
            f"/{desk}/sign-in", data={"username": username, "password": "wrong"}
        )
        assert answer.status_code == 422
        assert REFUSAL in answer.text
        assert "session" not in answer.headers.get("Set-Cookie", "")
        seen.add(answer.text.count("错误"))
    assert len(seen) == 1


def test_an_unknown_name_costs_a_hash_like_a_known_one(door, monkeypatch):
    checked = []
    real = passwords._hasher.verify

    class Counting:
        def verify(self, hash_, password):
            checked.append(hash_)
            return real(hash_, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    for username in ("mengyan", "nobody", "linjing"):
        door("dawa", username, "wrong")
    assert len(checked) == 3


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(door):
    start = clock.now()
    for count in range(MOST_FAILURES):
        assert door("dawa", "mengyan", "wrong", at=start + timedelta(seconds=count))[0] is False
    locked_at = start + timedelta(seconds=MOST_FAILURES - 1)
    assert door("dawa", "mengyan", at=locked_at + timedelta(seconds=1)) == (False, REFUSAL)
    assert door("dawa", "mengyan", at=locked_at + LOCKED_FOR - timedelta(seconds=1))[0] is False
    assert door("dawa", "mengyan", at=locked_at + LOCKED_FOR + timedelta(seconds=1))[0] is True


def test_tries_during_the_lock_do_not_prolong_it(door):
    at = clock.now()
    for _ in range(MOST_FAILURES + 3):
        door("dawa", "mengyan", "wrong", at=at)
    assert door("dawa", "mengyan", at=at + LOCKED_FOR + timedelta(seconds=1))[0] is True


def test_four_failures_and_a_success_begin_anew(door):
    for _ in range(2):
        for _ in range(MOST_FAILURES - 1):
            door("dawa", "mengyan", "wrong")
        assert door("dawa", "mengyan")[0] is True


def test_failures_at_another_desk_do_not_lock_the_account(door):
    for _ in range(MOST_FAILURES):
        door("xinglongtai", "mengyan", "wrong")
    assert door("dawa", "mengyan")[0] is True


def test_somebody_who_left_cannot_come_in(door, panjin):
    with panjin.standing():
        _user(panjin, "mengyan").active = False
        db.session.commit()
    assert door("dawa", "mengyan") == (False, REFUSAL)


def test_every_try_of_a_known_account_is_written_down(door, panjin):
    door("dawa", "mengyan", "wrong")
    door("dawa", "mengyan")
    with panjin.standing("mengyan"):
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(row.act, row.outcome) for row in rows] == [
            ("sign_in.failed", "refused"),
            ("sign_in.done", "done"),
        ]
        assert {row.address for row in rows} == {"10.0.0.1"}


@pytest.mark.parametrize(
    "weak",
    ["", "Short1!", "alllowercase", "ALLUPPER1234", "12345678901", "onlyletters12", "Mengyan-2026"],
)
def test_a_weak_password_is_refused(weak, panjin):
    with panjin.standing("mengyan"), pytest.raises(Refused) as refused:
        signin.change_password(
            _user(panjin, "mengyan"), old=people.PASSWORD, new=weak, at=clock.now()
        )
    assert refused.value.field == "new"


def test_the_old_password_is_asked_for_and_the_new_one_is_new(panjin):
    with panjin.standing("mengyan"):
        user = _user(panjin, "mengyan")
        with pytest.raises(Refused, match="原密码不正确"):
            signin.change_password(user, old="wrong", new="Another-2027", at=clock.now())
        with pytest.raises(Refused, match="不能与原密码相同"):
            signin.change_password(user, old=people.PASSWORD, new=people.PASSWORD, at=clock.now())


def test_passwords_are_kept_as_argon2id_only(panjin):
    with panjin.standing():
        hashes = db.session.scalars(select(User.password_hash)).all()
    assert all(each.startswith("$argon2id$") for each in hashes)
