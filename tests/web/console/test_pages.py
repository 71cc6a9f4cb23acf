"""Every page of the console opens for who may, at each desk, within few statements."""

from __future__ import annotations

import pytest

CITY_PAGES = (
    "/console/",
    "/console/tenants",
    "/console/tenants/dawa",
    "/console/tenants/xinglongtai",
    "/console/units",
    "/console/units?tenant=dawa",
    "/console/units/new?tenant=dawa",
    "/console/people?tenant=dawa",
    "/console/people?q=林",
    "/console/people/new",
    "/console/categories",
    "/console/categories/0101",
    "/console/rules",
    "/console/rules/complaint",
    "/console/rules/question",
    "/console/rules/summary",
    "/console/rules/urgent_feedback",
    "/console/calendar",
    "/console/calendar?year=2027",
    "/console/calendar?year=2027&day=2027-01-01",
    "/console/rosters/units",
    "/console/rosters/people",
    "/console/rosters/posts",
    "/console/rosters/categories",
    "/console/rosters/rules",
    "/console/rosters/calendar",
)


@pytest.mark.parametrize("path", CITY_PAGES)
def test_the_head_of_the_office_opens_every_page(path, panjin):
    answer = panjin.client("gaoyuan").get(path)
    assert answer.status_code == 200, path


def test_every_unit_and_account_has_its_page(panjin):
    client = panjin.client("gaoyuan")
    for unit_id in panjin.units.values():
        assert client.get(f"/console/units/{unit_id}").status_code == 200
    for actor in panjin.actors.values():
        assert client.get(f"/console/people/{actor.user_id}").status_code == 200
