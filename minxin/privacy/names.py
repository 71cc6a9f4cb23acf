"""Names of private persons: what could be one is weighed, by the tagger, surname and surroundings.

Officials with their posts, places and trades that bear a name, public figures and names that are
masked already are left alone (privacy.md); whoever tells his own name is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from minxin.privacy import name_words as words
from minxin.privacy import surnames
from minxin.privacy.hits import Hit, Kind
from minxin.privacy.tagger import Marks

SURE, DOUBTFUL = 3.0, 2.4
"""From which weight on a candidate is masked without being asked, and shown to a person."""
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LIST = re.compile(r"(?:[、,，。;；/\s]|和|与|及|以及|跟){1,3}")
_TO_A_NUMBER = re.compile(
    r"(?:[\s,，、:：（(;；.]|电话|联系电话|手机|手机号|电话号码|号码|联系方式|身份证|身份证号|身份证号码|微信|号|是|为)*$"
)
_DOTTED = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·.][\u3400-\u9fff]{1,8}){1,3}")
_SPREAD = re.compile(
    r"[\u3400-\u9fff](?:[ \t]{1,3}[\u3400-\u9fff]){1,2}(?![\u3400-\u9fff])"
    r"|[\u3400-\u9fff](?:[ \t]{1,3}[\u3400-\u9fff]){1,2}(?=[等和与的是说])"
)
_MASKED = re.compile(r"[某*×xX＊○〇]")
_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en"
    r"|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u|v))"
)
_FAMILY = (
    "wang|li|zhang|liu|chen|yang|huang|zhao|wu|zhou|xu|sun|ma|zhu|hu|guo|he|gao|lin|luo|zheng|liang|xie|song|tang|han"
    "|feng|deng|cao|peng|zeng|xiao|tian|dong|pan|yuan|cai|jiang|yu|du|ye|cheng|su|wei|lv|lu|ding|ren|shen|yao|cui|zhong"
    "|tan|wan|fan|jin|shi|liao|jia|xia|fu|fang|bai|zou|meng|xiong|qin|qiu|hou|yin|xue|yan|lei|long|tao|mao|hao|gong|shao"
)
_PINYIN = re.compile(
    rf"(?<![A-Za-z@._-])(?i:{_FAMILY})[ ,]{{1,2}}"
    rf"(?i:{_SYLLABLE}{{1,2}}|{_SYLLABLE}[-' ]{_SYLLABLE})(?![A-Za-z@._-])"
)


@dataclass(frozen=True)
class _Text:
    """A text with the tagger's marks and what its surroundings say of each place."""

    text: str
    marks: Marks
    told: frozenset[int]  # where a name follows for sure
    hinted: frozenset[int]  # where one may follow
    numbered: frozenset[int]  # where a telephone or identity number follows


def find(text: str, marks: Marks, numbers: Iterable[Hit]) -> Iterator[Hit]:
    """The names in a text of plain signs. marks: of that text · numbers: what was found in it."""
    read = _Text(text, marks, *_cues(text), _before_numbers(text, numbers))
    found = _choose(_candidates(read))
    found |= _in_lists(read, found)
    hits = [Hit(start, end, Kind.NAME, weight >= SURE) for (start, end), weight in found.items()]
    hits += _dotted(read)
    hits += _spread(read)
    hits += _pinyin(text)
    yield from hits
    yield from _again(read, hits)


Weighed = dict[tuple[int, int], float]


def _cues(text: str) -> tuple[frozenset[int], frozenset[int]]:
    told = {match.end() for match in words.SELF.finditer(text)}
    told |= {match.end() for match in words.CALLED.finditer(text)}
    hinted = {match.end() for match in words.PLAIN_SELF.finditer(text)}
    hinted |= {match.end() for match in words.ROLE.finditer(text)}
    return frozenset(told), frozenset(hinted)


def _before_numbers(text: str, numbers: Iterable[Hit]) -> frozenset[int]:
    ends = set()
    for hit in numbers:
        if hit.kind in (Kind.PHONE, Kind.ID, Kind.WECHAT, Kind.BANK):
            match = _TO_A_NUMBER.search(text, max(0, hit.start - 16), hit.start)
            ends.add(match.start() if match else hit.start)
    return frozenset(ends)


def _candidates(read: _Text) -> Weighed:
    likely = read.marks.sum(axis=1)
    starts = {
        place
        for place in range(len(read.text))
        if likely[place] >= 0.08
        and (read.marks[place, 0] >= 0.04 or not place or likely[place - 1] < 0.08)
    }
    ends = {end - taken for end in read.numbered for taken in (2, 3, 4)}
    weighed: Weighed = {}
    for start in starts | read.told | read.hinted | {each for each in ends if each >= 0}:
        for end in _ends(read, start, likely):
            weight = _weigh(read, start, end)
            if weight >= DOUBTFUL:
                weighed[start, end] = weight
    return weighed


def _ends(read: _Text, start: int, likely: object) -> Sequence[int]:
    family = surnames.length(read.text, start)
    ends = [start + family + given for given in (1, 2)] if family else []
    if start in read.told and (whole := _HAN.match(read.text, start)) and 2 <= len(whole[0]) <= 4:
        ends.append(whole.end())  # 我叫诗诗隐，: whatever it is, he says that it is his name
    if family == 2:
        ends += [start + 2, start + 3]
    run = start
    while run < len(read.text) and run - start < 9 and read.marks[run].sum() >= 0.3:
        if run > start and read.marks[run, 0] > read.marks[run, 1]:
            break
        run += 1
    if run - start >= 2:
        ends.append(run)
    return [end for end in dict.fromkeys(ends) if end <= len(read.text)]


def _weigh(read: _Text, start: int, end: int, beside: float = 0.0) -> float:
    """How much speaks for a name at [start, end); below `DOUBTFUL` it is none."""
    text = read.text
    name, before, after = text[start:end], text[max(0, start - 14) : start], text[end : end + 8]
    if not _HAN.fullmatch(name) or _MASKED.search(name) or after[:1] in ("某", "*", "×"):
        return 0.0
    told = start in read.told
    if name in words.PUBLIC_FIGURES or (not told and name[:2] in words.PUBLIC_FIGURES):
        return 0.0
    if words.SURNAME_ONLY.match(name[surnames.length(name) or 1 :] + after):
        return 0.0
    if not told and (_is_somebody_elses(name, before, after) or _is_longer(read, start, end)):
        return 0.0
    ends_here = not after or words.BOUNDARY.match(after)
    likely = float(read.marks[start:end].sum(axis=1).mean())
    weight = 3.0 * likely + 0.5 * float(read.marks[start, 0])
    if end < len(text):
        weight -= 1.5 * float(read.marks[end, 1])
    family = surnames.length(name)
    if family and end - start in (family + 1, family + 2):
        weight += 0.7 + (0.3 if name[0] in surnames.COMMON or family == 2 else 0)
    elif told and ends_here and end - start <= 4 and name[0] not in words.NEVER_IN:
        weight += 0.3
    else:
        weight -= 0.8 if end - start <= 4 else 0.3
    weight += 2.0 if told else 1.0 if start in read.hinted else 0.0
    weight += 1.2 if end in read.numbered else 0.0
    if ends_here:
        weight += 0.6
    elif after[0] in words.ENDS or words.HONORIFIC.match(after):
        weight += 0.4
    weight += 0.2 if not before or words.BOUNDARY.match(before[-1]) else 0.0
    if end - start == (family or 1) + 2:
        weight += 0.15 + (0.6 if read.marks[end - 1, 1] >= 0.1 else 0.0)
    weight -= 1.5 if before[-1:] in ("小", "老") and end - start == 2 and not told else 0.0
    if name[-1] in words.ENDS and not ends_here and read.marks[end - 1, 1] < 0.5:
        weight -= 0.8
    weight -= 2.0 * any(sign in words.NEVER_IN for sign in name[1:])
    if name in words.ORDINARY or (name[:2] in words.ORDINARY and likely < 0.8):
        weight -= 0.6 if told or beside else 1.6
    return weight + beside


def _is_somebody_elses(name: str, before: str, after: str) -> bool:
    """An official by his post, a place or a trade that bears a name."""
    if words.TITLE_AFTER.match(after) or words.TITLE_BEFORE.search(before):
        return True
    if after.startswith("同志") and words.RANK.search(before):
        return True
    if name in words.NEVER or words.LABEL.search(name):
        return True
    family = surnames.length(name) or 1
    if name[family : family + 1] in words.CALLED_SO or (len(name) == 2 and name[1] in words.KIN):
        return True
    rest = name[family:] + after
    if words.SURNAME_ONLY.match(rest) or words.TITLE_AFTER.match(rest):
        return True
    if (
        words.TITLE_AFTER.match(name[-1] + after)
        or words.TRADE.match(name[-1] + after)
        or words.PLACE_END.search(name)
    ):
        return True
    return bool(words.PLACE_AFTER.match(after) or words.PLACE_WORD.match(name[-1] + after))


def _is_longer(read: _Text, start: int, end: int) -> bool:
    """Does the tagger read on, to a place or a trade that bears the name (王麻子剪刀铺)?"""
    while end < len(read.text) and read.marks[end, 1] >= 0.3:
        end += 1
    after = read.text[end : end + 8]
    return bool(words.PLACE_AFTER.match(after) or words.TITLE_AFTER.match(after))


def _choose(weighed: Weighed) -> Weighed:
    """The heaviest first, none over another."""
    chosen: Weighed = {}
    taken: set[int] = set()
    for (start, end), weight in sorted(weighed.items(), key=lambda each: (-each[1], each[0])):
        if taken.isdisjoint(range(start, end)):
            chosen[start, end] = weight
            taken.update(range(start, end))
    return chosen


def _in_lists(read: _Text, found: Weighed) -> Weighed:
    """Names that stand in a row with those that are sure."""
    known = dict(found)
    waiting = [span for span, weight in found.items() if weight >= SURE]
    while waiting:
        _, end = waiting.pop()
        match = _LIST.match(read.text, end)
        if not match:
            continue
        start = match.end()
        weighed = {
            (start, stop): _weigh(read, start, stop, beside=1.2)
            for stop in _ends(read, start, None)
        }
        best = max(weighed, key=lambda span: weighed[span], default=None)
        if best is None or weighed[best] < DOUBTFUL:
            continue
        old = known.get(best, 0.0)
        if weighed[best] > old and not any(
            best[0] < stop and best[1] > begin for begin, stop in known if (begin, stop) != best
        ):
            known[best] = weighed[best]
            if weighed[best] >= SURE > old:
                waiting.append(best)
    return known


def _dotted(read: _Text) -> Iterator[Hit]:
    """帕提古丽·吐尔逊: the dot makes it a name; the tagger says where it begins and ends."""
    for match in _DOTTED.finditer(read.text):
        start, end = match.span()
        dots = [place for place in range(start, end) if read.text[place] in "·."]
        first, last = dots[0], dots[-1]
        if _MASKED.match(read.text[first - 1]) or _MASKED.search(read.text[first:end]):
            continue
        start += max((m.end() for m in _MASKED.finditer(read.text[start:first])), default=0)
        begin, stop = first, last + 1
        while begin > start and read.marks[begin - 1].sum() >= 0.2:
            begin -= 1
        while stop < end and read.marks[stop].sum() >= 0.2:
            stop += 1
        supported = begin < first and stop > last + 1
        hinted = [place for place in range(start, first) if place in read.told | read.hinted]
        if not supported and (read.text[first] == "." or not hinted):
            continue
        if hinted:
            begin = min(begin, hinted[-1])
        if not supported:
            stop = max(stop, min(end, last + 4))
        while stop < end and stop - last <= 4 and read.marks[stop].sum() >= 0.02:
            stop += 1
        if words.PLACE_AFTER.match(read.text[stop : stop + 4]):
            continue
        yield Hit(begin, stop, Kind.NAME)


def _spread(read: _Text) -> Iterator[Hit]:
    """张 小 明: single characters with spaces between them, the first a common surname."""
    for match in _SPREAD.finditer(read.text):
        signs = re.sub(r"\s", "", match[0])
        before = read.text[max(0, match.start() - 14) : match.start()]
        told = match.start() in read.told or match.start() in read.hinted
        if not told and before and not words.BOUNDARY.match(before[-1]):
            continue
        if signs[0] not in surnames.SINGLE or signs in words.ORDINARY or _MASKED.search(signs):
            continue
        if (words.TITLE_BEFORE.search(before) and not told) or signs[-1] in "男女":
            continue
        if told or signs[0] in surnames.COMMON:
            yield Hit(*match.span(), Kind.NAME, told or len(signs) == 3)


def _pinyin(text: str) -> Iterator[Hit]:
    for match in _PINYIN.finditer(text):
        if match[0][0].isupper():
            yield Hit(*match.span(), Kind.NAME)


def _again(read: _Text, hits: Sequence[Hit]) -> Iterator[Hit]:
    """A name that was found once is masked wherever else it stands."""
    said = {read.text[hit.start : hit.end] for hit in hits if hit.sure}
    said |= {part for name in said for part in name.split("·") if len(part) > 1}
    for name in said:
        place = read.text.find(name)
        while place >= 0:
            end = place + len(name)
            likely = float(read.marks[place:end].sum(axis=1).mean())
            after = read.text[end : end + 8]
            if (len(name) > 2 and not words.PLACE_AFTER.match(after)) or likely >= 0.3:
                yield Hit(place, end, Kind.NAME)
            place = read.text.find(name, end)
