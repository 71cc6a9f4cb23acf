"""A sum in words, asked where a network sends more than people do: read aloud, typed, no picture.

It lets somebody behind a shared address (a village, an office) go on, one form an answer, and makes
a flood cost more than it does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from flask import current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer
from redis.exceptions import RedisError

from minxin.extensions import valkey
from minxin.privacy.plain import halfwidth

FOR_SECONDS = 600
ASKED = "从您的网络刚刚提交了很多次。请在下面回答一个简单的问题，然后再提交；写的内容都还在"
WRONG = "答案不对，或者题目已经过期，请回答新的题目"
_WORDS = "零一二三四五六七八九十"
_SUMS = ("加", "减")


@dataclass(frozen=True)
class Question:
    """What is asked, and the sealed answer that goes along in the form."""

    words: str
    token: str


def new() -> Question:
    """A new question; the token says nothing of the answer."""
    first, second = 5 + secrets.randbelow(6), 1 + secrets.randbelow(5)
    how = secrets.choice(_SUMS)
    answer = first + second if how == "加" else first - second
    nonce = secrets.token_urlsafe(12)
    token = _sealer().dumps({"n": nonce, "a": _digest(nonce, answer)})
    return Question(f"{_WORDS[first]}{how}{_WORDS[second]}等于几？", token)


def solved() -> bool:
    """Does the form that was sent answer its question? Each question opens one door, once."""
    if "challenge_solved" not in g:
        g.challenge_solved = _solved()
    return bool(g.challenge_solved)


def tried() -> bool:
    """Was a question answered at all?"""
    return bool(request.form.get("challenge"))


def _solved() -> bool:
    token, said = request.form.get("challenge", ""), request.form.get("challenge_answer", "")
    answer = _number(said)
    if answer is None:
        return False
    try:
        sealed = _sealer().loads(token, max_age=FOR_SECONDS)
        nonce = str(sealed["n"])
        fits = hmac.compare_digest(str(sealed["a"]), _digest(nonce, answer))
    except (BadData, KeyError, TypeError):
        return False
    if not fits:
        return False
    try:
        key = f"challenge:{hashlib.sha256(nonce.encode()).hexdigest()}"
        return bool(valkey.raw.set(key, 1, nx=True, ex=FOR_SECONDS))
    except RedisError:
        return False


def _number(said: str) -> int | None:
    """15, １５, 十五 as a number; None for anything else."""
    plain = halfwidth(said).strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 4:
        return int(plain)
    if plain and all(sign in _WORDS for sign in plain) and len(plain) < 4:
        if plain == "十":
            return 10
        if plain.startswith("十"):
            return 10 + _WORDS.index(plain[1])
        return _WORDS.index(plain) if len(plain) == 1 else None
    return None


def _digest(nonce: str, answer: int) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"challenge:{nonce}:{answer}".encode(), hashlib.sha256).hexdigest()


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="minxin.challenge")
