"""A query code that others have seen: a new one closes what the old one had opened."""

from __future__ import annotations

from tests.web.portal.conftest import receipt_of, submit


def opened(panjin, number: str, code: str):
    """Another browser that knows number and code."""
    other = panjin.client()
    answer = other.post("/tracking", data={"number": number, "code": code})
    return other, answer.status_code


def test_a_new_code_closes_the_pages_that_the_stolen_one_had_opened(panjin, citizen):
    number, code = submit(citizen)
    thief, status = opened(panjin, number, code)
    assert status == 303
    assert thief.get(f"/tracking/{number}").status_code == 200
    page = citizen.post(f"/tracking/{number}/code")
    assert page.status_code == 200
    same, new = receipt_of(page.text)
    assert (same, new != code) == (number, True)
    assert citizen.get(f"/tracking/{number}").status_code == 200, "who took it stays in"
    assert thief.get(f"/tracking/{number}").status_code == 303
    assert thief.post(f"/tracking/{number}/code").status_code == 303
    assert opened(panjin, number, code)[1] == 422
    assert opened(panjin, number, new)[1] == 303


def test_a_stranger_takes_no_code(panjin, citizen):
    number, code = submit(citizen)
    assert panjin.client().post(f"/tracking/{number}/code").status_code == 303
    assert opened(panjin, number, code)[1] == 303
