"""Says what a file is from its bytes; its name is heard only once the bytes are understood."""

from __future__ import annotations

import re

import magic

from minxin.attachments import office, sound
from minxin.attachments.kinds import AMR, GIF, JPG, MP3, PDF, PNG, TXT, WAV, WEBP, FileType, advice
from minxin.errors import Refused

_MARKUP = re.compile(
    r"<(?:!doctype\s|\?php|html|head|body|script|svg|iframe|xml|object|embed)", re.IGNORECASE
)
_IMAGES = ((b"\xff\xd8\xff", JPG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF))
# What libmagic's answer begins with → the word of the advice. Asked of everything that opens with
# no signature of an allowed type, and of text.
_UNWANTED = {
    "text/html": "html",
    "application/xhtml": "html",
    "image/svg": "svg",
    "text/x-shellscript": "script",
    "text/x-php": "script",
    "text/x-msdos-batch": "script",
    "text/x-perl": "script",
    "text/x-ruby": "script",
    "text/x-python": "script",
    "text/x-script": "script",
    "text/javascript": "script",
    "application/javascript": "script",
    "application/x-dosexec": "exe",
    "application/vnd.microsoft.portable-executable": "exe",
    "application/x-executable": "exe",
    "application/x-pie-executable": "exe",
    "application/x-sharedlib": "exe",
    "application/x-mach-binary": "exe",
    "application/x-msi": "exe",
    "application/java": "exe",
    "application/x-rar": "zip",
    "application/vnd.rar": "zip",
    "application/x-7z": "zip",
    "application/gzip": "zip",
    "application/x-tar": "zip",
    "application/x-bzip2": "zip",
    "application/x-xz": "zip",
    "image/heic": "heic",
    "image/heif": "heic",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
}


def file_type(data: bytes) -> FileType:
    """The allowed type that the bytes are. Raises Refused, saying what to do, for anything else.

    Containers (zip, OLE, MPEG-4) are opened: their outside says nothing about what is in them.
    Pictures are only recognised here; whether they are whole shows when they are decoded.
    """
    for signature, kind in _IMAGES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return office.zipped(data)
    if data.startswith(office.OLE):
        return office.compound(data)
    return _media(data) or _text(data)


def _pdf(data: bytes) -> FileType:
    if b"%%EOF" not in data[-2048:]:
        raise Refused("该 PDF 文件不完整。请重新导出或重新下载后再上传。")
    return PDF


def _media(data: bytes) -> FileType | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        sound.check_wav(data)
        return WAV
    if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return AMR
    if data[4:8] == b"ftyp":
        return sound.mpeg4(data)
    if sound.is_mp3(data):
        return MP3
    return None


def _text(data: bytes) -> FileType:
    found = magic.from_buffer(data[:65536], mime=True)
    for beginning, word in _UNWANTED.items():
        if found.startswith(beginning):
            raise Refused(advice(word))
    text = decoded(data)
    if text is None:
        raise Refused(advice(""))
    if _MARKUP.search(text):
        raise Refused(advice("html"))
    return TXT


def decoded(data: bytes) -> str | None:
    """Text in UTF-8 or, as Windows notepads in China save it, UTF-16 with its mark or GB 18030;
    None for anything else, and when there are control characters in it."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for char in text if char < " " and char not in "\t\r\n\f\x1a")
        return text if controls == 0 else None
    return None
