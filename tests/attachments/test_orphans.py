"""Files that nothing names go after a day; what a row names stays, however old."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import insert

from minxin import clock
from minxin.attachments import orphans
from minxin.attachments.inspect import inspect
from minxin.cases.models import Attachment, Submission, SubmissionPhoto
from minxin.extensions import db
from worker.schedule import NIGHTLY, clear_files


@pytest.fixture
def put(app, panjin):
    """Store a picture as if it had been put in so long ago; answers its key."""
    shades = iter(range(256))

    def store(age: timedelta) -> str:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), (next(shades), 40, 40)).save(picture, "PNG")
        found = inspect(picture.getvalue(), "a.png")
        key = app.extensions["store"].put(found, panjin.city.schema)
        (path,) = app.extensions["settings"].folder.rglob(f"{panjin.city.schema}/??/{key}")
        then = (clock.now() - age).timestamp()
        os.utime(path, (then, then))
        return key

    return store


@pytest.fixture
def there(app, panjin):
    return lambda key: app.extensions["store"].is_whole(key, panjin.city.schema)


OLD = timedelta(hours=25)


def test_what_nothing_names_goes_after_a_day(panjin, put, there):
    old, fresh = put(OLD), put(timedelta(hours=23))
    clear_files()
    assert not there(old)
    assert there(fresh)


def test_the_files_of_cases_and_of_forms_on_their_way_stay(panjin, put, there):
    attached, sent = put(OLD), put(OLD)
    with panjin.standing():
        case = panjin.enter()
        what = {"name": "a.png", "kind": "image", "mime": "image/png", "size": 1}
        form = {"number": "n", "token": "t", "subject": "s", "body": "b", "place": ""}
        submission = db.session.scalar(
            insert(Submission).values(received_at=clock.now(), **form).returning(Submission.id)
        )
        db.session.execute(
            insert(SubmissionPhoto).values(submission_id=submission, sha256=sent, **what)
        )
        db.session.execute(
            insert(Attachment).values(
                tenant_id=case.tenant_id, case_id=case.id, part="original", sha256=attached,
                added_by="林静", added_at=clock.now(), **what,
            )
        )  # fmt: skip
        db.session.commit()
    clear_files()
    assert there(attached)
    assert there(sent)


def test_a_file_that_is_put_in_again_stays(app, panjin, put, there):
    key, store = put(OLD), app.extensions["store"]
    listed = list(store.older(panjin.city.schema, clock.now() - orphans.AGE))
    assert key in listed
    store.keep(store.read(key, panjin.city.schema), panjin.city.schema)
    assert not store.delete_older(key, panjin.city.schema, clock.now() - orphans.AGE)
    assert there(key)


def test_every_column_that_names_a_file_is_asked(panjin):
    with panjin.standing():
        assert set(orphans.naming(panjin.city.schema)) >= {
            ("attachments", "sha256"),
            ("imports", "sealed_sha256"),
            ("submission_photos", "sha256"),
        }


def test_what_a_power_cut_left_goes_too(app, panjin, put):
    whole = put(OLD)
    folder = app.extensions["settings"].folder
    (path,) = folder.rglob(f"{panjin.city.schema}/??/{whole}")
    halves = [path.with_name(".new-old"), path.with_name(".new-fresh")]
    for each in halves:
        each.write_bytes(b"half")
    then = (clock.now() - OLD).timestamp()
    os.utime(halves[0], (then, then))
    clear_files()
    assert [each.exists() for each in halves] == [False, True]
    halves[1].unlink()


def test_the_city_beside_it_keeps_its_own(app, panjin, linshi, put, there):
    key, store = put(OLD), app.extensions["store"]
    content = store.read(key, panjin.city.schema)
    store.keep(content, linshi.city.schema)
    clear_files()
    assert not there(key)
    assert store.is_whole(key, linshi.city.schema)


def test_it_is_a_duty_of_the_night():
    assert clear_files in [verb for verb, _ in NIGHTLY]
