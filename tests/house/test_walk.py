"""Every route × every role × an object of the own unit, another unit, another tenant, another city.

Nothing here names a route: routes come from the map, who may from their guards and the matrix. A
new page is walked the day it is written; a new parameter needs a factory in tests/house/places.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from minxin.access import check
from minxin.access.permissions import Permission
from minxin.demonstration import people
from minxin.people.roles import Role
from minxin.web.guards import GUARD
from tests.house import places
from tests.house.places import Place

BLUEPRINTS = ("workbench", "oversight", "console")
STRANGER = "stranger"


def _walkers() -> list[str]:
    """One account of each role at each kind of desk, and a stranger."""
    kinds = {slug: kind for slug, _, kind in people.TENANTS} | {"city": "city"}
    found: dict[tuple[Role, str], str] = {}
    for account in people.ACCOUNTS:
        if account.desk not in ("xinglongtai", "panshan", "shuangtaizi"):
            found.setdefault((account.role, kinds[account.desk]), account.username)
    return [*found.values(), STRANGER]


def _rules(app) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.endpoint.partition(".")[0] in BLUEPRINTS
        for method in sorted(rule.methods & {"GET", "POST"})
    ]


def _parameters(rule: Rule) -> set[str]:
    return set(rule.arguments) - {"desk"}


def _guard(app, rule: Rule):
    return getattr(app.view_functions[rule.endpoint], GUARD)


def _path(app, rule: Rule, desk: str, place: Place) -> str:
    values = {name: place.values[name] for name in _parameters(rule)}
    if "desk" in rule.arguments:
        values["desk"] = desk
    return app.url_map.bind("localhost").build(rule.endpoint, values)


@pytest.fixture
def everywhere(panjin, linshi) -> list[Place]:
    return places.make(panjin, linshi)


def test_every_parameter_has_a_factory(app):
    for rule, _ in _rules(app):
        missing = _parameters(rule) - set(places.FACTORIES)
        assert not missing, (
            f"{rule.rule}: nobody knows how to make a foreign {missing}."
            " Add a @factory to tests/house/places.py"
        )


def _may(by, guard: tuple[Permission, ...], rule: Rule, place: Place) -> bool:
    """What the matrix says, by `covers` alone."""
    if not place.here:
        return False
    asked = _parameters(rule)
    if not asked:
        return any(check.has(by, permission) for permission in guard)
    if "number" in asked and not check.covers(by, Permission.CASE_VIEW, place.case):
        return False
    of = {places.HELD_BY[parameter] for parameter in asked}
    if of == {"city"}:
        return any(check.has(by, permission) for permission in guard)
    if of == {"tenant"}:
        own = by.at_city_desk or by.tenant_id == place.case.tenant_id
        return own and any(check.has(by, permission) for permission in guard)
    if of == {"own unit"}:
        own = place.case.unit_id in by.unit_ids
        return own and any(check.has(by, permission) for permission in guard)
    held = place.case if "unit" in of else place.office
    return any(check.covers(by, permission, held) for permission in guard)


def _refused(answer) -> bool:
    if answer.status_code in (403, 404):
        return True
    return answer.status_code == 302 and "/sign-in" in answer.location


def _worth(by, guard, rule: Rule, every: list[Place]) -> Iterator[Place]:
    """All places; one is enough where the role has no such right or the route no such object."""
    some = any(check.has(by, permission) for permission in guard)
    yield from every if some and _parameters(rule) else every[3:4]


@pytest.mark.parametrize("username", _walkers())
def test_nobody_comes_further_than_the_matrix_says(username, panjin, everywhere, app):
    holes, faults, closed = [], [], []
    by = None if username == STRANGER else panjin.actor(username)
    desk = "dawa" if by is None else panjin.desk(username)
    for rule, method in _rules(app):
        guard = _guard(app, rule)
        if guard == "everyone" or rule.endpoint == "workbench.sign_out":
            continue
        for place in everywhere if by is None else _worth(by, guard, rule, everywhere):
            if by is None and place is not everywhere[3]:
                continue
            client = panjin.client(None if by is None else username)
            answer = client.open(_path(app, rule, desk, place), method=method)
            may = by is not None and _may(by, guard, rule, place)
            if rule.endpoint.startswith("oversight") and by is not None and desk != "city":
                may = False
            said = f"{method} {rule.rule} · {place.name} → {answer.status_code}"
            if answer.status_code >= 500:
                faults.append(said)
            elif not may and not _refused(answer):
                holes.append(said)
            elif may and _refused(answer):
                closed.append(said)
    assert not holes, f"{username} came in where nobody let them:\n" + "\n".join(holes)
    assert not faults, f"{username} met a fault of ours:\n" + "\n".join(faults)
    assert not closed, f"{username} is kept out of:\n" + "\n".join(closed)


@pytest.mark.parametrize("username", ["linjing", "mengyan", "zhaoyang", "fengxue"])
def test_nobody_comes_in_at_a_desk_that_is_not_theirs(username, panjin, everywhere, app):
    holes = []
    for rule, method in _rules(app):
        if _guard(app, rule) == "everyone":
            continue
        for desk in {"city", "dawa", "shizhi"} - {panjin.desk(username)}:
            own_pages = rule.endpoint.startswith("console") or panjin.desk(username) == "city"
            if "desk" not in rule.arguments and own_pages:
                continue  # its address names no desk: it is the own one's
            answer = panjin.client(username).open(
                _path(app, rule, desk, everywhere[3]), method=method
            )
            if not _refused(answer):
                holes.append(f"{method} {rule.rule} at {desk} → {answer.status_code}")
    assert not holes, f"{username}:\n" + "\n".join(holes)


def test_a_session_of_one_city_opens_nothing_in_another(panjin, linshi, everywhere, app):
    far = everywhere[-1]
    for username in ("linjing", "zhaoyang"):
        cookie = panjin.client(username).get_cookie("minxin", domain=panjin.city.host).value
        for rule, method in _rules(app):
            if _guard(app, rule) == "everyone" or rule.endpoint == "workbench.sign_out":
                continue
            client = linshi.client()
            client.set_cookie("minxin", cookie, domain=linshi.city.host)
            path = _path(app, rule, panjin.desk(username), far)
            assert _refused(client.open(path, method=method)), f"{method} {path}"


def test_a_file_is_opened_through_its_own_case_only(panjin, everywhere, app):
    """Two parameters in one address: the second must belong to the first."""
    own = everywhere[3]
    for rule, method in _rules(app):
        inner = _parameters(rule) - {"number"}
        if "number" not in rule.arguments or not inner:
            continue
        for username in ("linjing", "mengyan", "zhaoyang"):
            for place in everywhere:
                if place is own:
                    continue
                mixed = Place(
                    "", own.case, own.office, place.values | {"number": own.values["number"]}
                )
                path = _path(app, rule, panjin.desk(username), mixed)
                answer = panjin.client(username).open(path, method=method)
                assert answer.status_code == 404, f"{username} {method} {path} ({place.name})"


def test_a_case_number_alone_opens_nothing_in_the_portal(panjin, everywhere, app):
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("portal.") or not _parameters(rule) - places.PUBLIC:
            continue
        for place in everywhere:
            path = _path(app, rule, "", place)
            for method in rule.methods & {"GET", "POST"}:
                for username in (None, "linjing"):
                    answer = panjin.client(username).open(path, method=method)
                    assert answer.status_code in (302, 303, 403, 404), f"{method} {path}"
                    assert "路灯" not in answer.text
