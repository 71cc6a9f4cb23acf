"""Rulings on returned cases and the returns themselves."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""
