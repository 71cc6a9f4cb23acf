"""An Excel import as the worker runs it: rows/s of `importing.run`: `python -m bench.imports`.

The workbook is made up, with texts as long as those of a real one: a subject of some twenty
characters, an appeal of two to three hundred, half of the rows with the answer of before.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import openpyxl
from flask import Flask
from sqlalchemy import func, select

from bench import shapes
from bench.city import temporary_folder
from bench.load import READER, SCHEMA, found
from minxin import clock, create_app, embedded
from minxin.access import signin
from minxin.cases import importing
from minxin.cases.models import Case
from minxin.clock import SHANGHAI
from minxin.config import from_environment
from minxin.extensions import db
from minxin.people.models import User
from minxin.people.roles import Role
from minxin.tenancy.context import within
from minxin.workbooks.mapping import Field

HEADS = (
    "留言编号",
    "留言用户",
    "联系电话",
    "留言主题",
    "留言时间",
    "留言详情",
    "答复意见",
    "答复时间",
)
SENTENCES = (
    "该问题已经持续三个多月，给周边居民的出行和生活带来很大不便。",
    "我们多次向物业和社区反映，得到的答复都是正在协调，一直没有结果。",
    "尤其是夜间和雨雪天气，老人和孩子经过这里十分危险。",
    "恳请有关部门到现场核实情况，明确责任单位和解决时限。",
    "如果暂时不能解决，也请说明原因，并采取临时的安全措施。",
    "同一条街上的其他小区去年已经处理，希望一视同仁。",
)
ANSWER = "您好，您反映的问题已收悉。经核实，相关部门已安排人员到现场处理，感谢您的关注和监督。"


def main() -> None:
    """Make a workbook, import it, and say how fast."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=5_000)
    given = arguments.parse_args()
    with temporary_folder() as folder:
        settings = from_environment({"MINXIN_DATA": str(folder)})
        servers = embedded.start(folder)
        try:
            found(settings)
            seconds = _imported(create_app(settings), workbook(given.rows))
        finally:
            servers.stop()
    print(f"{given.rows:,} rows in {seconds:.1f} s: {given.rows / seconds:.0f} rows/s")


def workbook(rows: int) -> bytes:
    """So many different appeals as Excel keeps them; the same ones in every run."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(HEADS))
    for row in _rows(rows, random.Random(20261122)):
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _rows(rows: int, rng: random.Random) -> Iterator[list[str]]:
    first = datetime(2026, 1, 5, 8, 0, tzinfo=SHANGHAI)
    for number in range(rows):
        subject = f"{rng.choice(shapes.PLACES)}{number}号楼{rng.choice(shapes.THINGS)}"
        subject += rng.choice(shapes.TROUBLES)
        at = first + timedelta(minutes=61 * number % 400_000)
        body = f"{subject}。" + "".join(rng.choices(SENTENCES, k=rng.randint(5, 9)))
        answered = (ANSWER, f"{at + timedelta(days=6):%Y-%m-%d %H:%M}") if number % 2 else ("", "")
        yield [
            f"L{number:06d}", "王小明", f"139{number:08d}", subject, f"{at:%Y-%m-%d %H:%M}", body,
            *answered,
        ]  # fmt: skip


def _imported(app: Flask, book: bytes) -> float:
    """Seconds from the worker's first look at the import to its end."""
    store, at = app.extensions["store"], clock.now()
    with app.app_context(), within(SCHEMA, login="city"):
        clerk = select(User).where(User.username == READER, User.role == Role.OFFICE_CLERK)
        by = signin.actor(db.session.scalars(clerk).one())
        batch = importing.receive(
            "测速.xlsx", book, source="import", store=store, by=by, at=at, scan=None
        )
        db.session.commit()
        importing.begin(batch.id, {Field(name): at for name, at in batch.mapping.items()})
        db.session.commit()
        batch_id = batch.id
        started = time.perf_counter()
        for _ in importing.run(batch_id, store=store):
            db.session.commit()
        seconds = time.perf_counter() - started
        if db.session.scalar(select(func.count(Case.id))) != batch.made or batch.failed:
            raise SystemExit(f"{batch.failed} rows failed: {batch.message}")
    return seconds


if __name__ == "__main__":
    main()
