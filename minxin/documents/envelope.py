"""The envelope of a signature, read strictly: byte for byte the one that signing writes.

A digest covers the file but not the envelope itself: its padding, the spelling of its hexadecimal
digits and some of its labels could be changed while the signature still holds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

DIGEST = "sha256"


def is_ours(pdf: bytes, signature: Any, own: bytes, chain: Collection[bytes]) -> bool:
    """Is the envelope of this signature of a PDF what we would have written around its value?

    own: our certificate · chain: those of who vouches for it, all DER.
    """
    first, length, second, _ = (int(each) for each in signature.byte_range)
    written = pdf[first + length : second]
    told = signature.signed_data
    carried = [each.dump() for each in told["certificates"]]
    if own not in carried or not set(carried) <= {own, *chain}:
        return False
    wanted = _envelope(told, own).hex().upper().encode()
    return written == b"<" + wanted.ljust(len(written) - 2, b"0") + b">"


def _envelope(told: Any, own: bytes) -> bytes:
    """What signing writes, with the certificates, the attributes and the value of another one."""
    from asn1crypto import cms, x509

    certificate, (info,) = x509.Certificate.load(own), told["signer_infos"]
    signer = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    entry = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": signer}),
        "digest_algorithm": {"algorithm": DIGEST},
        "signature_algorithm": {"algorithm": f"{DIGEST}_{_kind(certificate)}"},
        "signed_attrs": info["signed_attrs"],
        "signature": info["signature"].native,
    }
    data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": DIGEST}],
        "encap_content_info": {"content_type": "data"},
        "certificates": told["certificates"],
        "signer_infos": [entry],
    }
    content = cms.SignedData(data)
    made = cms.ContentInfo({"content_type": "signed_data", "content": content})
    return bytes(made.dump(force=True))


def _kind(certificate: Any) -> str:
    key = str(certificate.public_key.algorithm)
    return "ecdsa" if key == "ec" else key
