"""The ladder is data of the city: adopted in versions, never by two at once."""

from __future__ import annotations

import pytest

from minxin import clock
from minxin.errors import Refused
from minxin.extensions import db
from minxin.supervision import ladder
from minxin.supervision.ladder import DEFAULT, Ground, Ladder


def wanted(**changed: tuple[bool, int]) -> dict[Ground, tuple[bool, int]]:
    now = {each.ground: (each.on, each.threshold) for each in DEFAULT.triggers}
    return now | {Ground(name): value for name, value in changed.items()}


def adopt(cast, base: int, **changed: tuple[bool, int]) -> Ladder:
    made = ladder.adopt(wanted(**changed), base=base, by=cast.actor("gaoyuan"), at=clock.now())
    db.session.commit()
    return made


def test_a_new_city_goes_by_the_default(panjin):
    with panjin.standing():
        assert ladder.in_force() == DEFAULT
        assert ladder.versions() == []


def test_a_change_is_a_new_version_and_the_old_one_stays(panjin):
    with panjin.standing():
        made = adopt(panjin, 0, overdue=(True, 5))
        assert (made.version, made.threshold(Ground.OVERDUE)) == (1, 5)
        again = adopt(panjin, 1, returned=(False, 2))
        assert (again.version, again.threshold(Ground.RETURNED)) == (2, None)
        assert [each.version for each in ladder.versions()] == [2, 1]
        assert ladder.in_force() == again


def test_what_changes_nothing_is_no_version(panjin):
    with panjin.standing():
        assert adopt(panjin, 0).version == 0
        assert ladder.versions() == []


def test_a_form_of_an_older_version_is_refused(panjin):
    with panjin.standing():
        adopt(panjin, 0, overdue=(True, 5))
        with pytest.raises(Refused, match="刚刚被他人修改"):
            adopt(panjin, 0, overdue=(True, 6))


@pytest.mark.parametrize("changed", [{"overdue": (True, 366)}, {"returned": (True, 0)}])
def test_a_threshold_that_cannot_be_is_refused_by_its_field(panjin, changed):
    with panjin.standing(), pytest.raises(Refused) as refused:
        adopt(panjin, 0, **changed)
    assert refused.value.field in changed


def test_another_city_has_its_own(panjin, linshi):
    with panjin.standing():
        adopt(panjin, 0, overdue=(True, 9))
    with linshi.standing():
        assert ladder.in_force() == DEFAULT
