"""What people write is never markup: planted in every text field, looked for on every page."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from minxin import clock
from minxin.background import Outbox
from minxin.cases import overdue
from minxin.extensions import db
from tests.web.workbench import stages
from tests.web.workbench.test_acts import REPORT, SCREENING, path, sent
from worker import jobs

EVIL = "路灯<script>alert(1)</script>\"><img src=x onerror=alert(2)>'{{7*7}}"
RAW = re.compile(rb"<script>alert|<img src=x|&#39;49")
"""Markup that was not escaped, or a template that was run."""

ROLES = ("linjing", "gaoyuan", "qinchuan", "mengyan", "zhaoyang", "qianjin", "sunli", "zhouning",
         "wutong", "chencheng", "chuwei", "weiming", None)  # fmt: skip

STEPS = [
    ("linjing", "claim", {}),
    ("linjing", "screening", {**SCREENING, "summary": EVIL, "wording": EVIL, "public_text": EVIL,
                              "place": EVIL, "kind": "complaint"}),
    ("linjing", "dispatch", {"opinion": EVIL, "unit": "大洼区民心网工作站"}),
    ("mengyan", "assignment", {"opinion": EVIL, "unit": "大洼区住建局"}),
    ("zhaoyang", "acceptance", {}),
    ("zhaoyang", "log", {"text": EVIL}),
    ("zhaoyang", "report", {**{k: EVIL if k.startswith("section_") else v
                               for k, v in REPORT.items()},
                            "policy_source": EVIL, "policy_explained": EVIL, "responsible": EVIL}),
    ("sunli", "signature", {"decision": "unsign", "reason": EVIL}),
    ("zhaoyang", "report", {**{k: EVIL if k.startswith("section_") else v
                               for k, v in REPORT.items()}, "responsible": EVIL}),
    ("sunli", "signature", {"decision": "sign"}),
    ("linjing", "review", {"decision": "send_back", "opinion": EVIL}),
    ("zhaoyang", "report", REPORT),
    ("sunli", "signature", {"decision": "sign"}),
    ("linjing", "review", {"decision": "approve", "opinion": EVIL}),
    ("linjing", "follow-up", {"outcome": "no_answer", "remarks": EVIL}),
    ("linjing", "follow-up", {"outcome": "reached", "contacted": "yes", "solved": "no",
                              "satisfaction": "2", "remarks": EVIL}),
    ("linjing", "rating", {"stars": "3", "opinion": EVIL}),
    ("linjing", "closing", {"close_method": "solved"}),
]  # fmt: skip


def look(client, url: str, **more) -> None:
    answer = client.get(url, **more)
    assert answer.status_code < 500, url
    found = RAW.search(answer.data)
    assert not found, f"{url}: {answer.data[max(0, found.start() - 80) : found.end() + 20]!r}"


def look_everywhere(cast, number: str, roles=("linjing", "zhaoyang")) -> None:
    """Every page of these roles that this case stands on."""
    for who in roles:
        client = cast.client(who)
        desk = cast.desk(who) if who else "dawa"
        case = f"/{desk}/cases/{number}"
        nouns = ("", "/print", "/similar", "/screening", "/dispatch", "/assignment", "/log",
                 "/report", "/signature", "/review", "/follow-up", "/rating", "/closing",
                 "/refusal", "/release", "/withdrawal", "/attachments")  # fmt: skip
        for noun in nouns:
            look(client, case + noun)
        for text in ("wording", "body", "public_text", "changes"):
            look(client, f"{case}?text={text}")
        look(client, case + "/similar", headers={"HX-Request": "true"})
        for page in ("/todo", "/todo?view=late", "/cases", "/cases?q=路灯", "/notices", "/imports"):
            look(client, f"/{desk}{page}")
        look(client, "/city/")


def test_a_script_in_every_text_of_a_case_is_only_text_on_every_page(panjin):
    entry = {"source": "letter", "received_at": "2026-11-20T08:15", "token": "t" * 22, "kind": "",
             "subject": EVIL, "body": EVIL, "place": EVIL, "name": EVIL[:40], "address": EVIL,
             "phone": "13800001234", "provincial_no": EVIL[:60], "district": ""}  # fmt: skip
    clerk = panjin.client("linjing")
    answer = clerk.post("/city/entry", data=entry)
    assert answer.status_code == 303, answer.text
    look(clerk, answer.location)
    number = re.search(r"\d{8}-\d{5}", clerk.get(answer.location).text)[0]
    look_everywhere(panjin, number)
    for step, (who, noun, data) in enumerate(STEPS):
        answer = panjin.client(who).post(
            path(panjin, who, number, noun), data=sent(panjin, number, data)
        )
        assert answer.status_code == 303, (step, noun, answer.text[-3000:])
        if step in (7, 10, 15):
            work(panjin)
            look_everywhere(panjin, number, ("linjing", "mengyan", "sunli"))
    with panjin.standing():
        overdue.sweep(clock.now())
        db.session.commit()
    work(panjin)
    look_everywhere(panjin, number, ROLES)


def test_what_was_refused_comes_back_as_text(panjin):
    number = stages.at_stage(panjin, "accepted")
    client = panjin.client("zhaoyang")
    for data in ({"text": EVIL, "version": EVIL}, {"text": EVIL * 400}, {EVIL: EVIL}):
        answer = client.post(f"/dawa/cases/{number}/log", data=data)
        assert answer.status_code in (409, 422)
        assert not RAW.search(answer.data)
    for url in (f"/dawa/cases?q={EVIL}", f"/dawa/todo?view={EVIL}", f"/dawa/{EVIL}", f"/{EVIL}"):
        look(client, url)


def test_a_name_of_a_file_and_the_columns_of_a_workbook_are_only_text(panjin, work_imports):
    number = stages.at_stage(panjin, "accepted")
    upload = {"files": (io.BytesIO("文字".encode()), f"{EVIL}.txt"), "text": "附上",
              "version": stages.version_of(panjin, number)}  # fmt: skip
    answer = panjin.client("zhaoyang").post(f"/dawa/cases/{number}/log", data=upload)
    assert answer.status_code == 303
    look_everywhere(panjin, number)
    book = Workbook()
    book.active.append(["主题", "内容", EVIL, "来电时间"])
    book.active.append([EVIL, EVIL, EVIL, EVIL])
    raw = io.BytesIO()
    book.save(raw)
    raw.seek(0)
    clerk = panjin.client("linjing")
    answer = clerk.post("/city/imports", data={"file": (raw, f"{EVIL}.xlsx"), "source": "import"})
    assert answer.status_code == 303, answer.text
    look(clerk, answer.location)
    form = {"subject": "0", "text": "1", "received_at": "3"}
    clerk.post(f"{answer.location}/mapping", data=form)
    work_imports()
    for url in (answer.location, "/city/imports", "/city/cases", "/city/todo"):
        look(clerk, url)


def test_a_citizen_s_words_are_only_text_in_the_portal(panjin):
    citizen = panjin.client()
    token = re.search(r'name="token"[^>]*value="([^"]+)"', citizen.get("/cases/new").text)[1]
    form = {"subject": EVIL, "body": EVIL, "place": EVIL, "name": EVIL[:50], "address": EVIL,
            "phone": "", "kind": "", "district": "", "token": token}  # fmt: skip
    refused = citizen.post("/cases/new", data={**form, "phone": EVIL})
    assert refused.status_code == 422
    assert not RAW.search(refused.data)
    answer = citizen.post("/cases/new", data=form)
    assert answer.status_code == 303
    page = citizen.get(answer.location).text
    number = re.search(r"\d{8}-\d{5}", page)[0]
    look(citizen, answer.location)
    look(citizen, f"/tracking/{number}")
    work(panjin)
    look(citizen, f"/tracking/{number}")
    look_everywhere(panjin, number)
    citizen.post(f"/tracking/{number}/withdrawal", data={"reason": EVIL})
    work(panjin)
    look(citizen, f"/tracking/{number}")
    look_everywhere(panjin, number)
    look(citizen, f"/tracking?number={EVIL}")


def work(cast) -> None:
    """Keep what was promised, as the workers would."""
    with cast.standing():
        undone = select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
        waiting = db.session.scalars(undone).all()
        db.session.commit()
    for outbox_id in waiting:
        jobs.keep_promise(cast.city.schema, outbox_id)


@pytest.fixture
def work_imports(panjin):
    return lambda: work(panjin)
