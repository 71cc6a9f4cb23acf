"""A paper of the register as a sheet to be laid out."""

from __future__ import annotations

from datetime import datetime

from minxin.calendars.counting import last_day
from minxin.calendars.words import day_text
from minxin.clock import local
from minxin.documents import issuing, numbering, words
from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper
from minxin.documents.sheet import Sheet, Table
from minxin.documents.words import DUE, Words


def sheet_of(
    paper: Paper, *, due_at: datetime | None = None, new: Words | None = None, address: str = ""
) -> Sheet:
    """The sheet as it stands: a draft until it is issued.

    due_at: what 【时限】 would stand for if it were issued now · new: words that are not saved
    address: where a paper can be verified, without its code.
    """
    issued = paper.state == "issued"
    due = paper.due_at if issued else due_at
    until = day_text(last_day(due)) if due else "（签发之日起计算）"
    written = (new or words.read(paper.words)).each(lambda _, text: text.replace(DUE, until))
    before = issuing.corrected(paper)
    return Sheet(
        kind=PaperKind(paper.kind),
        number=numbering.number(paper),
        issuer=paper.unit,
        issued_on=local(paper.issued_at).date() if paper.issued_at else None,
        title=written.title,
        addressee=written.addressee,
        text=written.text,
        fields=written.fields,
        tables=tuple(
            Table(
                each["name"],
                tuple(each["heads"]),
                tuple(tuple(row) for row in each["rows"]),
                tuple(each["widths"]),
            )
            for each in paper.tables
        ),
        annexes=written.annexes,
        report_to=written.report_to,
        send_to=written.send_to,
        copies=written.copies,
        signer=paper.issued_by,
        printed_by=paper.unit,
        code=paper.code or "",
        address=f"{address}{paper.code}" if paper.code and address else "",
        corrects=numbering.number(before) if before else "",
        draft=not issued,
    )
