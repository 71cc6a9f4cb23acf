"""函件 on pages: written, read, signed for, answered, printed; by the right people only."""

from __future__ import annotations

import io
import re

import pytest

from tests.exchange.posting import keep_promises, received, send
from tests.web import reading


def written(cast, *units: str, **more) -> dict:
    ids = [str(cast.unit(name)) for name in units]
    return {"unit_ids": ids, "title": "关于供热的函", "text": "请报送情况。", "token": "t1"} | more


def write(cast, who: str, desk: str, data: dict):
    answer = cast.client(who).post(
        f"/{desk}/letters/new", data=data, content_type="multipart/form-data"
    )
    keep_promises(cast)
    return answer


def test_a_letter_is_written_read_signed_for_and_answered(panjin):
    answer = write(panjin, "linjing", "city", written(panjin, "大洼区住建局", "市城管局"))
    assert answer.status_code == 303
    sent = answer.location
    assert "未签收" in panjin.client("linjing").get(sent).text

    unit = panjin.client("zhaoyang")
    assert "1 份未读" in unit.get("/dawa/letters").text
    (copy,) = received(panjin, "zhaoyang")
    page = unit.get(f"/dawa/letters/{copy.id}").text
    assert "请报送情况。" in page
    assert "签收" in page
    assert "份未读" not in unit.get("/dawa/letters").text
    assert unit.post(f"/dawa/letters/{copy.id}/signature").status_code == 303
    reply = {"title": "回复", "text": "情况已报送。", "token": "t2"}
    answer = unit.post(f"/dawa/letters/{copy.id}/reply", data=reply)
    assert answer.status_code == 303
    keep_promises(panjin)

    page = panjin.client("linjing").get(sent).text
    assert "赵阳" in page
    assert "1/2" in page
    assert "情况已报送。" in page  # the answer stands below it


def test_sent_twice_it_is_one_letter_and_shows_the_same_page(panjin):
    data = written(panjin, "大洼区住建局")
    first = write(panjin, "linjing", "city", dict(data))
    second = write(panjin, "linjing", "city", dict(data))
    assert first.location == second.location
    assert len(received(panjin, "zhaoyang")) == 1


def test_a_file_goes_along_and_opens_through_its_letter_only(panjin):
    files = [(io.BytesIO("附表\n".encode()), "报送表.txt")]
    write(panjin, "linjing", "city", written(panjin, "大洼区住建局", files=files))
    send(panjin, "大洼区住建局")
    other, copy = received(panjin, "zhaoyang")
    unit = panjin.client("zhaoyang")
    page = unit.get(f"/dawa/letters/{copy.id}").text
    url = re.search(rf'href="(/dawa/letters/{copy.id}/files/\d+)"', page)[1]
    answer = unit.get(url)
    assert answer.data.decode() == "附表\n"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert unit.get(url.replace(f"/{copy.id}/", f"/{other.id}/")).status_code == 404
    assert panjin.client("zhouning").get(url).status_code == 403


def test_a_form_with_something_missing_keeps_the_rest(panjin):
    chosen = panjin.unit("大洼区住建局")
    answer = write(panjin, "linjing", "city", written(panjin, "大洼区住建局", title=""))
    assert answer.status_code == 422
    assert "请填写标题" in answer.text
    assert "请报送情况。" in answer.text
    assert re.search(rf'name="unit_ids" value="{chosen}"[^>]* checked', answer.text)
    answer = write(panjin, "linjing", "city", written(panjin))
    assert answer.status_code == 422
    assert "请选择收件单位" in answer.text
    answer = write(panjin, "linjing", "city", {"unit_ids": ["x"], "title": "函", "text": "正文"})
    assert answer.status_code == 422


def test_a_refused_file_names_itself_and_nothing_is_sent(panjin):
    files = [(io.BytesIO(b"MZ\x90\x00"), "病毒.exe")]
    answer = write(panjin, "linjing", "city", written(panjin, "大洼区住建局", files=files))
    assert answer.status_code == 422
    assert "病毒.exe" in answer.text
    assert received(panjin, "zhaoyang") == []


def test_numbers_of_people_are_masked_and_an_offices_telephone_is_not(panjin):
    text = "诉求人电话13812345678，联系人王工0427-2810000。"
    write(panjin, "linjing", "city", written(panjin, "大洼区住建局", text=text))
    (copy,) = received(panjin, "zhaoyang")
    for path in (f"/dawa/letters/{copy.id}", f"/dawa/letters/{copy.id}/print"):
        page = panjin.client("zhaoyang").get(path).text
        assert "138****5678" in page
        assert "13812345678" not in page
        assert "0427-2810000" in page


def test_the_second_signature_says_who_was_faster(panjin):
    send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    panjin.client("zhaoyang").post(f"/dawa/letters/{copy.id}/signature")
    late = panjin.client("qianjin")
    answer = late.post(f"/dawa/letters/{copy.id}/signature")
    assert "已由赵阳签收" in late.get(answer.location).text


def test_an_answer_before_the_signature_is_refused_in_words(panjin):
    send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    reply = {"title": "回复", "text": "情况已报送。", "token": "t"}
    answer = panjin.client("zhaoyang").post(f"/dawa/letters/{copy.id}/reply", data=reply)
    assert answer.status_code == 422
    assert "请先签收" in answer.text
    assert "情况已报送。" in answer.text


def test_a_mailbox_is_its_units_alone(panjin):
    sent = send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    assert panjin.client("sunli").get(f"/dawa/letters/{copy.id}").status_code == 200
    assert panjin.client("zhouning").get(f"/dawa/letters/{copy.id}").status_code == 403
    assert panjin.client("mengyan").get(f"/dawa/letters/{copy.id}").status_code == 403
    assert panjin.client("wutong").get(f"/xinglongtai/letters/{copy.id}").status_code == 404
    assert panjin.client("linjing").get(f"/city/letters/{copy.id}").status_code == 403
    assert panjin.client("zhaoyang").get(f"/dawa/letters/{sent}").status_code == 404
    for who, desk in (("qinchuan", "city"), ("wenbo", "dawa")):
        assert panjin.client(who).get(f"/{desk}/letters").status_code == 403


@pytest.mark.parametrize("letter_id", ["0", "9" * 18, "9" * 30])
def test_a_letter_that_does_not_exist_is_not_found(panjin, letter_id):
    assert panjin.client("zhaoyang").get(f"/dawa/letters/{letter_id}").status_code == 404


def test_boxes_say_why_they_are_empty_and_pages_go_on(panjin):
    client = panjin.client("zhaoyang")
    assert "还没有收到函件" in client.get("/dawa/letters").text
    assert "没有待签收的函件" in client.get("/dawa/letters?box=unsigned").text
    assert "还没有发出函件" in client.get("/dawa/letters?box=out").text
    assert "还没有收到函件" in client.get("/dawa/letters?box=nonsense").text
    for number in range(52):
        send(panjin, "大洼区住建局", title=f"第{number}份")
    page = client.get("/dawa/letters").text
    assert "第51份" in page
    assert "第1份" not in page
    assert "第1份" in client.get(reading.following(page)).text


def test_a_reminder_leads_to_its_letter(panjin):
    send(panjin, "大洼区住建局")
    (copy,) = received(panjin, "zhaoyang")
    page = panjin.client("zhaoyang").get("/dawa/notices").text
    assert f'<a href="/dawa/letters/{copy.id}">收到市民心网办的函件，请签收</a>' in page
