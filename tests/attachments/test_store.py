from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minxin.attachments.inspect import inspect
from minxin.attachments.store import Damaged, Store
from minxin.errors import Refused

Made = Any
CITY = "city-a"


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_kept_by_its_content(made: Made, tmp_path: Path) -> None:
    store, found = Store(tmp_path / "files"), inspect(made.pdf(), "材料.pdf")
    key = store.put(found, CITY)
    assert key == found.sha256
    assert files(tmp_path) == [tmp_path / "files" / CITY / key[:2] / key]
    with store.open(key, CITY) as stream:
        assert stream.read() == found.content
    assert store.read(key, CITY) == found.content
    assert store.is_whole(key, CITY)


def test_the_same_content_is_one_file_and_each_city_has_its_own(made: Made, tmp_path: Path) -> None:
    store, found = Store(tmp_path), inspect(made.pdf(), "材料.pdf")
    key = store.put(found, CITY)
    before = files(tmp_path)[0].stat().st_ino
    assert store.put(found, CITY) == key
    assert files(tmp_path)[0].stat().st_ino == before
    store.put(found, "city-b")
    assert len(files(tmp_path)) == 2
    assert store.delete(key, CITY)
    assert not store.delete(key, CITY)
    assert store.read(key, "city-b") == found.content
    with pytest.raises(Refused):
        store.open(key, CITY)


def test_a_changed_file_is_noticed_and_mended_by_the_next_upload(
    made: Made, tmp_path: Path
) -> None:
    store, found = Store(tmp_path), inspect(made.pdf(), "材料.pdf")
    key = store.put(found, CITY)
    files(tmp_path)[0].write_bytes(b"changed")
    assert not store.is_whole(key, CITY)
    with pytest.raises(Damaged):
        store.read(key, CITY)
    store.put(found, CITY)
    assert store.is_whole(key, CITY)


def test_content_that_is_not_what_was_inspected_is_not_stored(made: Made, tmp_path: Path) -> None:
    found = replace(inspect(made.pdf(), "材料.pdf"), content=b"another")
    with pytest.raises(Damaged):
        Store(tmp_path).put(found, CITY)
    assert files(tmp_path) == []


def test_a_write_that_fails_leaves_nothing_behind(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        Store(tmp_path).put(inspect(made.pdf(), "材料.pdf"), CITY)
    assert files(tmp_path) == []


def test_many_uploads_of_one_file_at_once_are_one_file(made: Made, tmp_path: Path) -> None:
    store, found = Store(tmp_path), inspect(made.pdf(), "材料.pdf")
    threads = [threading.Thread(target=store.put, args=(found, CITY)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(tmp_path)) == 1
    assert store.is_whole(found.sha256, CITY)


def test_a_link_in_place_of_a_file_is_not_followed(made: Made, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    key = "ab" + "0" * 62
    (tmp_path / CITY / "ab").mkdir(parents=True)
    (tmp_path / CITY / "ab" / key).symlink_to(secret)
    with pytest.raises(Refused):
        Store(tmp_path).open(key, CITY)


KEY = "a" * 64


@pytest.mark.parametrize(
    ("key", "city"),
    [
        ("../../../etc/passwd", CITY),
        (KEY + "\n", CITY),
        (KEY.upper(), CITY),
        ("", CITY),
        (KEY, ".."),
        (KEY, "../other"),
        (KEY, "/etc"),
        (KEY, "city-a\n"),
        (KEY, ""),
    ],
)
def test_no_key_and_no_city_leads_out_of_the_folder(tmp_path: Path, key: str, city: str) -> None:
    store = Store(tmp_path)
    for act in (store.open, store.read, store.delete):
        with pytest.raises(Refused):
            act(key, city)
    assert not store.is_whole(key, city)


@given(st.text(), st.text())
def test_no_text_at_all_opens_anything(key: str, city: str) -> None:
    with pytest.raises(Refused):
        Store(Path("/")).open(key, city)
