"""Names of units, people, tenants and categories are text, on every page that shows them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from sqlalchemy import func, update

from minxin.cases.models import Category
from minxin.extensions import db
from minxin.people.models import Unit, User
from minxin.tenancy.models import Tenant
from tests.house import places
from tests.house.test_walk import STRANGER, _path, _rules, _walkers
from tests.web.workbench import stages

RARE = "㛃䶮𠮷🙂"
EVIL = f"<script>alert(1)</script>\"><img src=x onerror=alert(2)>'{{{{7*7}}}}{RARE}"


class Ran(HTMLParser):
    """What a browser would run of a page that was never meant to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._script = tag == "script"
        given = dict(attrs)
        if any(name.startswith("on") for name in given) or given.get("src") == "x":
            self.found.append(f"<{tag} {attrs}>")

    def handle_data(self, data):
        if self._script and "alert(" in data:
            self.found.append(data)

    def handle_endtag(self, tag):
        self._script = False


def test_what_would_run_is_noticed():
    assert Ran(f"<p>{EVIL}</p>").found
    assert Ran(f'<p title="{EVIL}">x</p>').found
    assert Ran(f'<p data-words="{EVIL}">x</p>').found
    assert not Ran("<p title='&lt;script&gt;alert(1)&lt;/script&gt;'>&lt;img src=x&gt;</p>").found


@pytest.fixture
def renamed(panjin, linshi, app):
    """Every name of the city is evil; cases stand at all stages. As ids say, they differ."""
    every = places.make(panjin, linshi)
    with panjin.standing():
        for table in (Unit, User, Tenant, Category):
            db.session.execute(update(table).values(name=func.concat(EVIL, table.id)))
        db.session.execute(update(Category).values(full_name=Category.name))
        db.session.commit()
    app.extensions.get("desks", {}).clear()
    for stage in ("dispatched", "handling", "signing", "reported", "follow_up", "rated"):
        stages.at_stage(panjin, stage)
    yield every
    app.extensions.get("desks", {}).clear()


@pytest.mark.parametrize("username", [*_walkers()])
def test_a_name_is_only_text_on_every_page_of_every_role(username, renamed, panjin, app):
    stranger = username == STRANGER
    client = panjin.client(None if stranger else username)
    desk = "dawa" if stranger else panjin.desk(username)
    shown = 0
    for rule, method in _rules(app):
        if method != "GET" or rule.endpoint == "workbench.sign_out":
            continue
        for place in (renamed[0], renamed[3]):
            answer = client.get(_path(app, rule, desk, place), follow_redirects=True)
            assert answer.status_code < 500, rule.rule
            if not answer.mimetype.startswith("text/"):
                continue
            assert not Ran(answer.text).found, f"{rule.rule}: {Ran(answer.text).found}"
            assert "&#39;49" not in answer.text
            shown += RARE in answer.text
    assert shown


@pytest.mark.parametrize("url", ["/", "/cases/new", "/tracking", "/desks"])
def test_a_name_is_only_text_in_the_portal(url, renamed, panjin):
    answer = panjin.client().get(url)
    assert answer.status_code == 200
    assert not Ran(answer.text).found
