"""Passwords: argon2id, and what compliance.md asks of a new one."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from minxin.errors import Refused

SHORTEST = 10

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Does the password fit? An unknown person costs the same time as a known one."""
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def check_new(password: str, *, username: str) -> None:
    """Raises Refused where a new password is too weak (等保三级 身份鉴别 a)."""
    kinds = [
        any(c.islower() for c in password),
        any(c.isupper() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() for c in password),
    ]
    if len(password) < SHORTEST or sum(kinds) < 3:
        raise Refused(
            f"新密码不少于{SHORTEST}位，并含大写字母、小写字母、数字、符号中的三种", "new"
        )
    if username.lower() in password.lower():
        raise Refused("新密码不能包含用户名", "new")
