"""Addresses and forms that no page of ours makes: never a fault, never a row, always a page."""

from __future__ import annotations

import io

import pytest

from minxin.demonstration import people
from tests.house import places
from tests.web.workbench import stages

PEOPLE = ("gaoyuan", "mengyan", "zhaoyang")
WORDS = ("after", "view", "kind", "q", "from", "to", "unit", "tenant", "under", "outcome",
         "next", "carried", "number", "again", "back", "on", "period", "desk")  # fmt: skip
GARBAGE = [
    "%00", "%ff%fe", "%C3%28", "-1", "9" * 40, "1e9", "NaN", "null", "[]", "'",
    "%22%3E%3Cscript%3E",
    "2026-02-30", "9999-99-99_1", "2026-11-22T00:00:00_99999999999999999999", "../../etc/passwd",
    "%F0%9F%98%80", "%E3%9B%83", "%0d%0aSet-Cookie:%20a=b", "a" * 3000,
]  # fmt: skip
DOORS = ("workbench.sign_out", "workbench.sign_in")  # passwords are slow on purpose
VALUES = ["\x00", "9" * 40, "2026-02-30T25:61", "'; DROP TABLE cases; -- 😀㛃\u202e\ufeff"]


@pytest.fixture
def everywhere(panjin, linshi):
    return places.make(panjin, linshi)


def addresses(app, cast, username: str, place) -> list[str]:
    """Every page that this person's desk has, of this place's objects."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in rule.methods:
            continue
        values = {name: place.values.get(name, "1") for name in rule.arguments - {"desk"}}
        if "desk" in rule.arguments:
            values["desk"] = cast.desk(username)
        found.append(app.url_map.bind("localhost").build(rule.endpoint, values))
    return sorted(set(found))


@pytest.mark.parametrize("username", PEOPLE)
def test_no_address_breaks_a_page(panjin, everywhere, app, username):
    client, faults = panjin.client(username), []
    for path in addresses(app, panjin, username, everywhere[3]):
        for turn in range(0, len(GARBAGE), 5):
            given = (GARBAGE[(turn + n) % len(GARBAGE)] for n in range(len(WORDS)))
            query = "&".join(
                f"{word}={garbage}" for word, garbage in zip(WORDS, given, strict=True)
            )
            answer = client.get(f"{path}?{query}")
            if answer.status_code >= 500:
                faults.append(f"{path}?{query[:200]} → {answer.status_code}")
            assert b"<script>" not in answer.data
            assert answer.headers.get("Set-Cookie", "").find("a=b") < 0
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "path",
    ["/dawa/cases/%00", "/dawa/cases/%ff%fe", "/dawa/cases/" + "9" * 5000, "/%00/", "/%ff/cases",
     "/tracking/%00", "/tracking/" + "长" * 900, "/dawa/cases/../../city/", "//evil.test/",
     "/dawa/cases/20261122-00001%0d%0aX:%20y", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py"],
)  # fmt: skip
def test_no_path_breaks_the_application(panjin, path):
    for who in (None, "zhaoyang"):
        answer = panjin.client(who).get(path)
        assert answer.status_code < 500, path
        assert "create_app" not in answer.text


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[:8]))
def test_no_form_is_broken_by_what_is_typed_into_it(panjin, everywhere, app, value):
    """Every field that any form may have, filled with the same nonsense."""
    names = ("version", "token", "text", "opinion", "reason", "decision", "outcome", "stars",
             "unit_id", "co_unit_ids", "category_id", "kind", "urgency", "summary", "wording",
             "public_text", "place", "district", "close_method", "responsible", "signer",
             "subject", "body", "phone", "name", "address", "received_at", "source", "number",
             "code", "part", "numbers", "provincial_no", "then", "remarks", "satisfaction",
             "section_appeal", "section_result", "username", "password", "carried")  # fmt: skip
    form, faults = dict.fromkeys(names, value), []
    for username in ("gaoyuan", "zhaoyang"):
        for rule in app.url_map.iter_rules():
            if "POST" not in rule.methods or rule.endpoint in DOORS:
                continue
            values = {n: everywhere[3].values.get(n, "1") for n in rule.arguments - {"desk"}}
            if "desk" in rule.arguments:
                values["desk"] = panjin.desk(username)
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
            answer = panjin.client(username).post(path, data=form)
            if answer.status_code >= 500:
                faults.append(f"{username} {path} → {answer.status_code}")
    assert not faults, "\n".join(faults)


def test_bytes_that_are_no_text_are_no_fault(panjin):
    number = stages.at_stage(panjin, "accepted")
    client = panjin.client("zhaoyang")
    path = f"/dawa/cases/{number}/log"
    kind = "application/x-www-form-urlencoded"
    for body in (b"text=%ff%fe%80&version=%ff", b"\xff\xfe=\x80", b"&&&===", b"text=" + b"%" * 999):
        assert client.post(path, data=body, content_type=kind).status_code < 500
    for body in (b"--x\r\nbroken", b"", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"):
        answer = client.post(path, data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code < 500
    assert client.post(path, data=b'{"text": 1}', content_type="application/json").status_code < 500


def test_what_postgres_cannot_store_is_left_out_of_what_was_typed(panjin):
    number = stages.at_stage(panjin, "accepted")
    data = {"text": "已到\x00现场\x08核实", "version": stages.version_of(panjin, number)}
    client = panjin.client("zhaoyang")
    assert client.post(f"/dawa/cases/{number}/log", data=data).status_code == 303
    assert "已到现场核实" in client.get(f"/dawa/cases/{number}").text


def test_a_search_and_a_sign_in_with_nul_find_nobody(panjin):
    assert panjin.client("linjing").get("/city/cases?q=%00路灯%00").status_code == 200
    form = {"username": "mengyan\x00", "password": people.PASSWORD + "\x00"}
    assert panjin.client().post("/dawa/sign-in", data=form).status_code in (302, 422)
    form = {"username": "x" * 100_000, "password": "y" * 100_000}
    assert panjin.client().post("/dawa/sign-in", data=form).status_code == 422


def test_a_form_larger_than_any_is_told_so(panjin):
    form = {"text": "长" * 800_000, "version": "1"}
    number = stages.at_stage(panjin, "accepted")
    answer = panjin.client("zhaoyang").post(f"/dawa/cases/{number}/log", data=form)
    assert answer.status_code in (413, 422)
    many = {f"f{n}": "x" for n in range(5000)}
    assert panjin.client("zhaoyang").post(f"/dawa/cases/{number}/log", data=many).status_code < 500


def test_a_name_of_a_file_is_only_a_name(panjin):
    number = stages.at_stage(panjin, "accepted")
    client = panjin.client("zhaoyang")
    for name in ("../../../etc/passwd", "a\x00.txt", "长" * 3000 + ".txt", "\u202egpj.exe", '"><x'):
        data = {"files": (io.BytesIO("一段文字".encode()), name), "text": "附上说明",
                "version": stages.version_of(panjin, number)}  # fmt: skip
        answer = client.post(f"/dawa/cases/{number}/log", data=data)
        assert answer.status_code in (303, 422), name
