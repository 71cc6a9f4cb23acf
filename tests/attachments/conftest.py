"""Real files, made here and now."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
from collections.abc import Iterable

import openpyxl
import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin
from pypdf import PdfWriter

_ORIENTATION, _MAKE, _GPS = 0x0112, 0x010F, 0x8825


class Made:
    """Makers of one file each; every one returns bytes."""

    @staticmethod
    def exif(orientation: int = 1) -> Image.Exif:
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        exif[_MAKE] = "PhoneMaker"
        exif.get_ifd(_GPS).update({1: "N", 2: (41.0, 7.0, 12.0), 3: "E", 4: (122.0, 4.0, 2.0)})
        return exif

    @staticmethod
    def profile() -> bytes:
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    def scene(self, size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
        """White with a red upper left quarter: shows which way is up."""
        image = Image.new("RGB", size, "white")
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
        return image.convert(mode)

    def jpg(
        self, size: tuple[int, int] = (120, 80), orientation: int = 1, mode: str = "RGB"
    ) -> bytes:
        saved = io.BytesIO()
        self.scene(size, mode).save(
            saved,
            "JPEG",
            exif=self.exif(orientation),
            icc_profile=self.profile() if mode == "RGB" else None,
            comment=b"taken at home",
        )
        return saved.getvalue()

    def png(self, size: tuple[int, int] = (120, 80), mode: str = "RGB") -> bytes:
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", "Wang Xiaoming")
        notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>GPSLatitude</x:xmpmeta>")
        saved = io.BytesIO()
        self.scene(size, mode).save(saved, "PNG", pnginfo=notes, exif=self.exif())
        return saved.getvalue()

    def webp(self, size: tuple[int, int] = (120, 80)) -> bytes:
        saved = io.BytesIO()
        self.scene(size).save(saved, "WEBP", exif=self.exif(), xmp=b"<x>GPSLatitude</x>")
        return saved.getvalue()

    def gif(self, frames: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
        images = []
        for number in range(frames):
            image = self.scene(size)
            ImageDraw.Draw(image).point((size[0] - 1 - number % 30, size[1] - 1), fill="blue")
            images.append(image.quantize(16))
        saved = io.BytesIO()
        images[0].save(
            saved,
            "GIF",
            save_all=frames > 1,
            append_images=images[1:],
            duration=[40 + 10 * (n % 2) for n in range(frames)] if frames > 1 else 0,
            loop=0,
            comment=b"taken at home",
        )
        return saved.getvalue()

    @staticmethod
    def pdf() -> bytes:
        writer = PdfWriter()
        writer.add_blank_page(200, 200)
        saved = io.BytesIO()
        writer.write(saved)
        return saved.getvalue()

    @staticmethod
    def zip(members: dict[str, bytes]) -> bytes:
        saved = io.BytesIO()
        with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in members.items():
                package.writestr(name, content)
        return saved.getvalue()

    def docx(self, extra: dict[str, bytes] | None = None, content_type: str = "document") -> bytes:
        declared = (
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
            f'openxmlformats-officedocument.wordprocessingml.{content_type}.main+xml"/></Types>'
        )
        parts = {"[Content_Types].xml": declared.encode(), "word/document.xml": b"<w:document/>"}
        return self.zip(parts | (extra or {}))

    @staticmethod
    def xlsx() -> bytes:
        book = openpyxl.Workbook()
        book.active.append(["编号", "内容"])
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()

    @staticmethod
    def ole(streams: Iterable[str], sector: int = 512) -> bytes:
        """A compound file with a FAT of one sector, a directory, and empty streams."""
        names = ["Root Entry", *streams]
        directory = b""
        for number, name in enumerate(names):
            text = name.encode("utf-16-le") + b"\0\0"
            kind = 5 if number == 0 else 2
            entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
            directory += entry.ljust(128, b"\0")
        count = -(-len(directory) // sector)
        directory = directory.ljust(count * sector, b"\0")
        free, end = 0xFFFFFFFF, 0xFFFFFFFE
        chain = [0xFFFFFFFD, *range(2, count + 1), end]
        fat = struct.pack(f"<{sector // 4}I", *chain, *[free] * (sector // 4 - len(chain)))
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        header += struct.pack(
            "<5H6x", 0x3E, 3 if sector == 512 else 4, 0xFFFE, 9 if sector == 512 else 12, 6
        )
        header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
        header += struct.pack("<109I", 0, *[free] * 108)
        return header.ljust(sector, b"\0") + fat + directory

    @staticmethod
    def wav(seconds: float = 0.1) -> bytes:
        saved = io.BytesIO()
        with wave.open(saved, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(int(16000 * seconds)))
        return saved.getvalue()

    @staticmethod
    def mp3(tag: bool = True) -> bytes:
        frame = b"\xff\xfb\x90\x00".ljust(417, b"\0")  # 128 kbit/s, 44.1 kHz
        return (b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) if tag else b"") + frame * 5

    @staticmethod
    def amr() -> bytes:
        return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 10

    @staticmethod
    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), name) + content

    def mp4(self, *tracks: bytes, brand: bytes = b"isom", place: bytes = b"") -> bytes:
        handlers = b"".join(self.box(b"hdlr", bytes(8) + kind + bytes(13)) for kind in tracks)
        where = self.box(b"udta", self.box(b"\xa9xyz", place)) if place else b""
        loci = self.box(b"loci", bytes(6) + b"home\0" + struct.pack(">B3i", 0, 8000000, 2700000, 0))
        return (
            self.box(b"ftyp", brand + bytes(4) + brand)
            + self.box(b"moov", handlers + where + (loci if place else b""))
            + self.box(b"mdat", bytes(range(256)) * 4)
        )


@pytest.fixture(scope="session")
def made() -> Made:
    return Made()
