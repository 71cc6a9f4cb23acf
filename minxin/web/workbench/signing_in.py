"""The door of a desk: sign-in, sign-out, password."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from minxin import clock
from minxin.access import signin
from minxin.access.permissions import Permission
from minxin.errors import Refused
from minxin.extensions import db, limiter
from minxin.web.forms import Form
from minxin.web.guards import everyone, permitted
from minxin.web.life import SignedIn
from minxin.web.workbench import pages

HERE = re.compile(r"(/[^/\\?#\s]+)*/?(\?[^\\\s]*)?")
"""An address on this host: no empty part, no backslash, nothing that ends a header."""


class SignInForm(Form):
    """Name and password."""

    username = StringField("用户名", validators=[DataRequired("请填写用户名")])
    password = PasswordField("密码", validators=[DataRequired("请填写密码")])


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
            current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
            login_user(SignedIn(tried.user, signin.actor(tried.user)))
            return redirect(_wanted())
        form.form_errors.append(tried.message)
    return render_template("workbench/sign_in.html", form=form), 422 if form.errors else 200


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
            return redirect(url_for("workbench.home", desk=g.desk.slug))
    forced = current_user.user.must_change
    page = render_template("workbench/password.html", form=form, forced=forced)
    return page, 422 if form.errors else 200


def _wanted() -> str:
    """Where the stranger was going, if it lies at this desk; else the desk's first page."""
    wanted = request.args.get("next", "")
    path = wanted.partition("?")[0]
    at_home = path.startswith((f"/{g.desk.slug}/", "/console/"))
    if at_home and HERE.fullmatch(wanted) and "/." not in path:
        return wanted
    return url_for("workbench.home", desk=g.desk.slug)
