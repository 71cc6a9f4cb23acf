"""办理公开: what anybody reads, narrows and subscribes to; and the districts beside each other."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from minxin import clock
from minxin.cases import publications, publishing
from minxin.cases.publications import Choice
from minxin.comparison import rollups
from minxin.extensions import db
from tests.cases.walking import Walk


def published(cast, subject: str, text: str = "", unit: str = "市城管局") -> int:
    walk = Walk(cast, clock.now(), subject=subject).dispatched(unit, at=clock.now())
    with cast.standing("gaoyuan"):
        case, by = walk.case(), cast.actor("gaoyuan")
        case.summary, case.public_text = subject, text or subject
        draft = publications.scan(case, at=clock.now())
        masked = {n: Choice("mask") for n in range(len(draft.spans))}
        publications.decide(case, masked, {}, by=by, at=clock.now())
        made = publishing.publish(case, by=by, at=clock.now()).id
        db.session.commit()
    return made


@pytest.fixture
def visitor(panjin):
    return panjin.client(None)


def test_an_empty_city_says_so(visitor):
    page = visitor.get("/published")
    assert page.status_code == 200
    assert "还没有公开的诉求" in page.text


def test_the_list_leads_to_the_case_with_its_dated_course(panjin, visitor):
    row = published(panjin, "育才路路灯不亮", "我叫王小明，住幸福里3栋2单元501，路灯不亮")
    page = visitor.get("/published")
    assert "育才路路灯不亮" in page.text
    one = visitor.get(f"/published/{row}")
    assert "我叫王某某，住幸福里*栋*单元***，路灯不亮" in one.text
    assert "已转交承办单位：市城管局" in one.text
    assert "王小明" not in one.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("words=路灯", 1),
        ("words=井盖", 0),
        ("district=shizhi", 1),
        ("district=dawa", 1),
        ("district=nowhere", 2),
        ("state=done", 0),
        ("state=doing", 2),
        ("month=2026-13", 2),
        ("after=nonsense", 2),
        ("words=%00%F0%9F%98%80'\"%25", 0),
        (f"words={'长' * 500}", 0),
    ],
)
def test_it_is_narrowed_by_what_the_address_says(panjin, visitor, query, count):
    published(panjin, "育才路路灯不亮")
    published(panjin, "早市占道经营", unit="大洼区民心网工作站")
    page = visitor.get(f"/published?{query}")
    assert page.status_code == 200
    assert page.text.count('class="asked"') == count


def test_long_lists_come_in_pages_without_a_gap(panjin, visitor):
    for number in range(22):
        published(panjin, f"第{number}号路灯不亮")
    first = visitor.get("/published").text
    after = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = visitor.get(after).text
    assert (first.count('class="asked"'), second.count('class="asked"')) == (20, 2)


@pytest.mark.parametrize(
    "address", ["/published/999999", "/published/0", "/published/9999999999999999999"]
)
def test_what_is_not_published_is_not_there(visitor, address):
    assert visitor.get(address).status_code == 404


def test_feed_and_map_name_the_public_pages_alone(panjin, visitor):
    row = published(panjin, "<b>育才路</b>路灯不亮", "电话13812345678，路灯不亮")
    feed = visitor.get("/feed.xml")
    items = ElementTree.fromstring(feed.data).findall("./channel/item")
    assert [item.findtext("title") for item in items] == ["<b>育才路</b>路灯不亮"]
    assert items[0].findtext("link").endswith(f"/published/{row}")
    assert "13812345678" not in feed.text
    places = ElementTree.fromstring(visitor.get("/sitemap.xml").data)
    addresses = [
        each.text for each in places.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert any(address.endswith(f"/published/{row}") for address in addresses)
    assert not any("/city" in address or "sign-in" in address for address in addresses)


def test_results_show_every_district_of_a_month(panjin, visitor):
    published(panjin, "路灯不亮")
    with panjin.standing():
        rollups.refresh_recent(clock.now() + timedelta(seconds=1))
        db.session.commit()
    page = visitor.get("/results")
    assert page.status_code == 200
    for name in ("大洼区", "兴隆台区", "盘山县"):
        assert name in page.text
    assert visitor.get("/results?month=1999-01").status_code == 200


def test_the_notice_names_the_law_and_the_duties(visitor):
    page = visitor.get("/notice").text
    for words in ("个人信息保护法", "GB/T 35273-2020", "GB/T 45574-2025", "不诬告陷害他人"):
        assert words in page
