"""What is shown of the name that a file came with. The stored name never derives from it."""

from __future__ import annotations

import re
import unicodedata

from minxin.privacy.masks import mask_numbers

LONGEST = 120
_NAMELESS = "未命名文件"
_FORBIDDEN = re.compile(r'[<>:"|?]')
# Digits alone are the end of a date (扫描件2016.11.22), not an extension.
_EXTENSION = re.compile(r"\.(?![0-9]+$)([0-9A-Za-z]{1,10})$")


def safe_name(claimed: str, extension: str | None = None) -> str:
    """A name fit to be shown and offered for download, 120 characters at most.

    Path parts, control characters and marks that turn the reading direction are dropped, phone and
    identity numbers masked. extension: what the content turned out to be (`Inspected.extension`);
    it then stands at the end whatever was claimed.
    """
    visible = _visible(claimed)
    leaf = re.split(r"[/\\]", visible)[-1]
    name = " ".join(_FORBIDDEN.sub("_", mask_numbers(leaf)).split()).rstrip(". ")
    stem, ending = _parted(name)
    if extension is not None and ending != extension:
        stem, ending = (stem, extension)
    ending = f".{ending}" if ending else ""
    stem = stem[: LONGEST - len(ending)].strip(". ")
    return (stem or _NAMELESS) + ending


def extension_of(claimed: str) -> str:
    """The extension that a name claims, lower case, without the dot; '' for none."""
    return _parted(_visible(claimed).strip())[1].lower()


def _parted(name: str) -> tuple[str, str]:
    found = _EXTENSION.search(name)
    return (name[: found.start()], found[1]) if found else (name, "")


def _visible(text: str) -> str:
    """Without control, format (bidi, zero-width), surrogate, private and unassigned characters."""
    spaced = (" " if char.isspace() else char for char in text)
    kept = (char for char in spaced if unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFC", "".join(kept))
