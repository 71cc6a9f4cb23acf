"""Where somebody lives, below the community: building, unit, room, group and number.

The community, the street and the village stay readable, and so does a building without a door when
it is the subject (9号楼外墙脱落); with a door, or after 家住, it is somebody's home.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from minxin.privacy.hits import Hit, Kind
from minxin.privacy.numbers import blotted

_CN = "一二三四五六七八九十百零〇○两"
_N = rf"(?:[A-Za-z]?\d{{1,4}}[A-Za-z]?|[A-Za-z]|[甲乙丙丁东西南北]|[{_CN}]{{1,4}})"
_S = r"[ \t]?"
_GROUP = rf"{_N}{_S}(?:村民小组|居民小组|小组|组|社|队)"
_BUILDING = rf"{_N}{_S}(?:号楼|#楼|栋楼|栋|幢|座|排|号院|#)(?:楼)?"
_UNIT = rf"{_N}{_S}(?:单元|门洞|梯|门(?!口|前|外|诊|面|店))"
_FLOOR = rf"{_N}{_S}(?:楼|层)"
_ROOM = (
    rf"(?:(?:\d{{2,5}}|[{_CN}]{{3,4}}|\d{{1,2}}-\d{{1,2}}){_S}(?:室|户|号房间|号房|房间|房|号)?"
    rf"|[东西南北中]{{1,2}}{_S}[户室门])"
)
_NAMED_ROOM = (
    rf"(?:\d{{3,4}}|[{_CN}]{{3,4}}){_S}"
    r"(?:室(?!内|外)|号房间|号房|房间|房(?!屋|产|价|租|东|子))"
)
_DASHES = r"\d{1,3}[A-Za-z]?(?:号楼|栋|#)?\s?-\s?\d{1,3}(?:\s?-\s?\d{1,4})?(?:号|室|户)?"
_LEFT = r"(?<![0-9A-Za-z.\-])"
_END = r"(?![0-9A-Za-z%]|[\-.:：/年月日元万平米吨公]|个|多|余|栋|幢|座|号楼|\+)"

_HOME = re.compile(
    r"(?:家住|居住在?|现住|住在|住址|地址|住|家在|户籍|户口|寄到|寄往|寄至|送到|搬到|租住|我家|家庭|业主|老家"
    r"|我是|本人是|上门到?)[^，。；,;!！?？\n]{0,24}$"
)
_PUBLIC = re.compile(
    r"^(?:的)?(?:电梯|外墙|楼顶|楼道|门口|门前|路灯|化粪池|消防|围墙|水泵|单元门|楼下|之间|附近|旁)"
)
_OFFICE = re.compile(
    r"(?:政务|大厅|办公|办事|窗口|政府|法院|仲裁|医院|学校|中学|小学|教学|公司|大厦|写字|机关|会议|阅览|教|局|厅|委|处|科|中心|院)[^，。；]{0,6}$"
)

_HOMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(
        rf"(?<=[路街巷弄道里村屯庄])\d{{1,4}}{_S}号[\u4e00-\u9fff]{{0,8}}?{_DASHES}{_END}"
    ), "sure"),
    (re.compile(
        rf"(?<=[苑园区城府里居寓邸庭湾郡庄院墅厦坊村家]){_S}{_DASHES}{_END}"
    ), "sure"),
    (re.compile(rf"{_LEFT}\d{{1,3}}\s?-\s?\d{{1,2}}\s?-\s?\d{{3,4}}(?:号|室|户)?{_END}"), "home"),
    (re.compile(rf"{_LEFT}{_BUILDING}{_S}(?:{_UNIT}{_S})?(?:{_FLOOR}{_S})?{_ROOM}{_END}"), "sure"),
    (re.compile(r"(?<=门牌)(?:号[:：是]?)?\d{1,4}号?"), "sure"),
    (re.compile(r"(?<=楼上)\d{3,4}(?:室|房)?|(?<=楼下|对门|隔壁)\d{3,4}(?:室|房)?"), "sure"),
    (re.compile(rf"{_LEFT}{_UNIT}{_S}(?:{_FLOOR}{_S})?{_ROOM}{_END}"), "sure"),
    (re.compile(
        rf"{_LEFT}{_GROUP}[\u4e00-\u9fff]{{0,4}}?(?:{_N}{_S}号|{_NAMED_ROOM}){_END}"
    ), "sure"),
    (re.compile(rf"{_LEFT}{_BUILDING}{_S}{_UNIT}(?:{_S}{_FLOOR})?"), "home"),
    (re.compile(rf"{_LEFT}{_BUILDING}"), "home"),
    (re.compile(rf"{_LEFT}{_NAMED_ROOM}{_END}"), "room"),
    (re.compile(
        r"(?<=[路街巷弄道里村屯庄沟堡子坊胡同])\d{1,4}(?:-\d{1,3})?\s?号(?!线|楼|院|店|公路|文|令)"
    ), "home"),
)  # fmt: skip


def find(text: str) -> Iterator[Hit]:
    """The homes in a text that was brought to plain signs (`view`)."""
    rest = text
    for regex, when in _HOMES:
        found = list(_of(regex, when, rest))
        yield from found
        rest = blotted(rest, found)


def _of(regex: re.Pattern[str], when: str, text: str) -> Iterator[Hit]:
    for match in regex.finditer(text):
        start, end = match.span()
        while end > start and text[end - 1] in " \t":
            end -= 1
        sure = _sure(when, text[max(0, start - 34) : start], text[end : end + 6])
        if sure is not None:
            yield Hit(start, end, Kind.ADDRESS, sure)


def _sure(when: str, before: str, after: str) -> bool | None:
    """Is it somebody's home? None where it is a place that everybody may name."""
    if when == "sure":
        return True
    if _PUBLIC.match(after):
        return None
    if when == "room":
        return None if _OFFICE.search(before) else bool(_HOME.search(before))
    return True if _HOME.search(before) else None
