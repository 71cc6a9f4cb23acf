"""One spelling for a phone number, so that "the same phone" can be found."""

from __future__ import annotations

import re

from minxin.privacy.plain import halfwidth

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
# Three-digit area codes (010, 02x) have eight local digits, four-digit ones seven or eight.
_LANDLINE = re.compile(r"(010|02\d)([2-9]\d{7})|(0[3-9]\d\d)([2-9]\d{6,7})", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_COUNTRY = re.compile(r"(\+86|0086|86)(.*)", re.ASCII | re.DOTALL)
_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?|x|#)+[:：]?(\d{1,6})$", re.ASCII | re.IGNORECASE)
_HYPHENS = re.compile(r"[‐‑‒–—―−﹣－_·~～]")
_BREAKS = re.compile(r"[\s().（）-]+")


def normalise(text: str, *, area: str | None = None) -> str | None:
    """Spell a phone number in the one way that the system keeps and compares.

    Mobile: eleven digits, `13800001234`. Landline: `0427-2800123`, with an extension
    `0427-2800123-801`. A local number without its area code needs `area` (such as `0427`).
    None when the text is not exactly one mainland number; Chinese digits (一三八…) are not read.
    """
    plain = re.sub(r"\.0$", "", halfwidth(text).strip())  # a number cell of Excel read as a float
    plain = _HYPHENS.sub("-", plain)
    plain, extension = _split_extension(plain)
    number = _BREAKS.sub("", plain)
    found = _mobile(number) or _landline(number, area)
    if found is None or not extension:
        return found
    return None if _MOBILE.fullmatch(found) else f"{found}-{extension}"


def is_mobile(number: str) -> bool:
    """Whether a normalised number is a mobile, which can be sent messages."""
    return _MOBILE.fullmatch(number) is not None


def _split_extension(text: str) -> tuple[str, str]:
    compact = re.sub(r"\s", "", text)
    if marked := _EXTENSION.search(compact):
        return compact[: marked.start()], marked[1]
    # "0427-2800123-801": the last group is an extension only if the rest is already a landline.
    head, _, tail = compact.rpartition("-")
    if re.fullmatch(r"\d{1,6}", tail, re.ASCII) and _landline(_BREAKS.sub("", head), area=None):
        return head, tail
    return compact, ""


def _national(number: str) -> str:
    """The number as dialled inside the country: without +86, a landline with its leading 0."""
    country = _COUNTRY.fullmatch(number)
    if not country:
        return number
    prefix, rest = country.groups()
    if _MOBILE.fullmatch(rest) or _LANDLINE.fullmatch(rest):
        return rest
    # Only an explicit +86 or 0086 drops the 0 of the area code; a bare 86 may begin a number.
    if prefix != "86" and _LANDLINE.fullmatch("0" + rest):
        return "0" + rest
    return number


def _mobile(number: str) -> str | None:
    national = _national(number)
    # Dialled over a long distance a mobile used to take a 0 in front; old sheets still have it.
    national = national.removeprefix("0") if len(national) == 12 else national
    return national if _MOBILE.fullmatch(national) else None


def _landline(number: str, area: str | None) -> str | None:
    national = _national(number)
    if area and _LOCAL.fullmatch(national):
        national = area + national
    match = _LANDLINE.fullmatch(national)
    if not match:
        return None
    return f"{match[1] or match[3]}-{match[2] or match[4]}"
