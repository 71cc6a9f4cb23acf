"""Encryption of contact fields. All cryptography of stored personal data is in this module,
so that SM4/SM3 can take the place of AES/SHA-256 here alone (GB/T 39786); a sealed value names
its cipher in the first byte for that day.

Sealed value: cipher (1 byte) + key number (2 bytes, big-endian) + owner (8, the tenant whose key it
is; 0: the installation's) + nonce (12) + ciphertext and tag.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from minxin.errors import MinxinError
from minxin.privacy.codes import tidy

_WITHOUT_OWNER, _AES_256_GCM = 1, 2
_NUMBERED, _HEADER, _NONCE, _TAG = 3, 11, 12, 16
_INDEX_BYTES = 16
_MIN_SECRET = 32
_MIN_DISTINCT = 10
# Words of sample configurations; a random secret of 32 signs holds one about never.
_PLACEHOLDERS = (b"change", b"secret", b"password", b"example", b"minxin", b"123456789", b"abcdefg")


class VaultError(MinxinError):
    """A sealed value cannot be opened, or a key cannot be used. Never carries the value."""


class WeakSecret(VaultError):
    """The secret is too short or too regular to derive keys from."""


class Vault:
    """Seals and opens contact fields with the keys of one scope (an installation, city, tenant).

    keys: key number (1…65535) → 32 random bytes; old ones stay listed for as long as something is
    sealed with them. current: number of the key that seals. scope: bound into every derived key,
    so that a value sealed in one scope opens in no other.
    """

    __slots__ = ("_current", "_keys", "_scope")

    def __init__(self, keys: Mapping[int, bytes], current: int, scope: str = "") -> None:
        if current not in keys:
            raise VaultError(f"the current key {current} is not among the keys")
        for number, key in keys.items():
            if not 1 <= number <= 0xFFFF:
                raise VaultError(f"key number {number} is not between 1 and 65535")
            if len(key) != 32 or len(set(key)) < _MIN_DISTINCT:
                raise WeakSecret(f"key {number} is not 32 random bytes")
        self._keys = dict(keys)
        self._current = current
        self._scope = scope

    @classmethod
    def from_secret(cls, secret: str | bytes) -> Self:
        """A vault with one key, number 1, from a settings secret (32 characters or more)."""
        return cls({1: root_key(secret)}, current=1)

    @classmethod
    def from_secrets(cls, secrets: Mapping[int, str]) -> Self:
        """A vault from numbered secrets; the highest number seals, the others still open."""
        return cls({number: root_key(each) for number, each in secrets.items()}, max(secrets))

    def scoped(self, scope: str) -> Vault:
        """The same roots with keys of their own for a part of the installation, e.g. a city."""
        return Vault(self._keys, self._current, f"{self._scope}/{scope}")

    def seal(self, text: str, context: str, owner: int = 0) -> bytes:
        """Encrypt text, bound to context (such as `contact.phone:1042`): it opens only there.

        owner: the tenant whose own key is used; what was sealed says itself whose that is, so that
        it opens wherever the case goes.
        """
        return self.seal_bytes(text.encode(), context, owner)

    def open(self, blob: bytes, context: str) -> str:
        """Decrypt what `seal` returned.

        Raises VaultError when it was changed, belongs to another context or scope, or its key is
        not known.
        """
        return self.open_bytes(blob, context).decode()

    def seal_bytes(self, content: bytes, context: str, owner: int = 0) -> bytes:
        """Encrypt a file as `seal` does a text."""
        header = bytes([_AES_256_GCM]) + self._current.to_bytes(2, "big")
        header += owner.to_bytes(8, "big")
        nonce = os.urandom(_NONCE)
        cipher = AESGCM(self._derive(self._current, _data_key(owner)))
        return header + nonce + cipher.encrypt(nonce, content, _bound(header, context))

    def open_bytes(self, blob: bytes, context: str) -> bytes:
        """Decrypt what `seal_bytes` returned. Raises VaultError as `open` does."""
        blob = bytes(blob)
        length = _NUMBERED if blob[:1] == bytes([_WITHOUT_OWNER]) else _HEADER
        if len(blob) < length + _NONCE + _TAG or blob[0] not in (_WITHOUT_OWNER, _AES_256_GCM):
            raise VaultError("not a sealed value")
        header, nonce = blob[:length], blob[length : length + _NONCE]
        number = self.key_number(blob)
        if number not in self._keys:
            raise VaultError(f"sealed with key {number}, which is not known")
        owner = int.from_bytes(header[_NUMBERED:], "big")
        cipher = AESGCM(self._derive(number, _data_key(owner)))
        try:
            return cipher.decrypt(nonce, blob[length + _NONCE :], _bound(header, context))
        except InvalidTag:
            raise VaultError("sealed value was changed or belongs elsewhere") from None

    @staticmethod
    def key_number(blob: bytes) -> int:
        """Number of the key that sealed a value: says what still waits for re-sealing."""
        return int.from_bytes(blob[1:_NUMBERED], "big")

    @property
    def current(self) -> int:
        """Number of the key that seals now."""
        return self._current

    def blind_index(self, value: str, purpose: str) -> bytes:
        """16 bytes that are equal for equal values of one purpose and tell nothing else.

        Bring the value to one spelling first (`phones.normalise`).
        """
        return self._index(self._current, value, purpose)

    def blind_indexes(self, value: str, purpose: str) -> list[bytes]:
        """The index under every known key, current first: what to look for while keys change."""
        others = sorted((n for n in self._keys if n != self._current), reverse=True)
        return [self._index(number, value, purpose) for number in (self._current, *others)]

    def code_digest(self, number: str, code: str) -> bytes:
        """32 bytes to store in place of a query code.

        Keyed, because eight signs are soon tried out on a stolen plain hash. The code is tidied
        here, so that what is printed and what is typed agree.
        """
        return self._digest(self._current, number, code)

    def code_matches(self, number: str, code: str, digest: bytes) -> bool:
        """Whether the code belongs to the case number, in time that does not depend on where
        the two differ; a code stored under an earlier key still counts."""
        tried = [hmac.compare_digest(self._digest(n, number, code), digest) for n in self._keys]
        return any(tried)

    def _index(self, key_number: int, value: str, purpose: str) -> bytes:
        key = self._derive(key_number, "blind-index")
        return hmac.digest(key, _bound(purpose.encode(), value), sha256)[:_INDEX_BYTES]

    def _digest(self, key_number: int, number: str, code: str) -> bytes:
        key = self._derive(key_number, "query-code")
        return hmac.digest(key, _bound(number.strip().encode(), tidy(code)), sha256)

    def _derive(self, number: int, use: str) -> bytes:
        return _hkdf(self._keys[number], _bound(self._scope.encode(), use))

    def __repr__(self) -> str:
        return f"<Vault {len(self._keys)} keys, current {self._current}>"


def _data_key(owner: int) -> str:
    return f"data/{owner}" if owner else "data"


def root_key(secret: str | bytes) -> bytes:
    """32 bytes of key from a secret of the settings.

    Raises WeakSecret for fewer than 32 characters, few different ones, repetition or a
    placeholder. `python -c "import secrets; print(secrets.token_urlsafe(48))"` makes a good one.
    """
    raw = secret.encode() if isinstance(secret, str) else bytes(secret)
    raw = raw.strip() if isinstance(secret, str) else raw
    if len(raw) < _MIN_SECRET:
        raise WeakSecret(f"the secret needs at least {_MIN_SECRET} characters")
    if len(set(raw)) < _MIN_DISTINCT or raw in (raw + raw)[1:-1]:
        raise WeakSecret("the secret is too regular; use a random one")
    if any(word in raw.lower() for word in _PLACEHOLDERS):
        raise WeakSecret("the secret looks like a placeholder; use a random one")
    return _hkdf(raw, _bound(b"root", ""))


def _hkdf(material: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=b"minxin.privacy.vault.1", info=info).derive(material)


def _bound(first: bytes, second: str) -> bytes:
    """Two parts in one string that no other two parts can spell."""
    return len(first).to_bytes(4, "big") + first + second.encode()
