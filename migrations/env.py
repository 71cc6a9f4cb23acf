"""Runs the revisions for one city: its schema is on the search path and holds its own version."""

from alembic import context

from minxin.audit import log
from minxin.background import Outbox
from minxin.cases import (
    appraising,
    cohandling,
    consulting,
    extensions,
    instructions,
    messages,
    models,
    pendings,
    promises,
    questions,
    reopening,
    returns,
    ruling,
    tags,
    tallies,
)
from minxin.comparison import models as comparison
from minxin.comparison import summaries
from minxin.documents import models as documents
from minxin.exchange import models as exchange
from minxin.extensions import Base
from minxin.notices import inbox
from minxin.people import absences, duty, duty_modes
from minxin.people import models as people
from minxin.supervision import ladder
from minxin.supervision import models as supervision

TABLES = (
    *(documents, ladder, supervision),
    *(Outbox, absences, appraising, cohandling, comparison, consulting, duty, duty_modes, exchange),
    *(extensions, inbox, instructions, messages, reopening),
    *(
        log,
        models,
        pendings,
        people,
        promises,
        questions,
        returns,
        ruling,
        summaries,
        tags,
        tallies,
    ),
)
"""Named so that autogenerate sees every table."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table_schema=context.config.attributes["schema"],
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
