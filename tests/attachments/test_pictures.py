from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from minxin.attachments import pictures
from minxin.attachments.inspect import inspect
from minxin.errors import Refused

Made = Any
TRACES = (b"PhoneMaker", b"taken at home", b"Wang", b"GPS", b"Exif", b"xmp")


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_nothing_that_tells_who_or_where_is_left(made: Made) -> None:
    for data in (made.jpg(), made.png(), made.webp(), made.gif(), made.gif(frames=3)):
        assert any(trace in data for trace in TRACES)
        kept = inspect(data, "").content
        assert not any(trace in kept for trace in TRACES)
        image = opened(kept)
        assert len(image.getexif()) == 0
        assert not {"exif", "comment", "xmp", "XML:com.adobe.xmp", "Author"} & set(image.info)


def test_what_hides_behind_the_picture_is_left_behind(made: Made) -> None:
    for data in (made.jpg(), made.png(), made.gif()):
        kept = inspect(data + b"<script>alert(1)</script>PK\x03\x04", "").content
        assert b"<script>" not in kept


def test_the_colour_profile_stays(made: Made) -> None:
    assert opened(inspect(made.jpg(), "a.jpg").content).info["icc_profile"] == made.profile()


@pytest.mark.parametrize(
    ("orientation", "red"), [(1, (5, 5)), (3, (115, 75)), (6, (75, 5)), (8, (5, 115))]
)
def test_a_photo_stands_upright(made: Made, orientation: int, red: tuple[int, int]) -> None:
    found = inspect(made.jpg((120, 80), orientation), "a.jpg")
    turned = orientation in (6, 8)
    assert (found.width, found.height) == ((80, 120) if turned else (120, 80))
    image = opened(found.content)
    assert image.size == (found.width, found.height)
    r, g, b = image.convert("RGB").getpixel(red)
    assert r > 200
    assert g < 80
    assert b < 80


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((4096, 3000), (4096, 3000)),
        ((5000, 4000), (4096, 3277)),
        ((9000, 6000), (4096, 2731)),
        ((1080, 12000), (1080, 12000)),
        ((2160, 24000), (1440, 16000)),
        ((20000, 600), (16000, 480)),
    ],
)
def test_a_large_picture_is_made_smaller_but_a_long_screenshot_stays_readable(
    made: Made, before: tuple[int, int], after: tuple[int, int]
) -> None:
    found = inspect(made.jpg(before), "a.jpg")
    assert (found.width, found.height) == after
    assert opened(found.content).size == after


def test_a_picture_too_large_to_decode_is_refused_before_it_is_decoded(made: Made) -> None:
    for size in ((8000, 7000), (14000, 14000), (20000, 20000)):
        saved = io.BytesIO()
        Image.new("1", size).save(saved, "PNG")
        assert len(saved.getvalue()) < 100_000
        with pytest.raises(Refused, match="尺寸过大"):
            inspect(saved.getvalue(), "a.png")


def test_a_moving_picture_keeps_moving(made: Made) -> None:
    image = opened(inspect(made.gif(frames=4), "a.gif").content)
    assert image.n_frames == 4
    assert [image.seek(n) or image.info["duration"] for n in range(4)] == [40, 50, 40, 50]
    assert image.info["loop"] == 0


def test_a_moving_webp_keeps_moving(made: Made) -> None:
    saved = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    frames[0].save(saved, "WEBP", save_all=True, append_images=frames[1:], exif=made.exif())
    kept = inspect(saved.getvalue(), "a.webp").content
    assert opened(kept).n_frames == 3
    assert b"PhoneMaker" not in kept


def test_an_endless_moving_picture_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_FRAMES", 10)
    with pytest.raises(Refused, match="动图"):
        inspect(made.gif(frames=11), "a.gif")
    monkeypatch.setattr(pictures, "MAX_FRAME_PIXELS", 10_000)
    with pytest.raises(Refused, match="动图"):
        inspect(made.gif(frames=9), "a.gif")


def test_pictures_in_unusual_colours_are_taken(made: Made) -> None:
    for mode in ("L", "CMYK"):
        assert inspect(made.jpg(mode=mode), "a.jpg").width == 120
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        source = made.png(mode=mode) if mode != "I;16" else _sixteen_bit()
        assert opened(inspect(source, "a.png").content).mode == mode


def test_a_transparent_background_stays_transparent(made: Made) -> None:
    image = Image.new("P", (5000, 60), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 2500, 60))
    saved = io.BytesIO()
    image.save(saved, "PNG", transparency=0)
    kept = opened(inspect(saved.getvalue(), "a.png").content).convert("RGBA")
    assert kept.getpixel((kept.width - 5, 30))[3] == 0
    assert kept.getpixel((5, 30)) == (0, 0, 255, 255)


def test_the_first_picture_of_a_double_photo_is_kept(made: Made) -> None:
    saved = io.BytesIO()
    made.scene().save(saved, "MPO", save_all=True, append_images=[made.scene((30, 30))])
    found = inspect(saved.getvalue(), "a.jpg")
    assert (found.width, found.height, found.mime) == (120, 80, "image/jpeg")
    assert opened(found.content).format == "JPEG"


def _sixteen_bit() -> bytes:
    saved = io.BytesIO()
    Image.new("I;16", (20, 20), 40000).save(saved, "PNG")
    return saved.getvalue()
