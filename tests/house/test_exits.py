"""Every exit: marked personal data is planted in every field, a case lives through its week, and
then everything that leaves is read: pages of every role, sheets, feeds, search, errors, log lines,
notices, promises of jobs, Valkey. The marks stand only where the matrix lets them.

Nothing here names a page: routes come from the map, their parameters from tests/house/places.py.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, text

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission
from minxin.background import Outbox
from minxin.cases import (
    appraising,
    choosing,
    closing,
    cohandling,
    followup,
    handling,
    messages,
    promises,
    publications,
    publishing,
    rating,
    reach,
    reopening,
    reporting,
)
from minxin.cases.followup import Call
from minxin.cases.messages import Words
from minxin.cases.promises import Vow
from minxin.cases.publications import Choice
from minxin.cases.reporting import Draft
from minxin.demonstration import people
from minxin.extensions import db, valkey
from minxin.people.actor import CITIZEN
from tests.cases.walking import REPORT, Walk
from tests.house import places
from tests.web.portal.conftest import receipt_of, token_of
from worker import jobs

LEFT = {"name": "甄隐诗", "phone": "13966660001", "address": "隐秘小区77栋88单元9901"}
"""In the contact fields alone. Nobody reads them on a page before he gave a reason."""
LEFT_MARKS = ("甄隐诗", "13966660001", "77栋88单元9901")
SAID_MARKS = ("13966660002", "210102199003071234", "辽LZ9X88", "诗诗隐")
"""In what people wrote. Staff read it who may see the contact, and nobody else."""
SAID = "我叫诗诗隐，打13966660002，身份证210102199003071234，车辽LZ9X88"


@dataclass
class Leaks:
    """Where marks were read that should not be."""

    found: list[str] = field(default_factory=list)

    def read(self, where: str, said: str, marks: tuple[str, ...]) -> None:
        self.found += [f"{where}: {mark}" for mark in marks if mark in said]


def keep_promises(cast) -> None:
    while True:
        with cast.standing():
            waiting = select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)
            ids = list(db.session.scalars(waiting))
        if not ids:
            return
        for outbox_id in ids:
            jobs.keep_promise(cast.city.schema, outbox_id)
        with cast.standing():
            if not set(ids) - set(db.session.scalars(waiting)):
                return


def photo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "JPEG")
    return picture.getvalue()


def sent_by_phone(cast) -> tuple[object, str]:
    """A citizen sends it all: contact fields, marks in the text, a photo whose name holds one."""
    citizen = cast.client()
    data = {
        "token": token_of(citizen.get("/cases/new").text),
        "subject": f"楼下烧烤店扰民，电话{SAID_MARKS[0]}",
        "body": f"{SAID}，夜里油烟很大",
        "district": "dawa",
        "place": "大洼街道",
        "kind": "complaint",
        **LEFT,
        "photos": (io.BytesIO(photo()), f"{SAID_MARKS[0]} {SAID_MARKS[1]}.jpg"),
    }
    answer = citizen.post("/cases/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    number, _ = receipt_of(citizen.get(answer.location).text)
    keep_promises(cast)
    return citizen, number


class Week(Walk):
    """The life of the case that the citizen sent."""

    def __init__(self, cast, number: str) -> None:
        self.cast, self.number = cast, number

    def act(self, who: str, verb, *given, at, **more) -> None:
        with self.cast.standing(who):
            case = reach.find(self.number, self.cast.actor(who))
            verb(case, *given, by=self.cast.actor(who), at=at, **more)
            db.session.commit()


def lived(cast, number: str) -> Week:
    """A week of it, with marks wherever somebody writes."""
    week, at = Week(cast, number), clock.now()
    week.dispatched("大洼区民心网工作站", at=at)
    week.assigned("大洼区住建局", at=at, co=["大洼区城管局"])
    with cast.standing():
        case = week.case()
        case.public_text = case.wording = f"{SAID}，夜里油烟很大"
        db.session.commit()
    week.act("zhouning", cohandling.answer, f"已联系{SAID}", at=at)
    week.act("zhaoyang", handling.accept, at=at)
    week.act("zhaoyang", handling.enter_log, f"到现场找到{SAID}", at=at)
    told = {name: f"{words}，{SAID}" for name, words in REPORT.items()}
    report = Draft(told, "solved", "赵阳", "孙立", co_reason=f"已核实，{SAID}")
    week.act("zhaoyang", reporting.submit, report, at=at + timedelta(hours=1))
    week.signed(at=at + timedelta(hours=2))
    later = at + timedelta(hours=3)
    week.act("linjing", reporting.approve, opinion=f"属实，{SAID}", at=later)
    call = Call("reached", f"诉求人说{SAID}", True, True, 4)
    week.act("linjing", followup.record, call, at=later)
    week.act("linjing", choosing.choose, f"典型，{SAID}", at=later)
    until = clock.local(later).date() + timedelta(days=30)
    week.act("linjing", promises.track, Vow(f"改造烟道，{SAID}", until), at=later)
    week.act("linjing", rating.rate, stars=5, opinion=f"办理及时，{SAID}", at=later)
    week.act("linjing", closing.close, method="solved", at=later)
    with cast.standing():
        case = week.case()
        words = Words("more", f"补充：{SAID}")
        messages.put(case, words, origin="portal", by=CITIZEN, at=later)
        view = appraising.View(2, words=f"还有油烟，{SAID}")
        appraising.appraise(case, view, by=cast.actor("linjing"), at=later)
        reopening.ask(case, f"又有油烟，{SAID}", by=CITIZEN, at=later)
        draft = publications.scan(case, at=later)
        masked = {n: Choice("mask") for n in range(len(draft.spans))}
        publications.decide(case, masked, {}, by=cast.actor("gaoyuan"), at=later)
        publishing.publish(case, by=cast.actor("gaoyuan"), at=later)
        db.session.commit()
    keep_promises(cast)
    return week


def _rules(app):
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" in rule.methods and rule.endpoint != "static":
            yield rule


def _everybody() -> list[str | None]:
    first: dict[object, str] = {}
    for account in people.ACCOUNTS:
        first.setdefault((account.role, account.desk == "dawa"), account.username)
    return [None, *first.values()]


def _unpacked(answer) -> str:
    """What an answer says, its headers and whatever is packed in it."""
    said = f"{dict(answer.headers)} "
    content = answer.data
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return said + content.decode("utf-8", "replace")


@pytest.fixture
def week(panjin, capfd):
    citizen, number = sent_by_phone(panjin)
    made = lived(panjin, number)
    made.citizen = citizen
    return made


def test_no_mark_leaves_but_where_the_matrix_lets_it(panjin, week, app, capfd):
    leaks = Leaks()
    with panjin.standing():
        case = week.case()
        held = places.Held(case.tenant_id, case.unit_id)
        values = places.of_case(case) | {"number": week.number}
        copy = publishing.of(case)
        values["publication_id"] = copy.id
        db.session.commit()
    read = 0
    for who in _everybody():
        by = panjin.actor(who) if who else None
        desk = panjin.desk(who) if who else "dawa"
        client = panjin.client(who)
        trusted = by is not None and check.covers(by, Permission.CONTACT_REVEAL, held)
        for rule in _rules(app):
            if rule.endpoint.endswith("sign_out"):
                continue
            filled = {name: values.get(name, "x") for name in rule.arguments}
            if "desk" in rule.arguments:
                filled["desk"] = desk
            path = app.url_map.bind("localhost").build(rule.endpoint, filled)
            answer = client.get(path)
            read += answer.status_code == 200
            where = f"{who} {path} {answer.status_code}"
            said = _unpacked(answer)
            leaks.read(where, said, LEFT_MARKS)
            if not trusted:
                leaks.read(where, said, SAID_MARKS)
    assert read > 150, "the walk did not get anywhere"
    for mark in (*LEFT_MARKS, *SAID_MARKS):
        assert 'class="asked"' not in panjin.client().get(f"/published?words={mark}").text
    for mark in LEFT_MARKS:
        assert week.number not in panjin.client("linjing").get(f"/city/cases?q={mark}").text
    for who in (None, "linjing", "zhaoyang"):
        missing = panjin.client(who).get(f"/nothing/{week.number}").text
        leaks.read(f"{who}: not found", missing, LEFT_MARKS + SAID_MARKS)
    _look_into_stores(panjin, leaks)
    logged = capfd.readouterr()
    leaks.read("log", logged.err + logged.out, LEFT_MARKS + SAID_MARKS)
    assert not leaks.found, "\n".join(sorted(set(leaks.found))[:60])


def _look_into_stores(cast, leaks: Leaks) -> None:
    """What stands in tables that leave the house or hold no texts, and in Valkey."""
    both = LEFT_MARKS + SAID_MARKS
    with cast.standing():
        for table in ("outbox", "notices", "audit_entries", "publications", "rollups", "tallies"):
            exists = db.session.scalar(text("SELECT to_regclass(:t)"), {"t": table})
            if exists:
                rows = db.session.execute(text(f"SELECT * FROM {table}")).all()
                leaks.read(f"table {table}", repr(rows), both)
        tables = db.session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ).all()
        for table in tables:
            if table not in ("contacts", "submissions", "alembic_version"):
                rows = db.session.execute(text(f'SELECT * FROM "{table}"')).all()
                leaks.read(f"table {table}, what was left", repr(rows), LEFT_MARKS)
        contacts = db.session.execute(text("SELECT * FROM contacts")).all()
        sent = db.session.execute(text("SELECT * FROM submissions")).all()
        leaks.read("contacts in the clear", repr([*contacts, *sent]), LEFT_MARKS)
    for key in valkey.raw.scan_iter():
        leaks.read("a key of Valkey", key.decode("utf-8", "replace"), both)
        kind = valkey.raw.type(key)
        value = valkey.raw.get(key) if kind == b"string" else valkey.raw.dump(key)
        leaks.read(f"Valkey {key[:20]!r}", (value or b"").decode("utf-8", "replace"), both)


def test_who_gives_a_reason_reads_it_and_the_case_says_so(panjin, week):
    client = panjin.client("linjing")
    data = {"part": "phone", "reason": "回访诉求人"}
    answer = client.post(f"/city/cases/{week.number}/contact", data=data)
    assert LEFT["phone"] in answer.text
    page = client.get(f"/city/cases/{week.number}").text
    assert LEFT["phone"] not in page
    assert "回访诉求人" in page


def test_the_citizen_reads_his_own_course_and_nobody_elses_words(panjin, week):
    page = week.citizen.get(f"/tracking/{week.number}")
    assert page.status_code == 200
    assert not [mark for mark in LEFT_MARKS if mark in page.text]
