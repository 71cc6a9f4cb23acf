"""Pictures are never passed on as they came: decoded, turned upright, made smaller and encoded
anew, so that EXIF, GPS, thumbnails, comments and whatever hides behind the pixels stay behind.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from minxin.attachments.kinds import GIF, JPG, MEGABYTE, PNG, WEBP, FileType
from minxin.errors import Refused

LONG_SIDE = 4096
#: A long screenshot (three times as high as wide, or more) is kept readable: see `_fitting`.
SCREENSHOT_SHORT_SIDE = 1440
SCREENSHOT_LONG_SIDE = 16000
#: Pixels that may be decoded. JPEG is decoded at reduced size, so that more may be let in.
MAX_PIXELS = 50_000_000
MAX_JPEG_PIXELS = 120_000_000
MAX_FRAMES = 200
MAX_FRAME_PIXELS = 100_000_000

_BROKEN = "该图片已损坏或不完整，无法打开。请重新拍照或重新保存后再上传。"
_TOO_LARGE = "该图片尺寸过大。请缩小后或用截图重新上传。"
_TOO_MANY_FRAMES = "该动图过长。请截取其中一张图片，或转换为 MP4 视频后上传。"
_FORMATS = {JPG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: encoded bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


def clean(data: bytes, kind: FileType) -> Picture:
    """Encode a picture anew, upright, at most LONG_SIDE pixels long, with its colour profile as
    its only metadata. Raises Refused when it is broken, fake or too large to decode."""
    try:
        _verify(data, kind)
        with _opened(data, kind) as image:
            return _encoded(image, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error):
        raise Refused(_BROKEN) from None
    except (
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        MemoryError,
        UserWarning,
    ):  # hostile files only
        raise Refused(_BROKEN) from None


def _opened(data: bytes, kind: FileType) -> Image.Image:
    # Some phones write two pictures in one JPEG (MPO); the first is the photo.
    formats = ["JPEG", "MPO"] if kind is JPG else [_FORMATS[kind]]
    return Image.open(io.BytesIO(data), formats=formats)


def _verify(data: bytes, kind: FileType) -> None:
    """Checksums of the file's parts, and its announced size before any pixel is decoded."""
    with _opened(data, kind) as image:
        pixels = image.width * image.height
        if pixels > (MAX_JPEG_PIXELS if kind is JPG else MAX_PIXELS):
            raise Refused(_TOO_LARGE)
        frames = getattr(image, "n_frames", 1) if kind in (GIF, WEBP) else 1
        if frames > MAX_FRAMES or (frames > 1 and frames * pixels > MAX_FRAME_PIXELS):
            raise Refused(_TOO_MANY_FRAMES)
    with _opened(data, kind) as image:  # verify() leaves an image that cannot be used again
        image.verify()


def _encoded(image: Image.Image, kind: FileType) -> Picture:
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) > MEGABYTE:
        profile = None
    if kind in (GIF, WEBP) and getattr(image, "n_frames", 1) > 1:
        return _animated(image, kind, profile)
    if kind is JPG:
        target = _fitting(image.width, image.height)
        image.draft(None, target)  # never below the target; saves decoding what is thrown away
    upright = _ready(ImageOps.exif_transpose(image), kind)
    if image.mode == "CMYK":
        profile = None  # it described the inks
    saved = io.BytesIO()
    upright.save(saved, _FORMATS[kind], icc_profile=profile, **_SAVING[kind])
    return Picture(saved.getvalue(), upright.width, upright.height)


_SAVING: dict[FileType, dict[str, object]] = {
    JPG: {"quality": 90, "optimize": True, "progressive": True},
    PNG: {"optimize": False},
    WEBP: {"quality": 90, "method": 4},
    GIF: {"optimize": True},
}


def _animated(image: Image.Image, kind: FileType, profile: bytes | None) -> Picture:
    loop = image.info.get("loop", 0)
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(int(frame.info.get("duration", 100)))
        frames.append(_ready(frame.convert("RGBA"), kind, still=False))
    saved = io.BytesIO()
    more = {"disposal": 2} if kind is GIF else {"quality": 80, "icc_profile": profile}
    frames[0].save(
        saved,
        _FORMATS[kind],
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=loop,
        **more,
    )
    return Picture(saved.getvalue(), frames[0].width, frames[0].height)


def _ready(image: Image.Image, kind: FileType, *, still: bool = True) -> Image.Image:
    """A copy in a mode that the format takes, at its final size, with nothing in `info`."""
    target = _fitting(image.width, image.height)
    resized = target != image.size
    if kind is JPG and image.mode not in ("L", "RGB"):
        ready = image.convert("RGB")
    elif _wants_full_colour(image, kind, resized):
        ready = image.convert("RGBA" if image.has_transparency_data else "RGB")
    else:
        ready = image.copy()
    if resized:
        ready = ready.resize(target, Image.Resampling.LANCZOS)
    # Writers take comments, XMP and the like from here; a palette's transparent colour must stay.
    transparent = ready.info.get("transparency")
    ready.info = {}
    if still and transparent is not None:
        ready.info["transparency"] = transparent
    return ready


def _wants_full_colour(image: Image.Image, kind: FileType, resized: bool) -> bool:
    """WebP has no palettes, and colours of a palette cannot be interpolated."""
    if kind is WEBP:
        return image.mode not in ("RGB", "RGBA")
    return resized and image.mode in ("1", "P", "PA")


def _fitting(width: int, height: int) -> tuple[int, int]:
    """The size to encode at: LONG_SIDE at most, proportions kept.

    A screenshot of a long chat would become unreadable at that limit, so what is at least three
    times as long as wide is bounded by its short side instead, and by a larger long side.
    """
    short, long = sorted((width, height))
    if long <= LONG_SIDE:
        return width, height
    scale = LONG_SIDE / long
    if long >= 3 * short:
        scale = max(scale, min(SCREENSHOT_SHORT_SIDE / short, SCREENSHOT_LONG_SIDE / long, 1.0))
    return max(1, round(width * scale)), max(1, round(height * scale))
