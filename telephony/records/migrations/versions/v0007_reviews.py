"""What reviewers marked, what is to be learned from it, and every step on the way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_marks",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("judgement", sa.String(64), primary_key=True),
        sa.Column("reviewer", sa.String(64), primary_key=True),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
    )
    op.create_table(
        "reviewed_calls",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("reviewer", sa.String(64), primary_key=True),
        sa.Column("wall", sa.Double, nullable=False),
    )
    op.create_table(
        "review_changes",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("standing", sa.String(64), nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("review_changes_by_call", "review_changes", ["call"])
    op.create_table(
        "review_steps",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("change", sa.String(128), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("standing", sa.String(64), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
        sa.Column("version", sa.Integer),
    )
    op.create_index("review_steps_by_change", "review_steps", ["change"])
