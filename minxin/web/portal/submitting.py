"""A citizen sends an appeal: the form, what it is made of, and the receipt."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.cases import submission, tracking
from minxin.cases.contacts import Person
from minxin.cases.intake import BODY_LIMIT, SUBJECT_LIMIT, Appeal
from minxin.cases.states import Kind
from minxin.cases.submission import Photo
from minxin.errors import Refused
from minxin.extensions import csrf, db, limiter
from minxin.tenancy.models import Tenant
from minxin.web import remembering
from minxin.web.forms import TokenForm, given, looked_into, store
from minxin.web.guards import everyone
from minxin.web.portal import challenge, opened, pages, receipts

FROM_ONE_ADDRESS = "10 per hour"
"""Accepted appeals. A family, an office or a village may share an address, and go on by answering
a question; a flood may not."""

STALE = "页面打开得太久了，写的内容都还在，请再按一次“提交诉求”"
AGAIN = "没有提交成功，照片要重新选一次"


class AppealForm(TokenForm):
    """事项 → 地点与照片 → 联系方式."""

    subject = StringField("诉求标题", validators=[DataRequired("请填写诉求标题")])
    body = TextAreaField("诉求内容", validators=[DataRequired("请填写诉求内容")])
    kind = SelectField(
        "诉求类型",
        choices=[
            SelectChoice("", "不确定，由工作人员判断"),
            *(SelectChoice(k, k.label) for k in Kind if k != Kind.OTHER),
        ],
    )
    district = SelectField("所在区县")
    place = StringField("详细地点")
    photos = MultipleFileField("现场照片")
    name = StringField("姓名")
    phone = StringField("联系电话")
    address = StringField("联系地址")

    def appeal(self) -> Appeal:
        """What was typed, as the domain takes it."""
        return Appeal(
            subject=self.subject.data or "",
            body=self.body.data or "",
            place=self.place.data or "",
            kind=self.kind.data or None,
            district=self.district.data or None,
            person=Person(
                name=(self.name.data or "").strip(),
                phone=(self.phone.data or "").strip(),
                address=(self.address.data or "").strip(),
            ),
        )

    def key(self) -> str:
        """One key for one text in one form: sent again it is the same appeal, and a form that
        the browser brought back and that was written anew is another one."""
        parts = (self.token.data or secrets.token_urlsafe(), self.subject.data, self.body.data)
        return hashlib.sha256("\x00".join(part or "" for part in parts).encode()).hexdigest()


def _ask(_: Any) -> Response:
    """Over the limit: whoever answers the question is let in once more."""
    if challenge.solved():
        return make_response(_taken(_form()))
    form = _form()
    form.form_errors.append(challenge.WRONG if challenge.tried() else challenge.ASKED)
    return make_response(_page(form, challenge.new()), 429)


def _was_accepted(answer: Response) -> bool:
    return answer.status_code == 303


@pages.route("/cases/new", methods=["GET", "POST"])
@limiter.limit(
    FROM_ONE_ADDRESS,
    methods=["POST"],
    deduct_when=_was_accepted,
    on_breach=_ask,
)
@everyone
def new() -> Any:
    """The form; what is wrong with it is said at once, and everything typed is kept."""
    form = _form()
    if request.method == "GET":
        form.token.data = secrets.token_urlsafe(24)
        return _page(form)
    return _taken(form)


def _taken(form: AppealForm) -> Any:
    """What was sent: accepted, or shown again with all that is wrong with it."""
    chosen = given(form.photos.data or [])
    photos = _checked(form, chosen)
    if form.errors:
        if chosen and not form.photos.errors:
            form.blame(Refused(AGAIN, "photos"))
        return _page(form), 422
    return _send(form, photos)


csrf.exempt(new)  # the form checks it itself, and keeps what was typed


@pages.get("/cases/submitted")
@everyone
def submitted() -> Any:
    """The receipt of what this browser sent last. Reloading shows it again and sends nothing."""
    receipt = receipts.last()
    again = request.args.get("again") == "1"
    page = render_template("portal/submitted.html", receipt=receipt, again=again)
    return page, 200 if receipt else 404


def _send(form: AppealForm, photos: list[Photo]) -> Any:
    key, again = form.key(), None
    for photo in photos:
        store(photo.content)
    try:
        receipt = submission.submit(form.appeal(), photos=photos, token=key, at=clock.now())
        receipts.keep(key, receipt)  # before the commit: who comes second waits for it
        db.session.commit()
        if sent := tracking.find(receipt.number):
            opened.remember(sent)
    except submission.SentTwice:
        db.session.rollback()
        again = 1
    receipts.remember(key)
    return redirect(url_for("portal.submitted", again=again), 303)


def _form() -> AppealForm:
    form = AppealForm()
    districts = select(Tenant.slug, Tenant.name).where(Tenant.active, Tenant.kind == "district")
    rows = db.session.execute(districts.order_by(Tenant.rank, Tenant.id)).all()
    unknown = SelectChoice("", "不清楚，由工作人员判断")
    form.district.choices = [unknown, *(SelectChoice(r.slug, r.name) for r in rows)]
    return form


def _checked(form: AppealForm, chosen: list[FileStorage]) -> list[Photo]:
    """Say everything that is wrong, beside its field; answers the photos that are right.

    While no session can hold a token, what the browser says of where the form stood counts.
    """
    form.validate()
    if form.went_stale() and not (remembering.away() and remembering.from_here()):
        form.form_errors.append(STALE)
    for refusal in submission.complaints(form.appeal(), len(chosen)):
        if not form[refusal.field].errors:
            form.blame(refusal)
    if len(chosen) > submission.MOST_PHOTOS:
        return []
    photos = (_photo(form, upload, n) for n, upload in enumerate(chosen, start=1))
    return [photo for photo in photos if photo is not None]


def _photo(form: AppealForm, upload: FileStorage, n: int) -> Photo | None:
    """The n-th photo; what is wrong with it is said with its place and name."""
    try:
        name, content = looked_into(upload)
        if content.kind != "photo":
            raise Refused("这里只收照片，请换成 JPG 或 PNG 图片。")
    except Refused as refusal:
        said = f"第{n}张“{upload.filename}”：{refusal.message}请换一张，其他照片也要重新选一次"
        form.blame(Refused(said, "photos"))
        return None
    return Photo(name, content)


def _page(form: AppealForm, question: challenge.Question | None = None) -> Response:
    page = make_response(
        render_template(
            "portal/new.html",
            form=form,
            question=question,
            limits=submission,
            subject_limit=SUBJECT_LIMIT,
            body_limit=BODY_LIMIT,
        )
    )
    if request.method == "GET":
        # An empty form is nobody's secret: the browser may bring it back with what was typed.
        page.headers["Cache-Control"] = "no-cache, private"
    return page
