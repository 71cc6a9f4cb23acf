"""The console's forms by role: done, refused, stale, twice, impossible, of somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases.models import Category, DeadlineRule, WorkCalendar
from minxin.demonstration.people import PASSWORD
from minxin.extensions import db
from minxin.people.models import Responder, Unit, User
from minxin.tenancy.models import Tenant

TODAY = clock.local(clock.now()).date()
ISO = TODAY.isoformat()


def _count(cast, table, **where):
    with cast.standing():
        query = select(table)
        for name, value in where.items():
            query = query.where(getattr(table, name) == value)
        return len(db.session.scalars(query).all())


def _user_id(cast, username):
    return cast.actor(username).user_id


def _shown(client, url, form):
    """What the page of a form brings back."""
    import re

    page = client.get(url).text
    found = re.search(rf'id="{form}-shown"[^>]*value="([^"]*)"', page)
    assert found, f"{url} has no form {form}"
    return {f"{form}-shown": found.group(1)}


def test_a_stranger_is_led_to_the_door_and_back(panjin):
    answer = panjin.client().get("/console/units?desk=dawa")
    assert answer.location.startswith("/dawa/sign-in?next=/console/units")
    assert panjin.client().get("/console/").location.startswith("/city/sign-in?next=/console/")
    assert panjin.client().get("/console/?desk=nowhere").location.startswith("/city/sign-in")
    door = panjin.client()
    form = {"username": "wenbo", "password": PASSWORD}
    answer = door.post("/dawa/sign-in?next=/console/units", data=form)
    assert answer.location == "/console/units"
    assert "大洼区的单位" in door.get("/console/units").text


@pytest.mark.parametrize(
    ("username", "opened"),
    [
        ("gaoyuan", {"tenants", "units", "people", "categories", "rules", "calendar"}),
        ("wenbo", {"units", "people"}),
        ("tianli", {"people"}),
    ],
)
def test_each_sees_the_sections_that_are_theirs(panjin, username, opened):
    client = panjin.client(username)
    home = client.get("/console/").text
    for section in ("tenants", "units", "people", "categories", "rules", "calendar"):
        expected = 200 if section in opened else 403
        assert client.get(f"/console/{section}").status_code == expected, section
        assert (f'href="/console/{section}"' in home) == (section in opened), section


@pytest.mark.parametrize("username", ["linjing", "qinchuan", "mengyan", "zhaoyang", "weiming"])
def test_who_manages_nothing_has_no_console(panjin, username):
    client = panjin.client(username)
    assert client.get("/console/").status_code == 403
    desk = panjin.desk(username)
    assert 'href="/console/"' not in client.get(f"/{desk}/notices").text


def test_a_unit_is_made_renamed_and_led(panjin):
    client = panjin.client("wenbo")
    form = {"name": "大洼区水利局", "kind": "unit", "under_id": "0", "since": ISO}
    answer = client.post("/console/units/new", data=form)
    assert answer.status_code == 303
    url = answer.location
    again = client.post("/console/units/new", data=form)
    assert again.status_code == 422
    assert "已有在用单位" in again.text
    assert 'value="大洼区水利局"' in again.text
    shown = _shown(client, url, "name")
    form = {"name-name": "大洼区水务局", "name-since": ISO, **shown}
    assert client.post(f"{url}/name", data=form).status_code == 303
    stale = client.post(f"{url}/name", data=form | {"name-name": "大洼区河务局"})
    assert stale.status_code == 409
    assert "刚刚被他人修改" in stale.text
    assert 'value="大洼区河务局"' in stale.text


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "明天", "", "1899-01-01"])
def test_a_day_that_does_not_exist_is_refused_by_name(panjin, day):
    unit_id = panjin.unit("大洼区住建局")
    form = {"name-name": "大洼区住房局", "name-since": day}
    answer = panjin.client("wenbo").post(f"/console/units/{unit_id}/name", data=form)
    assert answer.status_code == 422
    assert "大洼区住房局" in answer.text
    assert _count(panjin, Unit, name="大洼区住建局") == 1


def test_an_id_of_another_tenant_or_city_is_not_there(panjin, linshi):
    client = panjin.client("wenbo")
    foreign = panjin.unit("兴隆台区住建局")
    for path in (f"/console/units/{foreign}", f"/console/people/{_user_id(panjin, 'zhengtao')}"):
        assert client.get(path).status_code == 404
    for act in ("name", "position", "merger", "closure", "responders", "posts"):
        assert client.post(f"/console/units/{foreign}/{act}").status_code == 404
    for unit_id in (10**9, 2**63, 10**30):
        assert client.get(f"/console/units/{unit_id}").status_code == 404
    into = {"merger-into_id": str(foreign), "merger-since": ISO}
    own = panjin.unit("大洼区住建局")
    assert client.post(f"/console/units/{own}/merger", data=into).status_code == 422
    assert _count(linshi, Unit, active=False) == 0


def test_a_responder_of_another_tenant_cannot_be_ended_or_appointed(panjin):
    with panjin.standing():
        held = db.session.scalars(
            select(Responder).where(Responder.unit_id == panjin.unit("兴隆台区住建局"))
        ).first()
        held_id = held.id
    client = panjin.client("wenbo")
    assert client.post(f"/console/responders/{held_id}/end").status_code == 404
    assert panjin.client("tianli").post(f"/console/responders/{held_id}/end").status_code == 403
    form = {
        "responder-user_id": str(_user_id(panjin, "zhengtao")),
        "responder-post": "A",
        "responder-since": ISO,
    }
    own = panjin.unit("大洼区住建局")
    assert client.post(f"/console/units/{own}/responders", data=form).status_code == 422


def test_an_alert_goes_when_the_unit_has_its_people(panjin):
    client = panjin.client("wenbo")
    assert "大洼区民政局" in client.get("/console/").text
    unit_id = panjin.unit("大洼区民政局")
    with panjin.standing():
        for username in ("qianjin", "liyan"):
            user = db.session.get_one(User, _user_id(panjin, username))
            user.unit_id = unit_id
        db.session.commit()
    responder = {
        "responder-user_id": str(_user_id(panjin, "qianjin")),
        "responder-post": "A",
        "responder-since": ISO,
    }
    assert client.post(f"/console/units/{unit_id}/responders", data=responder).status_code == 303
    head = {"post-kind": "head", "post-user_id": str(_user_id(panjin, "liyan")), "post-since": ISO}
    assert client.post(f"/console/units/{unit_id}/posts", data=head).status_code == 303
    assert "大洼区民政局" not in client.get("/console/").text


def _account(cast, **more):
    unit_id = cast.unit("大洼区住建局")
    form = {"name": "王伟", "username": "wangwei", "unit_id": str(unit_id), "role": "responder"}
    return form | more


def test_an_account_is_made_by_one_and_approved_by_another(panjin):
    import re

    maker, keeper = panjin.client("wenbo"), panjin.client("tianli")
    answer = maker.post("/console/people/new", data=_account(panjin))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    password = re.search(r'id="issued">([^<]+)<', answer.text).group(1)
    door, form = panjin.client(), {"username": "wangwei", "password": password}
    assert door.post("/dawa/sign-in", data=form).status_code == 422
    with panjin.standing():
        user_id = db.session.scalar(select(User.id).where(User.username == "wangwei"))
    assert maker.post(f"/console/people/{user_id}/approval").status_code == 403
    assert "1个新账号等待授权" in keeper.get("/console/").text
    assert keeper.post(f"/console/people/{user_id}/approval").status_code == 303
    again = keeper.post(f"/console/people/{user_id}/approval")
    assert again.status_code == 422
    assert door.post("/dawa/sign-in", data=form).status_code == 302
    assert password not in maker.get(f"/console/people/{user_id}").text


def test_the_form_of_an_account_sent_twice_makes_one(panjin):
    client = panjin.client("wenbo")
    for _ in range(2):
        answer = client.post("/console/people/new", data=_account(panjin))
        assert "初始密码" in answer.text
    assert _count(panjin, User, username="wangwei") == 1
    other = client.post("/console/people/new", data=_account(panjin, name="别人"))
    assert other.status_code == 422
    assert "已被使用" in other.text


def test_an_account_is_not_made_in_another_tenants_unit(panjin):
    form = _account(panjin, unit_id=str(panjin.unit("兴隆台区住建局")))
    assert panjin.client("wenbo").post("/console/people/new", data=form).status_code == 422
    form = _account(panjin)
    answer = panjin.client("gaoyuan").post("/console/people/new?tenant=xinglongtai", data=form)
    assert answer.status_code == 422
    assert _count(panjin, User, username="wangwei") == 0


def test_a_changed_role_signs_out_at_once(panjin):
    inside = panjin.client("zhaoyang")
    assert inside.get("/dawa/todo").status_code == 200
    path = f"/console/people/{_user_id(panjin, 'zhaoyang')}/role"
    answer = panjin.client("tianli").post(path, data={"role-role": "unit_head"})
    assert answer.status_code == 303
    assert "/sign-in" in inside.get("/dawa/todo").location


def test_a_locked_account_is_out_and_stays_out(panjin):
    inside = panjin.client("zhaoyang")
    path = f"/console/people/{_user_id(panjin, 'zhaoyang')}/locking"
    assert panjin.client("tianli").post(path, data={"lock-reason": ""}).status_code == 422
    assert panjin.client("tianli").post(path, data={"lock-reason": "离职"}).status_code == 303
    assert "/sign-in" in inside.get("/dawa/todo").location
    form = {"username": "zhaoyang", "password": PASSWORD}
    assert panjin.client().post("/dawa/sign-in", data=form).status_code == 422


def test_the_maker_of_accounts_gives_no_roles_and_the_giver_makes_none(panjin):
    user_id = _user_id(panjin, "zhaoyang")
    for act in ("role", "locking", "unlocking", "approval"):
        assert panjin.client("wenbo").post(f"/console/people/{user_id}/{act}").status_code == 403
    for act in ("unit", "password", "name"):
        assert panjin.client("tianli").post(f"/console/people/{user_id}/{act}").status_code == 403
    assert panjin.client("tianli").get("/console/people/new").status_code == 403


def test_a_district_is_added_with_station_and_first_administrators(panjin):
    client = panjin.client("gaoyuan")
    form = {"name": "新城区", "slug": "xincheng", "since": ISO}
    assert client.post("/console/tenants", data=form).status_code == 303
    assert client.post("/console/tenants", data=form).status_code == 422
    assert "新城区民心网工作站" in client.get("/console/units?tenant=xincheng").text
    with panjin.standing():
        tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "xincheng")).one()
        unit_id = db.session.scalar(select(Unit.id).where(Unit.tenant_id == tenant.id))
    first = {
        "administrator-role": "system_admin",
        "administrator-unit_id": str(unit_id),
        "administrator-name": "许天",
        "administrator-username": "xutian",
    }
    answer = client.post("/console/tenants/xincheng/administrators", data=first)
    assert "密码只在这一页显示一次" in answer.text
    assert panjin.client().get("/xincheng/sign-in").status_code == 200
    answer = client.post("/console/tenants/xincheng/closure")
    assert answer.status_code == 303
    assert panjin.client().get("/xincheng/sign-in").status_code == 404


@pytest.mark.parametrize("slug", ["console", "City", "新城", "1st", "dawa", "a-b"])
def test_an_unfit_code_of_a_district_is_refused(panjin, slug):
    form = {"name": "新城区", "slug": slug, "since": ISO}
    answer = panjin.client("gaoyuan").post("/console/tenants", data=form)
    assert answer.status_code == 422
    assert _count(panjin, Tenant, name="新城区") == 0


def test_a_category_is_added_and_retired(panjin):
    client = panjin.client("gaoyuan")
    form = {"parent": "0101", "name": "流动摊贩", "code": ""}
    answer = client.post("/console/categories", data=form)
    assert answer.location.endswith("#c010104")
    assert client.post("/console/categories", data=form).status_code == 422
    assert client.post("/console/categories/010104/retirement").status_code == 303
    assert _count(panjin, Category, code="010104", active=False) == 1
    assert client.get("/console/categories/999999").status_code == 404


def test_a_rule_is_looked_at_before_it_is_adopted(panjin):
    client = panjin.client("gaoyuan")
    form = {"amount": "7", "unit": "workday", "article": "市政府办〔2026〕12号", "base": "1"}
    look = client.post("/console/rules/complaint/versions", data=form | {"step": "look"})
    assert "新版到期" in look.text
    assert _count(panjin, DeadlineRule, key="complaint") == 1
    adopted = client.post("/console/rules/complaint/versions", data=form | {"step": "adopt"})
    assert adopted.status_code == 303
    stale = client.post("/console/rules/complaint/versions", data=form | {"amount": "8"})
    assert stale.status_code == 409
    for bad in ({"amount": "七"}, {"amount": "-1"}, {"from_day": "2026-02-30"}, {"article": ""}):
        answer = client.post("/console/rules/complaint/versions", data=form | {"base": "2"} | bad)
        assert answer.status_code == 422, bad


def test_an_arrangement_is_looked_at_before_it_is_adopted(panjin):
    client = panjin.client("gaoyuan")
    assert "2027年放假安排尚未录入" in client.get("/console/").text
    assert "2027年安排尚未录入" in client.get("/console/calendar?year=2027").text
    base = client.get("/console/calendar").text.split('id="base"')[1].split('value="')[1]
    form = {
        "lines": "2027-01-01 至 2027-01-03 休 元旦\n2027-01-04 休 元旦",
        "last": "2027-12-31",
        "base": base.split('"')[0],
    }
    look = client.post("/console/calendar/preview", data=form)
    assert "采用前请核对" in look.text
    assert "2027年1月4日" in look.text
    assert _count(panjin, WorkCalendar) == 1
    assert client.post("/console/calendar/versions", data=form).status_code == 303
    assert client.post("/console/calendar/versions", data=form).status_code == 409
    assert "尚未录入" not in client.get("/console/").text
    bad = client.post("/console/calendar/preview", data=form | {"lines": "2027-02-30 休 春节"})
    assert bad.status_code == 422
    assert "2027-02-30" in bad.text


def test_what_ends_soon_is_said(panjin):
    with panjin.standing():
        held = db.session.scalars(
            select(Responder).where(Responder.unit_id == panjin.unit("大洼区住建局"))
        ).first()
        held.valid_to = TODAY + timedelta(days=5)
        db.session.commit()
    assert "一个月内到期的任职" in panjin.client("wenbo").get("/console/").text
