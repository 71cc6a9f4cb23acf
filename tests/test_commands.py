"""What the people who run an installation type."""

from __future__ import annotations

import dataclasses
import re

import pytest


@pytest.fixture
def due(app):
    def asked(rule, start):
        return app.test_cli_runner().invoke(args=["due", rule, start])

    return asked


@pytest.mark.parametrize(
    ("rule", "start", "late_from"),
    [
        # S1: four calendar days over the National Day, never rolled forward
        ("question", "2026-09-30 16:40", "2026-10-05T00:00:00+08:00"),
        # S2: each hop has its own four days, over the Spring Festival
        ("question", "2026-02-12 09:00", "2026-02-17T00:00:00+08:00"),
        ("question", "2026-02-16 20:00", "2026-02-21T00:00:00+08:00"),
        ("question", "2026-02-21 08:00", "2026-02-26T00:00:00+08:00"),
        # S3: workdays with a made-up Saturday
        ("dispatch", "2026-09-28 15:30", "2026-09-30T00:00:00+08:00"),
        ("complaint", "2026-09-29 10:00", "2026-10-20T00:00:00+08:00"),
        ("extension", "2026-10-19", "2026-10-27T00:00:00+08:00"),
        ("extension", "2026-10-19 24:00", "2026-10-27T00:00:00+08:00"),
        # S4: over the New Year, with a made-up Sunday
        ("message", "2025-12-24 10:00", "2025-12-29T00:00:00+08:00"),
        ("supervision", "2025-12-29 09:00", "2026-01-07T00:00:00+08:00"),
        # S6: weekly summaries around the Spring Festival
        ("summary", "2026-02-09", "2026-02-25T00:00:00+08:00"),
        ("summary", "2026-02-15", "2026-02-25T00:00:00+08:00"),
        ("summary", "2026-02-23", "2026-03-03T00:00:00+08:00"),
    ],
)
def test_the_last_line_is_the_first_moment_that_is_late(rule, start, late_from, due):
    said = due(rule, start)
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[-1] == late_from


def test_the_working_says_why_this_date(due):
    lines = due("complaint", "2026-09-29 10:00").output.splitlines()
    working = "".join(lines[:-1])
    assert "10个工作日" in working
    assert "国庆" in working
    assert "10月10日" in working, "the Saturday that is worked"
    assert "10月19日（周一）24:00" in working


def test_a_week_without_a_workday_is_exempt(due):
    said = due("summary", "2026-02-18")
    assert said.exit_code == 0
    assert said.output.splitlines()[-1] == "免报"
    assert "没有工作日" in said.output


def test_past_the_calendar_it_warns_and_does_not_guess_silently(due):
    said = due("complaint", "2026-12-28 09:00")
    assert "2027年放假安排尚未录入" in said.output
    assert re.fullmatch(r"2027-01-\d\dT00:00:00\+08:00", said.output.splitlines()[-1])


def test_an_unknown_rule_lists_the_known_ones(due):
    said = due("nothing", "2026-09-30 16:40")
    assert said.exit_code == 1
    assert "没有名为“nothing”的时限规则" in said.output
    for key in ("question", "complaint", "dispatch", "summary", "supervision2"):
        assert key in said.output


@pytest.mark.parametrize(
    "start", ["", "tomorrow", "2026-13-01", "2026-02-30 10:00", "2026-09-30 25:00", "30.9.2026"]
)
def test_a_start_that_is_no_instant_is_refused_in_a_sentence(start, due):
    said = due("question", start)
    assert said.exit_code == 1
    assert re.search("[一-鿿]", said.output)
    assert "Traceback" not in said.output


def test_a_city_that_is_not_there_is_named(context):
    said = context.test_cli_runner().invoke(
        args=["due", "question", "2026-09-30", "--city", "nowhere"]
    )
    assert said.exit_code == 1
    assert "没有代码为 nowhere 的城市" in said.output


def test_the_logins_can_be_prepared_again(context):
    run = context.test_cli_runner().invoke
    assert run(args=["logins"]).exit_code == 0


def test_what_needs_the_owner_says_so(context, monkeypatch):
    settings = context.extensions["settings"]
    urls = {k: v for k, v in settings.database_urls.items() if k != "owner"}
    bare = dataclasses.replace(settings, database_urls=urls)
    monkeypatch.setitem(context.extensions, "settings", bare)
    for args in (["logins"], ["city", "migrate"]):
        said = context.test_cli_runner().invoke(args=args)
        assert said.exit_code == 1
        assert "DATABASE_URL" in said.output


def test_a_sample_paper_is_written_where_it_was_asked_for(app, tmp_path):
    out = tmp_path / "督办专报.pdf"
    run = app.test_cli_runner().invoke
    said = run(args=["paper", "sample", "supervision_report", str(out)])
    assert said.exit_code == 0, said.output
    assert said.output == f"{out}: pages: 4\n"
    assert out.read_bytes().startswith(b"%PDF-")
    longer = run(args=["paper", "sample", "supervision_report", str(out), "--long"])
    assert int(longer.output.rpartition(" ")[2]) >= 6
    unknown = run(args=["paper", "sample", "novel", str(out)])
    assert unknown.exit_code == 2
    assert "supervision_report" in unknown.output, "it says which kinds there are"


def test_a_sample_that_cannot_be_written_says_so_in_a_sentence(app, tmp_path):
    said = app.test_cli_runner().invoke(
        args=["paper", "sample", "case_sheet", str(tmp_path / "nowhere" / "a.pdf")]
    )
    assert said.exit_code == 1
    assert said.output.startswith("Error: "), said.output


def test_every_role_of_a_paper_has_a_typeface(app):
    said = app.test_cli_runner().invoke(args=["paper", "fonts"])
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert len(lines) >= 5
    assert all(line.partition(": ")[2] for line in lines)
    assert "none is installed" not in said.output
