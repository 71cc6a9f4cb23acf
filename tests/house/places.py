"""Objects to knock at: in the own unit, in another unit, in another tenant, in another city."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from minxin import clock
from minxin.attachments.inspect import inspect
from minxin.cases.consulting import Consultation
from minxin.cases.instructions import Instruction
from minxin.cases.models import Attachment, Case, Import, ImportRow
from minxin.cases.publications import Publication
from minxin.cases.states import State
from minxin.comparison.summaries import Summary
from minxin.documents.models import Paper, PaperCopy, PaperProof
from minxin.documents.words import Words
from minxin.exchange.models import Bulletin, BulletinFile, Letter, LetterFile
from minxin.extensions import db
from minxin.people.absences import Absence
from minxin.people.models import Post, Responder, Unit, User
from minxin.people.posts import PostKind
from minxin.people.roles import Role
from minxin.supervision.models import Proposal
from minxin.tenancy.models import OfTenant, Tenant
from tests.cases.planting import plant

SINCE = date(2026, 1, 1)

IN_PANJIN = {
    "待认领": (State.UNCLAIMED, "市民心网办"),
    "市城管局": (State.HANDLING, "市城管局"),
    "大洼区工作站": (State.DISPATCHED, "大洼区民心网工作站"),
    "大洼区住建局": (State.HANDLING, "大洼区住建局"),
    "大洼区城管局": (State.SIGNING, "大洼区城管局"),
    "兴隆台区住建局": (State.REPORTED, "兴隆台区住建局"),
}
"""A case in each of these places: what is one's own is another's foreign object."""

Make = Callable[[Case, int], object]
FACTORIES: dict[str, Make] = {}
"""URL parameter → what stands for it in an address, beside a case. The second argument is 0, or an
id for another city's object that nothing here has."""
HELD_BY: dict[str, str] = {}
"""URL parameter → who holds what it names: the place's "unit" or "tenant", the "own unit" of who
knocks (whatever the matrix lets them see above it), the "office", the whole "city"."""
PUBLIC = {"code", "consultation_id", "publication_id"}
"""What anybody may read."""


def factory(parameter: str, of: str = "unit"):
    def add(make: Make) -> Make:
        FACTORIES[parameter], HELD_BY[parameter] = make, of
        return make

    return add


@dataclass(frozen=True)
class Held:
    """Who holds an object, for `access.check.covers`."""

    tenant_id: int
    unit_id: int | None


@dataclass(frozen=True)
class Place:
    """An object of each kind, somewhere. `here`: in the city that is knocked at."""

    name: str
    case: Held
    office: Held  # who holds what belongs to no case: an import, a template
    values: dict[str, object]
    here: bool = True


@factory("number")
def _number(case: Case, far: int) -> str:
    return case.number


@factory("attachment_id")
def _attachment(case: Case, far: int) -> int:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(picture, "PNG")
    content = inspect(picture.getvalue(), "photo.png")
    _store().put(content, _schema())
    row = Attachment(
        tenant_id=case.tenant_id,
        case_id=case.id,
        part="original",
        name="photo.png",
        kind=content.kind,
        mime=content.mime,
        size=content.size,
        sha256=content.sha256,
        added_by="诉求人",
        added_at=clock.now(),
        **({"id": far} if far else {}),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


@factory("import_id", of="office")
def _import(case: Case, far: int) -> int:
    book = Workbook()
    book.active.append(["标题", "内容", "来电时间"])
    book.active.append(["路灯不亮", "门口路灯不亮", "2026-11-20 09:00"])
    raw = io.BytesIO()
    book.save(raw)
    content = inspect(raw.getvalue(), "messages.xlsx")
    _store().put(content, _schema())
    row = Import(
        tenant_id=_office().tenant_id,
        name="messages.xlsx",
        sha256=content.sha256,
        source="import",
        columns=["标题", "内容", "来电时间"],
        mapping={},
        state="mapping",
        total=1,
        failed=1,
        by_id=1,
        created_at=clock.now(),
        **({"id": far} if far else {}),
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(
        ImportRow(
            tenant_id=row.tenant_id,
            import_id=row.id,
            row=2,
            outcome="failed",
            column="来电时间",
            message="请写明时间",
        )
    )
    return row.id


@factory("unit_id")
def _unit(case: Case, far: int) -> int:
    unit = Unit(
        tenant_id=case.tenant_id, path="", name=f"某单位{case.id}", kind="point", valid_from=SINCE
    )
    return _kept(unit, far)


@factory("user_id")
def _user(case: Case, far: int) -> int:
    unit_id = case.unit_id or db.session.scalar(
        select(Unit.id).where(Unit.tenant_id == case.tenant_id).order_by(Unit.id).limit(1)
    )
    user = User(
        tenant_id=case.tenant_id,
        unit_id=unit_id,
        username=f"somebody{case.id}",
        name="某人",
        role=Role.RESPONDER,
        password_hash="none",
    )
    return _kept(user, far)


@factory("responder_id")
def _responder(case: Case, far: int) -> int:
    user = db.session.get_one(User, _newest(User))
    return _kept(
        Responder(
            tenant_id=case.tenant_id,
            unit_id=user.unit_id,
            user_id=user.id,
            post="A",
            valid_from=SINCE,
        ),
        far,
    )


@factory("post_id")
def _post(case: Case, far: int) -> int:
    post = Post(
        tenant_id=case.tenant_id,
        unit_id=_newest(Unit),
        post=next(iter(PostKind)),
        name="某人",
        valid_from=SINCE,
    )
    return _kept(post, far)


@factory("letter_id")
def _letter(case: Case, far: int) -> int:
    letter = Letter(
        tenant_id=case.tenant_id,
        unit_id=case.unit_id or _newest(Unit),
        box="in",
        origin_id=700_000 + case.id,
        thread_id=700_000 + case.id,
        kind="ordinary",
        year=2026,
        serial=case.id,
        sender_unit_id=1,
        sender_unit="某单位",
        sender_tenant="某区县",
        sender="某人",
        title="函",
        text="请予协助。",
        addressed=[],
        sent_at=clock.now(),
    )
    return _kept(letter, far)


@factory("letter_file_id")
def _letter_file(case: Case, far: int) -> int:
    return _file(LetterFile, case, far, letter_id=_newest(Letter))


@factory("bulletin_id", of="tenant")
def _bulletin(case: Case, far: int) -> int:
    bulletin = Bulletin(
        tenant_id=case.tenant_id,
        kind="notice",
        title="通知",
        text="请参加培训。",
        whole_city=False,
        author_unit="某单位",
        author="某人",
        published_at=clock.now(),
    )
    bulletin.origin_id = _kept(bulletin, far)
    return bulletin.origin_id


@factory("bulletin_file_id", of="tenant")
def _bulletin_file(case: Case, far: int) -> int:
    return _file(BulletinFile, case, far, bulletin_id=_newest(Bulletin))


def _file(model: type[LetterFile] | type[BulletinFile], case: Case, far: int, **owner: int) -> int:
    content = inspect("说明\n".encode(), "说明.txt")
    _store().put(content, _schema())
    row = model(
        tenant_id=case.tenant_id,
        name="说明.txt",
        kind=content.kind,
        mime=content.mime,
        size=content.size,
        sha256=content.sha256,
        **owner,
    )
    return _kept(row, far)


@factory("summary_id", of="tenant")
def _summary(case: Case, far: int) -> int:
    summary = Summary(
        tenant_id=case.tenant_id,
        unit_id=_station(case),
        monday=date(2026, 1, 5) + timedelta(days=7 * case.id),
        due_at=clock.now(),
        figures={},
    )
    return _kept(summary, far)


def _station(case: Case) -> int:
    """Who writes the weeks of the case's tenant; the municipal units have no station."""
    query = select(Unit.id).where(Unit.tenant_id == case.tenant_id, Unit.kind == "station")
    return db.session.scalar(query.limit(1)) or _newest(Unit)


@factory("absence_id", of="own unit")
def _absence(case: Case, far: int) -> int:
    absence = Absence(
        tenant_id=case.tenant_id,
        unit_id=case.unit_id or _newest(Unit),
        user_id=_newest(User),
        first_day=SINCE,
        last_day=date(2099, 1, 1),
        reason="出差",
        entered_at=clock.now(),
        entered_by="某人",
    )
    return _kept(absence, far)


@factory("paper_id")
def _paper(case: Case, far: int) -> int:
    unit = db.session.get_one(Unit, case.unit_id or _newest(Unit))
    paper = Paper(
        tenant_id=case.tenant_id,
        unit_id=unit.id,
        unit=unit.name,
        kind="case_sheet",
        state="draft",
        case_id=None,
        words=Words("办件单", fields=(("诉求编号", case.number),)).stored(),
        version=0,
        checked=0,
        drafted_by="某人",
        drafted_at=clock.now(),
        sha256=_pdf(),
        proof_sha256=_pdf(),
    )
    return _kept(paper, far)


def _pdf() -> str:
    return _store().keep(b"%PDF-1.7 paper", _schema())


@factory("receipt_id")
def _receipt(case: Case, far: int) -> int:
    return _copied(case, far and far + 1, "某局长")


@factory("copy_id", of="own unit")
def _copy(case: Case, far: int) -> int:
    return _copied(case, far, "")


def _copied(case: Case, far: int, name: str) -> int:
    copy = PaperCopy(
        tenant_id=case.tenant_id,
        paper_id=_newest(Paper),
        part="to",
        unit_id=case.unit_id or _newest(Unit),
        unit="某单位",
        name=name,
        kind="reminder",
        **dict.fromkeys(("post", "number", "title", "issuer", "case_number"), ""),
        issued_at=clock.now(),
        sha256=_pdf(),
        pages=1,
        delivered_at=clock.now(),
    )
    return _kept(copy, far)


@factory("proposal_id")
def _proposal(case: Case, far: int) -> int:
    proposal = Proposal(
        tenant_id=case.tenant_id,
        case_id=case.id,
        rung="notice",
        ground="overdue",
        key=f"planted:{case.id}:{far}",
        facts={},
        at=clock.now(),
    )
    return _kept(proposal, far)


@factory("instruction_id")
def _instruction(case: Case, far: int) -> int:
    leader = db.session.scalar(select(User).where(User.role == Role.LEADER).limit(1))
    given = Instruction(
        tenant_id=case.tenant_id,
        case_id=case.id,
        leader_id=leader.id if leader else None,
        leader="某领导",
        leader_title="副市长",
        text="请办理。",
        given_on=SINCE,
        entered_at=clock.now(),
        entered_by="某领导",
        feedback="已办理",
        feedback_at=clock.now(),
    )
    return _kept(given, far)


@factory("code", of="city")
def _code(case: Case, far: int) -> str:
    code = f"{case.id:04d}ABCDEFGHJKLM".translate(str.maketrans("01", "XY"))
    proof = PaperProof(
        code=code,
        kind="reminder",
        number="〔2026〕1号",
        issuer="某单位",
        issued_on=SINCE,
        digest="0" * 64,
        pages=1,
        signed_as="",
    )
    db.session.add(proof)
    db.session.flush()
    return code


@factory("consultation_id", of="city")
def _consultation(case: Case, far: int) -> int:
    now = clock.now()
    asked = Consultation(
        tenant_id=case.tenant_id,
        case_id=case.id,
        number=case.number,
        title="路灯不亮",
        text="路灯不亮",
        result="已修好",
        unit="某单位",
        starts_at=now,
        ends_at=now + timedelta(days=7),
        content_hash="",
        approved_at=now,
        approved_by="某人",
    )
    return _kept(asked, far)


@factory("publication_id", of="city")
def _publication(case: Case, far: int) -> int:
    there = db.session.scalar(select(Publication.id).where(Publication.case_id == case.id))
    if there:
        return there
    now = clock.now()
    copy = Publication(
        tenant_id=case.tenant_id,
        case_id=case.id,
        **dict.fromkeys(("title", "text", "result", "content_hash", "approved_by"), "已遮盖"),
        **dict.fromkeys(("district", "unit", "category", "kind", "satisfaction"), "某某"),
        state="办理中",
        done=False,
        received_on=now.date(),
        course=[],
        words="",
        masker="",
        published_at=now,
        updated_at=now,
    )
    return _kept(copy, far)


@factory("tenant_slug", of="city")
def _tenant(case: Case, far: int) -> str:
    return "nowhere" if far else db.session.get_one(Tenant, case.tenant_id).slug


@factory("category_code", of="city")
def _category(case: Case, far: int) -> str:
    return "999999" if far else "010101"


@factory("rule_key", of="city")
def _rule(case: Case, far: int) -> str:
    return "nothing" if far else "complaint"


@factory("roster", of="city")
def _roster(case: Case, far: int) -> str:
    return "nothing" if far else "units"


def _kept(row: OfTenant, far: int) -> int:
    if far:
        row.id = far
    db.session.add(row)
    db.session.flush()
    if isinstance(row, Unit):
        row.path = f"/{row.id}/"
        db.session.flush()
    return row.id


def _newest(model: type[OfTenant]) -> int:
    return db.session.scalars(select(model.id).order_by(model.id.desc()).limit(1)).one()


def of_case(case: Case) -> dict[str, object]:
    """What stands for each parameter in addresses that are about this case."""
    return _place("", case, 0).values


def make(cast, other) -> list[Place]:
    """The places of a city, and one of another city whose ids and number are nobody's here."""
    places = []
    with cast.standing():
        for name, (state, unit) in IN_PANJIN.items():
            case = plant(state, unit_id=cast.unit(unit))
            places.append(_place(name, case, 0))
        db.session.commit()
    with other.standing():
        case = plant(State.HANDLING, unit_id=other.unit("大洼区住建局"))
        case.number = "20990101-00001"
        places.append(_place("邻市大洼区住建局", case, 9_000_001))
        db.session.commit()
    return places


def _place(name: str, case: Case, far: int) -> Place:
    values = {parameter: create(case, far) for parameter, create in FACTORIES.items()}
    return Place(name, Held(case.tenant_id, case.unit_id), _office(), values, here=not far)


def _office() -> Held:
    from minxin.cases.intake import municipal

    return Held(municipal().id, None)


def _store():
    from flask import current_app

    return current_app.extensions["store"]


def _schema() -> str:
    from minxin import sessions

    return sessions.current().schema
