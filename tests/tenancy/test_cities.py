"""Two cities in one installation: founded by the command, told apart by the host, apart in all."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from minxin import clock
from minxin.cases import numbering
from minxin.cases.models import Category, DeadlineRule, WorkCalendar
from minxin.cases.states import State
from minxin.demonstration import people
from minxin.errors import Refused
from minxin.extensions import db
from minxin.people import appointing, passwords
from minxin.people.models import Unit
from minxin.people.roles import Role
from minxin.tenancy import founding, registry
from minxin.tenancy.context import within
from minxin.tenancy.registry import Registry
from tests.cases.planting import plant


@pytest.fixture
def third(app, owner):
    """What `flask city create` leaves behind is taken away again."""
    yield
    with owner.begin() as sql:
        sql.execute(text("DROP SCHEMA IF EXISTS city_sanshi CASCADE"))
        sql.execute(text("DELETE FROM public.cities WHERE slug = 'sanshi'"))
    app.extensions["cities"]._read_at = 0.0


def test_a_city_is_founded_by_one_command(app, third, owner):
    run = app.test_cli_runner().invoke
    made = run(args=["city", "create", "sanshi", "--name", "三市", "--host", "sanshi.test"])
    assert made.exit_code == 0, made.output
    assert "sanshi.test" in made.output
    app.extensions["cities"]._read_at = 0.0
    assert "sanshi\t三市\tsanshi.test" in run(args=["city", "list"]).output
    with app.app_context(), within("city_sanshi", login="city"):
        assert db.session.scalar(select(DeadlineRule.key).where(DeadlineRule.key == "question"))
        assert db.session.scalars(select(WorkCalendar)).one().exceptions
        assert db.session.scalar(select(Category.id).where(Category.level == 3))
    assert app.test_client().get("/", headers={"Host": "sanshi.test"}).status_code < 500


def test_the_due_command_reads_what_a_city_adopted(app, panjin):
    run = app.test_cli_runner().invoke
    with panjin.standing():
        rule = db.session.scalars(select(DeadlineRule).where(DeadlineRule.key == "question")).one()
        kept, rule.amount = rule.amount, 6
        db.session.commit()
    try:
        asked = run(args=["due", "question", "2026-09-30 16:40", "--city", "panjin"])
        assert asked.output.strip().endswith("2026-10-07T00:00:00+08:00")
    finally:
        with panjin.standing():
            db.session.scalars(
                select(DeadlineRule).where(DeadlineRule.key == "question")
            ).one().amount = kept
            db.session.commit()


@pytest.mark.parametrize("slug", ["", "Bad", "a-b", "1st", "x" * 60, 'a"; DROP TABLE x; --'])
def test_a_city_needs_a_plain_slug(slug, app):
    run = app.test_cli_runner().invoke
    refused = run(args=["city", "create", slug, "--name", "某市", "--host", "some.test"])
    assert refused.exit_code == 1
    assert "城市代码" in refused.output


@pytest.mark.parametrize(("slug", "host"), [("panjin", "new.test"), ("sanshi", "panjin.test")])
def test_a_slug_and_a_host_belong_to_one_city(slug, host, owner, third):
    with pytest.raises(Refused, match="已被使用"):
        founding.found(owner, slug, "某市", host)


@pytest.mark.parametrize("host", ["", "a b", "x.test:80", "UP.test", "-a", "a/b"])
def test_a_city_needs_a_plain_host(host, owner, third):
    with pytest.raises(Refused, match="域名只能"):
        founding.found(owner, "sanshi", "某市", host)


def test_a_refused_city_leaves_no_schema(owner, third):
    with pytest.raises(Refused):
        founding.found(owner, "sanshi", "某市", "panjin.test")
    with owner.connect() as sql:
        assert sql.scalar(text("SELECT to_regnamespace('city_sanshi')")) is None


@pytest.mark.parametrize("slug", ["city", "api", "console", "static", "Da Wa", "a/b"])
def test_a_tenant_cannot_take_the_name_of_another_address(slug, panjin):
    with panjin.standing(), pytest.raises(Refused, match="区县代码"):
        appointing.add_tenant(slug, "某区")


def test_the_host_picks_the_city(app, panjin, linshi):
    assert "盘锦市" in panjin.client().get("/city/sign-in").text
    assert "邻市" in linshi.client().get("/city/sign-in").text
    with_port = app.test_client().get("/city/sign-in", headers={"Host": "linshi.test:8000"})
    assert "邻市" in with_port.text


@pytest.mark.parametrize("host", ["nobody.test", "panjin.test.evil.test", "PANJIN.test.", ""])
def test_an_unknown_host_is_nowhere(host, app):
    assert app.test_client().get("/city/sign-in", headers={"Host": host}).status_code == 404


def test_the_only_city_answers_at_any_host(owner):
    class Alone(Registry):
        def all(self):
            return (registry.City("panjin", "盘锦市", "panjin.test"),)

    assert Alone(owner).by_host("10.0.0.7:8000").slug == "panjin"


def test_a_city_that_is_switched_off_answers_no_more(owner):
    with owner.begin() as sql:
        sql.execute(text("UPDATE public.cities SET active = false WHERE slug = 'linshi'"))
    try:
        assert [city.slug for city in Registry(owner).all()] == ["panjin"]
    finally:
        with owner.begin() as sql:
            sql.execute(text("UPDATE public.cities SET active = true WHERE slug = 'linshi'"))


def test_one_city_sees_no_case_of_the_other(panjin, linshi):
    with panjin.standing():
        plant(State.UNCLAIMED)
        db.session.commit()
    with linshi.standing():
        assert db.session.scalar(text("SELECT count(*) FROM cases")) == 0


def test_each_city_counts_its_own_numbers(panjin, linshi):
    at = clock.now()
    with panjin.standing():
        first = [numbering.next_number(at), numbering.next_number(at)]
        db.session.commit()
    with linshi.standing():
        assert numbering.next_number(at) == first[0]


def test_who_works_in_one_city_cannot_sign_in_at_the_other(panjin, linshi):
    with linshi.standing():
        appointing.add_user(
            db.session.get_one(Unit, linshi.unit("市民心网办")),
            "onlyhere",
            "只在此市",
            Role.OFFICE_CLERK,
            password_hash=passwords.hashed(people.PASSWORD),
            must_change=False,
        )
        db.session.commit()
    form = {"username": "onlyhere", "password": people.PASSWORD}
    assert panjin.client().post("/city/sign-in", data=form).status_code == 422
    assert linshi.client().post("/city/sign-in", data=form).status_code == 302


@pytest.mark.parametrize("username", ["linjing", "mengyan", "zhaoyang"])
def test_a_session_of_one_city_is_nobody_in_the_other(username, panjin, linshi):
    """The ids of people repeat from city to city, and the browser may send a cookie to both."""
    assert panjin.actor(username).user_id == linshi.actor(username).user_id
    signed_in = panjin.client(username)
    page = f"/{panjin.desk(username)}/password"
    assert signed_in.get(page).status_code == 200
    cookie = signed_in.get_cookie("minxin", domain="panjin.test").value
    other = linshi.client()
    other.set_cookie("minxin", cookie, domain="linshi.test")
    answer = other.get(page)
    assert answer.status_code == 302
    assert "/sign-in" in answer.location
