"""函件: the mailbox of a unit, one letter, a new one, the answer, 签收, print."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from wtforms import MultipleFileField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.attachments.kinds import ACCEPT, ALLOWED_WORDS
from minxin.cases import lists
from minxin.errors import Conflict, Refused
from minxin.exchange import addressees, letters, mailbox
from minxin.exchange.letters import LetterKind
from minxin.exchange.models import Letter
from minxin.extensions import db
from minxin.privacy.masks import mask_numbers
from minxin.web import files
from minxin.web.forms import TokenForm, row_id
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages

BOTH = ["GET", "POST"]
TABS = {"in": "收件", "unsigned": "待签收", "out": "发件"}


class ReplyForm(TokenForm):
    """Title, text, files."""

    title = StringField(
        "标题",
        validators=[
            DataRequired("请填写标题"),
            Length(max=letters.TITLE_LIMIT, message=f"标题不能超过{letters.TITLE_LIMIT}个字"),
        ],
    )
    text = TextAreaField(
        "正文",
        validators=[
            DataRequired("请填写正文"),
            Length(max=letters.TEXT_LIMIT, message=f"正文不能超过{letters.TEXT_LIMIT}个字"),
        ],
    )
    files = MultipleFileField("附件")


class LetterForm(ReplyForm):
    """And to whom."""

    unit_ids = SelectMultipleField("收件单位", coerce=row_id, validate_choice=False)


def the_letter(letter_id: int) -> Letter:
    """The letter with this id: 404 outside the login's reach, 403 in another unit's mailbox."""
    letter = db.session.get(Letter, letter_id) if letter_id < 2**63 else None
    if letter is None:
        abort(404)
    if not check.covers(me(), P.LETTER_USE, letter):
        abort(403)
    return letter


@pages.get("/letters", endpoint="letters")
@permitted(P.LETTER_USE)
def mailbox_page() -> str:
    """收件, 待签收, 发件; the key of the next page is the last id."""
    by = me()
    box = request.args.get("box", "in")
    box = box if box in TABS else "in"
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else None
    rows, more = mailbox.page(by, box, after=key)
    waiting = mailbox.waiting(by)
    counts = {"in": waiting["unread"] or None, "unsigned": waiting["unsigned"] or None}
    return render_template(
        "workbench/letters.html",
        rows=rows,
        box=box,
        unread=waiting["unread"],
        tabs=[
            {
                "label": label,
                "url": _url("letters", **({} if name == "in" else {"box": name})),
                "current": name == box,
                "count": counts.get(name),
                "tone": "soon",
            }
            for name, label in TABS.items()
        ],
        kinds={kind.value: kind.label for kind in LetterKind},
        masked=masked,
        next_url=_url("letters", box=box, after=more) if more else None,
        first_url=_url("letters", box=box) if key else None,
    )


@pages.route("/letters/new", methods=BOTH, endpoint="new_letter")
@permitted(P.LETTER_USE)
def new_letter() -> Any:
    """A letter from the person's own unit."""
    form = LetterForm()

    def send() -> Letter:
        return letters.send(
            form.unit_ids.data or [],
            form.title.data,
            form.text.data,
            by=me(),
            at=clock.now(),
            files=files.received(form.files.data or [], letters.MOST_FILES),
            token=_token(form),
        )

    return _written(form, send, lambda status: _new_page(form, status))


@pages.get("/letters/<int:letter_id>", endpoint="letter")
@permitted(P.LETTER_USE)
def letter_page(letter_id: int) -> str:
    """One letter with its thread; opening it marks it as read by this person."""
    letter = the_letter(letter_id)
    if letter.box == "in":
        letters.read(letter, by=me(), at=clock.now())
        db.session.commit()
    return _letter_page(letter)


@pages.get("/letters/<int:letter_id>/print", endpoint="letter_print")
@permitted(P.LETTER_USE)
def printed_letter(letter_id: int) -> str:
    """The letter on paper."""
    letter = the_letter(letter_id)
    return render_template("workbench/letter_print.html", **_shown(letter))


@pages.post("/letters/<int:letter_id>/signature", endpoint="letter_signature")
@permitted(P.LETTER_USE)
def signature(letter_id: int) -> Any:
    """签收."""
    letter = the_letter(letter_id)
    try:
        letters.sign(letter, by=me(), at=clock.now())
        db.session.commit()
        flash("已签收，发件单位会看到签收人和时间。", "done")
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "info" if isinstance(refusal, Conflict) else "warn")
    return redirect(_url("letter", letter_id=letter_id), 303)


@pages.route("/letters/<int:letter_id>/reply", methods=BOTH, endpoint="letter_reply")
@permitted(P.LETTER_USE)
def reply_page(letter_id: int) -> Any:
    """The answer, below the letter."""
    letter = the_letter(letter_id)
    form = ReplyForm(title=f"回复：{letter.title}"[: letters.TITLE_LIMIT])

    def send() -> Letter:
        return letters.reply(
            letter,
            form.title.data,
            form.text.data,
            by=me(),
            at=clock.now(),
            files=files.received(form.files.data or [], letters.MOST_FILES),
            token=_token(form),
        )

    return _written(form, send, lambda status: (_letter_page(the_letter(letter_id), form), status))


@pages.get("/letters/<int:letter_id>/files/<int:letter_file_id>", endpoint="letter_file")
@permitted(P.LETTER_USE)
def letter_file(letter_id: int, letter_file_id: int) -> Any:
    """A file of this letter, and of no other."""
    hanging = mailbox.files(the_letter(letter_id))
    found = next((each for each in hanging if each.id == letter_file_id), None)
    return files.sent(found) if found else abort(404)


def masked(text: str) -> str:
    """What an office wrote: identity and mobile numbers in it masked, its landlines not."""
    return mask_numbers(text, landlines=False)


def _written(form: ReplyForm, send: Callable[[], Letter], again: Callable[[int], Any]) -> Any:
    """The whole of a form that sends a letter."""
    if request.method == "GET":
        if not form.refilled:
            form.token.data = secrets.token_urlsafe(16)
        return again(200)
    if form.validate():
        try:
            sent = send()
            db.session.commit()
            flash("函件已发出，收件单位签收后在这里显示。", "done")
            return redirect(_url("letter", letter_id=sent.id), 303)
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
    return again(422)


def _token(form: ReplyForm) -> str | None:
    return f"{me().user_id}-{form.token.data}" if form.token.data else None


def _new_page(form: LetterForm, status: int) -> Any:
    page = render_template(
        "workbench/letter_new.html",
        form=form,
        units=[each for each in addressees.every() if each.unit_id != me().unit_id],
        **_about_files(),
    )
    return page, status


def _letter_page(letter: Letter, form: ReplyForm | None = None) -> str:
    thread: Sequence[Letter] = mailbox.thread(letter)
    return render_template(
        "workbench/letter.html",
        form=form,
        others=[each for each in thread if each.id != letter.id],
        may_sign=letter.box == "in" and letter.unit_id == me().unit_id,
        **_about_files(),
        **_shown(letter),
    )


def _shown(letter: Letter) -> dict[str, Any]:
    """What the page and the paper say of a letter."""
    held = {row.number for row in lists.by_numbers(me(), letter.case_numbers)}
    return {
        "letter": letter,
        "sent_on": clock.local(letter.sent_at).date(),
        "kind": LetterKind(letter.kind).label,
        "masked": masked,
        "cases": [(number, number in held) for number in letter.case_numbers],
        "receipts": mailbox.receipts(letter) if letter.box == "out" else [],
        "files": [
            files.shown(
                each.name,
                each.mime,
                each.size,
                _url("letter_file", letter_id=letter.id, letter_file_id=each.id),
            )
            for each in mailbox.files(letter)
        ],
    }


def _about_files() -> dict[str, Any]:
    return {
        "accept": ACCEPT,
        "allowed": ALLOWED_WORDS,
        "most_files": letters.MOST_FILES,
        "limits": letters,
    }


def _url(endpoint: str, **values: Any) -> str:
    return url_for(f"workbench.{endpoint}", desk=g.desk.slug, **values)
