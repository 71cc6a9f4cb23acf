"""期号 and 文号: one after the other by unit, kind and year, without gap or repeat."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from minxin.documents.kinds import PaperKind
from minxin.documents.models import Paper, PaperSeries
from minxin.extensions import db


def next_serial(paper: Paper, year: int) -> int:
    """The next number of the paper's series, in the caller's transaction: who issues at the same
    moment waits for it, and a transaction that fails gives its number back."""
    row = insert(PaperSeries).values(
        tenant_id=paper.tenant_id, unit_id=paper.unit_id, kind=paper.kind, year=year, last=1
    )
    statement = row.on_conflict_do_update(
        index_elements=["unit_id", "kind", "year"], set_={"last": PaperSeries.last + 1}
    ).returning(PaperSeries.last)
    return db.session.execute(statement).scalar_one()


def number(paper: Paper) -> str:
    """〔2026〕第1期 or 〔2026〕1号; empty for a draft."""
    if paper.serial is None or paper.year is None:
        return ""
    return written(PaperKind(paper.kind), paper.year, paper.serial)


def written(kind: PaperKind, year: int, serial: int) -> str:
    """A number as papers of a kind bear it."""
    return f"〔{year}〕第{serial}期" if kind.traits.unit == "期" else f"〔{year}〕{serial}号"
