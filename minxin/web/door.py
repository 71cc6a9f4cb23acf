"""The door of a desk: who comes without a session signs in; what was typed goes along."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired

from minxin.extensions import htmx, login
from minxin.web import carried
from minxin.web.carried import Carried
from minxin.web.forms import Form
from minxin.web.life import at_desk, me

ENDED = "登录已失效，刚才的操作没有执行。请重新登录，您填写的内容会放回原来的表单"
BACK = "刚才的操作没有执行。您填写的内容已放回下面，请核对后再提交一次"
FILES = "，附件需要重新选择"


class SignInForm(Form):
    """Name and password, and the form that somebody was kept from sending."""

    username = StringField("用户名", validators=[DataRequired("请填写用户名")])
    password = PasswordField("密码", validators=[DataRequired("请填写密码")])
    carried = HiddenField()


def register(app: Flask) -> None:
    """Be asked whenever a page needs somebody and nobody is there."""
    login.unauthorized_handler(ask)


def ask() -> Any:
    """Send a stranger to the desk's door; who was about to send a form takes it along."""
    form = carried.taken() if request.method == "POST" else None
    if htmx:
        answer = Response(status=401)  # a part of a page is no place for the door
        answer.headers["HX-Redirect"] = _door(_page_of_htmx())
        return answer
    if form is not None:
        return _with(form)
    return redirect(_door(request.full_path if request.method == "GET" else None))


def returned() -> Any | None:
    """The answer to a form whose token does not fit the session; None where it is not ours.

    Its session has ended (sign in, and it is filled in again), or the same person has signed in
    anew meanwhile (it is filled in again at once).
    """
    form = carried.taken()
    if form is None or g.get("desk") is None:
        return None
    if not current_user.is_authenticated:
        return ask()
    if not carried.belongs(form, me().user_id or 0):
        return None
    address = bring_back(form)
    if htmx:
        answer = Response(status=409)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)


def bring_back(form: Carried) -> str:
    """Keep the form of the person who is signed in, and answer where it is filled in again."""
    flash(BACK + (FILES if form.files else ""), "warn")
    return carried.keep(form, me().user_id or 0)


def page(form: SignInForm, status: int = 200) -> Any:
    """The sign-in page."""
    return render_template("workbench/sign_in.html", form=form), status


def _with(form: Carried) -> Any:
    """The sign-in page in answer to a form: sealed, the form is a field of it."""
    g.desk = at_desk(g.city, form.desk) or g.desk  # the console's address names none
    asked = SignInForm(formdata=None, carried=carried.sealed(form))
    asked.form_errors.append(ENDED)
    return page(asked, 401)


def _door(wanted: str | None) -> str:
    return url_for("workbench.sign_in", desk=g.desk.slug, next=wanted)


def _page_of_htmx() -> str | None:
    """The page that the part was for."""
    parts = urlsplit(htmx.current_url or "")
    return parts.path + (f"?{parts.query}" if parts.query else "") or None
