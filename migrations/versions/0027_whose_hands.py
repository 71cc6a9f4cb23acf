"""For which leader a request waits, who wrote a draft last, and an index of stopped answers."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ASKED = (("instruction_requests", "instruction"), ("instructions", "reading"))


def upgrade() -> None:
    """What waits for a leader waits for that one, not for every leader of the city."""
    op.add_column("papers", sa.Column("edited_by_id", sa.BigInteger(), nullable=True))
    op.add_column("pendings", sa.Column("user_id", sa.BigInteger(), nullable=True))
    op.drop_column("supervisions", "late")
    op.create_index(
        "ix_clocks_stopped_answers",
        "clocks",
        ["stopped_at"],
        postgresql_where=sa.text(
            "rule_key IN ('message', 'supervision', 'supervision2', 'supervision3', "
            "'supervision_again')"
        ),
    )
    for table in ("pendings", *(table for table, _ in ASKED)):  # the owner is under the wall too
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, what in ASKED:
        op.execute(
            f"UPDATE pendings SET user_id = asked.leader_id FROM {table} AS asked "
            f"WHERE pendings.what = '{what}' AND asked.id = pendings.subject_id"
        )
    for table in ("pendings", *(table for table, _ in ASKED)):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
