"""Numbers: one hundred at once get one hundred, in order, none twice."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from datetime import UTC, datetime

from minxin.cases import numbering
from minxin.config import ROOT
from minxin.extensions import db
from minxin.tenancy.context import within

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_a_number_is_the_local_day_and_a_count(panjin):
    with panjin.standing():
        assert numbering.next_number(AT) == "20261122-00001"
        assert numbering.next_number(AT) == "20261122-00002"
        evening = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        assert numbering.next_number(evening) == "20261123-00001", "already tomorrow in Shanghai"


def test_a_run_of_numbers_is_without_gaps(panjin):
    with panjin.standing():
        numbering.next_number(AT)
        run = numbering.next_numbers(AT, 3)
        assert run == ["20261122-00002", "20261122-00003", "20261122-00004"]
        assert numbering.next_number(AT) == "20261122-00005"


def test_a_number_that_was_rolled_back_is_given_out_again(panjin):
    with panjin.standing():
        lost = numbering.next_number(AT)
    with panjin.standing():
        assert numbering.next_number(AT) == lost


def test_a_busy_day_has_room(panjin):
    with panjin.standing():
        last = numbering.next_numbers(AT, 123_456)[-1]
        assert last == "20261122-123456"
        assert re.fullmatch(r"\d{8}-\d{5,}", last)


def test_a_hundred_at_once_get_a_hundred_numbers(panjin):
    given: list[str] = []
    app = panjin.app

    def take(count: int) -> None:
        with app.app_context():
            for _ in range(count):
                with within(panjin.city.schema, login="public"):
                    number = numbering.next_number(AT)
                    db.session.commit()
                    given.append(number)

    threads = [threading.Thread(target=take, args=(10,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [f"20261122-{count:05d}" for count in range(1, 101)]


PROCESS = """
import sys
from datetime import UTC, datetime
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from minxin import sessions
from minxin.cases import numbering
from minxin.extensions import db

engine = create_engine(sys.argv[1])
db.session = Session(engine)
for _ in range(20):
    db.session.connection().exec_driver_sql(
        sessions.Context("city_panjin", "city").settings()
    )
    print(numbering.next_number(datetime(2026, 11, 22, 3, tzinfo=UTC)))
    db.session.commit()
"""


def test_two_processes_give_out_one_row_of_numbers(panjin, settings):
    command = [sys.executable, "-c", PROCESS, settings.database_urls["city"]]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    given = [line for worker in workers for line in worker.communicate(timeout=60)[0].split()]
    assert sorted(given) == [f"20261122-{count:05d}" for count in range(1, 41)]
