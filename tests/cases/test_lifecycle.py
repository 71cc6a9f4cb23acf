"""docs/lifecycle.md: the table of moves as a page, current with the code."""

from __future__ import annotations

from xml.etree import ElementTree

from minxin.cases import lifecycle
from minxin.cases.states import State
from minxin.cases.transitions import MOVES
from minxin.config import ROOT


def test_the_page_and_its_drawing_are_current():
    hint = "run `.venv/bin/flask --app wsgi lifecycle` and commit what it writes"
    assert (ROOT / "docs" / "lifecycle.md").read_text() == lifecycle.page(), hint
    assert (ROOT / "docs" / "lifecycle.svg").read_text() == lifecycle.drawing(), hint


def test_the_page_names_every_state_and_every_move_with_who_and_why():
    page = lifecycle.page()
    for state in State:
        assert f"| {state.label} | `{state}` |" in page
    moves = page.partition("## Moves")[2]
    for row in MOVES.values():
        line = next(line for line in moves.splitlines() if f"| `{row.name}` |" in line)
        assert line.endswith(f"| {row.article} |")
        assert lifecycle.who(row) in line
        assert lifecycle.who(row), row.label


def test_the_drawing_has_a_place_of_its_own_for_every_state():
    assert set(lifecycle.PLACES) == set(State)
    assert len(set(lifecycle.PLACES.values())) == len(State)
    boxes = ElementTree.fromstring(lifecycle.drawing())
    words = {element.text for element in boxes.iter("{http://www.w3.org/2000/svg}text")}
    assert {state.label for state in State} <= words
