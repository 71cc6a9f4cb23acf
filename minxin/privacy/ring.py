"""The vault in use: set once when the application is made."""

from __future__ import annotations

from minxin.privacy.vault import Vault

_ring: list[Vault] = []


def use(vault: Vault) -> None:
    """Name the vault of this process."""
    _ring[:] = [vault]


def vault() -> Vault:
    """The vault of this process. Raises RuntimeError before `use`."""
    if not _ring:
        raise RuntimeError("no vault: create_app() was not called")
    return _ring[0]
