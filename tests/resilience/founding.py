"""`python -m tests.resilience.founding`: found the city of these tests on servers of their own.

A process for itself: an application is bound to one PostgreSQL and one Valkey, and this one's will
be killed. Prints the numbers of the cases that 赵阳 has in hand.
"""

from __future__ import annotations

import json

from sqlalchemy import create_engine

from minxin import clock, create_app
from minxin.cases import starter
from minxin.config import from_environment
from minxin.demonstration import people
from minxin.extensions import db
from minxin.tenancy import founding, logins
from minxin.tenancy.context import within
from tests.conftest import _cast
from tests.web.workbench import stages

IN_HAND = 4


def main() -> None:
    settings = from_environment()
    owner = create_engine(settings.database_urls["owner"])
    logins.prepare(owner, settings.database_urls)
    app = create_app(settings)
    founding.found(owner, "panjin", "盘锦市", "panjin.test")
    owner.dispose()
    with app.app_context():
        with within("city_panjin", login="city"):
            starter.fill(clock.now())
            people.settle()
            db.session.commit()
        cast = _cast(app, "panjin")
        print(json.dumps([stages.at_stage(cast, "accepted") for _ in range(IN_HAND)]))


if __name__ == "__main__":
    main()
