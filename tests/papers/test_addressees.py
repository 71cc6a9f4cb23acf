"""Whom a paper goes to, and what it calls them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from minxin.extensions import db
from minxin.papers import addressees
from minxin.people.models import Unit
from tests.supervision.supervised import lead

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)
TODAY = date(2026, 9, 21)
OF, STATION = "大洼区住建局", "大洼区民心网工作站"


def the_unit(cast, name: str) -> Unit:
    return db.session.get_one(Unit, cast.unit(name))


def test_a_chief_is_called_by_his_unit_and_title(panjin):
    lead(panjin, OF, "chief", "周正", "局长", at=AT)
    with panjin.standing():
        assert addressees.chief(the_unit(panjin, OF), TODAY).label == "周正（大洼区住建局局长）"


def test_without_a_title_a_paper_does_not_say_一把手(panjin):
    lead(panjin, OF, "chief", "周正", at=AT)
    with panjin.standing():
        label = addressees.chief(the_unit(panjin, OF), TODAY).label
        assert label == "周正（大洼区住建局主要负责同志）"


@pytest.mark.parametrize("title", ["区长", "大洼区区长"])
def test_who_is_above_a_unit_is_no_official_of_it(panjin, title):
    lead(panjin, STATION, "superior", "韩秋", title, at=AT)
    with panjin.standing():
        assert addressees.superior(the_unit(panjin, OF), TODAY).label == "韩秋（大洼区区长）"


def test_a_vice_mayor_over_a_unit_of_the_city_is_called_by_his_title(panjin):
    lead(panjin, "市供热公司", "overseer", "秦川", "副市长", at=AT)
    with panjin.standing():
        found = addressees.superior(the_unit(panjin, "市供热公司"), TODAY)
        assert found.label == "秦川（副市长）"
