"""The life of a case as a page: states, moves, who, which article; and as a drawing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from minxin.access.matrix import MATRIX, Reach
from minxin.cases.states import ENDED, POOL, WITH_UNIT, State
from minxin.cases.transitions import MOVES, Move
from minxin.people.roles import LABELS

REACHES = {
    Reach.POST: "own post",
    Reach.UNIT: "own unit",
    Reach.TENANT: "own district",
    Reach.CITY: "whole city",
}

# Column and row of each state in the drawing: the main line runs down the middle.
PLACES: dict[State, tuple[int, int]] = {
    State.UNCLAIMED: (2, 0),
    State.CLAIMED: (2, 1),
    State.DISPATCHED: (2, 2),
    State.ACCEPTED: (2, 3),
    State.HANDLING: (2, 4),
    State.SIGNING: (2, 5),
    State.REPORTED: (2, 6),
    State.FOLLOW_UP: (2, 7),
    State.TO_RATE: (2, 8),
    State.RATED: (2, 9),
    State.CLOSED: (2, 10),
    State.REFUSED: (0, 1),
    State.WITHDRAWN: (0, 3),
    State.MERGED: (0, 5),
    State.RETURNING: (1, 3),
    State.DISPUTED: (1, 4),
    State.CONSULTING: (1, 8),
    State.TO_ANSWER: (3, 2),
    State.ANSWERED: (3, 4),
    State.JUDGED: (3, 6),
}
LEFT = (24, 230, 560, 860)
"""Where each column begins."""
HIGH, BOX, TALL, MARGIN = 92, 132, 40, 24

Point = tuple[int, int]
Line = tuple[str, Point, str]
"""The path of an arrow, where its words stand, and by which end."""


def page() -> str:
    """The Markdown page."""
    lines = [
        "# The life of a case",
        "",
        "Made from the table of moves (`minxin/cases/transitions.py`) by `flask lifecycle`; a test"
        " keeps it current.",
        "",
        "![States and moves](lifecycle.svg)",
        "",
        "A move with a star may also be made from other states, as the table says; moves that leave"
        " the state as it is stand in the table only.",
        "",
        "## States",
        "",
        *_states(),
        "",
        "## Moves",
        "",
        *_moves(),
    ]
    return "\n".join(lines) + "\n"


def _states() -> Iterable[str]:
    yield "| state | code | where it lies | ways out |"
    yield "|---|---|---|---|"
    for state in State:
        ways = [row.label for row in MOVES.values() if state in row.sources and _leaves(row, state)]
        yield f"| {state.label} | `{state}` | {_where(state)} | {'、'.join(ways) or '—'} |"


def _where(state: State) -> str:
    if state in ENDED:
        return "over"
    if state in POOL:
        return "the city's office"
    return "a unit" if state in WITH_UNIT else "who reviews, calls back, rates and closes"


def _leaves(row: Move, state: State) -> bool:
    return row.to is not None and row.to != state


def _moves() -> Iterable[str]:
    yield "| move | code | from | to | who | must be there | clocks | article |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in MOVES.values():
        sources = "、".join(state.label for state in State if state in row.sources)
        to = State(row.to).label if row.to else "(unchanged)"
        needs = ", ".join(f"`{need}`" for need in row.needs)
        cells = (row.label, f"`{row.name}`", sources, to, who(row), needs, _clocks(row))
        yield f"| {' | '.join(cells)} | {row.article} |"


def who(row: Move) -> str:
    """Whose hands may make a move, how far they reach, and what else it asks of them."""
    people = [
        f"{LABELS[role]} ({REACHES[granted[row.permission]]})"
        for role, granted in MATRIX.items()
        if row.permission in granted
    ]
    people += ["诉求人"] if row.citizen else []
    limits = []
    if row.holder_only:
        limits.append("only who claimed it, or the head")
    if row.other_hands:
        limits.append("never who handled it")
    if row.part == "co":
        limits.append("as a co-handling unit")
    if row.sender:
        limits.append("who sent it to the unit" + (" or above" if row.sender == "above" else ""))
    if row.track:
        limits.append(f"only {row.track.label}")
    return "、".join(people) + (f"; {'; '.join(limits)}" if limits else "")


def _clocks(row: Move) -> str:
    parts = [f"stops {', '.join(row.stops)}".replace("*", "all")] if row.stops else []
    parts += [f"starts {', '.join(row.starts)}"] if row.starts else []
    return "; ".join(parts)


def drawing() -> str:
    """The SVG: boxes for states, arrows for the moves that change one."""
    width = LEFT[-1] + BOX + 120
    height = MARGIN * 2 + 10 * HIGH + TALL
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' font-family="Noto Sans CJK SC, Source Han Sans SC, sans-serif">',
        "<title>States and moves of a case</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b6573"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for source, to, labels in _arrows():
        parts.append(_arrow(source, to, labels))
    parts += [_box(state) for state in State]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _arrows() -> list[tuple[State, State, list[str]]]:
    """One arrow for each pair of states, with the labels of its moves. A move that leaves from
    several states is drawn from the nearest of them, with a star."""
    found: dict[tuple[State, State], list[str]] = {}
    for row in MOVES.values():
        if row.to is None:
            continue
        sources = [state for state in State if state in row.sources and state != row.to]
        if sources:
            star = "*" if len(sources) > 1 else ""
            found.setdefault((_nearest(sources, row.to), row.to), []).append(row.label + star)
    return [(source, to, labels) for (source, to), labels in found.items()]


def _nearest(sources: list[State], to: State) -> State:
    column, row = PLACES[to]
    return min(sources, key=lambda s: (abs(PLACES[s][1] - row), abs(PLACES[s][0] - column)))


def _corner(state: State) -> Point:
    column, row = PLACES[state]
    return LEFT[column], MARGIN + row * HIGH


def _box(state: State) -> str:
    x, y = _corner(state)
    fill, line = ("#eef1f4", "#8a94a3") if state in ENDED else ("#e8f0fb", "#2f5f9e")
    return (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{TALL}" rx="6" fill="{fill}"'
        f' stroke="{line}"/>'
        f'<text x="{x + BOX // 2}" y="{y + 25}" font-size="15" text-anchor="middle"'
        f' fill="#1b2430">{escape(state.label)}</text>'
    )


def _arrow(source: State, to: State, labels: list[str]) -> str:
    one, other = _corner(source), _corner(to)
    if one[0] != other[0]:
        path, at, anchor = _across(one, other)
    elif other[1] - one[1] == HIGH:
        path, at, anchor = _down(one, other)
    else:
        path, at, anchor = _around(one, other)
    return (
        f'<path d="{path}" fill="none" stroke="#5b6573" stroke-width="1.3"'
        f' marker-end="url(#tip)"/><text x="{at[0]}" y="{at[1]}" font-size="12"'
        f' text-anchor="{anchor}" fill="#3a4350" stroke="#fff" stroke-width="3"'
        f' paint-order="stroke">{escape("、".join(labels))}</text>'
    )


def _down(one: Point, other: Point) -> Line:
    """Straight down to the next state."""
    x = one[0] + BOX // 2
    return f"M{x} {one[1] + TALL}V{other[1]}", (x + 6, (one[1] + TALL + other[1]) // 2 + 4), "start"


def _around(one: Point, other: Point) -> Line:
    """Within a column, around the right side: further down, or back up."""
    out, side = 26 + 9 * abs(other[1] - one[1]) // HIGH, one[0] + BOX
    start, end = one[1] + TALL // 2 + 8, other[1] + TALL // 2 - 8
    path = f"M{side} {start}C{side + out} {start} {side + out} {end} {side} {end}"
    return path, (side + out * 3 // 4 + 4, (start + end) // 2 + 4), "start"


def _across(one: Point, other: Point) -> Line:
    """To another column; there and back lie beside each other, words nearer to the start."""
    left = other[0] < one[0]
    shift = -8 if left else 8
    x0, y0 = one[0] + (0 if left else BOX), one[1] + TALL // 2 + shift
    x1, y1 = other[0] + (BOX if left else 0), other[1] + TALL // 2 + shift
    middle = (x0 + x1) // 2
    t = 0.3
    x = x0 * (1 - t) ** 3 + x1 * t**3 + 3 * t * (1 - t) * middle
    y = y0 + (y1 - y0) * (3 * t**2 - 2 * t**3)
    path = f"M{x0} {y0}C{middle} {y0} {middle} {y1} {x1} {y1}"
    return path, (round(x), round(y) + (-5 if left else 14)), "middle"
