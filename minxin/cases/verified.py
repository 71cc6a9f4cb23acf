"""What the dossier reads of 核实: consultations and their counts, appraisals, when calls began."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, bindparam, func, select

from minxin.cases.appraising import Appraisal
from minxin.cases.consulting import Consultation, Opinion, Stance
from minxin.cases.reachability import calling_since


def _said(stance: Stance) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .where(Opinion.consultation_id == Consultation.id, Opinion.stance == stance)
        .scalar_subquery()
    )


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
