"""互动中心: every tenant has what is for it, people have read marks, the author sees them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from minxin.errors import Conflict, Refused
from minxin.exchange import bulletins, noticeboard
from minxin.exchange.bulletins import Text
from minxin.exchange.models import Bulletin, BulletinFile
from minxin.extensions import db
from minxin.notices.inbox import Notice
from minxin.people.models import User
from minxin.tenancy.models import Tenant
from tests.exchange.posting import AT, keep_promises

TRAINING = Text("notice", "关于开展业务培训的通知", "定于本月28日培训，联系电话0427-2810000。")


def publish(cast, what: Text = TRAINING, who: str = "linjing", **more) -> int:
    with cast.standing(who):
        made = bulletins.publish(what, by=cast.actor(who), at=AT, **more)
        db.session.commit()
        made_id = made.id
    keep_promises(cast)
    return made_id


def board(cast, who: str) -> list[str]:
    with cast.standing(who):
        rows, _ = noticeboard.page(cast.actor(who))
        return [row.title for row in rows]


def own_copy(cast, who: str) -> Bulletin:
    with cast.standing(who):
        (row, *_), _ = noticeboard.page(cast.actor(who))
        return db.session.get_one(Bulletin, row.id)


def read(cast, who: str) -> None:
    copy = own_copy(cast, who)
    with cast.standing(who):
        bulletins.read(db.session.get_one(Bulletin, copy.id), by=cast.actor(who), at=AT)
        db.session.commit()


def withdraw(cast, bulletin_id: int, who: str) -> None:
    with cast.standing(who):
        bulletin = db.session.get_one(Bulletin, bulletin_id)
        bulletins.withdraw(bulletin, by=cast.actor(who), at=AT)
        db.session.commit()


def readers(cast, bulletin_id: int, who: str) -> dict[str, tuple[int, int]]:
    with cast.standing(who):
        found = noticeboard.readers(db.session.get_one(Bulletin, bulletin_id))
        return {row.unit: (row.read, row.people) for _, rows in found for row in rows}


def test_the_offices_bulletin_stands_in_every_tenant_once(panjin):
    publish(panjin)
    for who in ("linjing", "qinchuan", "fengxue", "mengyan", "zhaoyang", "huping", "wenbo"):
        assert board(panjin, who) == [TRAINING.title], who
    with panjin.standing():
        tenants = select(func.count(Tenant.id)).where(Tenant.active).scalar_subquery()
        assert db.session.scalar(select(func.count(Bulletin.id) == tenants))


def test_a_stations_bulletin_stays_in_its_district_and_is_seen_at_the_citys_desk(panjin):
    publish(panjin, who="mengyan")
    for who in ("mengyan", "zhaoyang", "linjing"):
        assert board(panjin, who) == [TRAINING.title], who
    for who in ("wutong", "fengxue"):
        assert board(panjin, who) == [], who


def test_distributed_twice_it_stands_once_and_is_told_once(panjin):
    made = publish(panjin)
    with panjin.standing():
        before = db.session.scalar(select(func.count(Notice.id)))
        bulletins.distribute(made, at=AT)
        db.session.commit()
        assert db.session.scalar(select(func.count(Notice.id))) == before
        assert before == db.session.scalar(select(func.count(User.id)).where(User.active))
    assert board(panjin, "mengyan") == [TRAINING.title]


def test_only_a_notice_is_told(panjin):
    publish(panjin, Text("policy", "政策文件汇编", "全文见附件。"))
    assert board(panjin, "zhaoyang") == ["政策文件汇编"]
    with panjin.standing():
        assert db.session.scalar(select(func.count(Notice.id))) == 0


def test_word_of_a_notice_names_its_office_and_not_its_text(panjin):
    publish(panjin)
    with panjin.standing("zhaoyang"):
        (text,) = set(db.session.scalars(select(Notice.text)))
        assert text == "市民心网办在互动中心发布了通知公告，请阅读"


def test_the_author_sees_which_units_have_read_it(panjin):
    made = publish(panjin)
    read(panjin, "zhaoyang")
    read(panjin, "zhaoyang")
    read(panjin, "sunli")
    read(panjin, "dinglan")
    found = readers(panjin, made, "linjing")
    assert found["大洼区住建局"] == (2, 3)
    assert found["兴隆台区民政局"] == (1, 2)
    assert found["大洼区城管局"] == (0, 2)
    assert "大洼区教育局" not in found  # nobody there has an account


def test_a_station_sees_the_readers_of_its_own_district(panjin):
    made = publish(panjin, who="mengyan")
    read(panjin, "zhaoyang")
    found = readers(panjin, made, "mengyan")
    assert found["大洼区住建局"] == (1, 3)
    assert set(found) == {"大洼区民心网工作站", "大洼区住建局", "大洼区城管局"}


def test_what_is_pinned_stands_on_top_everywhere(panjin):
    first = publish(panjin)
    publish(panjin, Text("experience", "经验一则", "……"))
    assert board(panjin, "zhaoyang") == ["经验一则", TRAINING.title]
    with panjin.standing("linjing"):
        bulletins.pin(db.session.get_one(Bulletin, first), True)
        db.session.commit()
    for who in ("zhaoyang", "linjing", "huping"):
        assert board(panjin, who) == [TRAINING.title, "经验一则"], who


def test_what_is_withdrawn_is_gone_everywhere_and_only_once(panjin):
    made = publish(panjin)
    withdraw(panjin, made, "linjing")
    for who in ("linjing", "zhaoyang"):
        assert board(panjin, who) == []
    with pytest.raises(Conflict, match="已由林静撤下"):
        withdraw(panjin, made, "gaoyuan")


def test_a_station_does_not_touch_its_copy_of_the_offices(panjin):
    publish(panjin)
    copy = own_copy(panjin, "mengyan")
    with panjin.standing("mengyan"):
        bulletin = db.session.get_one(Bulletin, copy.id)
        with pytest.raises(Refused, match="市民心网办"):
            bulletins.withdraw(bulletin, by=panjin.actor("mengyan"), at=AT)
        with pytest.raises(Refused, match="市民心网办"):
            bulletins.pin(bulletin, True)


def test_a_tenant_that_is_added_later_is_given_what_was_published_before(panjin):
    with panjin.standing():
        db.session.execute(update(Tenant).where(Tenant.slug == "liaohekou").values(active=False))
        db.session.commit()
    publish(panjin)
    with panjin.standing():
        db.session.execute(update(Tenant).where(Tenant.slug == "liaohekou").values(active=True))
        assert bulletins.bring_all() == 1
        assert bulletins.bring_all() == 0
        there = select(Bulletin.title).where(Bulletin.tenant_id == panjin.tenant("liaohekou"))
        assert db.session.scalars(there).all() == [TRAINING.title]
        db.session.commit()


def test_a_form_that_is_sent_twice_is_one_bulletin(panjin):
    assert publish(panjin, token="7-abc") == publish(panjin, token="7-abc")
    assert board(panjin, "zhaoyang") == [TRAINING.title]
    with panjin.standing():
        assert db.session.scalar(select(func.count(BulletinFile.id))) == 0


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (Text("rumour", "标题", "正文"), "kind"),
        (Text("notice", " ", "正文"), "title"),
        (Text("notice", "题" * 101, "正文"), "title"),
        (Text("notice", "标题", " "), "text"),
        (Text("notice", "标题", "正" * 10_001), "text"),
    ],
)
def test_a_bulletin_with_something_missing_is_refused_at_its_field(panjin, what, field):
    with panjin.standing("linjing"), pytest.raises(Refused) as refusal:
        bulletins.publish(what, by=panjin.actor("linjing"), at=AT)
    assert refusal.value.field == field
