"""Numbers that are somebody's: identity, telephone, card, plate and the names in networks.

A pattern says what could be one, its surroundings what it is: a label in front (身份证号, 卡号)
makes sure, one of another thing (订单号, 流水号) leaves it to a person. Patterns are tried in order
and each takes what it finds, so that an identity number is never read as a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import Match

from minxin.privacy import check_digits
from minxin.privacy.hits import Hit, Kind

_GAP = r"[ \t\-_.·,，、/]{0,2}"
_SPACE = r"[ \t\-_.·]{0,2}"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
_CN = "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两"
_CN_DIGITS = {
    **{sign: str(n) for n, sign in enumerate("零一二三四五六七八九")},
    **{sign: str(n) for n, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{"〇": "0", "○": "0", "幺": "1", "两": "2", "O": "0", "o": "0", "l": "1", "I": "1"},
}
_DIGIT = rf"[0-9{_CN}]"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_OTHER_THING = re.compile(
    r"(?:订单|流水|工单|受理|业务|合同|协议|许可证?|批准?文?|备案|案件?|档案|发票|票据?|快递|运单|单据?"
    r"|设备|产品|序列|批次|条形?码|资产|房产证|产权证|不动产证|权证|表|户|编|文|学籍|准考证|课题|项目)"
    r"[编代]?[号码][码]?[:：为是]?\s*$|底数\s*$|金额[:：为是]?\s*$|编码[:：为是]?\s*$"
)
_AGENCY = re.compile(
    r"(?:局|委|办|厅|科|股|所|站|队|处|院|校|中心|公司|法院|部门|街道|政府|社区|村委会|居委会|热线|监督|咨询"
    r"|受理|窗口|客服|值班|联系方式|官方|举报|投诉)[^我家本。；;]{0,9}$"
)
_OWN = re.compile(r"(?:我|家|本人|举报人|联系人|投诉人|反映人|诉求人|手机|身份证).{0,8}$")


@dataclass(frozen=True)
class _Pattern:
    """sure: told from the match and what stands before it; None where it is no hit at all."""

    kind: Kind
    regex: re.Pattern[str]
    sure: Callable[[Match[str], str], bool | None]


def find(text: str) -> Iterator[Hit]:
    """The numbers in a text that was brought to plain signs (`view`)."""
    rest = text
    for pattern in _PATTERNS:
        found = list(_of(pattern, rest))
        yield from found
        rest = blotted(rest, found)


def blotted(text: str, hits: Sequence[Hit]) -> str:
    """The text with what was found taken out of reach for what follows. hits: in order."""
    parts, done = [], 0
    for hit in hits:
        parts += [text[done : hit.start], "\x00" * (hit.end - hit.start)]
        done = hit.end
    return "".join([*parts, text[done:]])


def _of(pattern: _Pattern, text: str) -> Iterator[Hit]:
    for match in pattern.regex.finditer(text):
        start, end = match.span(1 if pattern.regex.groups else 0)
        before = text[max(0, match.start() - 16) : match.start()]
        sure = pattern.sure(match, before) if start >= 0 else None
        if sure is not None:
            yield Hit(start, end, pattern.kind, sure)


def digits_of(text: str) -> str:
    """The digits of a number however it is written: 一三八 0427-5519 → 13804275519."""
    return "".join(_CN_DIGITS.get(sign, sign) for sign in text if sign.isalnum())


def _always(match: Match[str], before: str) -> bool | None:
    return True


def _identity(match: Match[str], before: str) -> bool | None:
    number = digits_of(match[0]).upper()
    if len(number) == 18 and check_digits.identity(number):
        return True
    if _OTHER_THING.search(before):
        return None if len(number) == 15 else False
    return True


def _labelled_identity(match: Match[str], before: str) -> bool | None:
    return 14 <= len(digits_of(match[1])) <= 21 or None


def _card(match: Match[str], before: str) -> bool | None:
    number = digits_of(match[0])
    if not 16 <= len(number) <= 19:
        return None
    if _CARD_LABEL.search(before):
        return True
    if _OTHER_THING.search(before):
        return None
    if number.startswith(("62", "4", "5", "9558")) and check_digits.luhn(number):
        return True
    return False if number.startswith("62") else None


def _mobile(match: Match[str], before: str) -> bool | None:
    number = digits_of(match[0])
    return not (match[0].isdigit() and len(number) == 11 and _OTHER_THING.search(before))


def _chinese_mobile(match: Match[str], before: str) -> bool | None:
    number = digits_of(match[0])
    return bool(re.match(r"1[3-9]\d{9}$", number)) or None


def _landline(match: Match[str], before: str) -> bool | None:
    if match[0].lstrip("(").startswith(("0086",)):
        return True
    if _AGENCY.search(before) and not _OWN.search(before):
        return None
    return True


def _local(match: Match[str], before: str) -> bool | None:
    return None if _AGENCY.search(before) and not _OWN.search(before) else True


def _plate(match: Match[str], before: str) -> bool | None:
    return any(sign.isdigit() for sign in match[0][2:]) or None


def _passport(match: Match[str], before: str) -> bool | None:
    return None if _OTHER_THING.search(before) else bool(_PASS_LABEL.search(before))


_CARD_LABEL = re.compile(
    r"(?:卡号?|账户|帐户|账号|帐号|银行|储蓄|农行|工行|建行|中行|交行|邮储|信用社|开户)[^，。；]{0,6}$"
)
_PASS_LABEL = re.compile(r"护照[^，。；]{0,6}$")

_PATTERNS = (
    _Pattern(
        Kind.EMAIL,
        re.compile(
            r"(?<![A-Za-z0-9._%+@*-])[A-Za-z0-9][A-Za-z0-9._%+-]*\s?(?:@|\(at\)|\[at\]|#at#)\s?"
            r"[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)*\s?\.\s?(?-i:[a-z]{2,10}|[A-Z]{2,10})", re.I
        ),
        _always,
    ),
    _Pattern(
        Kind.SSN,
        re.compile(
            r"(?:社保|医保|社会保障|医疗保险|养老保险|公积金|参保)(?:卡|个人)?"
            rf"(?:(?:编号|号码|账号|帐号|卡号|电脑号|号)[:：是为]?|[:：])\s*([0-9A-Z](?:{_GAP}[0-9A-Z]){{7,18}}){_AFTER}"
        ),
        _always,
    ),
    _Pattern(  # whatever is called an identity number is one, also with a digit too few or too many
        Kind.ID,
        re.compile(
            r"(?:身份证|身份号|证件|居住证|残疾证|残疾人证|低保证|户口簿|一代证|二代证|公民身份)"
            rf"(?:件|明)?(?:号码|编号|号)?[^0-9A-Za-z，。；\n]{{0,4}}"
            rf"({_DIGIT}(?:{_SPACE}{_DIGIT}){{13,20}}(?:{_SPACE}[xX])?)(?:{_AFTER}|(?=(?:19|20)\d\d年))"
        ),
        _labelled_identity,
    ),
    _Pattern(
        Kind.ID,
        re.compile(
            rf"{_BEFORE}(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{{4}}{_GAP}"
            rf"(?:18|19|20)\d{{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12]\d|3[01]){_GAP}"
            rf"\d{{3}}[\dXx](?:\d\d)?(?:{_AFTER}|(?=(?:19|20)\d\d年))"
        ),
        _identity,
    ),
    _Pattern(
        Kind.ID,
        re.compile(
            rf"{_BEFORE}(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{{4}}{_GAP}"
            rf"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}{_AFTER}"
        ),
        _identity,
    ),
    _Pattern(  # as a foreigner of Hong Kong writes it: A123456(7)
        Kind.ID, re.compile(rf"{_BEFORE}[A-Z]{{1,2}}\d{{6}}\([0-9A]\)"), _always
    ),
    _Pattern(
        Kind.USCC,
        re.compile(rf"{_BEFORE}(92[0-9A-Z]{{16}}){_AFTER}"),
        _always,
    ),
    _Pattern(
        Kind.USCC,
        re.compile(
            r"(?:个体|营业执照|工商|注册号|经营者)[^，。；0-9]{0,10}"
            rf"(?:注册号|执照号?|代码|号码|编号|号)?[:：是为]?\s*(\d{{15}}){_AFTER}"
        ),
        _always,
    ),
    _Pattern(
        Kind.PASSPORT,
        re.compile(r"(?:通行证|回乡证|台胞证)(?:号码|号)?[:：是为]?\s*([CHMWT]?\d{8,10})(?!\d)"),
        _always,
    ),
    _Pattern(
        Kind.PASSPORT,
        re.compile(rf"{_BEFORE}(?:[EGDSP]\d{{8}}|[EG][A-HJ-NP-Z]\d{{7}}|[DSP]E\d{{7}}){_AFTER}"),
        _passport,
    ),
    _Pattern(
        Kind.PLATE,
        re.compile(
            rf"[{_PROVINCE}]\s?[A-Z]\s?[·\-. ]?\s?"
            r"(?:[A-HJ-NP-Z0-9]\s?){4}[A-HJ-NP-Z0-9挂学警港澳](?:[0-9A-Z](?![0-9A-Za-z]))?"
            r"(?![0-9A-Za-z])", re.I
        ),
        _plate,
    ),
    _Pattern(
        Kind.WECHAT,
        re.compile(
            r"(?:微信|薇信|威信|徽信|微X|加我?微|[vVwW][xX信]|加[vV]|[（( ，。][vV](?=[:：]))"
            r"(?:号码|号|ID|id)?"
            r"(?:[是为:：]|\s){0,3}([A-Za-z][-\w]{4,19})", re.ASCII
        ),
        _always,
    ),
    _Pattern(
        Kind.QQ,
        re.compile(r"(?:[qQ]\s?[qQ]|扣扣|企鹅号?)(?:号码|号)?(?:[是为:：]|\s){0,3}([1-9]\d{4,10})(?!\d)"),
        _always,
    ),
    _Pattern(
        Kind.BANK,
        re.compile(rf"{_BEFORE}(?:\d{_GAP}){{15,18}}\d{_AFTER}"),
        _card,
    ),
    _Pattern(
        Kind.PHONE,
        re.compile(
            r"(?<![0-9])(?:(?:\(?\+|00)\s?86\)?[ \-]?|86[ \-]?|0)?"
            rf"1[ \-]?[3-9](?:{_GAP}\d){{9}}(?=(?:19|20)\d\d年|[^0-9]|$)"
        ),
        _mobile,
    ),
    _Pattern(
        Kind.PHONE,
        re.compile(rf"(?<!{_DIGIT})[1一壹幺]{_GAP}{_DIGIT}(?:{_GAP}{_DIGIT}){{9}}(?!{_DIGIT})"),
        _chinese_mobile,
    ),
    _Pattern(  # with the letters O and l for digits, as it is typed to slip through
        Kind.PHONE,
        re.compile(r"(?:手机|电话|号码|联系|微信)[^0-9A-Za-z]{0,4}(1[3-9OoIl][0-9OoIl]{9})(?![0-9A-Za-z])"),
        _always,
    ),
    _Pattern(
        Kind.PHONE,
        re.compile(
            r"(?<![0-9])(?:(?:\+|00)86[ \-]?)?\(?0\d{2,3}\)?[ \-_]{0,3}[2-9](?:[ \-]{0,2}\d){6,7}"
            r"(?:\s?(?:-|转|分机号?|ext\.?)\s?\d{1,6})?(?![0-9])", re.I
        ),
        _landline,
    ),
    _Pattern(
        Kind.PHONE,
        re.compile(
            r"(?:电话|座机|固话|宅电|家电|联系方式|拨打?|打)(?:号码|号)?[:：是为]?\s*"
            r"([2-9]\d{2,3}[ \-]?\d{4}(?:\s?(?:-|转)\s?\d{1,6})?)(?![0-9])"
        ),
        _local,
    ),
    _Pattern(
        Kind.ID,
        re.compile(
            r"(?:身份证|证件)[^，。；]{0,8}(?:尾号|后[四六4六6]位|末[四六4六6]位|尾数)[:：是为]?\s*"
            r"(\d{3,6}[Xx]?)(?![\d*-])"
        ),
        _always,
    ),
    _Pattern(
        Kind.BANK,
        re.compile(r"卡号?[^，。；]{0,6}(?:尾号|后[四4]位|末[四4]位)[:：是为]?\s*(\d{4})(?![\d*-])"),
        _always,
    ),
    _Pattern(
        Kind.PHONE,
        re.compile(
            r"(?:电话|手机|号码)[^，。；]{0,6}(?:尾号|后[四4]位|末[四4]位|尾数)[:：是为]?\s*(\d{4})(?![\d*-])"
        ),
        _always,
    ),
)  # fmt: skip
