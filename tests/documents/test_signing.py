"""The signature: over the whole file, and nothing of it can be changed unseen."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from minxin import clock
from minxin.config import SettingsError, from_environment
from minxin.documents import rendering, samples, signing
from minxin.documents.signing import SELF_MADE, UNSIGNED
from tests.documents.reading import File


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return signing.load(signing.self_made(tmp_path_factory.mktemp("ours")), "")


@pytest.fixture(scope="module")
def plain() -> bytes:
    return rendering.render(samples.INVESTIGATION).pdf


@pytest.fixture(scope="module")
def signed(plain, certificate) -> bytes:
    return signing.sign(plain, certificate, reason="调查处理报告〔2026〕5号")


def test_a_signed_paper_is_genuine_and_says_by_whom(signed, certificate):
    verdict = signing.verify(signed, certificate)
    assert verdict.genuine
    assert SELF_MADE in verdict.signed_as
    assert certificate.self_made


def test_signing_adds_behind_the_file_and_draws_no_seal(plain, signed):
    assert signed.startswith(plain)
    before, after = File(plain), File(signed)
    assert before.text(0) == after.text(0)
    assert len(before.rules(0)) == len(after.rules(0))
    assert "pdfaid:part" in after.reader.xmp_metadata.stream.get_data().decode()


def test_one_changed_byte_anywhere_is_seen(signed, certificate):
    places = random.Random(6).sample(range(20, len(signed) - 20), 25)
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 0x55
        assert not signing.verify(bytes(changed), certificate).genuine, place


def test_one_changed_byte_of_the_envelope_is_seen_too(signed, certificate):
    """The digest does not cover the envelope: labels, spelling and padding are read strictly."""
    start = signed.rindex(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", start)
    length = 2 * (4 + int(signed[start + 4 : start + 8], 16))
    labels = (7, 63, 70, 77, 84, 1855)  # versions and names of algorithms
    letters = [n for n in range(length) if signed[start + n] in b"ABCDEF"][:: length // 12]
    for place in (*labels, *letters, length, length + 9, end - start - 1):
        changed = bytearray(signed)
        changed[start + place] ^= 0x20 if place in letters else 0x01
        verdict = signing.verify(bytes(changed), certificate)
        assert not verdict.genuine, place
        assert not verdict.intact, place


@pytest.mark.parametrize("key", ["ec", "chain"])
def test_certificates_of_other_kinds_sign_and_verify_as_well(plain, tmp_path, key):
    """An elliptic curve; one that somebody else vouches for, who is carried along."""
    named = signing.load(issued(tmp_path / "issued.p12", elliptic=key == "ec"), "secret")
    assert bool(named.chain)
    assert not named.self_made
    verdict = signing.verify(signing.sign(plain, named, reason="文书"), named)
    assert verdict.genuine
    assert verdict.signed_as == "市民心网办"


def issued(path: Path, *, elliptic: bool) -> Path:
    """A certificate that an authority issued, with the authority's own, as PKCS#12."""
    authority, own = (
        ec.generate_private_key(ec.SECP256R1())
        if elliptic
        else rsa.generate_private_key(65537, 2048)
        for _ in range(2)
    )
    root = _certificate("某认证机构", authority.public_key(), "某认证机构", authority)
    certificate = _certificate("市民心网办", own.public_key(), "某认证机构", authority)
    sealed = serialization.BestAvailableEncryption(b"secret")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", own, certificate, [root], sealed))
    return path


def _certificate(name, key, issuer, by):
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(by, hashes.SHA256())
    )


def test_what_is_added_behind_it_is_seen(signed, certificate):
    assert not signing.verify(signed + b"\n% more", certificate).genuine
    assert not signing.verify(signed[:-40], certificate).genuine


def test_another_certificate_is_not_ours(plain, certificate, tmp_path):
    other = signing.load(signing.self_made(tmp_path), "")
    verdict = signing.verify(signing.sign(plain, other, reason="假"), certificate)
    assert verdict.signed
    assert not verdict.ours
    assert not verdict.genuine


@pytest.mark.parametrize("file", [b"", b"no pdf", b"%PDF-1.7\n%%EOF", b"\x00" * 1000])
def test_what_is_no_paper_is_not_signed(file, certificate):
    assert signing.verify(file, certificate) == UNSIGNED


def test_an_unsigned_paper_is_not_signed(plain, certificate):
    assert signing.verify(plain, certificate) == UNSIGNED


def test_without_a_certificate_nothing_is_ours(signed):
    verdict = signing.verify(signed, None)
    assert not verdict.genuine


def test_the_self_made_one_is_made_once_and_read_by_us_alone(tmp_path):
    path = signing.self_made(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_bytes()
    assert signing.self_made(tmp_path).read_bytes() == content


def settings(tmp_path, **more: str):
    return from_environment(
        {
            "DATABASE_URL": "postgresql://x@localhost/x",
            "REDIS_URL": "redis://localhost",
            "SECRET_KEY": "s" * 32,
            "MINXIN_CONTACT_KEY": "c" * 32,
            "MINXIN_DATA": str(tmp_path),
            **more,
        }
    )


def test_an_installation_without_a_certificate_signs_nothing(tmp_path):
    assert signing.of_settings(settings(tmp_path)) is None


def test_the_demonstration_makes_its_own(tmp_path):
    made = signing.of_settings(settings(tmp_path, MINXIN_DEMONSTRATION="1"))
    assert made is not None
    assert made.self_made


def test_a_certificate_that_is_named_is_used(tmp_path):
    path = signing.self_made(tmp_path / "elsewhere")
    named = settings(tmp_path, MINXIN_PAPER_CERTIFICATE=str(path))
    assert signing.of_settings(named) is not None


def test_a_file_that_is_none_refuses_to_boot_and_names_the_variable(tmp_path):
    with pytest.raises(SettingsError, match="MINXIN_PAPER_CERTIFICATE"):
        settings(tmp_path, MINXIN_PAPER_CERTIFICATE=str(tmp_path / "none.p12"))
    (tmp_path / "wrong.p12").write_bytes(b"no certificate")
    named = settings(tmp_path, MINXIN_PAPER_CERTIFICATE=str(tmp_path / "wrong.p12"))
    with pytest.raises(SettingsError, match="MINXIN_PAPER_PASSPHRASE"):
        signing.of_settings(named)


def test_a_caller_that_runs_an_event_loop_signs_and_verifies_too(plain, certificate):
    async def within_a_loop() -> bool:
        done = signing.sign(plain, certificate, reason="〔2026〕1号")
        return signing.verify(done, certificate).genuine

    with ThreadPoolExecutor(
        1
    ) as apart:  # a loop runs here already where a browser test went before
        assert apart.submit(asyncio.run, within_a_loop()).result()
