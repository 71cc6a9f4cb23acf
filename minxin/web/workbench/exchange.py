"""互动中心: what offices tell each other, with read marks; a new bulletin, pinned, withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from wtforms import BooleanField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin import clock
from minxin.access import check
from minxin.access.permissions import Permission as P
from minxin.attachments.kinds import ACCEPT, ALLOWED_WORDS
from minxin.errors import Refused
from minxin.exchange import bulletins, letters, noticeboard
from minxin.exchange.bulletins import BulletinKind, Text
from minxin.exchange.models import Bulletin
from minxin.extensions import db
from minxin.web import files
from minxin.web.forms import TokenForm
from minxin.web.guards import permitted
from minxin.web.life import me
from minxin.web.workbench import pages
from minxin.web.workbench.letters import masked


class BulletinForm(TokenForm):
    """Kind, title, text, files, on top or not."""

    kind = RadioField(
        "类别",
        choices=[(kind.value, kind.label) for kind in BulletinKind],
        default=BulletinKind.NOTICE.value,
        validators=[InputRequired("请选择类别")],
    )
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
    pinned = BooleanField("置顶")


def the_bulletin(bulletin_id: int, permission: P | None = None) -> Bulletin:
    """The bulletin with this id: 404 outside the login's reach, 403 where the right ends short."""
    bulletin = db.session.get(Bulletin, bulletin_id) if bulletin_id < 2**63 else None
    if bulletin is None:
        abort(404)
    if permission is not None and not _may(permission, bulletin):
        abort(403)
    return bulletin


@pages.get("/exchange", endpoint="exchange")
@permitted(P.DESK_VIEW)
def board() -> str:
    """What stands there, pinned on top, then the newest."""
    kind = request.args.get("kind", "")
    kind = kind if kind in set(BulletinKind) else ""
    after = request.args.get("after", "")
    key = int(after) if after.isdecimal() and len(after) < 19 else None
    rows, more = noticeboard.page(me(), kind or None, after=key)
    kinds = {each.value: each.label for each in BulletinKind}
    return render_template(
        "workbench/exchange.html",
        rows=rows,
        kind=kind,
        kinds=kinds,
        masked=masked,
        tabs=[
            {
                "label": label,
                "url": _url("exchange", **({"kind": value} if value else {})),
                "current": value == kind,
            }
            for value, label in {"": "全部", **kinds}.items()
        ],
        may_write=check.has(me(), P.BULLETIN_WRITE),
        next_url=_url("exchange", kind=kind or None, after=more) if more else None,
        first_url=_url("exchange", kind=kind or None) if key else None,
    )


@pages.route("/exchange/new", methods=["GET", "POST"], endpoint="new_bulletin")
@permitted(P.BULLETIN_WRITE)
def new_bulletin() -> Any:
    """Publish something: the city's desk to all, a station to its district."""
    form = BulletinForm()
    if request.method == "GET" and not form.refilled:
        form.token.data = secrets.token_urlsafe(16)
    elif request.method == "POST" and form.validate():
        try:
            made = _publish(form)
            db.session.commit()
            flash("已发布。在本页可以看到各单位是否已读。", "done")
            return redirect(_url("bulletin", bulletin_id=made.id), 303)
        except Refused as refusal:
            db.session.rollback()
            form.blame(refusal)
    page = render_template(
        "workbench/bulletin_new.html",
        form=form,
        limits=letters,
        accept=ACCEPT,
        allowed=ALLOWED_WORDS,
        most_files=letters.MOST_FILES,
    )
    return page, 422 if form.errors else 200


@pages.get("/exchange/<int:bulletin_id>", endpoint="bulletin")
@permitted(P.DESK_VIEW)
def bulletin_page(bulletin_id: int) -> str:
    """One bulletin; opening it marks it as read by this person."""
    bulletin = the_bulletin(bulletin_id)
    bulletins.read(bulletin, by=me(), at=clock.now())
    db.session.commit()
    manages = bulletins.is_original(bulletin) and _may(P.BULLETIN_WRITE, bulletin)
    return render_template(
        "workbench/bulletin.html",
        bulletin=bulletin,
        kind=BulletinKind(bulletin.kind).label,
        masked=masked,
        manages=manages,
        readers=noticeboard.readers(bulletin) if manages else [],
        files=[
            files.shown(
                each.name,
                each.mime,
                each.size,
                _url("bulletin_file", bulletin_id=bulletin.id, bulletin_file_id=each.id),
            )
            for each in noticeboard.files(bulletin)
        ],
    )


@pages.get("/exchange/<int:bulletin_id>/files/<int:bulletin_file_id>", endpoint="bulletin_file")
@permitted(P.DESK_VIEW)
def bulletin_file(bulletin_id: int, bulletin_file_id: int) -> Any:
    """A file of this bulletin, and of no other."""
    hanging = noticeboard.files(the_bulletin(bulletin_id))
    found = next((each for each in hanging if each.id == bulletin_file_id), None)
    return files.sent(found) if found else abort(404)


@pages.post("/exchange/<int:bulletin_id>/withdrawal", endpoint="bulletin_withdrawal")
@permitted(P.BULLETIN_WRITE)
def withdrawal(bulletin_id: int) -> Any:
    """撤下."""
    bulletin = the_bulletin(bulletin_id, P.BULLETIN_WRITE)
    _done(lambda: bulletins.withdraw(bulletin, by=me(), at=clock.now()), "已撤下。")
    return redirect(_url("exchange"), 303)


@pages.post("/exchange/<int:bulletin_id>/pin", endpoint="bulletin_pin")
@permitted(P.BULLETIN_WRITE)
def pin(bulletin_id: int) -> Any:
    """置顶, or no longer."""
    bulletin = the_bulletin(bulletin_id, P.BULLETIN_WRITE)
    pinned = request.form.get("pinned") == "1"
    _done(lambda: bulletins.pin(bulletin, pinned), "已置顶。" if pinned else "已取消置顶。")
    return redirect(_url("bulletin", bulletin_id=bulletin_id), 303)


def _publish(form: BulletinForm) -> Bulletin:
    what = Text(form.kind.data, form.title.data, form.text.data, bool(form.pinned.data))
    return bulletins.publish(
        what,
        by=me(),
        at=clock.now(),
        files=files.received(form.files.data or [], letters.MOST_FILES),
        token=f"{me().user_id}-{form.token.data}" if form.token.data else None,
    )


def _done(verb: Callable[[], None], words: str) -> None:
    try:
        verb()
        db.session.commit()
        flash(words, "done")
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "warn")


class _Held:
    """What `access.check.covers` asks of: a tenant's own."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.unit_id: int | None = None


def _may(permission: P, bulletin: Bulletin) -> bool:
    return check.covers(me(), permission, _Held(bulletin.tenant_id))


def _url(endpoint: str, **values: Any) -> str:
    return url_for(f"workbench.{endpoint}", desk=g.desk.slug, **values)
