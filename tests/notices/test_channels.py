"""The notice channel against a real HTTP server: what leaves the system, and how often."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from minxin import clock, reactions
from minxin.background import Outbox
from minxin.cases.asking import InstructionRequest
from minxin.cases.models import CaseEvent
from minxin.extensions import db
from minxin.notices import channels
from minxin.notices.inbox import Notice
from tests.cases.test_instructions import flag, instruct, request
from tests.cases.walking import Walk
from worker import jobs


class Service(ThreadingHTTPServer):
    """Somebody's webhook: keeps what it is sent and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.taken: list[dict[str, str]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/hook"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Service)
        self.server.taken.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    channels.use({})


@pytest.fixture
def asked(panjin) -> Walk:
    """A 请示件 whose event was reacted to: the channel's job is promised."""
    at = clock.now() - timedelta(minutes=5)
    item = Walk(panjin, at, subject="主管道爆裂", body="王小明，电话13812345678")
    request(flag(item, when=at), when=at, text="王小明家门口主管道爆裂，电话13812345678")
    with panjin.standing():
        query = select(CaseEvent.id).where(CaseEvent.name == "request_instruction")
        reactions.react(db.session.scalars(query).one(), at=clock.now())
        db.session.commit()
    return item


def run(panjin) -> Outbox:
    """Keep the promise, as a worker does; answers its row."""
    with panjin.standing():
        query = select(Outbox.id).where(Outbox.job == "notices.instruction_request")
        outbox_id = db.session.scalars(query.order_by(Outbox.id)).first()
    jobs.keep_promise(panjin.city.schema, outbox_id)
    with panjin.standing():
        row = db.session.get(Outbox, outbox_id)
        db.session.expunge(row)
        return row


def sent_at(panjin):
    with panjin.standing():
        return db.session.scalars(select(InstructionRequest.sent_at)).one()


def test_the_leader_is_told_by_number_and_without_personal_data_once(panjin, asked, service):
    channels.use({"": (service.address,)})
    for _ in range(3):
        assert run(panjin).done_at is not None
    (said,) = service.taken
    assert said["title"] == "重大紧急件请示"
    assert said["message"] == f"{asked.number} 重大紧急件已呈报请示，请登录民心网批示。"
    assert "13812345678" not in json.dumps(said)
    assert sent_at(panjin) is not None


def test_another_run_of_the_reaction_sends_nothing_more(panjin, asked, service):
    channels.use({"": (service.address,)})
    run(panjin)
    with panjin.standing():
        query = select(CaseEvent.id).where(CaseEvent.name == "request_instruction")
        reactions.react(db.session.scalars(query).one(), at=clock.now())
        db.session.commit()
        waiting = db.session.scalars(
            select(Outbox.id).where(
                Outbox.job == "notices.instruction_request", Outbox.done_at.is_(None)
            )
        ).all()
        assert len(waiting) == 1
    jobs.keep_promise(panjin.city.schema, waiting[0])
    assert len(service.taken) == 1


def test_a_city_has_its_own_services(panjin, asked, service):
    channels.use({"": ("json://127.0.0.1:9/",), "panjin": (service.address,)})
    run(panjin)
    assert len(service.taken) == 1


def test_a_service_that_fails_is_tried_again(panjin, asked, service):
    channels.use({"": (service.address,)})
    service.status = 503
    row = run(panjin)
    assert row.done_at is None
    assert row.error is not None
    assert service.address not in row.error
    assert sent_at(panjin) is None
    service.status = 200
    assert run(panjin).done_at is not None
    assert sent_at(panjin) is not None


def test_without_services_only_the_system_tells(panjin, asked, service):
    channels.use({})
    assert run(panjin).done_at is not None
    assert sent_at(panjin) is None
    with panjin.standing():
        notice = db.session.scalars(
            select(Notice).where(Notice.user_id == panjin.actor("qinchuan").user_id)
        ).one()
        assert notice.text == f"{asked.number} 重大紧急件请示，请批示"


def test_what_was_answered_meanwhile_is_not_announced(panjin, asked, service):
    channels.use({"": (service.address,)})
    instruct(asked, when=clock.now())
    assert run(panjin).done_at is not None
    assert service.taken == []
