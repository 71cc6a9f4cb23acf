"""Keys change: what was sealed opens as before and is sealed anew; the same phone is found."""

from __future__ import annotations

import secrets
from datetime import datetime

import pytest
from sqlalchemy import select

from minxin.cases import contacts, resealing
from minxin.cases.contacts import Person
from minxin.cases.models import Contact
from minxin.clock import SHANGHAI
from minxin.extensions import db
from minxin.privacy import ring
from minxin.privacy.vault import Vault, VaultError
from tests.cases.walking import Walk

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
PERSON = Person("王小明", "13800001207", "幸福里3栋2单元501")


@pytest.fixture
def keys():
    """Two secrets; the vault of the process is put back afterwards."""
    before = ring.vault()
    yield {1: secrets.token_urlsafe(48), 2: secrets.token_urlsafe(48)}
    ring.use(before)


def sealed_by(cast) -> list[int]:
    with cast.standing():
        return [Vault.key_number(each.phone_sealed) for each in db.session.scalars(select(Contact))]


def known(walk: Walk) -> dict[str, str]:
    with walk.cast.standing():
        return contacts.known(walk.case())


def test_a_new_key_seals_and_the_old_one_opens_until_all_is_sealed_anew(panjin, keys):
    ring.use(Vault.from_secrets({1: keys[1]}))
    walk = Walk(panjin, AT, person=PERSON)
    ring.use(Vault.from_secrets(keys))
    assert "13800001207" in known(walk).values()
    assert sealed_by(panjin) == [1]
    with panjin.standing():
        assert resealing.left() == 1
        for _ in resealing.reseal():
            db.session.commit()
        assert resealing.left() == 0
        row = db.session.scalars(select(Contact)).one()
        assert bytes(row.phone_index) == contacts.phone_index("13800001207")
    assert sealed_by(panjin) == [2]
    ring.use(Vault.from_secrets({2: keys[2]}))
    assert set(known(walk).values()) == {"王小明", "13800001207", "幸福里3栋2单元501"}
    with panjin.standing():
        assert list(resealing.reseal()) == [], "a second time there is nothing left"


def test_each_tenant_has_a_key_of_its_own_and_a_case_takes_its_fields_along(panjin, keys):
    ring.use(Vault.from_secrets(keys))
    one = ring.vault().seal("13800001207", "20260101-00001", owner=3)
    other = ring.vault().seal("13800001207", "20260101-00001", owner=4)
    assert ring.vault().open(one, "20260101-00001") == ring.vault().open(other, "20260101-00001")
    swapped = one[:3] + other[3:11] + one[11:]
    with pytest.raises(VaultError):
        ring.vault().open(swapped, "20260101-00001")
    walk = Walk(panjin, AT, person=PERSON).dispatched("大洼区民心网工作站", at=AT)
    assert "王小明" in known(walk).values(), "sealed in the city's tenant, opened in the district's"


def test_what_was_sealed_before_tenants_had_keys_still_opens(keys):
    vault = Vault.from_secrets(keys)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header, nonce = bytes([1]) + (1).to_bytes(2, "big"), b"\x01" * 12
    context = len(header).to_bytes(4, "big") + header + b"20260101-00001"
    old = header + nonce + AESGCM(vault._derive(1, "data")).encrypt(nonce, b"0427-2812345", context)
    assert vault.open(old, "20260101-00001") == "0427-2812345"


def test_the_command_says_how_many(panjin, keys):
    ring.use(Vault.from_secrets({1: keys[1]}))
    Walk(panjin, AT, person=PERSON)
    ring.use(Vault.from_secrets(keys))
    made = panjin.app.test_cli_runner().invoke(args=["contacts", "reseal"])
    assert made.exit_code == 0, made.output
    assert "重新加密 1 条，旧密钥还有 0 条" in made.output
