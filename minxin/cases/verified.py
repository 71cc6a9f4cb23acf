"""What the dossier reads of 核实: consultations and their counts, appraisals, when calls began."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, bindparam, func, select

from minxin.cases.appraising import Appraisal
from minxin.cases.consulting import Consultation, Opinion, Stance
from minxin.cases.reachability import calling_since


def _said(stance: Stance) -> ScalarSelect[Any]:
    return _number(Opinion.stance == stance, Opinion.valid.is_not(False))


def _number(*which: ColumnElement[bool]) -> ScalarSelect[Any]:
    mine = Opinion.consultation_id == Consultation.id
    return select(func.count()).where(mine, *which).scalar_subquery()


CONSULTATION = (
    Consultation.title,
    Consultation.text,
    Consultation.result,
    Consultation.content_hash,
    Consultation.starts_at,
    Consultation.ends_at,
    Consultation.approved_by,
    Consultation.approved_at,
    Consultation.stopped_at,
    Consultation.concluded_at,
    Consultation.conclusion,
    _said(Stance.AGREE).label("agree"),
    _said(Stance.OBJECT).label("object"),
    _number(Opinion.valid.is_(False)).label("invalid"),
    _number(Opinion.valid.is_(None)).label("waiting"),
)
APPRAISAL = (
    Appraisal.at,
    Appraisal.by_name,
    Appraisal.by_kind,
    Appraisal.contacted,
    Appraisal.solved,
    Appraisal.satisfaction,
    Appraisal.words,
)
CALLING_SINCE = calling_since(bindparam("case_id", type_=BigInteger)).scalar_subquery()
