"""Excel import: every row a case or a listed reason, and never the same row twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy import inspect as look

from minxin import clock
from minxin.background import Outbox
from minxin.cases import batches, imported, importing, intake, search, tallies
from minxin.cases import uploaded as uploaded_files
from minxin.cases.batches import Entry
from minxin.cases.contacts import Person
from minxin.cases.intake import Appeal
from minxin.cases.models import Case, CaseEvent, CaseText, Clock, Contact, Import, ImportRow
from minxin.cases.numbering import next_number
from minxin.cases.states import State
from minxin.errors import Refused
from minxin.extensions import db
from minxin.privacy.vault import VaultError
from minxin.workbooks.mapping import Field

HEADER = (
    "留言编号",
    "留言用户",
    "联系电话",
    "留言主题",
    "留言时间",
    "留言详情",
    "答复意见",
    "答复时间",
)
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def book(*rows: Sequence[object], header: Sequence[str] = HEADER) -> bytes:
    """A workbook as bytes; rows shorter than the header are filled with nothing."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def row(number: int, **other: object) -> list[object]:
    values = {
        "留言编号": f"L{number}",
        "留言用户": "王小明",
        "联系电话": "13800001234",
        "留言主题": f"第{number}号楼道路灯不亮",
        "留言时间": "2026/11/20 8:30:05",
        "留言详情": f"我们小区第{number}号楼门口的路灯坏了一个星期，请尽快维修。",
        **other,
    }
    return [values.get(name) for name in HEADER]


@pytest.fixture
def store(app):
    return app.extensions["store"]


@pytest.fixture
def uploaded(panjin, store) -> Callable[..., Import]:
    """Upload a workbook and begin its import with the guessed columns, as 林静."""

    def upload(content: bytes, *, name: str = "留言.xlsx", source: str = "import") -> Import:
        batch = importing.receive(
            name, content, source=source, store=store, by=panjin.actor("linjing"), at=clock.now()
        )
        importing.begin(batch.id, {Field(key): column for key, column in batch.mapping.items()})
        db.session.commit()
        return batch

    return upload


@pytest.fixture
def run(store) -> Callable[[Import], Import]:
    """Import to the end, committing as the worker does."""

    def to_the_end(batch: Import) -> Import:
        for _ in importing.run(batch.id, store=store):
            db.session.commit()
        db.session.refresh(batch)
        return batch

    return to_the_end


def figures(batch: Import) -> tuple[int, int, int]:
    return batch.made, batch.repeated, batch.failed


def test_every_row_becomes_a_case_or_a_listed_reason(panjin, uploaded, run):
    with panjin.standing("linjing"):
        batch = run(
            uploaded(
                book(
                    row(1),
                    row(2, 留言时间=datetime(2026, 11, 19, 16, 26, 44)),  # noqa: DTZ001
                    row(3, 留言时间="昨天下午"),
                    row(1),
                    row(5, 留言主题=None, 留言详情=None),
                    row(6, 联系电话="见附件"),
                )
            )
        )
        assert (batch.state, batch.total, batch.done_rows) == ("done", 6, 6)
        assert figures(batch) == (2, 1, 3)
        listed = {each.row: each for each in db.session.scalars(select(ImportRow))}
        assert sorted(listed) == [2, 3, 4, 5, 6, 7]
        assert [listed[n].outcome for n in sorted(listed)] == [
            "made", "made", "failed", "repeated", "failed", "failed",
        ]  # fmt: skip
        assert "昨天下午" in listed[4].message
        assert listed[4].column == "留言时间"
        assert listed[5].number == listed[2].number
        received = db.session.scalars(select(Case.received_at).order_by(Case.id)).all()
        assert received == [
            datetime(2026, 11, 20, 0, 30, 5, tzinfo=UTC),
            datetime(2026, 11, 19, 8, 26, 44, tzinfo=UTC),
        ]


def test_the_same_file_twice_makes_nothing_twice(panjin, uploaded, run):
    content = book(*(row(n) for n in range(1, 8)))
    with panjin.standing("linjing"):
        first = run(uploaded(content))
        second = run(uploaded(content, name="留言（再次）.xlsx"))
        assert figures(first) == (7, 0, 0)
        assert figures(second) == (0, 7, 0)
        assert db.session.scalar(select(func.count(Case.id))) == 7
        earlier = imported.before(second)
        assert earlier is not None
        assert earlier.id == first.id
        assert imported.before(first) is None
        numbers = {each.number for each in imported.rows_of(second, "repeated")}
        assert numbers == {each.number for each in imported.rows_of(first, "made")}


def test_another_file_with_the_same_row_repeats_it(panjin, uploaded, run):
    with panjin.standing("linjing"):
        run(uploaded(book(row(1), row(2))))
        second = run(uploaded(book(row(9), row(2), row(10))))
        assert figures(second) == (2, 1, 0)


def test_an_import_that_was_stopped_goes_on_where_it_was(panjin, uploaded, store, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 3)
    with panjin.standing("linjing"):
        batch = uploaded(book(*(row(n) for n in range(1, 11))))
        steps = importing.run(batch.id, store=store)
        next(steps)
        db.session.commit()
        next(steps)  # the second batch is written but never committed
        steps.close()
        db.session.rollback()
        db.session.refresh(batch)
        assert (batch.done_rows, batch.last_row, batch.state) == (3, 4, "running")
        for _ in importing.run(batch.id, store=store):
            db.session.commit()
        db.session.refresh(batch)
        assert figures(batch) == (10, 0, 0)
        assert db.session.scalar(select(func.count(Case.id))) == 10
        assert tallies.read()[State.UNCLAIMED] == 10


def test_a_batch_that_another_worker_has_done_is_left_alone(panjin, uploaded, run, store):
    with panjin.standing("linjing"):
        batch = uploaded(book(row(1), row(2)))
        slow = importing.run(batch.id, store=store)
        run(batch)
        assert list(slow) == []
        assert figures(batch) == (2, 0, 0)


def test_a_batch_writes_what_a_single_entry_writes(panjin):
    """The fast way has no rules of its own."""
    appeal = Appeal(
        subject="路灯不亮",
        body="小区门口路灯不亮，请维修。",
        place="大洼街道向阳小区",
        kind="complaint",
        district="dawa",
        source="import",
        person=Person("李桂芳", "138 0000 5678", "大洼区某路1号"),
        given={"source_no": "L1"},
    )
    by, received = panjin.actor("linjing"), AT - timedelta(days=2)
    with panjin.standing("linjing"):
        single = intake.enter(appeal, by=by, at=AT, received_at=received)
        db.session.commit()
        many = Appeal(**{**vars(appeal), "import_key": "k1"})
        batches.enter([Entry(many, received, batches.spell(many))], by=by, at=AT)
        db.session.commit()
        other = db.session.scalars(select(Case).where(Case.import_key == "k1")).one()
        assert _facts(other, "import_key") == _facts(single, "import_key")
        for model in (CaseEvent, Clock, Contact, CaseText):
            mine, its = (_parts(model, case) for case in (single, other))
            assert its == mine, model.__name__
        assert db.session.scalars(select(tallies.Tally.number)).all() == [2]
        assert search.ids("路灯", tenant_id=None) == [other.id, single.id]


def _facts(thing: object, *but: str) -> dict[str, object]:
    """Every column but keys, and what differs from case to case by its nature."""
    own = {"id", "case_id", "number", *but}
    columns = look(type(thing)).columns
    values = {c.key: getattr(thing, c.key) for c in columns if c.key not in own}
    sealed = {name: bool(value) for name, value in values.items() if name.endswith("_sealed")}
    return values | sealed


def _parts(model, case: Case) -> list[dict[str, object]]:
    rows = db.session.scalars(select(model).where(model.case_id == case.id).order_by(model.id))
    parts = [_facts(each) for each in rows]
    for part in parts:  # the number is one of the words
        if "words" in part:
            part["words"] = part["words"].replace(case.number.split("-")[1], "…")
    return parts


def test_nothing_follows_an_imported_row_but_its_clock(panjin, uploaded, run):
    with panjin.standing("linjing"):
        run(uploaded(book(*(row(n) for n in range(1, 6)))))
        assert db.session.scalars(select(Outbox.job)).all() == ["cases.import"]
        case = db.session.scalars(select(Case).limit(1)).one()
        assert (case.state, case.clock_key, case.source) == (State.UNCLAIMED, "claim", "import")
        clocks = db.session.scalars(select(Clock).where(Clock.case_id == case.id)).all()
        assert [each.due_at for each in clocks] == [case.due_at]


def test_contact_data_is_sealed_and_the_earlier_reply_kept_inside(panjin, uploaded, run):
    with panjin.standing("linjing"):
        run(uploaded(book(row(1, 答复意见="已安排更换灯具。", 答复时间="2026-11-21 09:00"))))
        contact = db.session.scalars(select(Contact)).one()
        assert (contact.name_mask, contact.phone_mask) == ("王**", "138****1234")
        events = {each.name: each for each in db.session.scalars(select(CaseEvent))}
        assert events["receive"].payload["source_no"] == "L1"
        assert events["receive"].actor_name == "林静"
        reply = events["earlier_reply"]
        assert reply.internal
        assert reply.payload == {"text": "已安排更换灯具。", "at": "2026-11-21T09:00:00+08:00"}


@pytest.mark.parametrize("district", ["属地", "区县", "所在区县", "受理地区"])
def test_known_words_fill_type_and_district_and_unknown_ones_are_kept(
    panjin, uploaded, run, district
):
    header = ("主题", "诉求内容", "类型", district, "省编号", "省时限")
    content = book(
        ("甲", "路灯不亮", "投诉", "大洼区", "P1", "2026-12-01"),
        ("乙", "水压太低", "吐槽", "某新区", "", ""),
        header=header,
    )
    with panjin.standing("linjing"):
        run(uploaded(content, source="province"))
        first, second = db.session.scalars(select(Case).order_by(Case.id))
        assert (first.kind, first.district, first.provincial_no) == ("complaint", "dawa", "P1")
        assert (second.kind, second.district, second.provincial_no) == (None, None, None)
        said = db.session.scalars(select(CaseEvent.payload).order_by(CaseEvent.case_id)).all()
        assert said[0]["provincial_due"] == "2026-12-02T00:00:00+08:00"
        assert (said[1]["type"], said[1]["district"]) == ("吐槽", "某新区")


def test_the_failed_rows_come_back_as_a_sheet_that_can_be_imported(panjin, uploaded, run, store):
    with panjin.standing("linjing"):
        batch = run(uploaded(book(row(1), row(2, 留言时间="不记得"), row(3))))
        sheet = imported.failure_sheet(
            batch, store=store, by=panjin.actor("linjing"), at=clock.now()
        )
        db.session.commit()
        page = openpyxl.load_workbook(io.BytesIO(sheet)).active
        cells = [[cell.value for cell in line] for line in page.iter_rows(min_row=3)]
        assert cells[0][:3] == ["行号", "原因", "留言编号"]
        assert [line[0] for line in cells[1:]] == ["3"]
        assert "不记得" in cells[1][1]
        page.cell(4, 1 + cells[0].index("留言时间")).value = "2026-11-20 08:00"
        mended = io.BytesIO()
        page.parent.save(mended)
        again = run(uploaded(mended.getvalue()))
        assert figures(again) == (1, 0, 0)


def test_an_import_begins_once(panjin, uploaded):
    with panjin.standing("linjing"):
        batch = uploaded(book(row(1)))
        with pytest.raises(Refused, match="已经开始"):
            importing.begin(batch.id, {Field.TEXT: 5})


def test_a_mapping_without_text_is_refused(panjin, store):
    with panjin.standing("linjing"):
        batch = importing.receive(
            "a.xlsx", book(row(1)), source="import", store=store,
            by=panjin.actor("linjing"), at=clock.now(),
        )  # fmt: skip
        with pytest.raises(Refused, match="诉求内容") as refused:
            importing.begin(batch.id, {Field.NAME: 1})
        assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "空的"),
        ("a.xlsx", b"PK\x03\x04 broken", "损坏"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
        ("a.csv", "主题,内容\n1,2".encode(), "不是 Excel"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(panjin, store, name, content, said):
    with panjin.standing("linjing"), pytest.raises(Refused, match=said):
        importing.receive(
            name, content, source="import", store=store, by=panjin.actor("linjing"), at=AT
        )


def test_a_workbook_that_is_gone_ends_the_import_with_a_reason(panjin, uploaded, run, store):
    with panjin.standing("linjing"):
        batch = uploaded(book(row(1)))
        store.delete(batch.sealed_sha256, panjin.city.schema)
        run(batch)
        assert batch.state == "failed"
        assert "不存在" in batch.message
        assert db.session.scalar(select(func.count(Case.id))) == 0


def test_two_imports_of_the_same_rows_at_once_make_each_case_once(panjin, uploaded, store):
    content = book(*(row(n) for n in range(1, 6)))
    with panjin.standing("linjing"):
        first, second = uploaded(content).id, uploaded(content).id
        next(importing.run(first, store=store))  # not committed: the other cannot see it yet
        with panjin.standing("linjing"):
            keys = [each.key for each in _parsed(first, store)]
            assert importing._known(keys) == {}
        db.session.commit()
        made = sum(1 for _ in importing.run(second, store=store))
        db.session.commit()
        assert made == 2
        assert db.session.scalar(select(func.count(Case.id))) == 5


def _parsed(import_id: int, store) -> list:
    batch = db.session.get_one(Import, import_id)
    mapping = {Field(name): column for name, column in batch.mapping.items()}
    with importing.sheet_of(batch, store) as sheet:
        return list(importing.parse(sheet, mapping))


def test_a_key_that_another_batch_was_faster_with_is_left_out(panjin):
    appeal = Appeal(subject="路灯", body="不亮", source="import", import_key="k")
    by = panjin.actor("linjing")
    entry = Entry(appeal, None, batches.spell(appeal))
    with panjin.standing("linjing"):
        assert list(batches.enter([entry], by=by, at=AT)) == ["k"]
        assert batches.enter([entry], by=by, at=AT) == {}
        db.session.commit()
        assert tallies.read()[State.UNCLAIMED] == 1
        assert next_number(AT).endswith("-00003")


def test_what_was_imported_is_found_by_its_words(panjin, uploaded, run):
    with panjin.standing("linjing"):
        run(uploaded(book(row(1, 留言主题="小区门口路灯不亮"), row(2, 留言主题="暖气不热"))))
        first, second = db.session.scalars(select(Case.id).order_by(Case.id)).all()
        for text, found in (
            ("小区门口路灯不亮", [first]),
            ("暖气", [second]),
            ("第2号楼", [second]),
            ("路灯坏了", [second, first]),
            ("没有的话", []),
        ):
            assert search.ids(text, tenant_id=None) == found, text


def test_the_preview_masks_names_and_phones(panjin, store):
    header = ("反映人", "手机", "主题", "诉求内容", "备注")
    content = book(
        *(("李桂芳", 13800005678, "路灯", "请回电13800001234", "x" * 90) for _ in range(9)),
        header=header,
    )
    with panjin.standing("linjing"):
        batch = importing.receive(
            "a.xlsx", content, source="import", store=store,
            by=panjin.actor("linjing"), at=clock.now(),
        )  # fmt: skip
        batch.mapping = {"text": 3}  # somebody unmapped the rest: it is still masked
        sample = imported.sample(batch, store=store)
        assert len(sample.rows) == 5
        assert sample.rows[0][:4] == ["李**", "138****5678", "路灯", "请回电138****1234"]
        assert sample.rows[0][4].endswith("x…")


def stored(app, panjin) -> list[bytes]:
    """Everything that the store holds of the city."""
    folder = app.extensions["settings"].folder
    return [p.read_bytes() for p in folder.rglob(f"{panjin.city.schema}/??/*") if p.is_file()]


def test_an_uploaded_workbook_is_stored_sealed_and_removed_when_it_is_done(
    app, panjin, uploaded, run, store
):
    content = book(row(1, 联系电话="13912345678"), row(2))
    with panjin.standing("linjing"):
        batch = uploaded(content)
        kept = stored(app, panjin)
        assert kept
        assert not any(each.startswith(b"PK") for each in kept)
        assert store.is_whole(batch.sealed_sha256, panjin.city.schema)
        assert not store.is_whole(batch.sha256, panjin.city.schema)
        key = batch.sealed_sha256
        run(batch)
        assert (batch.state, batch.made, batch.sealed_sha256) == ("done", 2, None)
        assert not store.is_whole(key, panjin.city.schema)


def test_each_upload_has_a_file_of_its_own(panjin, uploaded, run, store):
    content = book(row(1))
    with panjin.standing("linjing"):
        first, second = uploaded(content), uploaded(content)
        assert first.sha256 == second.sha256
        run(first)
        assert figures(run(second)) == (0, 1, 0)


def test_a_workbook_with_failed_rows_is_kept_for_thirty_days(panjin, uploaded, run, store):
    with panjin.standing("linjing"):
        batch = run(uploaded(book(row(1), row(2, 留言时间="不记得"))))
        assert store.is_whole(batch.sealed_sha256, panjin.city.schema)
        batch_id, until = batch.id, uploaded_files.needed_until(batch)
        assert until == batch.created_at + timedelta(days=30)
    with panjin.standing():
        assert uploaded_files.expire(until) == 0
        assert uploaded_files.expire(until + timedelta(seconds=1)) == 1
        db.session.commit()
        left = db.session.get_one(Import, batch_id)
        assert (left.state, left.sealed_sha256) == ("done", None)
        with pytest.raises(Refused, match="已删除"):
            imported.failure_sheet(left, store=store, by=panjin.actor("linjing"), at=until)


def test_an_import_that_nobody_begins_ends_after_thirty_days(panjin, store):
    with panjin.standing("linjing"):
        batch = importing.receive(
            "a.xlsx", book(row(1)), source="import", store=store,
            by=panjin.actor("linjing"), at=AT,
        )  # fmt: skip
        db.session.commit()
        batch_id = batch.id
    with panjin.standing():
        assert uploaded_files.expire(AT + timedelta(days=31)) == 1
        db.session.commit()
        left = db.session.get_one(Import, batch_id)
        assert (left.state, left.sealed_sha256) == ("failed", None)
        assert "30天" in left.message


def test_a_sealed_workbook_opens_for_its_own_import_alone(panjin, uploaded, store):
    with panjin.standing("linjing"):
        first, second = uploaded(book(row(1))), uploaded(book(row(2)))
        second.sealed_sha256 = first.sealed_sha256
        with pytest.raises(VaultError), importing.sheet_of(second, store):
            pass


def test_reasons_quote_no_name_no_number_and_no_address(panjin, uploaded, run):
    header = ("主题", "来件时间", "联系电话", "答复时间", "家庭住址")
    content = book(("路灯不亮", "上周", "桂芳嫂子", "昨天", "向阳小区3号"), header=header)
    with panjin.standing("linjing"):
        batch = importing.receive(
            "a.xlsx", content, source="import", store=panjin.app.extensions["store"],
            by=panjin.actor("linjing"), at=clock.now(),
        )  # fmt: skip
        # the clerk took the columns of telephones and addresses for dates
        wrong = {Field.SUBJECT: 0, Field.RECEIVED_AT: 1, Field.REPLIED_AT: 2}
        importing.begin(batch.id, wrong | {Field.PROVINCIAL_DUE: 4, Field.PHONE: 3})
        run(batch)
        message = db.session.scalars(select(ImportRow.message)).one()
    assert "“上周”" in message
    assert "联系电话：这一格的内容不对" in message
    assert "答复时间：这一格不是电话号码" in message
    for secret in ("桂芳", "昨天", "向阳"):
        assert secret not in message
