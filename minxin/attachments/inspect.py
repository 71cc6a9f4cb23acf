"""The one way in for a file: looked into, scanned, cleaned, or refused with what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from minxin.attachments import pictures, sniff, sound
from minxin.attachments.kinds import (
    KIND_NAMES,
    LARGEST,
    LIMITS,
    M4A,
    MEGABYTE,
    MP4,
    TXT,
    FileType,
    Kind,
)
from minxin.attachments.names import extension_of
from minxin.attachments.scan import VirusHook
from minxin.errors import Refused

TOO_LARGE = (
    f"该文件超过 {LARGEST // MEGABYTE} MB。图片和文档不能超过 {LIMITS['photo'] // MEGABYTE} MB，"
    f"录音录像不能超过 {LIMITS['media'] // MEGABYTE} MB，请压缩或拆分后再上传。"
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept. `content` is what is stored and served: pictures and texts are
    encoded anew, coordinates of videos zeroed, the rest is as it came.

    size: bytes of content; width, height: pixels, None if not a picture; sha256: of content, 64
    hexadecimal digits; extension: without dot, by content, never from the claimed name.
    """

    kind: Kind
    mime: str
    extension: str
    size: int
    width: int | None
    height: int | None
    sha256: str
    content: bytes


def inspect(
    data: bytes | Path | str, claimed_name: str, *, scan: VirusHook | None = None
) -> Inspected:
    """Find out what an uploaded file is and return it clean.

    data: the bytes, or the path of a file that holds them. claimed_name: as the browser sent it;
    only its extension is compared with the content. scan: called with the bytes as they came.
    Raises Refused with a sentence that tells the person what to do.
    """
    raw = data if isinstance(data, bytes) else _read(Path(data))
    if not raw:
        raise Refused("该文件是空的。请检查后重新选择。")
    if len(raw) > LARGEST:
        raise Refused(TOO_LARGE)
    kind = sniff.file_type(raw)
    _check_name(kind, claimed_name)
    _check_size(kind, len(raw))
    if scan is not None:
        scan(raw)
    if kind.kind == "photo":
        picture = pictures.clean(raw, kind)
        return _inspected(kind, picture.content, picture.width, picture.height)
    return _inspected(kind, _cleaned(kind, raw))


def _read(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:  # before it is in memory
        raise Refused(TOO_LARGE)
    return path.read_bytes()


def _check_name(kind: FileType, claimed_name: str) -> None:
    claimed = extension_of(claimed_name)
    if not kind.may_be_named(claimed):
        raise Refused(
            f"该文件的内容是{kind.word}，文件名后缀却是“.{claimed}”。"
            f"请将后缀改为“.{kind.extension}”，或选择正确的文件后再上传。"
        )


def _check_size(kind: FileType, size: int) -> None:
    limit = LIMITS[kind.kind]
    if size > limit:
        raise Refused(
            f"{KIND_NAMES[kind.kind]}不能超过 {limit // MEGABYTE} MB。请压缩或拆分后再上传。"
        )


def _cleaned(kind: FileType, raw: bytes) -> bytes:
    if kind in (MP4, M4A):
        return sound.without_place(raw)
    if kind is TXT:
        # One encoding for all, so that a browser shows it without guessing.
        return (sniff.decoded(raw) or "").encode()
    return raw


def _inspected(
    kind: FileType, content: bytes, width: int | None = None, height: int | None = None
) -> Inspected:
    return Inspected(
        kind=kind.kind,
        mime=kind.mime,
        extension=kind.extension,
        size=len(content),
        width=width,
        height=height,
        sha256=sha256(content).hexdigest(),
        content=content,
    )
