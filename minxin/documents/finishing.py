"""The worker's part of an issued paper: laid out, signed, kept under its hash, distributed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minxin.attachments.store import Store
from minxin.documents import distributing, drafting, numbering, rendering, sheets, signing
from minxin.documents.models import Paper
from minxin.documents.signing import Certificate
from minxin.extensions import db


@dataclass(frozen=True)
class Press:
    """What papers are made with in a city: where files are kept, who signs, where a paper can be
    verified (an address that a code is added to)."""

    store: Store
    schema: str
    certificate: Certificate | None
    address: str


def finish(paper_id: int, press: Press, *, at: datetime) -> None:
    """Make the file of an issued paper, once, and give it to its recipients. By the city's login.

    Run twice, nothing is made anew: the file that was kept first is the paper.
    """
    paper = db.session.get(Paper, paper_id, with_for_update=True)
    if paper is None or paper.state != "issued":
        return
    if paper.sha256 is None:
        made = rendering.render(sheets.sheet_of(paper, address=press.address))
        pdf = made.pdf
        if press.certificate is not None:
            pdf = signing.sign(pdf, press.certificate, reason=numbering.number(paper))
            paper.signed_as = press.certificate.name
        paper.sha256, paper.pages = press.store.keep(pdf, press.schema), made.pages
        paper.rendered_at = at
        db.session.flush()
    distributing.distribute(paper, at=at)


def prove(paper_id: int, press: Press, due_at: datetime | None) -> None:
    """校样: the draft as the pages that it would be."""
    paper = db.session.get(Paper, paper_id, with_for_update=True)
    if paper is None or paper.state not in drafting.OPEN or paper.proof_version == paper.version:
        return
    made = rendering.render(sheets.sheet_of(paper, due_at=due_at))
    paper.proof_sha256 = press.store.keep(made.pdf, press.schema)
    paper.proof_version, paper.pages = paper.version, made.pages
