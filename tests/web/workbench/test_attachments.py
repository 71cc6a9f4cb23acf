"""Files of a case: inspected on the way in, harmless on the way out."""

from __future__ import annotations

import io

from PIL import Image
from sqlalchemy import select

from minxin.audit.log import AuditEntry
from minxin.cases.models import Attachment
from minxin.extensions import db
from tests.web.workbench import stages


def picture(colour="red") -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "JPEG")
    made.seek(0)
    return made


def upload(cast, number, files, noun="attachments", who="zhaoyang", **data):
    data |= {"files": files, "version": str(stages.version_of(cast, number))}
    return cast.client(who).post(
        f"/dawa/cases/{number}/{noun}", data=data, content_type="multipart/form-data"
    )


def only(cast) -> Attachment:
    with cast.standing():
        found = db.session.scalars(select(Attachment)).all()
        assert len(found) == 1
        db.session.expunge_all()
        return found[0]


def test_a_picture_is_kept_and_shown_in_a_sandbox(panjin):
    number = stages.at_stage(panjin, "accepted")
    assert upload(panjin, number, [(picture(), "现场 照片.jpg")]).status_code == 303
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert "现场 照片.jpg" in page
    assert "上传附件" in page
    answer = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/attachments/{only(panjin).id}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_not_a_picture_or_pdf_is_saved_not_shown(panjin):
    number = stages.at_stage(panjin, "accepted")
    upload(panjin, number, [(io.BytesIO("情况说明\n".encode()), "说明.txt")])
    answer = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/attachments/{only(panjin).id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_name_that_breaks_headers_and_pages_is_harmless(panjin):
    number = stages.at_stage(panjin, "accepted")
    nasty = '../../etc/"<script>alert(1)</script>\r\nX-Bad: 1.jpg'
    assert upload(panjin, number, [(picture(), nasty)]).status_code == 303
    page = panjin.client("zhaoyang").get(f"/dawa/cases/{number}").text
    assert "<script>alert" not in page
    answer = panjin.client("zhaoyang").get(f"/dawa/cases/{number}/attachments/{only(panjin).id}")
    assert answer.status_code == 200
    assert "X-Bad" not in answer.headers


def test_a_fake_picture_is_refused_and_the_text_kept(panjin):
    number = stages.at_stage(panjin, "accepted")
    fake = (io.BytesIO(b"MZ\x90\x00 not a picture"), "照片.jpg")
    answer = upload(panjin, number, [fake], noun="log", text="我写的办理情况")
    assert answer.status_code == 422
    assert "照片.jpg" in answer.text
    assert "我写的办理情况" in answer.text
    assert stages.state_of(panjin, number) == "accepted"


def test_files_come_with_the_log_and_with_the_report(panjin):
    number = stages.at_stage(panjin, "accepted")
    both = [(picture(), "前.jpg"), (picture("blue"), "后.jpg")]
    assert upload(panjin, number, both, noun="log", text="已整改").status_code == 303
    page = panjin.client("linjing").get(f"/city/cases/{number}").text
    assert "上传2个附件" in page
    assert "前.jpg" in page


def test_an_empty_upload_asks_for_a_file(panjin):
    number = stages.at_stage(panjin, "accepted")
    answer = upload(panjin, number, [(io.BytesIO(b""), "")])
    assert answer.status_code == 422
    assert "请选择要上传的文件" in answer.text


def test_a_file_is_found_under_its_own_case_only(panjin):
    mine = stages.at_stage(panjin, "accepted")
    other = stages.at_stage(panjin, "accepted")
    upload(panjin, mine, [(picture(), "照片.jpg")])
    key = only(panjin).id
    client = panjin.client("zhaoyang")
    assert client.get(f"/dawa/cases/{mine}/attachments/{key}").status_code == 200
    assert client.get(f"/dawa/cases/{other}/attachments/{key}").status_code == 404
    assert client.get(f"/dawa/cases/{mine}/attachments/{key + 1}").status_code == 404
    foreign = f"/xinglongtai/cases/{mine}/attachments/{key}"
    assert panjin.client("wutong").get(foreign).status_code == 404


def test_only_the_hands_that_handle_a_case_add_files(panjin):
    number = stages.at_stage(panjin, "accepted")
    for who in ("sunli", "mengyan"):
        answer = upload(panjin, number, [(picture(), "照片.jpg")], who=who)
        assert answer.status_code == 403, who


def test_a_closed_case_takes_no_more_files(panjin):
    number = stages.at_stage(panjin, "rated")
    answer = upload(panjin, number, [(picture(), "照片.jpg")])
    assert answer.status_code == 422
    assert "只有承办单位在办理期间可以补充附件" in answer.text


def test_who_opens_a_file_or_prints_the_case_stands_in_the_audit_log(panjin):
    number = stages.at_stage(panjin, "accepted")
    upload(panjin, number, [(picture(), "现场.jpg")])
    hung = only(panjin).id
    client = panjin.client("zhaoyang")
    assert client.get(f"/dawa/cases/{number}/attachments/{hung}").status_code == 200
    assert client.get(f"/dawa/cases/{number}/print").status_code == 200
    assert client.get(f"/dawa/cases/{number}/attachments/{hung + 1}").status_code == 404
    with panjin.standing():
        views = ("attachment.view", "case.print")
        query = select(AuditEntry).where(AuditEntry.act.in_(views)).order_by(AuditEntry.id)
        seen = [(each.act, each.actor_name, each.payload) for each in db.session.scalars(query)]
    assert seen == [("attachment.view", "赵阳", {"attachment": hung}), ("case.print", "赵阳", {})]
