"""Which column of a sheet holds which field of a citizen's message."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from minxin.errors import Refused
from minxin.workbooks.cells import heading


class Field(StrEnum):
    """A field of an imported message; the value is its key in forms and stored mappings."""

    SOURCE_NO = "source_no"
    NAME = "name"
    PHONE = "phone"
    SUBJECT = "subject"
    TEXT = "text"
    RECEIVED_AT = "received_at"
    PLACE = "place"
    REPLY = "reply"
    REPLIED_AT = "replied_at"
    TYPE = "type"
    DISTRICT = "district"
    PROVINCIAL_NO = "provincial_no"
    PROVINCIAL_DUE = "provincial_due"

    @property
    def label(self) -> str:
        """What the mapping form calls it."""
        return _NAMES[self][0]


# field → 0-based column
Mapping = dict[Field, int]

# The label first, then the headers under which the field arrives, the likeliest first.
_NAMES: dict[Field, tuple[str, ...]] = {
    Field.SOURCE_NO: ("来件编号", "留言编号", "信件编号", "工单编号", "诉求编号", "编号"),
    Field.NAME: (
        "诉求人", "留言用户", "留言人", "来信人", "反映人", "投诉人", "诉求人姓名", "姓名",
        "联系人", "用户",
    ),
    Field.PHONE: (
        "联系电话", "手机号码", "手机号", "联系方式", "电话号码", "诉求人电话", "手机", "电话",
    ),
    Field.SUBJECT: ("主题", "留言主题", "留言标题", "诉求主题", "诉求标题", "信件标题", "标题"),
    Field.TEXT: (
        "诉求内容", "留言详情", "留言内容", "信件内容", "反映内容", "来件内容", "详情", "内容",
    ),
    Field.RECEIVED_AT: (
        "来件时间", "留言时间", "来信时间", "诉求时间", "受理时间", "来件日期", "留言日期",
        "时间", "日期",
    ),
    Field.PLACE: ("地址", "事发地址", "事发地点", "诉求地址", "地点"),
    Field.REPLY: ("答复意见", "答复内容", "回复意见", "回复内容", "答复", "回复"),
    Field.REPLIED_AT: ("答复时间", "答复日期", "回复时间", "回复日期"),
    Field.TYPE: ("类型", "诉求类型", "留言类型", "信件类型"),
    Field.DISTRICT: (
        "属地", "区县", "所在区县", "所属区县", "受理地区", "所属地区", "县区",
    ),
    Field.PROVINCIAL_NO: ("省编号", "省平台编号", "省转编号"),
    Field.PROVINCIAL_DUE: ("省时限", "省办理时限", "省平台时限", "省办结时限"),
}  # fmt: skip

PERSONAL = frozenset((Field.NAME, Field.PHONE, Field.PLACE))
_PERSONAL_NAME = re.compile("姓名|电话|手机|联系|地址|住址|身份证|证件")

# Every header name that is understood: helps `open_sheet` to tell the header from a title.
KNOWN = frozenset(name for names in _NAMES.values() for name in names)


def guess(columns: Sequence[str]) -> Mapping:
    """The mapping that the header suggests; fields that it does not name are left out.

    Remarks in brackets, asterisks, colons and blanks in a header do not matter. Each field gets
    the likeliest of its names, the leftmost column of that name; no column serves twice.
    """
    headers = [heading(name) for name in columns]
    found: Mapping = {}
    for field, names in _NAMES.items():
        likeliest = next((name for name in names if name in headers), None)
        if likeliest is not None:
            found[field] = headers.index(likeliest)
    return found


def personal(columns: Sequence[str]) -> frozenset[int]:
    """The columns that hold who somebody is and where to find them, whatever they are mapped to."""
    guessed = {column for field, column in guess(columns).items() if field in PERSONAL}
    named = {place for place, name in enumerate(columns) if _PERSONAL_NAME.search(heading(name))}
    return frozenset(guessed | named)


def check(mapping: Mapping, columns: Sequence[str]) -> None:
    """Raise Refused unless the mapping can be imported: the text or the subject has a column,
    every column exists, and none serves two fields."""
    if Field.TEXT not in mapping and Field.SUBJECT not in mapping:
        raise Refused("请指定“诉求内容”或“主题”在哪一列。", Field.TEXT)
    taken: dict[int, Field] = {}
    for field, column in mapping.items():
        if not 0 <= column < len(columns):
            raise Refused(f"“{field.label}”所选的列不存在，请重新选择。", field)
        if column in taken:
            raise Refused(f"“{taken[column].label}”和“{field.label}”选了同一列，请改正。", field)
        taken[column] = field


def row_key(source_no: str, subject: str, text: str, received_at: datetime | None) -> str:
    """The fingerprint of a message, sha256 in hex: equal for the same row of the same file.

    Blanks and case do not count, nor the zone in which the time is written.
    """
    parts = [unicodedata.normalize("NFKC", source_no), subject, text]
    parts = ["".join(part.casefold().split()) for part in parts]
    parts.append(received_at.astimezone(UTC).isoformat("T", "seconds") if received_at else "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
