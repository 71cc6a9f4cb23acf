"""互动中心 on pages: published, read, seen by whom, pinned, withdrawn."""

from __future__ import annotations

import io
import re

import pytest

from tests.exchange.posting import keep_promises

NOTICE = {"kind": "notice", "title": "关于培训的通知", "text": "定于本月28日培训。", "token": "t"}


def publish(cast, who: str = "linjing", desk: str = "city", **more):
    answer = cast.client(who).post(
        f"/{desk}/exchange/new", data=NOTICE | more, content_type="multipart/form-data"
    )
    keep_promises(cast)
    return answer


def address(cast, who: str, desk: str) -> str:
    """The first bulletin on a person's board."""
    page = cast.client(who).get(f"/{desk}/exchange").text
    return re.search(rf'<tr data-href="(/{desk}/exchange/\d+)"', page)[1]


def test_a_notice_is_published_and_read_and_its_author_sees_by_whom(panjin):
    made = publish(panjin).location
    unit = panjin.client("zhaoyang")
    assert "（未读）" in unit.get("/dawa/exchange").text
    page = unit.get(address(panjin, "zhaoyang", "dawa")).text
    assert "定于本月28日培训。" in page
    assert "阅读情况" not in page
    assert "（未读）" not in unit.get("/dawa/exchange").text
    assert "（未读）" in panjin.client("qianjin").get("/dawa/exchange").text
    page = panjin.client("gaoyuan").get(made).text
    assert re.search(r"大洼区住建局<span[^>]*>1/3 人已读", page)
    assert re.search(r"大洼区城管局<span[^>]*>未读", page)


def test_a_file_opens_through_its_bulletin_only(panjin):
    publish(panjin, files=[(io.BytesIO("日程\n".encode()), "日程.txt")])
    first = address(panjin, "zhaoyang", "dawa")
    unit = panjin.client("zhaoyang")
    file = re.search(rf'href="({first}/files/\d+)"', unit.get(first).text)[1]
    assert unit.get(file).data.decode() == "日程\n"
    publish(panjin, token="t2")
    second = address(panjin, "zhaoyang", "dawa")
    assert second != first
    assert unit.get(file.replace(first, second)).status_code == 404
    assert panjin.client("wutong").get(file.replace("dawa", "xinglongtai")).status_code == 404


def test_only_office_and_station_publish_and_a_station_manages_its_own_alone(panjin):
    for who, desk in (("zhaoyang", "dawa"), ("qinchuan", "city"), ("wenbo", "dawa")):
        assert publish(panjin, who, desk).status_code == 403
    publish(panjin)
    copy = address(panjin, "mengyan", "dawa")
    station = panjin.client("mengyan")
    assert "撤下，各单位不再看到" not in station.get(copy).text
    station.post(f"{copy}/withdrawal")
    assert "关于培训的通知" in panjin.client("zhaoyang").get("/dawa/exchange").text
    own = publish(panjin, "mengyan", "dawa", title="本区通知", token="t3").location
    assert station.post(f"{own}/withdrawal").status_code == 303
    assert "本区通知" not in panjin.client("zhaoyang").get("/dawa/exchange").text


def test_the_office_withdraws_what_a_station_published(panjin):
    publish(panjin, "mengyan", "dawa", title="本区通知")
    there = address(panjin, "linjing", "city")
    panjin.client("gaoyuan").post(f"{there}/withdrawal")
    assert "本区通知" not in panjin.client("zhaoyang").get("/dawa/exchange").text


def test_pinned_it_stands_on_top_until_it_is_not(panjin):
    made = publish(panjin).location
    publish(panjin, title="后来的", token="t2")
    office, unit = panjin.client("linjing"), panjin.client("zhaoyang")
    office.post(f"{made}/pin", data={"pinned": "1"})
    page = unit.get("/dawa/exchange").text
    assert page.index("关于培训的通知") < page.index("后来的")
    assert "置顶" in page
    office.post(f"{made}/pin", data={"pinned": "0"})
    page = unit.get("/dawa/exchange").text
    assert page.index("关于培训的通知") > page.index("后来的")


def test_kinds_are_tabs_and_an_empty_one_says_so(panjin):
    publish(panjin, kind="policy", title="政策汇编")
    client = panjin.client("zhaoyang")
    assert "政策汇编" in client.get("/dawa/exchange?kind=policy").text
    assert "还没有经验交流" in client.get("/dawa/exchange?kind=experience").text
    assert "政策汇编" in client.get("/dawa/exchange?kind=nonsense").text


def test_a_form_with_something_missing_keeps_the_rest(panjin):
    answer = publish(panjin, title=" ")
    assert answer.status_code == 422
    assert "请填写标题" in answer.text
    assert "定于本月28日培训。" in answer.text


@pytest.mark.parametrize("bulletin_id", ["0", "9" * 18, "9" * 30])
def test_a_bulletin_that_does_not_exist_is_not_found(panjin, bulletin_id):
    assert panjin.client("zhaoyang").get(f"/dawa/exchange/{bulletin_id}").status_code == 404
