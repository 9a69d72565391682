"""How often a promised call back was tried, when it may be tried again, and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("callbacks", sa.Column("next_wall", sa.Double))
    op.add_column("callbacks", sa.Column("outcome", sa.String(64)))
