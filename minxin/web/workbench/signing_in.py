"""The door of a desk: sign-in, sign-out, password."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from wtforms import PasswordField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access import signin
from minxin.access.permissions import Permission
from minxin.errors import Refused
from minxin.extensions import csrf, db, limiter
from minxin.people.models import User
from minxin.web import carried, door, presence
from minxin.web.door import SignInForm
from minxin.web.forms import Form
from minxin.web.guards import everyone, permitted
from minxin.web.life import SignedIn, me
from minxin.web.workbench import pages

STALE = "页面打开得太久了，请再输一次密码"

HERE = re.compile(r"(/[^/\\?#\s]+)*/?(\?[^\\\s]*)?")
"""An address on this host: no empty part, no backslash, nothing that ends a header."""


class PasswordForm(Form):
    """The old password, the new one, and the new one again."""

    old = PasswordField("原密码", validators=[DataRequired("请填写原密码")])
    new = PasswordField("新密码", validators=[DataRequired("请填写新密码")])
    again = PasswordField("再次填写新密码", validators=[DataRequired("请再次填写新密码")])


@pages.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@everyone
def sign_in() -> Any:
    """The desk's door; it never says why somebody may not come in."""
    form = SignInForm()
    if form.validate_on_submit():
        tried = signin.attempt(
            form.username.data,
            form.password.data,
            city_desk=g.desk.is_city,
            address=request.remote_addr or "",
            at=clock.now(),
        )
        db.session.commit()
        if tried.user is not None:
            _begin(tried.user)
            return redirect(_way_on(form))
        form.form_errors.append(tried.message)
    elif form.went_stale():
        form.form_errors.append(STALE)
    return door.page(form, 422 if form.errors else 200)


csrf.exempt(sign_in)  # the form checks it itself, and keeps what it carries


@pages.post("/sign-out")
@permitted(Permission.DESK_VIEW)
def sign_out() -> Any:
    """Leave; the session ends on the server."""
    logout_user()
    session.clear()
    return redirect(url_for("workbench.sign_in", desk=g.desk.slug))


@pages.route("/password", methods=["GET", "POST"])
@permitted(Permission.DESK_VIEW)
def password() -> Any:
    """Change one's own password; the first sign-in leads here."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            if form.new.data != form.again.data:
                raise Refused("两次填写的新密码不一致", "again")
            user = current_user.user
            signin.change_password(user, old=form.old.data, new=form.new.data, at=clock.now())
            db.session.commit()
        except Refused as refusal:
            form.blame(refusal)
        else:
            login_user(SignedIn(user, current_user.actor))
            flash("密码已修改，其他设备上的登录已退出")
            return redirect(session.pop("then", url_for("workbench.home", desk=g.desk.slug)))
    forced = current_user.user.must_change
    page = render_template("workbench/password.html", form=form, forced=forced)
    return page, 422 if form.errors else 200


def _begin(user: User) -> None:
    """A session of this person's own, under another name, with nothing of an earlier one."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    session.clear()
    session[carried.TOKEN] = carried.mark(user.id)
    acting = signin.actor(user)
    login_user(SignedIn(user, acting))
    presence.mark(acting)


def _way_on(form: SignInForm) -> str:
    """Back to the form that was kept from being sent, where it is this person's."""
    held = carried.opened(form.carried.data)
    ours = held is not None and carried.belongs(held, me().user_id or 0)
    address = door.bring_back(held) if held and ours else _wanted()
    if current_user.user.must_change:
        session["then"] = address
    return address


def _wanted() -> str:
    """Where the stranger was going, if it lies at this desk; else the desk's first page."""
    wanted = request.args.get("next", "")
    path = wanted.partition("?")[0]
    at_home = path.startswith((f"/{g.desk.slug}/", "/console/"))
    if at_home and HERE.fullmatch(wanted) and "/." not in path:
        return wanted
    return url_for("workbench.home", desk=g.desk.slug)
