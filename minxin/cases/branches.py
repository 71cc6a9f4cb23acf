"""What the branches of a case's life add to its dossier, column by column."""

from __future__ import annotations

from minxin.cases.cohandling import CoAnswer
from minxin.cases.messages import Message
from minxin.cases.promises import Promise
from minxin.cases.reopening import Reopening
from minxin.cases.returns import Return

RETURN = (
    Return.unit_id,
    Return.unit,
    Return.ground,
    Return.basis,
    Return.reason,
    Return.attachment_id,
    Return.asked_at,
    Return.asked_by,
    Return.outcome,
    Return.opinion,
    Return.decided_at,
    Return.decided_by,
    Return.dispute,
)
MESSAGE = (
    Message.kind,
    Message.text,
    Message.satisfaction,
    Message.received_at,
    Message.taken_by,
    Message.outcome,
    Message.decided_by,
    Message.opinion,
    Message.reply,
    Message.replied_at,
    Message.replied_by,
)
REOPENING = (
    Reopening.reason,
    Reopening.asked_at,
    Reopening.asked_by,
    Reopening.closed_at,
    Reopening.stars,
    Reopening.outcome,
    Reopening.opinion,
    Reopening.decided_at,
    Reopening.decided_by,
)
PROMISE = (
    Promise.text,
    Promise.promised_on,
    Promise.review_on,
    Promise.made_at,
    Promise.made_by,
    Promise.outcome,
    Promise.ended_at,
    Promise.ended_by,
    Promise.result,
)
CO_ANSWER = (CoAnswer.unit, CoAnswer.text, CoAnswer.answered_at, CoAnswer.answered_by)
