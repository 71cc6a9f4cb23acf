"""The tables of a case's life. What follows a case when custody moves says so in its info."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from minxin.clock import now
from minxin.tenancy.models import MOVES, STAYS, Key, OfTenant

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""No clock runs: sorts after every due instant, where NULL would break paging by key."""


class Category(Key):
    """Three-level coded category tree of the city."""

    __tablename__ = "categories"

    code: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("categories.id"))
    level: Mapped[int]
    name: Mapped[str]
    full_name: Mapped[str]  # 城乡建设 / 公用设施 / 路灯
    active: Mapped[bool] = mapped_column(default=True)


class DeadlineRule(Key):
    """A deadline rule as adopted by the city; the newest version of a key is in force."""

    __tablename__ = "deadline_rules"
    __table_args__ = (UniqueConstraint("key", "version"),)

    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    unit: Mapped[str]  # workday | day | hour | minute | week
    amount: Mapped[int]
    article: Mapped[str]
    begins: Mapped[str]
    from_due: Mapped[bool]
    adopted_at: Mapped[datetime]


class WorkCalendar(Key):
    """A workday calendar as adopted; exceptions: {"2026-10-10": "国庆节"}, days unlike Mon–Fri."""

    __tablename__ = "calendars"

    version: Mapped[str] = mapped_column(unique=True)
    first: Mapped[str]
    last: Mapped[str]
    exceptions: Mapped[dict[str, Any]]
    adopted_at: Mapped[datetime]


class Outage(Key):
    """A declared window in which the platform was down, of the city or of one tenant (1.8 A2)."""

    __tablename__ = "outages"

    for_tenant_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tenants.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    declared_by: Mapped[str]
    declared_by_id: Mapped[int | None] = mapped_column(BigInteger)
    declared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class NumberSeries(Key):
    """The last number given out in a series and period."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("series", "period"),)

    series: Mapped[str]
    period: Mapped[str]
    last: Mapped[int]


class Submission(Key):
    """What a citizen sent through the portal, before a worker makes a case of it.

    Written by the public login, which can read it back by number only to show progress.
    Contact fields are sealed (privacy.vault) with the number as context.
    """

    __tablename__ = "submissions"

    number: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)  # the form's own key: sent twice, kept once
    district: Mapped[str | None]
    kind: Mapped[str | None]
    subject: Mapped[str]
    body: Mapped[str]
    place: Mapped[str]
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class SubmissionPhoto(Key):
    """A photo of a submission; it becomes an attachment of the case."""

    __tablename__ = "submission_photos"

    submission_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("submissions.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]


class CitizenAct(Key):
    """What a citizen asked for on the progress page (撤回); a worker carries it out.

    text: his own words · facts: what he chose, e.g. {"satisfaction": 4}.
    """

    __tablename__ = "citizen_acts"

    number: Mapped[str] = mapped_column(index=True)
    act: Mapped[str]
    text: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    answer: Mapped[str | None]


_NARROWED = ("tenant_id", "kind", "source", "urgency")
_OF_UNIT = ("tenant_id", "unit_id", "state", "due_at", "id")


class Case(OfTenant):
    """诉求件. `state` is written by `workflow.move` alone."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("import_key"),
        Index("ix_cases_tenant_id_state_due_at_id", "tenant_id", "state", "due_at", "id"),
        Index("ix_cases_state_due_at_id", "state", "due_at", "id"),
        Index("ix_cases_tenant_id_unit_id_state_due_at_id", *_OF_UNIT),
        Index("ix_cases_tenant_id_due_at_id", "tenant_id", "due_at", "id"),
        Index(
            "ix_cases_ended_tenant_id_id",
            "tenant_id",
            "id",
            postgresql_where=text(
                "state IN ('closed', 'refused', 'withdrawn', 'judged', 'merged')"
            ),
        ),
        Index("ix_cases_due_at_id", "due_at", "id"),
        Index("ix_cases_tenant_id_kind_source_urgency", *_NARROWED),
        Index("ix_cases_received_at", "received_at"),
        Index(
            "ix_cases_uncleared",
            "updated_at",
            postgresql_where=text(
                "cleared_at IS NULL AND state IN"
                " ('closed', 'refused', 'withdrawn', 'judged', 'merged')"
            ),
        ),
        Index("ix_cases_flagged_at", "flagged_at", postgresql_where=text("flagged_at IS NOT NULL")),
        {"info": MOVES},
    )

    number: Mapped[str]
    track: Mapped[str] = mapped_column(default="appeal")  # appeal | question
    source: Mapped[str]  # web | phone | letter | visit | province | leader | import
    provincial_no: Mapped[str | None]
    ordered_by: Mapped[str | None]  # 领导交办: who
    provincial_due_at: Mapped[datetime | None]  # the day set from outside, by province or leader
    provincial_stars: Mapped[int | None]
    import_key: Mapped[str | None]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str | None]  # consult | suggest | help | complaint | report | thanks | other
    urgency: Mapped[str] = mapped_column(default="normal")  # normal | urgent | critical
    category_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("categories.id"))
    district: Mapped[str | None]
    place: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]  # the citizen's own words, never changed
    body: Mapped[str]  # 原文, never changed
    summary: Mapped[str] = mapped_column(default="")  # 问题摘要
    wording: Mapped[str] = mapped_column(default="")  # 规范内容
    public_text: Mapped[str] = mapped_column(default="")  # 公示信息
    screened_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]  # its personal data was destroyed
    due_at: Mapped[datetime] = mapped_column(default=FAR)  # the earliest running clock
    yellow_at: Mapped[datetime | None]
    clock_key: Mapped[str | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)  # 暂定: see Clock.provisional
    holder_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    from_station: Mapped[bool] = mapped_column(default=False)  # who sent it: else the office
    hops: Mapped[int] = mapped_column(default=0)  # 分转 of a question
    ruled_at: Mapped[datetime | None]  # by a binding ruling: it cannot be returned any more
    reporter_id: Mapped[int | None] = mapped_column(BigInteger)  # who handed the report in
    master_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    flagged_at: Mapped[datetime | None]  # 重大紧急件, since when
    has_phone: Mapped[bool] = mapped_column(default=False)
    satisfaction: Mapped[int | None]  # 5 非常满意 … 1 非常不满意
    stars: Mapped[int | None]  # 0–10
    rating_opinion: Mapped[str | None]
    close_method: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]  # the last time; the closing before it is in the events

    @property
    def major(self) -> bool:
        """Is it a 重大紧急件?"""
        return self.flagged_at is not None


class Contact(OfTenant):
    """How to reach the citizen: sealed values, masks for every screen, an index of the phone."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_phone_index", "phone_index"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), unique=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_mask: Mapped[str] = mapped_column(default="")
    phone_mask: Mapped[str] = mapped_column(default="")
    address_mask: Mapped[str] = mapped_column(default="")
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)


class CaseText(OfTenant):
    """The words of a case, for search; apart, so that a move does not rewrite the index."""

    __tablename__ = "case_texts"
    __table_args__ = (
        Index("ix_case_texts_tenant_id_words", "tenant_id", "words", postgresql_using="gin"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), unique=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)


class Assignment(OfTenant):
    """派单: one unit's turn at a case, main or co-handling. Stays where it was sent."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_tenant_id_unit_id_case_id", "tenant_id", "unit_id", "case_id"),
        Index("ix_assignments_tenant_id_sent_at", "tenant_id", "sent_at"),
        {"info": STAYS},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    part: Mapped[str]  # main | co
    opinion: Mapped[str]  # 承办意见
    sent_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    sent_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # passed_on | done | withdrawn


class CaseEvent(OfTenant):
    """One fact of a case's life; append-only by grant. Sentences are rendered from it later."""

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_case_id_id", "case_id", "id"),
        Index("ix_case_events_tenant_id_at", "tenant_id", "at"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    name: Mapped[str]
    at: Mapped[datetime]
    actor_kind: Mapped[str]  # person | system | citizen
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    actor_unit: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    reason: Mapped[str | None]
    article: Mapped[str | None]
    internal: Mapped[bool] = mapped_column(default=False)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Clock(OfTenant):
    """A running or stopped deadline with the inputs that its due instant was computed from."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_case_id", "case_id"),
        Index("ix_clocks_due_at", "due_at", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_clocks_next_at", "next_at", postgresql_where=text("stopped_at IS NULL")),
        Index(
            "ix_clocks_stopped_answers",
            "stopped_at",
            postgresql_where=text(
                "rule_key IN ('message', 'supervision', 'supervision2', 'supervision3', "
                "'supervision_again')"
            ),
        ),
        Index(
            "ix_clocks_provisional",
            "tenant_id",
            postgresql_where=text("stopped_at IS NULL AND provisional"),
        ),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    rule_key: Mapped[str]
    rule_version: Mapped[int]
    calendar_version: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    yellow_at: Mapped[datetime]
    provisional: Mapped[bool] = mapped_column(default=False)  # the calendar may still move it
    subject_id: Mapped[int | None] = mapped_column(BigInteger)  # the message it is for
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see cases.allowances
    version: Mapped[int] = mapped_column(default=1)  # counts up when the due instant moves
    stopped_at: Mapped[datetime | None]
    late_seen: Mapped[int] = mapped_column(default=0)  # the version whose lateness was recorded
    next_at: Mapped[datetime] = mapped_column(default=now)  # when the sweep looks at it next


class Attachment(OfTenant):
    """A file of a case; its content lies in the store under its hash."""

    __tablename__ = "attachments"
    __table_args__ = ({"info": MOVES},)

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    part: Mapped[str]  # original | handling | report
    name: Mapped[str]
    kind: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class Report(OfTenant):
    """调查处理报告: one version of it, as submitted, signed and reviewed (第九条（三）)."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("case_id", "edition"),
        {"info": MOVES},
    )

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"))
    edition: Mapped[int]
    sections: Mapped[list[Any]]  # [{"title": …, "text": …}]
    close_method: Mapped[str]  # proposed 结案方式
    policy_source: Mapped[str] = mapped_column(default="")
    policy_explained: Mapped[str] = mapped_column(default="")
    responsible: Mapped[str]  # 经办人
    signer: Mapped[str]  # 审签领导
    submitted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(
        default="signing"
    )  # signing|unsigned|reported|sent_back|accepted
    opinion: Mapped[str] = mapped_column(default="")


class ReportTemplate(OfTenant):
    """The tenant's 范文 of the investigation report."""

    __tablename__ = "report_templates"

    version: Mapped[int]
    sections: Mapped[list[Any]]  # [{"title": …, "help": …, "required": true}]


class FollowUp(OfTenant):
    """回访: one attempt to reach the citizen and what was said (第八条（三）)."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_at", "at"), {"info": MOVES})

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str]
    outcome: Mapped[str]  # reached | no_answer | wrong_number | refused | substitute
    contacted: Mapped[bool | None]  # 联系
    solved: Mapped[bool | None]  # 解决
    satisfaction: Mapped[int | None]  # 满意, 5…1
    remarks: Mapped[str]


class Tracking(OfTenant):
    """What the citizen sees of the case with number and code: written for the public login."""

    __tablename__ = "trackings"
    __table_args__ = ({"info": MOVES},)

    case_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cases.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary)
    subject: Mapped[str]
    received_at: Mapped[datetime]
    state: Mapped[str]
    steps: Mapped[list[Any]]  # [{"at": iso, "label": …, "unit": …, "note": …}]
    answer: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # of a question: then the citizen's wait was over
    due_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    why: Mapped[list[Any]] = mapped_column(default=list)  # why this due date, sentence by sentence
    can_withdraw: Mapped[bool] = mapped_column(default=True)
    merged: Mapped[bool] = mapped_column(default=False)  # it follows its master's course
    reopen_until: Mapped[datetime | None]  # of a closed case: until then it may be asked for again
    messages: Mapped[list[Any]] = mapped_column(default=list)  # [{"at": iso, "kind", "text", …}]
    updated_at: Mapped[datetime]


class Import(OfTenant):
    """An Excel import: what was uploaded, how it is mapped, how far the worker is."""

    __tablename__ = "imports"

    name: Mapped[str]
    sha256: Mapped[str]  # of what was uploaded
    sealed_sha256: Mapped[str | None]  # of what the store holds of it, until it is removed
    source: Mapped[str]
    columns: Mapped[list[Any]]
    mapping: Mapped[dict[str, Any]]
    state: Mapped[str]  # mapping | waiting | running | done | failed
    total: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    made: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    last_row: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(OfTenant):
    """What became of a row of an import: the case that it made or repeats, or why it made none."""

    __tablename__ = "import_rows"
    __table_args__ = (UniqueConstraint("import_id", "row"),)

    import_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("imports.id"))
    row: Mapped[int]
    outcome: Mapped[str]  # made | repeated | failed
    number: Mapped[str | None]  # of the case
    column: Mapped[str]
    message: Mapped[str]
