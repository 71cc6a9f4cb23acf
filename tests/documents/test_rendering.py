"""Papers measured against GB/T 9704 as an office measures them: with a ruler on the page."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from minxin.documents import fonts, layout, rendering, samples
from minxin.documents.kinds import PaperKind
from minxin.documents.sheet import MARK, TITLE_LIMIT, Table
from tests.documents.conftest import made
from tests.documents.reading import File

KINDS = list(PaperKind)
BRIEFINGS = [kind for kind in KINDS if kind.traits.layout == "briefing"]
FORMS = [kind for kind in KINDS if kind.traits.layout == "form"]
OFFICIAL = {"FandolFang", "FandolKai", "FandolHei", "FandolSong-Regular", "FandolSong-Bold"}
"""The free faces of the office's roles; a rare sign comes from one of those behind them."""
BEHIND = {"LXGW-WenKai-Light", "LXGW-WenKai", "NotoSerifCJKsc-Bold", "NotoSerifCJKsc-Regular"}


def near(measured: float, wanted: float, by: float = 0.6) -> bool:
    return abs(measured - wanted) <= by


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_a4(long, kind):
    file = long(kind)
    assert {file.size(page) for page in range(len(file))} == {(210.0, 297.0)}


def test_a_full_page_has_22_lines_of_28_signs_in_156_by_225_mm(report):
    lines = report.lines(1)
    assert len(lines) == 22
    full = [line for line in lines if len(line) == 28 and not any(s.text.isascii() for s in line)]
    assert full, "a line of Chinese alone holds 28 signs"
    assert max(len([s for s in line if not s.text.isascii()]) for line in lines) == 28
    signs = [sign for line in lines for sign in line]
    assert near(min(sign.left for sign in signs), 28)
    assert near(max(sign.right for sign in full[0]), 184, 1)
    assert min(sign.top for sign in signs) >= 36.5
    assert max(sign.bottom for sign in signs) <= 264


def test_the_page_number_stands_7_mm_below_the_text_odd_right_and_even_left(report):
    for page in range(2):
        number = [s for s in report.signs(page) if s.top > 263.5]
        assert "".join(s.text for s in number) == f"—{page + 1}—"
        assert near(number[0].top, 262 + 7, 1.6)
        if page % 2 == 0:
            assert near(number[-1].right, 184 - 14 * 25.4 / 72, 1), "one sign from the right"
        else:
            assert near(number[0].left, 28 + 14 * 25.4 / 72, 1), "one sign from the left"


@pytest.mark.parametrize("kind", KINDS)
def test_every_face_is_embedded_and_is_one_of_the_offices(long, kind):
    found = long(kind).fonts()
    assert all(found.values()), found
    assert set(found) <= OFFICIAL | BEHIND, "a face that no role names"
    assert OFFICIAL & set(found)


@pytest.mark.parametrize("kind", KINDS)
def test_no_sign_prints_as_an_empty_box(long, kind):
    assert long(kind).boxes == []


def test_a_sign_that_no_face_has_is_known_before_it_is_printed():
    strange = "\U000f0123"
    assert fonts.uncovered(f"周镕喆堃{strange}") == strange
    broken = replace(samples.INVESTIGATION, text=f"{strange}办理情况")
    assert "U+F0123" in made(broken).boxes[0], "else the check above cannot fail"


def test_rare_names_are_there_to_be_read(long):
    text = long(PaperKind.SUPERVISION_REPORT).flowing(1)
    for page in range(2, 12):
        text += long(PaperKind.SUPERVISION_REPORT).flowing(page)
    for sign in "镕喆堃赟翀":
        assert sign in text


@pytest.mark.parametrize("kind", BRIEFINGS)
def test_a_briefing_has_a_red_masthead_over_a_red_rule_as_wide_as_the_text(short, kind):
    file = short(kind)
    red = [rule for rule in file.rules(0) if rule.red]
    assert len(red) == 1
    assert near(red[0].width, 156)
    assert near(red[0].left, 28)
    masthead = [s for s in file.signs(0) if s.bottom - s.top > 14]
    assert "".join(s.text for s in masthead) == kind.label
    assert max(s.bottom for s in masthead) < red[0].top
    number = file.flowing(0)
    assert samples.of(kind).number in number


def test_the_red_rule_of_an_upward_paper_is_4_mm_below_the_number(short):
    file = short(PaperKind.REQUEST)
    (red,) = [rule for rule in file.rules(0) if rule.red]
    number = [s for s in file.signs(0) if red.bottom - 14 < s.top and s.bottom < red.bottom]
    text = "".join(s.text for s in number)
    assert "〔2026〕3号" in text
    assert "签发人：高远" in text
    assert near(red.bottom - max(s.bottom for s in number), 4, 1)
    mark = [s for s in file.signs(0) if s.bottom - s.top > 10]
    assert near(min(s.top for s in mark), 37 + 35, 3), "35 mm from the top of the text area"


def test_a_letter_has_its_rules_170_mm_long_at_both_ends_of_the_first_page(long):
    file = long(PaperKind.REMINDER)
    red = sorted((rule for rule in file.rules(0) if rule.red), key=lambda rule: rule.top)
    assert len(red) == 4, "two double rules"
    assert all(near(rule.width, 170) for rule in red)
    assert near(red[-1].bottom, 277, 1), "20 mm from the foot"
    mark = [s for s in file.signs(0) if s.bottom < red[0].top]
    assert near(min(s.top for s in mark), 30, 3)
    assert near(red[0].top - max(s.bottom for s in mark), 4, 3)
    assert not any(s.top > 278 for s in file.signs(0)), "no number on the first page"
    assert not any(rule.red for rule in file.rules(1))


@pytest.mark.parametrize("kind", [*BRIEFINGS, PaperKind.REQUEST])
@pytest.mark.parametrize("size", ["short", "long"])
def test_the_imprint_ends_on_the_last_line_of_an_even_page(request, kind, size):
    file = request.getfixturevalue(size)(kind)
    last = len(file) - 1
    assert len(file) % 2 == 0
    assert "印发" in file.flowing(last)
    lowest = max(rule.bottom for rule in file.rules(last))
    assert near(lowest, 262, 1.5), "the last rule lies on the foot of the text area"
    foot = [rule for rule in file.rules(last) if near(rule.bottom, lowest, 0.1)]
    assert near(min(rule.left for rule in foot), 28)
    assert near(max(rule.right for rule in foot), 184)


@pytest.mark.parametrize("paragraphs", range(1, 12))
def test_however_long_the_text_the_imprint_is_on_an_even_page_and_a_page_of_its_own_has_no_number(
    paragraphs,
):
    sheet = replace(samples.SUMMARY, text="走访三个小区，督促整改。" * 3 * paragraphs, tables=())
    file = File(rendering.render(sheet).pdf)
    assert len(file) % 2 == 0
    for page in range(len(file)):
        own = file.flowing(page)
        if not set(own) & set("走访督促整改"):
            assert "—" not in own


def test_a_table_repeats_its_head_on_every_page_that_it_reaches():
    rows = tuple((f"2026年1月{n % 28 + 1}日", "市民心网办", f"第{n}行") for n in range(400))
    course = Table("办理经过", ("时间", "单位", "事项"), rows, (3, 3, 5))
    sheet = replace(samples.SUMMARY, text=MARK.format("办理经过"), tables=(course,))
    file = File(rendering.render(sheet).pdf)
    with_rows = [page for page in range(len(file)) if "行" in file.flowing(page)]
    assert len(with_rows) > 10
    for page in with_rows:
        assert "时间单位事项" in file.flowing(page)
    counted = Counter(
        line for page in with_rows for line in file.text(page).split() if "行" in line
    )
    assert sum(counted.values()) == 400


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_is_one_page(short, kind):
    assert len(short(kind)) == 1
    assert "盖章处" in short(kind).text(0), "a place for the seal is left free, none is drawn"


def test_a_form_that_is_too_long_goes_on_and_loses_nothing():
    fields = (("督办要求", "请整改。" * 900), ("回复情况", ""), ("末项", "到此为止"))
    file = File(rendering.render(replace(samples.NOTICE, fields=fields)).pdf)
    assert len(file) > 1
    whole = "".join(file.flowing(page) for page in range(len(file)))
    assert re.sub(r"—\d+—", "", whole).count("请整改。") == 900  # a page may end within a sentence
    assert "到此为止" in whole


def test_headings_have_the_faces_of_their_level(short):
    drawn = layout.fragment(samples.REPORT)
    assert '<p class="level-1"><b>一、诉求基本情况</b></p>' in drawn
    assert '<p class="level-2"><b>（一）督办回复失实。</b>' in drawn


def test_it_is_an_archival_file(short):
    file = short(PaperKind.SUPERVISION_REPORT)
    said = file.reader.xmp_metadata.stream.get_data().decode()
    assert 'pdfaid:part="2" pdfaid:conformance="B"' in said
    assert "/OutputIntents" in file.reader.trailer["/Root"]
    assert file.reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_a_draft_says_so_on_every_page_and_has_no_number():
    draft = replace(samples.REPORT, draft=True, number="", issued_on=None, code="", address="")
    file = File(rendering.render(draft).pdf)
    for page in range(len(file)):
        assert "草稿" in file.flowing(page)
    assert "第1期" not in file.flowing(0)


def test_a_correction_names_what_it_corrects():
    file = File(rendering.render(replace(samples.REPORT, corrects="〔2025〕第9期")).pdf)
    assert "本件更正督办专报〔2025〕第9期" in file.flowing(0)


def test_markup_in_a_text_is_text():
    hostile = '<script>alert(1)</script>{{ 7*7 }}<img src="http://198.51.100.1/a.png">&amp;'
    sheet = replace(samples.INVESTIGATION, title=hostile, text=hostile, addressee=hostile)
    text = File(rendering.render(sheet).pdf).flowing(0)
    assert "<script>alert(1)</script>{{7*7}}" in text
    assert "&amp;" in text
    assert "<script>" not in layout.fragment(sheet)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_without_words_is_still_a_paper(kind):
    bare = replace(samples.of(kind), text="", fields=(), tables=(), annexes=(), addressee="")
    assert rendering.render(bare).pages >= 1


def test_where_it_can_be_verified_stands_on_it(short):
    for kind in KINDS:
        file = short(kind)
        assert any("K7QM-2RX9-TWB4-HJ6D" in file.text(page) for page in range(len(file))), kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", ["short", "long"])
def test_nothing_is_printed_over_anything_else(request, kind, of):
    file = request.getfixturevalue(of)(kind)
    for page in range(len(file)):
        signs = sorted(file.signs(page), key=lambda sign: sign.top)
        for number, sign in enumerate(signs):
            for other in signs[number + 1 :]:
                if other.top > sign.bottom:
                    break
                across = min(sign.right, other.right) - max(sign.left, other.left)
                down = min(sign.bottom, other.bottom) - max(sign.top, other.top)
                assert across < 0.8 or down < 1.6, (page + 1, sign, other)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_as_wide_as_the_text(long, kind):
    file = long(kind)
    for page in range(len(file)):
        edges = [rule.left + rule.width for rule in file.rules(page) if not rule.red]
        assert all(edge < 188.8 if kind in FORMS else edge < 184.4 for edge in edges), page + 1


LONG_NAME = "盘锦市大洼区民心网工作站暨政务服务热线受理中心（区信访诉求办理服务大厅）"


@pytest.mark.parametrize("kind", [PaperKind.REMINDER, PaperKind.REQUEST])
@pytest.mark.parametrize("length", [*layout.NAMES, *(most + 1 for most in layout.NAMES[:-1])])
def test_a_long_name_of_the_issuer_stands_on_one_line(kind, length):
    name = LONG_NAME[:length]
    assert len(name) == length
    file = made(replace(samples.of(kind), issuer=name))
    below = min(rule.top for rule in file.rules(0) if rule.red)
    mark = [s for s in file.signs(0) if s.bottom < below][:length]
    assert "".join(sign.text for sign in mark) == name
    assert max(sign.top for sign in mark) - min(sign.top for sign in mark) < 0.1
    assert mark[0].left > 24
    assert mark[-1].right < 188


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_over_several_pages_numbers_them_and_one_of_one_page_does_not(short, kind):
    sheet = samples.of(kind)
    fields = tuple((label, value * 30) for label, value in sheet.fields)
    file = made(replace(sheet, fields=fields))
    assert len(file) > 1
    for page in range(len(file)):
        foot = "".join(sign.text for sign in file.signs(page) if sign.top > 279)
        assert foot == f"—{page + 1}—"
    assert not [sign for sign in short(kind).signs(0) if sign.top > 279]


def test_the_long_samples_have_the_longest_title_that_is_allowed():
    assert len(samples.LONG_TITLE) == TITLE_LIMIT


ISSUED_ON = "2026年1月14日"


def line_of(file: File, page: int, text: str):
    """The signs of a line that is exactly this text, wherever it stands on a page."""
    for line in file.lines(page):
        ordered = sorted(line, key=lambda sign: sign.left)
        whole = "".join(sign.text for sign in ordered)
        if text in whole:
            start = whole.index(text)
            return ordered[start : start + len(text)]
    raise AssertionError(text)


@pytest.mark.parametrize("length", [5, 9, 14])
def test_the_date_ends_four_signs_from_the_right_and_the_name_is_centred_on_it(length):
    name = LONG_NAME[:length]
    file = made(replace(samples.of(PaperKind.INVESTIGATION), issuer=name))
    last = next(n for n in range(len(file)) if ISSUED_ON in file.flowing(n))
    date, by = line_of(file, last, ISSUED_ON), line_of(file, last, name)
    assert near(date[-1].right, 184 - 4 * 5.556, 1)
    middle = (date[0].left + date[-1].right) / 2
    assert near((by[0].left + by[-1].right) / 2, middle, 1)
    assert date[0].top - by[0].bottom < 6, "the next line"


@pytest.mark.parametrize("length", [15, 24, 27])
def test_a_long_name_stays_on_one_line_within_the_text_and_over_nothing(length):
    name = LONG_NAME[:length]
    file = made(replace(samples.of(PaperKind.INVESTIGATION), issuer=name))
    last = next(n for n in range(len(file)) if ISSUED_ON in file.flowing(n))
    by = line_of(file, last, name)
    assert by[-1].right < 184.6
    assert by[0].left > 27.5
    code = line_of(file, last, "验证码")
    assert code[0].top > by[0].bottom


@pytest.mark.parametrize("paragraphs", range(6, 20))
def test_the_page_of_the_signature_holds_text_too(paragraphs):
    text = "一、调查情况\n" + "走访三个小区，督促整改。\n" * paragraphs
    file = made(replace(samples.of(PaperKind.INVESTIGATION), text=text.rstrip()))
    last = next(n for n in range(len(file)) if ISSUED_ON in file.flowing(n))
    assert "督促整改" in file.flowing(last)


def test_an_annex_has_its_label_on_the_first_line_and_its_title_on_the_third(long):
    file = long(PaperKind.SUPERVISION_REPORT)
    page = next(n for n in range(1, len(file)) if file.flowing(n).startswith("附件"))
    label, title = (min(s.top for s in line) for line in file.lines(page)[:2])
    assert near(label, 37, 3)
    assert near(title - label, 2 * 10.21, 2.5)
