"""Settings: a wrong one refuses to boot and names itself, before anything was opened."""

from __future__ import annotations

import pytest

from minxin.config import SettingsError, from_environment, login_password

GOOD = {
    "DATABASE_URL": "postgresql://minxin_owner:secret@db:5432/minxin",
    "REDIS_URL": "redis://valkey:6379/0",
    "SECRET_KEY": "s" * 64,
    "MINXIN_CONTACT_KEY": "c" * 64,
}


def _with(tmp_path, **changed):
    env = GOOD | {"MINXIN_DATA": str(tmp_path)} | changed
    return from_environment({name: value for name, value in env.items() if value is not None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db/minxin"),
        ("DATABASE_URL", "db:5432/minxin"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL_TENANT", "sqlite:///minxin.db"),
        ("DATABASE_URL_CITY", "postgresql://minxin_tenant:x@db/minxin"),
        ("DATABASE_URL_PUBLIC", "postgresql://postgres:x@db/minxin"),
        ("REDIS_URL", None),
        ("REDIS_URL", "http://valkey"),
        ("REDIS_URL", "valkey:6379"),
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("MINXIN_CONTACT_KEY", None),
        ("MINXIN_CONTACT_KEY", "short"),
        ("PORT", "eight thousand"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("MINXIN_POOL_SIZE", "0"),
        ("MINXIN_POOL_SIZE", "many"),
        ("MINXIN_PROXIES", "-1"),
        ("MINXIN_NOTICE_URLS", "someone@example"),
        ("MINXIN_NOTICE_URLS_PANJIN", "json://127.0.0.1 nowhere"),
        ("MINXIN_SECURE_COOKIES", "yes"),
        ("MINXIN_DEMONSTRATION", "true"),
    ],
)
def test_a_wrong_setting_names_itself(name, value, tmp_path):
    with pytest.raises(SettingsError) as refused:
        _with(tmp_path, **{name: value})
    assert str(refused.value).startswith(name)


def test_a_refusal_never_shows_a_secret(tmp_path):
    for name in ("SECRET_KEY", "MINXIN_CONTACT_KEY"):
        with pytest.raises(SettingsError) as refused:
            _with(tmp_path, **{name: "hunter2"})
        assert "hunter2" not in str(refused.value)
    with pytest.raises(SettingsError) as refused:
        _with(tmp_path, DATABASE_URL_CITY="postgresql://nobody:hunter2@db/minxin")
    assert "hunter2" not in str(refused.value)


def test_a_refusal_ends_the_process():
    assert issubclass(SettingsError, SystemExit)


def test_good_settings_are_read(tmp_path):
    settings = _with(tmp_path, PORT="9000", MINXIN_POOL_SIZE="7", MINXIN_SECURE_COOKIES="1")
    assert (settings.port, settings.pool_size, settings.secure_cookies) == (9000, 7, True)
    assert not settings.embedded
    assert not settings.demonstration, "accounts that everybody knows are never made by themselves"
    assert settings.files == tmp_path / "files"


def test_each_login_has_a_url_and_a_password_of_its_own(tmp_path):
    urls = _with(tmp_path).database_urls
    assert set(urls) == {"owner", "tenant", "city", "public"}
    for login in ("tenant", "city", "public"):
        assert f"minxin_{login}:{login_password('s' * 64, login)}@db:5432/minxin" in urls[login]
    assert len(set(urls.values())) == 4
    assert "secret" not in urls["public"]


def test_a_process_without_the_owner_cannot_migrate(tmp_path):
    own = {
        f"DATABASE_URL_{login.upper()}": f"postgresql://minxin_{login}:x@db/minxin"
        for login in ("tenant", "city", "public")
    }
    settings = _with(tmp_path, DATABASE_URL=None, **own)
    assert set(settings.database_urls) == {"tenant", "city", "public"}
    del own["DATABASE_URL_CITY"]
    with pytest.raises(SettingsError, match="DATABASE_URL_CITY is missing"):
        _with(tmp_path, DATABASE_URL=None, **own)


def test_with_no_servers_named_the_embedded_ones_are_used(tmp_path):
    settings = from_environment({"MINXIN_DATA": str(tmp_path)})
    assert settings.embedded
    assert settings.demonstration
    again = from_environment({"MINXIN_DATA": str(tmp_path)})
    assert settings.secret_key == again.secret_key, "made once and kept"
    assert settings.contact_keys == again.contact_keys
    assert settings.secret_key != settings.contact_keys[1]
    for name in ("secret_key", "contact_key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, "for its owner's eyes only"


def test_an_embedded_city_may_do_without_its_demonstration(tmp_path):
    env = {"MINXIN_DATA": str(tmp_path), "MINXIN_DEMONSTRATION": "0"}
    assert not from_environment(env).demonstration


def test_later_keys_are_numbered_and_as_long_as_the_first(tmp_path):
    settings = _with(tmp_path, MINXIN_CONTACT_KEY_2="k" * 40, MINXIN_CONTACT_KEY_10="j" * 40)
    assert sorted(settings.contact_keys) == [1, 2, 10]
    for name, value in (("MINXIN_CONTACT_KEY_2", "short"), ("MINXIN_CONTACT_KEY_1", "k" * 40)):
        with pytest.raises(SettingsError, match=name):
            _with(tmp_path, **{name: value})
