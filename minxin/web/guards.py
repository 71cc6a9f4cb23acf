"""Every route says who may come in. A test reads every route and fails where it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, g, redirect, url_for
from flask_login import current_user

from minxin.access import check
from minxin.access.permissions import Permission
from minxin.cases import reach
from minxin.cases.models import Case
from minxin.extensions import login
from minxin.web.life import me

View = TypeVar("View", bound=Callable[..., Any])

GUARD = "__guard__"


def everyone(view: View) -> View:
    """A page for anybody, signed in or not."""
    setattr(view, GUARD, "everyone")
    return view


def permitted(*permissions: Permission) -> Callable[[View], View]:
    """Only for people with one of the permissions; a forced password change comes first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return login.unauthorized()
            if current_user.user.must_change and view.__name__ not in MUST_CHANGE_MAY:
                return redirect(url_for("workbench.password", desk=g.desk.slug))
            if not any(check.has(me(), permission) for permission in permissions):
                abort(403)
            return view(*args, **kwargs)

        setattr(guarded, GUARD, permissions)
        return guarded  # type: ignore[return-value]

    return decorate


MUST_CHANGE_MAY = frozenset({"password", "sign_out"})
"""What somebody may do before the first password is changed."""


def the_case(number: str, permission: Permission | None = None) -> Case:
    """The case with this number, loaded by reach: 404 unseen, 403 where the right ends short."""
    case = reach.find(number, me())
    if case is None:
        abort(404)
    if permission is not None and not check.covers(me(), permission, case):
        abort(403)
    return case
