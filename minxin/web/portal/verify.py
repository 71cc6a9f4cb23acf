"""文书核验: is a paper genuine? By its code, by its number and day, or by the file itself. Says
nothing of its content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from wtforms import DateField, FileField, SelectField, StringField
from wtforms.validators import DataRequired

from minxin.documents import layout, numbering, signing
from minxin.documents.issuing import CODE_LENGTH, CODE_SIGNS
from minxin.documents.kinds import PaperKind
from minxin.documents.models import PaperProof
from minxin.extensions import db, limiter
from minxin.web.forms import Form, given
from minxin.web.guards import everyone
from minxin.web.portal import pages
from minxin.web.portal.tracking import network

LARGEST = 20 * 1024 * 1024
MOST = 20
_NUMBER = re.compile(r"(\d{4})\D+(\d{1,6})")


class CodeForm(Form):
    """The code that stands on the paper."""

    code = StringField("验证码", validators=[DataRequired("请填写文书上的验证码")])


class NumberForm(Form):
    """What stands on a paper whose code cannot be read."""

    kind = SelectField("文书种类", choices=[(each.value, each.label) for each in PaperKind])
    number = StringField("编号", validators=[DataRequired("请填写文书编号")])
    issued_on = DateField("签发日期", validators=[DataRequired("请填写文书上的签发日期")])


class FileForm(Form):
    """The file that somebody has."""

    file = FileField("PDF文件")


def _too_many(_: Any) -> Response:
    form = CodeForm(formdata=None)
    form.form_errors.append("核验过于频繁，请一分钟后再试")
    return make_response(_asked(form), 429)


@pages.route("/verify", methods=["GET", "POST"])
@limiter.limit("30 per minute", key_func=network, methods=["POST"], on_breach=_too_many)
@everyone
def verify() -> Any:
    """Ask for the code or the number, and go to the paper's page."""
    if "number" in request.form:
        return _by_number(NumberForm())
    form = CodeForm()
    if form.validate_on_submit():
        code = plain(form.code.data)
        if _proof(code) is not None:
            return redirect(url_for("portal.verified", code=code), 303)
        form.code.errors = ["没有这个验证码的文书，请核对后再填；确实没有的，可能是伪造件"]
    return _asked(form), 422 if form.errors else 200


def _by_number(form: NumberForm) -> Any:
    """The paper of a kind with this number and day; several units may each have one."""
    found: Sequence[PaperProof] = ()
    if form.validate_on_submit():
        kind, written = PaperKind(form.kind.data), _NUMBER.search(form.number.data or "")
        if written is not None:
            query = select(PaperProof).where(
                PaperProof.kind == kind,
                PaperProof.number == numbering.written(kind, int(written[1]), int(written[2])),
                PaperProof.issued_on == form.issued_on.data,
            )
            found = db.session.scalars(query.order_by(PaperProof.id).limit(MOST)).all()
        if not found:
            form.number.errors = [
                "没有这个编号和日期的文书，请核对种类、编号和签发日期；确实没有的，可能是伪造件"
            ]
    if len(found) == 1:
        return redirect(url_for("portal.verified", code=found[0].code), 303)
    return _asked(CodeForm(formdata=None), form, found), 422 if form.errors else 200


def _asked(
    form: CodeForm, numbered: NumberForm | None = None, found: Sequence[PaperProof] = ()
) -> str:
    numbered = numbered or NumberForm(formdata=None)
    return render_template("portal/verify.html", form=form, numbered=numbered, found=found)


@pages.route("/verify/<code>", methods=["GET", "POST"])
@limiter.limit("30 per minute", key_func=network, methods=["POST"], on_breach=_too_many)
@everyone
def verified(code: str) -> Any:
    """What is known of the paper; with a file, whether that is it."""
    proof = _proof(plain(code))
    if proof is None:
        form = CodeForm(formdata=None, code=code[:40])
        form.code.errors = ["没有这个验证码的文书，请核对后再填；确实没有的，可能是伪造件"]
        return _asked(form), 404
    form, verdict, status = FileForm(), None, 200
    if request.method == "POST":
        verdict = _compared(form, proof)
        status = 200 if verdict else 422
    page = render_template(
        "portal/verified.html",
        proof=proof,
        kind=PaperKind(proof.kind).label,
        code=layout.grouped(proof.code),
        self_made=signing.SELF_MADE in proof.signed_as,
        form=form,
        verdict=verdict,
    )
    return page, status


def plain(code: str) -> str:
    """A code as it is kept: capitals, without the dashes and spaces that people write."""
    return "".join(each for each in code.upper() if each in CODE_SIGNS)[: CODE_LENGTH + 1]


def _proof(code: str) -> PaperProof | None:
    if len(code) != CODE_LENGTH:
        return None
    return db.session.scalar(select(PaperProof).where(PaperProof.code == code))


def _compared(form: FileForm, proof: PaperProof) -> tuple[str, str] | None:
    """(level, words) of a file beside the record; None where there is nothing to compare."""
    uploads = given([form.file.data])
    if not form.validate() or not uploads:
        form.file.errors = ["请选择要核验的PDF文件"]
        return None
    content = uploads[0].stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        form.file.errors = ["文件太大，核验的文件不能超过20 MB"]
        return None
    if not content.startswith(b"%PDF"):
        form.file.errors = ["这不是PDF文件，请选择收到的PDF原件；纸质件请核对编号和日期"]
        return None
    if hashlib.sha256(content).hexdigest() == proof.digest:
        return "fine", "文件与存档完全一致，没有被改动。"
    signed = signing.verify(content, current_app.extensions["certificate"])
    if signed.genuine:
        return "late", "这是本单位签发的另一份文书，不是此验证码对应的文书。"
    return "late", "文件与存档不一致：内容被改动过，或者不是这份文书。"
