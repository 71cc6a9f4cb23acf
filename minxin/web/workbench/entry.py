"""登记: what came by phone, letter or visit, or from the province, taken down by staff."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from wtforms import DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from minxin import clock
from minxin.access.permissions import Permission
from minxin.cases import contacts, entering, intake, lists, origins
from minxin.cases.intake import Appeal
from minxin.cases.origins import Mandate
from minxin.cases.states import Kind, Source
from minxin.cases.submission import SentTwice
from minxin.errors import Refused
from minxin.extensions import db
from minxin.web.console.acting import DayField
from minxin.web.forms import TokenForm
from minxin.web.guards import permitted
from minxin.web.life import desks, me
from minxin.web.portal import receipts
from minxin.web.workbench import pages


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """A local date and time; what is none is said in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or say how it is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("收到时间不是有效的日期和时间，请重新选择") from None


def _at_most(count: int, words: str) -> Length:
    return Length(max=count, message=f"{words}不能超过{count}个字")


class EntryForm(TokenForm):
    """Everything that can be known of an appeal when it comes."""

    source = RadioField(
        "来源",
        choices=[(source.value, source.label) for source in entering.CHANNELS],
        default=Source.PHONE.value,
        validators=[InputRequired("请选择来源")],
    )
    received_at = Moment(
        "收到时间",
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[InputRequired("请填写收到时间")],
    )
    provincial_no = StringField("省平台编号", validators=[_at_most(60, "省平台编号")])
    ordered_by = StringField("交办领导", validators=[_at_most(60, "交办领导")])
    due_on = DayField("要求完成日期")
    phone = StringField("联系电话", validators=[_at_most(40, "联系电话")])
    name = StringField("姓名", validators=[_at_most(40, "姓名")])
    address = StringField("住址", validators=[_at_most(200, "住址")])
    subject = StringField(
        "标题", validators=[DataRequired("请填写诉求标题"), _at_most(intake.SUBJECT_LIMIT, "标题")]
    )
    body = TextAreaField(
        "诉求内容",
        validators=[DataRequired("请填写诉求内容"), _at_most(intake.BODY_LIMIT, "诉求内容")],
    )
    district = SelectField("属地")
    place = StringField("地点", validators=[_at_most(entering.PLACE_LIMIT, "地点")])
    kind = SelectField("诉求类型", choices=[("", "待定性"), *((k.value, k.label) for k in Kind)])


@pages.route("/entry", methods=["GET", "POST"])
@permitted(Permission.CASE_ENTER)
def entry() -> Any:
    """The form; sent once or twice, it makes one case and shows one receipt."""
    form = EntryForm()
    form.district.choices = [("", "不确定"), *((desk.slug, desk.name) for desk in desks(g.city))]
    if request.method == "GET" and not form.refilled:
        form.token.data = secrets.token_urlsafe(16)
        form.received_at.data = clock.local(clock.now()).replace(second=0, microsecond=0)
    elif request.method == "POST" and form.validate() and _entered(form):
        flash("已登记，进入待认领。请把编号和查询码告诉诉求人。", "done")
        return redirect(url_for("workbench.entered", desk=g.desk.slug), 303)
    page = render_template("workbench/entry.html", form=form, limits=intake, source=Source)
    return page, 422 if form.errors else 200


@pages.get("/entry/receipt")
@permitted(Permission.CASE_ENTER)
def entered() -> Any:
    """What to read out to the citizen; the code is shown to who entered it, for half an hour."""
    receipt = receipts.last()
    if receipt is None:
        return redirect(url_for("workbench.entry", desk=g.desk.slug))
    rows = lists.by_numbers(me(), [receipt.number])
    return render_template("workbench/entered.html", receipt=receipt, case=rows[0])


@pages.post("/entry/same-phone")
@permitted(Permission.CASE_ENTER)
def same_phone() -> str:
    """Earlier cases from the phone that was just typed. POST: a phone stands in no address."""
    ids = entering.same_phone(request.form.get("phone", ""))
    return render_template("workbench/_same_phone.html", rows=lists.by_ids(me(), ids))


def _entered(form: EntryForm) -> bool:
    key = f"entry-{form.token.data}"
    try:
        _, receipt = entering.take_down(
            _appeal(form), key=key, received_at=_instant(form), by=me(), at=clock.now()
        )
        receipts.keep(key, receipt)  # before the commit: the second arrival waits for that
        db.session.commit()
    except SentTwice:
        db.session.rollback()
    except Refused as refusal:
        db.session.rollback()
        form.blame(refusal)
        return False
    receipts.remember(key)
    return True


def _instant(form: EntryForm) -> datetime:
    local: datetime = form.received_at.data.replace(tzinfo=clock.SHANGHAI)
    return local


def _appeal(form: EntryForm) -> Appeal:
    return Appeal(
        subject=form.subject.data,
        body=form.body.data,
        place=form.place.data or "",
        kind=form.kind.data or None,
        district=form.district.data or None,
        source=form.source.data,
        provincial_no=(form.provincial_no.data or "").strip() or None,
        mandate=Mandate(
            (form.ordered_by.data or "") if form.source.data == Source.LEADER else "",
            origins.due_at(form.due_on.data, _instant(form)),
        ),
        person=contacts.Person(
            name=form.name.data or "",
            phone=form.phone.data or "",
            address=form.address.data or "",
        ),
    )
