"""Each test starts servers of its own in a folder of its own."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from minxin import embedded
from minxin.embedded.layout import Layout, State


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    assert State.read(Layout(tmp_path / "var")) is None, "a test left its servers running"


def _query(servers: embedded.Servers, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(servers.addresses.database_url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def test_both_servers_answer_at_addresses_that_were_known_before(folder: Path) -> None:
    known = embedded.addresses(folder)
    assert not folder.exists()
    servers = embedded.start(folder, durable=False)
    try:
        assert servers.addresses == known
        assert _query(servers, "SELECT current_user::text, current_database()::text") == [
            ("minxin_owner", "minxin")
        ]
        assert Redis.from_url(known.redis_url).ping()
    finally:
        servers.stop()


def test_the_owner_passes_no_policy_but_can_make_logins_and_extensions(folder: Path) -> None:
    servers = embedded.start(folder, durable=False)
    try:
        assert _query(
            servers,
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user",
        ) == [(False, False, True)]
        _query(servers, "CREATE EXTENSION btree_gin")
        _query(servers, "CREATE ROLE minxin_tenant LOGIN")
    finally:
        servers.stop()


def test_the_servers_listen_on_no_network_port_and_only_to_their_user(folder: Path) -> None:
    servers = embedded.start(folder, durable=False)
    try:
        assert _query(servers, "SHOW listen_addresses") == [("",)]
        assert Redis.from_url(servers.addresses.redis_url).config_get("port") == {"port": "0"}
        assert stat.S_IMODE(Layout(folder).sockets.stat().st_mode) == 0o700
    finally:
        servers.stop()


def test_a_city_keeps_every_commit_through_a_power_cut(folder: Path) -> None:
    servers = embedded.start(folder)
    try:
        shown = [_query(servers, f"SHOW {name}")[0][0] for name in ("fsync", "synchronous_commit")]
        assert shown == ["on", "on"]
        valkey = Redis.from_url(servers.addresses.redis_url)
        assert valkey.config_get("appendonly") == {"appendonly": "yes"}
        assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    finally:
        servers.stop()


def test_whoever_comes_second_shares_the_servers_and_the_last_one_stops_them(folder: Path) -> None:
    first = embedded.start(folder, durable=False)
    second = embedded.start(folder, durable=False)
    pid = _postmaster(folder)
    first.stop()
    assert _query(second, "SELECT 1") == [(1,)]
    assert _postmaster(folder) == pid
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        _query(second, "SELECT 1")


def test_a_user_that_is_killed_gives_its_share_back(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from minxin import embedded; "
        "embedded.start(Path(sys.argv[1]), durable=False); print('up', flush=True); time.sleep(600)"
    )
    user = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"up\n"
    user.kill()
    user.communicate()
    _wait_until(lambda: State.read(Layout(folder)) is None)
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_what_was_committed_outlives_a_killed_postgresql(folder: Path) -> None:
    servers = embedded.start(folder)
    _query(servers, "CREATE TABLE kept (word text)")
    _query(servers, "INSERT INTO kept VALUES ('诉求')")
    Redis.from_url(servers.addresses.redis_url).set("kept", "1")
    os.kill(_postmaster(folder), signal.SIGKILL)
    _wait_until(lambda: not servers.running())

    again = embedded.start(folder)
    try:
        assert _query(again, "SELECT word FROM kept") == [("诉求",)]
        assert Redis.from_url(again.addresses.redis_url).get("kept") == b"1"
    finally:
        again.stop()
        servers.stop()


def test_the_servers_start_anew_after_their_keeper_was_killed(folder: Path) -> None:
    servers = embedded.start(folder)
    _query(servers, "CREATE TABLE kept (word text)")
    state = State.read(Layout(folder))
    assert state is not None
    os.kill(state.keeper, signal.SIGKILL)
    _wait_until(lambda: not servers.running())
    again = embedded.start(folder)
    try:
        assert _query(again, "SELECT count(*) FROM kept") == [(0,)]
    finally:
        again.stop()
        servers.stop()


def test_a_folder_too_deep_for_a_socket_has_its_sockets_elsewhere(folder: Path) -> None:
    deep = folder / ("deep" * 30)
    sockets = Layout(deep).sockets
    assert deep not in sockets.parents
    servers = embedded.start(deep, durable=False)
    try:
        assert _query(servers, "SELECT 1") == [(1,)]
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    finally:
        servers.stop()
        sockets.rmdir()


def test_a_server_that_cannot_start_says_why_and_nothing_is_left_running(folder: Path) -> None:
    embedded.start(folder, durable=False).stop()
    (folder / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.EmbeddedError, match=r"(?s)postgres\.log.*version 9"):
        embedded.start(folder, durable=False)


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file stands in its place")
    with pytest.raises(embedded.EmbeddedError, match="MINXIN_DATA"):
        embedded.start(folder)
    folder.unlink()


def _wait_until(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
