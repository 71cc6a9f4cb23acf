"""The electronic signature of a paper: made once over the whole file, and checked by anybody.

PAdES by pyHanko, without a picture: the seal is pressed by hand into the box that is left for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from minxin import clock
from minxin.config import Settings, SettingsError
from minxin.documents import envelope

T = TypeVar("T")
FIELD = "Signature"
SELF_MADE = "演示用自签证书"
"""What a certificate calls itself that nobody vouches for."""
VALID_FOR = timedelta(days=3650)


@dataclass(frozen=True)
class Certificate:
    """Who signs: a PKCS#12 file that was opened. name: as its subject says."""

    name: str
    content: bytes
    passphrase: bytes
    public: bytes  # the certificate alone, DER
    chain: frozenset[bytes] = frozenset()  # those of who vouches for it, DER

    @property
    def self_made(self) -> bool:
        """Is it one of a demonstration?"""
        return SELF_MADE in self.name


@dataclass(frozen=True)
class Verdict:
    """What a file's signature is worth: signed at all, unchanged since, by our certificate."""

    signed: bool
    intact: bool
    ours: bool
    signed_as: str = ""

    @property
    def genuine(self) -> bool:
        """Is nothing wrong with it?"""
        return self.signed and self.intact and self.ours


UNSIGNED = Verdict(signed=False, intact=False, ours=False)


def of_settings(settings: Settings) -> Certificate | None:
    """The certificate of the installation; one made by itself in a demonstration, else none.

    Raises SettingsError where the file cannot be opened.
    """
    if settings.paper_certificate is not None:
        try:
            return load(settings.paper_certificate, settings.paper_passphrase)
        except (OSError, ValueError):
            raise SettingsError(
                "MINXIN_PAPER_CERTIFICATE is no PKCS#12 file with a key and a certificate, or"
                " MINXIN_PAPER_PASSPHRASE does not open it"
            ) from None
    return load(self_made(settings.folder), "") if settings.demonstration else None


def load(path: Path, passphrase: str) -> Certificate:
    """Open a PKCS#12 file. Raises OSError or ValueError where that fails."""
    content, secret = path.read_bytes(), passphrase.encode()
    key, found, others = pkcs12.load_key_and_certificates(content, secret or None)
    if key is None or found is None:
        raise ValueError("no key or no certificate")
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else found.subject.rfc4514_string()
    public, *chain = (each.public_bytes(serialization.Encoding.DER) for each in (found, *others))
    return Certificate(name, content, secret, public, frozenset(chain))


def self_made(folder: Path) -> Path:
    """A certificate for a demonstration, made once and marked as such; only we can read it."""
    path = folder / "paper_certificate.p12"
    if path.is_file():
        return path
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"民心网（{SELF_MADE}）")])
    now = clock.now()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    content = pkcs12.serialize_key_and_certificates(
        b"minxin", key, certificate, None, serialization.NoEncryption()
    )
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def sign(pdf: bytes, certificate: Certificate, *, reason: str) -> bytes:
    """The file with a signature over all of it, added behind it; it stays PDF/A."""
    return _apart(lambda: _signed(pdf, certificate, reason))


def verify(pdf: bytes, certificate: Certificate | None) -> Verdict:
    """What a file's signature is worth; a file that is no PDF, or broken, is not signed."""
    return _apart(lambda: _verified(pdf, certificate))


def _apart(act: Callable[[], T]) -> T:
    """In a thread of its own: pyHanko runs an event loop, and the caller may have one already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(act).result()


def _signed(pdf: bytes, certificate: Certificate, reason: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = signers.SimpleSigner.load_pkcs12_data(
        certificate.content, other_certs=[], passphrase=certificate.passphrase or None
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        md_algorithm=envelope.DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    signed: Any = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer=signer, output=BytesIO()
    )
    return bytes(signed.getvalue())


def _verified(pdf: bytes, certificate: Certificate | None) -> Verdict:
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not signatures:
            return UNSIGNED
        roots = [asn1.Certificate.load(certificate.public)] if certificate else []
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = validate_pdf_signature(signatures[0], context)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        ours = certificate is not None and status.signing_cert.dump() == certificate.public
        sound = status.intact and status.valid and whole
        if certificate is not None and ours:
            chain = certificate.chain
            sound = sound and envelope.is_ours(pdf, signatures[0], certificate.public, chain)
        return Verdict(
            signed=True,
            intact=bool(sound),
            ours=bool(ours),
            signed_as=str(status.signing_cert.subject.native.get("common_name", "")),
        )
    except Exception:  # whatever a stranger hands in, the answer is that it is not genuine
        return UNSIGNED
