"""A refused form of the console comes back with everything that was typed, in its own fields."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from minxin import clock
from minxin.cases import outages
from minxin.cases.outages import Declared
from minxin.extensions import db
from minxin.people.models import Responder

TODAY = clock.local(clock.now()).date().isoformat()
NO_DAY = "2026-02-30"
RARE = "大洼区㛃䶮🙂局"
STALE = "what the page showed before somebody else changed it"


class Typed(HTMLParser):
    """What stands in the controls of a page: {name: value} of each form, by its address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = self.forms.setdefault(given.get("action", ""), {})
        elif tag == "input" and given.get("type") in ("radio", "checkbox"):
            if "checked" in given:
                self._form[name] = given["value"]
        elif tag == "input" and name:
            self._form[name] = given.get("value", "")
        elif tag in ("textarea", "select"):
            self._within = name
            self._form.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self._form[self._within] = given["value"]
            self._within = "" if given.get("multiple") else self._within
        if tag == "textarea":
            self._text = True

    _text = False

    def handle_data(self, data):
        if self._text:
            self._form[self._within] += (
                data.removeprefix("\r\n") if not self._form[self._within] else data
            )

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._text = False


def refused(client, url: str, typed: dict[str, str], page: str | None = None) -> None:
    """Send what cannot be accepted; everything is there again."""
    answer = client.post(url, data=typed)
    assert answer.status_code in (409, 422), (url, answer.status_code)
    forms = Typed(answer.text).forms
    holding = [form for form in forms.values() if set(typed) <= set(form)]
    assert holding, f"{url}: no form has {sorted(typed)}: {forms}"
    kept = [{name: form[name] for name in typed if not name.endswith("shown")} for form in holding]
    wanted = {name: value for name, value in typed.items() if not name.endswith("shown")}
    assert wanted in kept, f"{url}: {wanted} came back as {kept}"
    assert 'role="alert"' in answer.text or "field-error" in answer.text


@pytest.fixture
def head(panjin):
    return panjin.client("gaoyuan")


@pytest.fixture
def admin(panjin):
    return panjin.client("wenbo")


@pytest.fixture
def unit(panjin):
    return f"/console/units/{panjin.unit('大洼区住建局')}"


def test_a_new_unit(panjin, admin):
    typed = {"name": RARE, "kind": "unit", "since": NO_DAY}
    under = str(panjin.unit("大洼区民心网工作站"))
    refused(admin, "/console/units/new", {**typed, "under_id": under})


def test_what_a_unit_is_called_and_where_it_hangs(panjin, admin, unit):
    other = str(panjin.unit("大洼区城管局"))
    refused(admin, f"{unit}/name", {"name-name": RARE, "name-since": NO_DAY})
    refused(admin, f"{unit}/position", {"position-under_id": other, "position-shown": STALE})
    refused(admin, f"{unit}/merger", {"merger-into_id": other, "merger-since": NO_DAY})
    refused(admin, f"{unit}/closure", {"closure-last_day": "明天"})


def test_who_answers_for_a_unit_and_who_leads_it(panjin, admin, unit):
    person = str(panjin.actor("zhaoyang").user_id)
    typed = {"responder-user_id": person, "responder-post": "B", "responder-since": NO_DAY}
    refused(admin, f"{unit}/responders", typed)
    typed = {"post-kind": "overseer", "post-user_id": "0", "post-name": "㛃䶮", "post-since": "x"}
    refused(admin, f"{unit}/posts", {**typed, "post-title": "副局长🙂"})
    with panjin.standing():
        of_unit = Responder.unit_id == panjin.unit("大洼区住建局")
        held = db.session.scalars(select(Responder.id).where(of_unit)).first()
    refused(admin, f"/console/responders/{held}/end", {f"end-responders-{held}-last_day": NO_DAY})


def test_an_account(panjin, admin):
    unit = str(panjin.unit("大洼区城管局"))
    typed = {"name": "㛃䶮", "username": "有 空格", "unit_id": unit, "role": "responder"}
    refused(admin, "/console/people/new", typed)
    person = f"/console/people/{panjin.actor('zhaoyang').user_id}"
    refused(admin, f"{person}/name", {"person-name": "㛃" * 60})
    refused(admin, f"{person}/unit", {"unit-unit_id": unit, "unit-shown": STALE})
    security = panjin.client("tianli")
    refused(security, f"{person}/role", {"role-role": "station", "role-shown": STALE})
    refused(security, f"{person}/locking", {"lock-reason": "调走了🙂", "lock-shown": STALE})


def test_a_rule(head):
    typed = {"amount": "十", "unit": "workday", "article": "第九条🙂", "from_day": NO_DAY}
    refused(head, "/console/rules/complaint/versions", typed)
    refused(head, "/console/rules/complaint/versions", {**typed, "amount": "0", "from_day": TODAY})


@pytest.mark.parametrize("act", ["preview", "versions"])
def test_a_calendar(head, act):
    lines = "2026-12-01 至 2026-12-40 休 庆典㛃\n乱写"
    refused(head, f"/console/calendar/{act}", {"lines": lines, "last": "2026-12-31"})
    refused(head, f"/console/calendar/{act}", {"lines": "2026-12-01 休 庆典", "last": NO_DAY})


def test_a_category(panjin, head):
    refused(head, "/console/categories", {"parent": "01", "name": RARE, "code": "不是编码"})
    typed = {"name-name": RARE, "name-shown": STALE}
    refused(head, "/console/categories/01/name", typed)


def test_a_tenant_and_its_first_administrator(panjin, head):
    refused(head, "/console/tenants", {"name": RARE, "slug": "有 空格", "since": TODAY})
    refused(head, "/console/tenants", {"name": RARE, "slug": "xinqu", "since": NO_DAY})
    refused(head, "/console/tenants/dawa/name", {"name-name": RARE, "name-rank": "很前"})
    made = {"name": "㛃䶮区", "slug": "xinqu", "since": TODAY}
    assert head.post("/console/tenants", data=made).status_code == 303
    page = Typed(head.get("/console/tenants/xinqu").text).forms
    form = next(each for each in page.values() if "administrator-unit_id" in each)
    typed = {
        "administrator-role": "system_admin",
        "administrator-unit_id": form["administrator-unit_id"],
        "administrator-name": "㛃䶮",
        "administrator-username": "有 空格",
    }
    refused(head, "/console/tenants/xinqu/administrators", typed)


@pytest.mark.parametrize("act", ["", "/preview"])
def test_an_outage(panjin, head, act):
    typed = {"starts_at": "2026-11-20T09:00", "ends_at": "2026-11-20T08:00", "reason": "断电🙂"}
    where = str(panjin.tenant("dawa"))
    refused(head, f"/console/outages{act}", {**typed, "tenant_id": where})
    refused(head, f"/console/outages{act}", {**typed, "tenant_id": where, "ends_at": "没恢复"})


def test_why_an_outage_is_withdrawn(panjin, head):
    at = clock.now()
    made = []
    with panjin.standing():
        for hours in (3, 5):
            declared = Declared(
                at - timedelta(hours=hours), at - timedelta(hours=hours - 1), "断电"
            )
            outage = outages.declare(declared, by=panjin.actor("gaoyuan"), at=at)
            db.session.commit()
            made.append(outage.id)
    typed = {"outage_id": str(made[0]), "reason": "登记错了🙂" * 50}
    refused(head, "/console/outages/withdrawals", typed)
    page = head.post("/console/outages/withdrawals", data=typed).text
    assert page.count("登记错了🙂" * 50) == 1
    assert f'href="#reason-{made[0]}"' in page
    with panjin.standing():
        outages.withdraw(made[0], "误报", by=panjin.actor("gaoyuan"), at=at)
        db.session.commit()
    answer = head.post("/console/outages/withdrawals", data={**typed, "reason": "登记错了"})
    assert answer.status_code == 409
    assert "已由高远撤销" in answer.text
