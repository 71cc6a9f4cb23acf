"""Recordings and videos: whether they are whole, and without the place where they were made."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from minxin.attachments.kinds import M4A, MP4, FileType, advice
from minxin.errors import Refused

_CUT_OFF = "该录音或视频不完整。请确认文件已传完，重新导出后再上传。"
_STREAMED = (0, 0xFFFFFFFF)  # sizes left open by recorders that write while they record
# ISO 6709 as phones write it into ©xyz and the location key: +41.1234+122.0703/
_PLACE = re.compile(rb"[+-]\d{1,3}\.\d{2,}[+-]\d{1,3}\.\d{2,}(?:[+-]\d+(?:\.\d+)?)?(?:CRS\w+)?/?")


def check_wav(data: bytes) -> None:
    """Refuse a WAV file without sound in it or with less of it than it announces."""
    (announced,) = struct.unpack_from("<I", data, 4)
    if announced not in _STREAMED and announced + 8 > len(data) + 1:
        raise Refused(_CUT_OFF)
    if b"fmt " not in data[:4096] or b"data" not in data[:65536]:
        raise Refused(_CUT_OFF)


def is_mp3(data: bytes) -> bool:
    """Whether MPEG audio frames begin here, or behind an ID3 tag: two in a row, at their length."""
    if data[:3] != b"ID3" or len(data) < 10:
        return _two_frames(data, 0)
    a, b, c, d = data[6:10]
    behind = 10 + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | (d & 127))
    # Recorders leave some padding between the tag and the sound.
    return any(_two_frames(data, at) for at in range(behind, min(behind + 8192, len(data))))


def _two_frames(data: bytes, at: int) -> bool:
    length = _frame_length(data[at : at + 4])
    return length > 0 and _frame_length(data[at + length : at + length + 4]) > 0


_RATES = (44100, 48000, 32000)
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _frame_length(header: bytes) -> int:
    """Bytes of the layer III frame that a header of 4 bytes opens; 0 if it opens none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, kbits = header[2] >> 2 & 3, header[2] >> 4
    if version == 1 or layer != 1 or rate == 3 or kbits in (0, 15):
        return 0
    hertz = _RATES[rate] >> (0, 0, 1, 0)[version] >> (2 if version == 0 else 0)
    samples = 144 if version == 3 else 72
    table = _KBITS_1 if version == 3 else _KBITS_2
    return samples * table[kbits] * 1000 // hertz + (header[2] >> 1 & 1)


def mpeg4(data: bytes) -> FileType:
    """MP4 if there is a picture track, M4A if there is only sound; refuses other relatives."""
    brand = data[8:12]
    if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        raise Refused(advice("heic"))
    if brand == b"qt  ":
        raise Refused(advice("mov"))
    if brand in (b"avif", b"avis"):
        raise Refused(advice(""))
    if brand.startswith((b"3g", b"3G")):
        raise Refused(advice("3gp"))
    tracks = [data[start:end] for name, start, end in _boxes(data) if name == b"moov"]
    if not tracks:
        raise Refused(_CUT_OFF)
    handlers = set(re.findall(rb"hdlr.{8}(vide|soun)", tracks[0], re.DOTALL))
    if not handlers:
        raise Refused(_CUT_OFF)
    return MP4 if b"vide" in handlers else M4A


def without_place(data: bytes) -> bytes:
    """The same MPEG-4 file, byte for byte as long, with recorded coordinates set to zero."""
    changed = bytearray(data)
    for name, start, end in _boxes(data):
        if name in (b"moov", b"meta", b"udta", b"uuid"):
            cleaned = _PLACE.sub(lambda m: re.sub(rb"\d", b"0", m[0]), data[start:end])
            changed[start:end] = cleaned
            _blank_3gpp_location(changed, start, end)
    return bytes(changed)


def _blank_3gpp_location(data: bytearray, start: int, end: int) -> None:
    """3GPP writes the place as numbers in a box of its own: it becomes free space."""
    at = data.find(b"loci", start, end)
    while at >= 4:
        (size,) = struct.unpack_from(">I", data, at - 4)
        if 16 <= size <= 512 and at - 4 + size <= end:
            data[at : at - 4 + size] = b"free" + bytes(size - 8)
        at = data.find(b"loci", at + 4, end)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each outermost box; refuses a file that ends inside one."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            size = len(data) - at
        if size < 8 or at + size > len(data):
            raise Refused(_CUT_OFF)
        yield name, at, at + size
        at += size
