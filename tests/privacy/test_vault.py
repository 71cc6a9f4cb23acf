from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.privacy.vault import Vault, VaultError, WeakSecret, root_key

SECRET = "kQ8vT2xZr5mWc7Yp1LsNd9HfJ3gBuE6aVwKoXiRt"
OTHER = "Zt4uPq7yHn2wLx9cRv5bMk8dSg3fJa6eQh1oWiUX"
vault = Vault.from_secret(SECRET)


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_in_its_context(text: str, context: str) -> None:
    assert vault.open(vault.seal(text, context), context) == text


@given(st.binary(max_size=400), st.text(max_size=40))
def test_a_file_that_is_sealed_opens_in_its_context(content: bytes, context: str) -> None:
    blob = vault.seal_bytes(content, context)
    assert vault.open_bytes(blob, context) == content
    with pytest.raises(VaultError):
        vault.open_bytes(blob, context + " ")


def test_sealing_twice_gives_different_bytes_that_do_not_show_the_text() -> None:
    first, second = vault.seal("13800001234", "phone:1"), vault.seal("13800001234", "phone:1")
    assert first != second
    assert b"13800001234" not in first


def test_a_sealed_value_does_not_open_in_another_place() -> None:
    blob = vault.seal("13800001234", "phone:1")
    for context in ("phone:2", "", "phone:1 "):
        with pytest.raises(VaultError):
            vault.open(blob, context)


def test_changing_any_byte_is_noticed() -> None:
    blob = vault.seal("王小明", "name:1")
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(VaultError):
            vault.open(bytes(changed), "name:1")


@given(st.binary(max_size=80))
def test_bytes_that_nobody_sealed_do_not_open(blob: bytes) -> None:
    with pytest.raises(VaultError):
        vault.open(blob, "name:1")


def test_a_part_of_a_sealed_value_does_not_open() -> None:
    blob = vault.seal("王小明", "name:1")
    for length in range(len(blob)):
        with pytest.raises(VaultError):
            vault.open(blob[:length], "name:1")


def test_another_secret_does_not_open() -> None:
    with pytest.raises(VaultError):
        Vault.from_secret(OTHER).open(vault.seal("王小明", "name:1"), "name:1")


def test_an_error_does_not_carry_the_value_or_the_key() -> None:
    with pytest.raises(VaultError) as caught:
        vault.open(vault.seal("王小明", "name:1"), "name:2")
    assert "王小明" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "kQ8v" not in repr(vault)


def test_cities_and_tenants_have_keys_of_their_own() -> None:
    first, second = vault.scoped("city-a"), vault.scoped("city-b")
    blob = first.seal("王小明", "name:1")
    assert first.open(blob, "name:1") == "王小明"
    for other in (second, vault, first.scoped("dawa")):
        with pytest.raises(VaultError):
            other.open(blob, "name:1")
    assert first.blind_index("1", "phone") != second.blind_index("1", "phone")
    # A scope inside a scope is not spelled by another pair of names.
    assert vault.scoped("a").scoped("b").blind_index("1", "p") != vault.scoped("b").scoped(
        "a"
    ).blind_index("1", "p")


def test_old_values_stay_readable_when_a_new_key_seals() -> None:
    old, new = root_key(SECRET), root_key(OTHER)
    before = Vault({1: old}, current=1)
    blob, index = before.seal("王小明", "name:1"), before.blind_index("13800001234", "phone")
    digest = before.code_digest("20261122000001", "ABCD2345")
    both = Vault({1: old, 2: new}, current=2)
    assert both.open(blob, "name:1") == "王小明"
    assert Vault.key_number(blob) == 1
    assert Vault.key_number(both.seal("王小明", "name:1")) == 2
    assert both.blind_indexes("13800001234", "phone") == [
        both.blind_index("13800001234", "phone"),
        index,
    ]
    assert both.code_matches("20261122000001", "ABCD2345", digest)
    with pytest.raises(VaultError):
        Vault({2: new}, current=2).open(blob, "name:1")


def test_the_blind_index_is_the_same_for_the_same_phone_and_purpose_only() -> None:
    index = vault.blind_index("13800001234", "phone")
    assert len(index) == 16
    assert index == Vault.from_secret(SECRET).blind_index("13800001234", "phone")
    assert index != vault.blind_index("13800001235", "phone")
    assert index != vault.blind_index("13800001234", "id")
    assert vault.blind_index("bc", "a") != vault.blind_index("c", "ab")


def test_a_query_code_is_known_by_its_digest_however_it_is_typed() -> None:
    digest = vault.code_digest("20261122000001", "ABCD2345")
    assert len(digest) == 32
    assert vault.code_matches("20261122000001", " abcd-2345 ", digest)
    assert not vault.code_matches("20261122000002", "ABCD2345", digest)
    assert not vault.code_matches("20261122000001", "ABCD2346", digest)
    assert not vault.code_matches("20261122000001", "", digest)
    assert digest != Vault.from_secret(OTHER).code_digest("20261122000001", "ABCD2345")


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short",
        "a" * 64,
        "0123456789abcdef" * 4,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "please-change-me-before-production-1",
        "MINXIN_CONTACT_KEY_0987654321_poiuyt",
        b"\x00" * 32,
        "   " + SECRET[:31] + "   ",
    ],
)
def test_a_weak_secret_is_refused(weak: str | bytes) -> None:
    with pytest.raises(WeakSecret):
        Vault.from_secret(weak)


def test_keys_that_cannot_be_right_are_refused() -> None:
    good = root_key(SECRET)
    with pytest.raises(VaultError):
        Vault({1: good}, current=2)
    with pytest.raises(VaultError):
        Vault({0: good}, current=0)
    with pytest.raises(WeakSecret):
        Vault({1: good[:16]}, current=1)
    with pytest.raises(WeakSecret):
        Vault({1: bytes(32)}, current=1)


def test_random_secrets_of_every_usual_spelling_are_taken() -> None:
    import secrets

    for _ in range(200):
        Vault.from_secret(secrets.token_hex(32))
        Vault.from_secret(secrets.token_urlsafe(32))
        Vault.from_secret(secrets.token_bytes(32))
