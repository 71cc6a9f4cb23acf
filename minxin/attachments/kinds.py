"""What may be uploaded: the allow-list, its limits, and what to say about a file not on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["photo", "document", "media"]

MEGABYTE = 1024 * 1024
PHOTO_LIMIT = 20 * MEGABYTE
DOCUMENT_LIMIT = 20 * MEGABYTE
MEDIA_LIMIT = 50 * MEGABYTE
LIMITS: dict[Kind, int] = {
    "photo": PHOTO_LIMIT,
    "document": DOCUMENT_LIMIT,
    "media": MEDIA_LIMIT,
}
LARGEST = max(LIMITS.values())
KIND_NAMES: dict[Kind, str] = {"photo": "图片", "document": "文档", "media": "录音或视频"}


@dataclass(frozen=True, slots=True)
class FileType:
    """One allowed type. `extension` has no dot; `spellings` are names of it that people use;
    `family` joins types whose names phones mix up and which are told apart by content alone."""

    kind: Kind
    mime: str
    extension: str
    word: str
    spellings: frozenset[str] = frozenset()
    family: str = ""

    def may_be_named(self, extension: str) -> bool:
        """Whether a file of this type may come under a claimed extension ('' for none)."""
        if extension in ("", self.extension) or extension in self.spellings:
            return True
        claimed = BY_EXTENSION.get(extension)
        return claimed is not None and self.family != "" and claimed.family == self.family


def _photo(mime: str, extension: str, word: str, *spellings: str) -> FileType:
    # WeChat and phones save webp and png under .jpg: pictures pass under any picture's name.
    return FileType("photo", mime, extension, word, frozenset(spellings), "photo")


_OOXML = "application/vnd.openxmlformats-officedocument"

JPG = _photo("image/jpeg", "jpg", "JPG 图片", "jpeg", "jpe", "jfif", "mpo")
PNG = _photo("image/png", "png", "PNG 图片")
WEBP = _photo("image/webp", "webp", "WebP 图片")
GIF = _photo("image/gif", "gif", "GIF 图片")
PDF = FileType("document", "application/pdf", "pdf", "PDF 文档")
DOCX = FileType("document", f"{_OOXML}.wordprocessingml.document", "docx", "Word 文档")
XLSX = FileType("document", f"{_OOXML}.spreadsheetml.sheet", "xlsx", "Excel 表格")
# WPS saves its own names with the same content as doc and xls.
DOC = FileType("document", "application/msword", "doc", "Word 文档（旧格式）", frozenset({"wps"}))
XLS = FileType(
    "document", "application/vnd.ms-excel", "xls", "Excel 表格（旧格式）", frozenset({"et"})
)
TXT = FileType("document", "text/plain", "txt", "文本文件")
MP3 = FileType("media", "audio/mpeg", "mp3", "MP3 录音")
WAV = FileType("media", "audio/wav", "wav", "WAV 录音", frozenset({"wave"}))
AMR = FileType("media", "audio/amr", "amr", "AMR 录音")
M4A = FileType("media", "audio/mp4", "m4a", "M4A 录音", family="mpeg4")
MP4 = FileType("media", "video/mp4", "mp4", "MP4 视频", frozenset({"m4v"}), "mpeg4")

ALLOWED = (JPG, PNG, WEBP, GIF, PDF, DOCX, XLSX, DOC, XLS, TXT, MP3, WAV, AMR, M4A, MP4)
BY_EXTENSION = {kind.extension: kind for kind in ALLOWED} | {
    spelling: kind for kind in ALLOWED for spelling in kind.spellings
}

#: For the form's hint and the `accept` attribute of its file field.
ALLOWED_WORDS = (
    "JPG、PNG、WebP、GIF 图片，PDF、Word、Excel、TXT 文档，MP3、WAV、AMR、M4A 录音，MP4 视频"
)
ACCEPT = ",".join(f".{extension}" for extension in BY_EXTENSION)

_KNOWN_BUT_NOT_TAKEN = {
    "heic": "系统无法打开 HEIC 照片。请另存为 JPG 后上传，或在手机相机设置中选“兼容性最佳”。",
    "mov": "系统不接收 MOV 视频。请转换为 MP4 后上传。",
    "3gp": "系统不接收 3GP 视频或录音。请转换为 MP4 或 MP3 后上传。",
    "zip": "系统不接收压缩包。请解压后逐个上传其中的图片或文档。",
    "ppt": "系统不接收演示文稿。请另存为 PDF 后上传。",
    "exe": "系统不接收程序文件。",
    "html": "系统不接收网页文件。请将页面另存为 PDF 或截图后上传。",
    "svg": "系统不接收 SVG 图片。请另存为 PNG 或 JPG 后上传。",
    "script": "系统不接收脚本或程序文件。",
}


def advice(found: str) -> str:
    """The sentence for a file that is not taken; `found` is a word of the sniffers or ''."""
    return (
        _KNOWN_BUT_NOT_TAKEN.get(found)
        or f"无法识别该文件的格式。请上传以下格式的文件：{ALLOWED_WORDS}。"
    )
