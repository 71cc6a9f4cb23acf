"""One city of their own for all tests that kill servers; they run one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.resilience.city import BACKGROUND, City, Person

GROUP = pytest.mark.xdist_group("resilience")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "resilience" in item.path.parts:
            item.add_marker(GROUP)


@pytest.fixture(scope="package")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    founded = City(tmp_path_factory.mktemp("city"))
    founded.start("web")
    yield founded
    founded.close()


@pytest.fixture
def citizen(city: City) -> Person:
    return Person(city)


@pytest.fixture
def background(city: City) -> Iterator[Callable[[], None]]:
    """Starts workers and scheduler when it is called; they end with the test."""
    yield lambda: city.start(*BACKGROUND)
    city.end(*(name for name in BACKGROUND if name in city.processes))
