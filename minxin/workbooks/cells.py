"""One cell of a workbook, turned into clean text.

Offices paste from web pages, other systems and other people's workbooks. What comes out here can
be stored in PostgreSQL, compared and searched; what cannot be understood is refused by a sentence.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from minxin.errors import Refused

TEXT_LIMIT = 10_000
SUBJECT_LIMIT = 200
# Excel keeps 15 significant digits; a longer number has already lost its tail.
EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell whose value cannot be used: `shown` as Excel shows it, `reason` a Chinese sentence."""

    shown: str
    reason: str

    def __str__(self) -> str:
        return self.shown


# What stands in lists of wrong rows for a formula without a result.
NEVER_COMPUTED = "#公式"
ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", NEVER_COMPUTED)
)


def error_reason(value: str) -> str:
    """Why a cell with one of Excel's error values cannot be used."""
    if value == NEVER_COMPUTED:
        return "公式没有计算结果，请用 Excel 打开保存一次，或把公式粘贴为数值。"
    return f"单元格是错误值 {value}，请改正或清空。"


# Excel writes characters that XML cannot carry as _xHHHH_, and a literal underscore as _x005F_.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# What is dropped. Zero-width characters and direction marks: invisible, yet they break search and
# comparison. A joiner holds an emoji together (family, profession); elsewhere it is paste dirt.
# Control characters (PostgreSQL refuses NUL), lone surrogates and noncharacters.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]+"
    "|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])[\u200c\u200d]"
)
_BLANKS = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_NEWLINE = re.compile(" ?\n ?")
_MANY_NEWLINES = re.compile("\n{3,}")


def to_text(value: object, *, limit: int = TEXT_LIMIT, lines: bool = False) -> str:
    """The cell as clean text, '' for an empty cell.

    `lines` keeps line breaks (at most one empty line in a row); otherwise they become spaces.
    Numbers lose Excel's '.0', dates read as 2019-02-20 16:26:44. Emoji and rare characters stay.
    Raises Refused over `limit` characters, for cells that hold an error or a formula that was
    never computed, and for numbers so long that Excel has rounded them.
    """
    if value is None:
        return ""
    text = clean(_shown(value), lines=lines)
    if len(text) > limit:
        raise Refused(f"内容有{len(text)}个字，超过{limit}个字，请缩短后再导入。")
    return text


def clean(text: str, *, lines: bool = False) -> str:
    """Normalise pasted text: escapes, line ends, blanks, invisible and forbidden characters."""
    if "_x" in text:
        text = _unescaped(text)
    if text.isprintable():  # no control, format or exotic blank in it: half of all cells
        return _BLANKS.sub(" ", text).strip()
    text = _BLANKS.sub(" ", _DROPPED.sub("", _LINE_ENDS.sub("\n", text)))
    if not lines:
        return _BLANKS.sub(" ", text.replace("\n", " ")).strip()
    return _MANY_NEWLINES.sub("\n\n", _AROUND_NEWLINE.sub("\n", text)).strip()


def is_blank(value: object) -> bool:
    """True for an empty cell and for one that holds nothing visible."""
    return value is None or (
        isinstance(value, str) and not value[:1].isalnum() and not clean(value)
    )


def _unescaped(text: str) -> str:
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # An astral character arrives as two escaped halves; a lone half is dropped by _DROPPED.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _shown(value: object) -> str:
    if isinstance(value, str):
        # A list of wrong rows shows errors as text; sent back uncorrected they are still errors.
        if value in ERRORS:
            raise Refused(error_reason(value))
        return value
    if isinstance(value, Unreadable):
        raise Refused(value.reason)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    return shown(value)


def _number(value: int | float) -> str:
    if abs(value) >= 10**EXACT_DIGITS:
        raise Refused(
            f"数字超过{EXACT_DIGITS}位，Excel 已丢失末尾几位，请把这一列设为文本格式后重新填写。"
        )
    return shown(value)


def shown(value: object) -> str:
    """Any cell value as a person would read it; never raises (for lists of wrong rows)."""
    if value is None:
        return ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**EXACT_DIGITS:
            return str(int(value))
        return format(value, f".{EXACT_DIGITS}g")
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


_REMARK = re.compile(r"[(\[【].*?[)\]】]|[*:\s]")


def heading(value: object) -> str:
    """A column's name for comparison: no remarks in brackets, asterisks, colons or blanks."""
    return _REMARK.sub("", unicodedata.normalize("NFKC", clean(shown(value))))


_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_NO_PHONE = {"", "无", "没有", "未留", "暂无", "不详", "匿名", "/", "\\", "-", "--", "—", "——", "0"}


def to_phone(value: object) -> str:
    """The telephone as typed, half-width; a single mobile number as its 11 digits.

    '' when the cell is empty or says that there is none. Raises Refused without any digit.
    """
    text = unicodedata.normalize("NFKC", to_text(value, limit=60)).strip("'\"` ")
    if text in _NO_PHONE:
        return ""
    mobile = _MOBILE.fullmatch(re.sub(r"[\s()\-–—]", "", text))
    if mobile:
        return mobile[1]
    if not any(sign.isdigit() for sign in text):
        raise Refused("这一格不是电话号码，请填写号码或清空。")  # and is not quoted
    return text
