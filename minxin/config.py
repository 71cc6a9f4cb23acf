"""Settings: read once from the environment; a wrong one refuses to boot and names itself."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from minxin.embedded import addresses

ROOT = Path(__file__).resolve().parent.parent

LOGINS = ("owner", "tenant", "city", "public")
"""The four ways into the database (docs/decisions/0001-tenancy.md): reach is the login."""


class SettingsError(SystemExit):
    """A setting is missing or wrong; the message names the environment variable."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations.

    `database_urls` maps a login to its URL; `owner` is absent where the process may not migrate.
    `notice_urls`: city → services that carry notices outside; under "" those of every other city.
    """

    database_urls: Mapping[str, str]
    redis_url: str
    secret_key: str
    contact_keys: Mapping[int, str]
    folder: Path
    embedded: bool
    port: int
    pool_size: int = 5
    secure_cookies: bool = False
    demonstration: bool = False
    scanner: str | None = None
    proxies: int = 0
    notice_urls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paper_certificate: Path | None = None
    paper_passphrase: str = field(default="", repr=False)

    def address(self, host: str) -> str:
        """Where a city answers: https://… where cookies are secure, else this machine's port."""
        return f"https://{host}" if self.secure_cookies else f"http://{host}:{self.port}"

    @property
    def files(self) -> Path:
        """Where uploaded files are stored."""
        return self.folder / "files"


def from_environment(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsError naming the variable that is missing or wrong."""
    env = os.environ if env is None else env
    folder = Path(env.get("MINXIN_DATA") or ROOT / "var")
    database_url, redis_url = env.get("DATABASE_URL"), env.get("REDIS_URL")
    embedded = not database_url and not redis_url and "DATABASE_URL_TENANT" not in env
    if embedded:
        own = addresses(folder)
        database_url, redis_url = own.database_url, own.redis_url
    elif not redis_url:
        raise SettingsError("REDIS_URL is missing (DATABASE_URL is set, so give both or neither)")
    secret = env.get("SECRET_KEY") or _kept_secret(folder, "secret_key", embedded, "SECRET_KEY")
    contact = env.get("MINXIN_CONTACT_KEY") or _kept_secret(
        folder, "contact_key", embedded, "MINXIN_CONTACT_KEY"
    )
    later = {f"MINXIN_CONTACT_KEY_{n}": key for n, key in _later_keys(env).items()}
    for name, value in {"SECRET_KEY": secret, "MINXIN_CONTACT_KEY": contact, **later}.items():
        if len(value) < 32:
            raise SettingsError(f"{name} must have at least 32 characters")
    return Settings(
        database_urls=_database_urls(env, database_url, secret),
        redis_url=_redis_url(redis_url or ""),
        secret_key=secret,
        contact_keys={1: contact, **_later_keys(env)},
        folder=folder,
        embedded=embedded,
        port=_number(env, "PORT", 8000, least=1, most=65535),
        pool_size=_number(env, "MINXIN_POOL_SIZE", 5, least=1),
        secure_cookies=_switch(env, "MINXIN_SECURE_COOKIES", False),
        demonstration=_switch(env, "MINXIN_DEMONSTRATION", embedded),
        scanner=env.get("MINXIN_SCANNER") or None,
        proxies=_number(env, "MINXIN_PROXIES", 0),
        notice_urls=_notice_urls(env),
        paper_certificate=_file(env, "MINXIN_PAPER_CERTIFICATE"),
        paper_passphrase=env.get("MINXIN_PAPER_PASSPHRASE") or "",
    )


def _file(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name])
    if not path.is_file():
        raise SettingsError(f"{name} names no file")
    return path


def _later_keys(env: Mapping[str, str]) -> dict[int, str]:
    """MINXIN_CONTACT_KEY_2, _3 …: keys that took the place of the first one, by number. All stay
    set until `flask contacts reseal` says that nothing is sealed with the older ones."""
    found: dict[int, str] = {}
    for name, value in env.items():
        number = name.removeprefix("MINXIN_CONTACT_KEY_")
        if number == name or not value:
            continue
        if not re.fullmatch(r"[2-9]|[1-9][0-9]{1,3}", number):
            raise SettingsError(f"{name} must end in the number of the key, from 2 on")
        found[int(number)] = value
    return found


def login_password(secret_key: str, login: str) -> str:
    """The password of an application login where no URL of its own is set.

    Derived, so that `flask logins` and the processes agree without another secret to hand around.
    """
    return hmac.new(secret_key.encode(), f"login:{login}".encode(), hashlib.sha256).hexdigest()


def _database_urls(env: Mapping[str, str], owner: str | None, secret: str) -> dict[str, str]:
    urls: dict[str, str] = {}
    if owner:
        urls["owner"] = _with_driver(owner, "DATABASE_URL")
    for login in LOGINS[1:]:
        variable = f"DATABASE_URL_{login.upper()}"
        given = env.get(variable)
        if given:
            urls[login] = _with_driver(given, variable)
        elif owner:
            urls[login] = _with_user(
                urls["owner"], f"minxin_{login}", login_password(secret, login)
            )
        else:
            raise SettingsError(f"{variable} is missing (or set DATABASE_URL)")
    return urls


def _notice_urls(env: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """MINXIN_NOTICE_URLS for every city, MINXIN_NOTICE_URLS_PANJIN for one: apprise addresses with
    spaces between. They hold keys, so a wrong one is not repeated."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in env.items():
        if name != _NOTICES and not name.startswith(f"{_NOTICES}_"):
            continue
        addresses = tuple(value.split())
        if not all(re.fullmatch(r"[a-z][a-z0-9]*://\S+", address) for address in addresses):
            raise SettingsError(f"{name} must be apprise addresses with spaces between")
        if addresses:
            found[name.removeprefix(_NOTICES).removeprefix("_").lower()] = addresses
    return found


_NOTICES = "MINXIN_NOTICE_URLS"


def _with_driver(url: str, variable: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres") or not rest:
        raise SettingsError(f"{variable} must be a postgresql:// URL")
    login = variable.removeprefix("DATABASE_URL").strip("_").lower()
    if login and urlsplit(url).username != f"minxin_{login}":
        raise SettingsError(f"{variable} must sign in as minxin_{login}: grants name these roles")
    return f"postgresql+psycopg://{rest}"


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password)}@{place}"))


def _redis_url(url: str) -> str:
    if url.partition("://")[0] not in ("redis", "rediss", "unix"):
        raise SettingsError("REDIS_URL must be a redis://, rediss:// or unix:// URL")
    return url


def _number(
    env: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int = 10_000
) -> int:
    given = env.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
        raise SettingsError(f"{name} must be a whole number from {least} to {most}")
    return int(given)


def _switch(env: Mapping[str, str], name: str, default: bool) -> bool:
    given = env.get(name) or ("1" if default else "0")
    if given not in ("0", "1"):
        raise SettingsError(f"{name} must be 1 (on) or 0 (off)")
    return given == "1"


def _kept_secret(folder: Path, name: str, embedded: bool, variable: str) -> str:
    """An embedded installation makes its own secrets once and keeps them beside its data."""
    if not embedded:
        raise SettingsError(f"{variable} is missing")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    value = secrets.token_hex(32)
    with os.fdopen(handle, "w") as file:
        file.write(value)
    return value
