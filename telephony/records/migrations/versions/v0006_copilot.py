"""What the co-pilot showed agents, and what they made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copilot_shown",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("article", sa.String(64), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("sure", sa.Double, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
    )
    op.create_index("copilot_shown_by_wall", "copilot_shown", ["wall"])
