"""Full-text search over Chinese words.

Under row-level security an index serves only leakproof operators, and `@@` is not one: so the ids
are found by the city's login with the tenant given explicitly, and the rows are then loaded by the
person's own login, which checks them again (design §2).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import jieba
from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.sql.elements import ColumnElement

from minxin import sessions
from minxin.cases.models import Case, CaseText
from minxin.extensions import db
from minxin.tenancy.context import within

jieba.setLogLevel(logging.WARNING)

MOST = 200
RESEMBLES, THE_SAME = 0.3, 0.5
"""From which alikeness of titles on a case is shown beside another, or may be the same matter."""
WORD = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """Every word that may be meant in a text, overlapping ones too; punctuation left out.

    路灯不亮 gives 路灯 and 灯不亮: one way of cutting alone would hide the other's words.
    """
    found: list[str] = []
    known = jieba.dt.FREQ
    for word in jieba.cut(text.lower(), cut_all=True):
        if word.isalnum():
            found.append(word)
            if len(word) > 1 and word not in known and not word.isascii():
                found.extend(
                    word
                )  # a run that no dictionary knows (rare names): `asked` cuts it so
    return found


def prepare() -> None:
    """Load the dictionary now, where a process would rather not wait for it at its first text."""
    jieba.initialize()


def asked(text: str) -> list[str]:
    """The words to look for: the likeliest way of cutting what was typed.

    A single character that is left over between words is dropped: in the texts it may be covered
    by a word.
    """
    cut = [word for word in jieba.cut(text.lower(), HMM=False) if WORD.fullmatch(word)]
    return [word for word in cut if len(word) > 1 or word.isascii()] or cut


def spelled(*texts: str) -> str:
    """The words of texts with blanks between them: what `words` makes a tsvector of.

    The spelling of several texts is that of each, one after the other.
    """
    return " ".join(tokens(" ".join(texts)))


def words(spelling: str | ColumnElement[str]) -> ColumnElement[str]:
    """The tsvector of what `spelled` answered, as an SQL expression."""
    return func.to_tsvector("simple", spelling, type_=TSVECTOR)


def index(case: Case) -> None:
    """Write (again) the words that a case is found by. Contact data is never among them."""
    row = db.session.scalar(select(CaseText).where(CaseText.case_id == case.id))
    if row is None:
        row = CaseText(tenant_id=case.tenant_id, case_id=case.id)
        db.session.add(row)
    row.words = words(
        spelled(case.number, case.subject, case.body, case.summary, case.wording, case.place)
    )


def ids(
    text: str,
    *,
    tenant_id: int | None,
    where: Sequence[ColumnElement[bool]] = (),
    limit: int = MOST,
) -> list[int]:
    """Case ids, newest first, that hold every word; `tenant_id` None searches the whole city.

    where: conditions on the cases themselves, so that the limit cuts only what is wanted.
    """
    wanted = asked(text)
    if not wanted:
        return []
    return _matching(" & ".join(dict.fromkeys(wanted)), tenant_id, limit, where=where)


def similar(case: Case, *, tenant_id: int | None, limit: int = 8) -> list[int]:
    """Ids of cases whose words are most like this one's."""
    telling = [word for word in dict.fromkeys(tokens(case.subject + case.place)) if len(word) > 1]
    found = _matching(" | ".join(telling[:12]), tenant_id, limit + 1, ranked=True)
    return [case_id for case_id in found if case_id != case.id][:limit]


def alikeness(one: str, other: str) -> float:
    """How many of the words of the shorter text the longer one has too, from 0 to 1."""
    words = [{word for word in tokens(text) if len(word) > 1} for text in (one, other)]
    few, many = sorted(words, key=len)
    return len(few & many) / len(few) if few else 0.0


def _matching(
    expression: str,
    tenant_id: int | None,
    limit: int,
    ranked: bool = False,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[int]:
    if not expression:
        return []
    query_text = func.to_tsquery("simple", bindparam("words", expression, Text))
    query = select(CaseText.case_id).where(CaseText.words.op("@@")(query_text))
    if tenant_id is not None:
        query = query.where(CaseText.tenant_id == tenant_id)
    if where:
        query = query.join(Case, Case.id == CaseText.case_id).where(*where)
    if ranked:
        query = query.order_by(func.ts_rank(CaseText.words, query_text).desc())
    # Within a tenant "+ 0" keeps the planner from walking the whole city's cases backwards until
    # enough hold a common word. A city's search for one is best done just so.
    newest = CaseText.case_id if tenant_id is None else CaseText.case_id + 0
    query = query.order_by(newest.desc()).limit(limit)
    with within(sessions.current().schema, login="city"):
        found: Sequence[int] = db.session.scalars(query).all()
    return list(found)
