"""The first tables: calls and their entries, handoffs, callbacks, wrap-ups, recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("line", sa.String(64)),
        sa.Column("direction", sa.String(64)),
        sa.Column("caller", sa.String(255)),
        sa.Column("called", sa.String(255)),
        sa.Column("carrier_id", sa.String(255)),
        sa.Column("offered_wall", sa.Double),
        sa.Column("answered_wall", sa.Double),
        sa.Column("ended_wall", sa.Double),
        sa.Column("outcome", sa.String(64)),
        sa.Column("ended_by", sa.String(64)),
        sa.Column("reason", sa.Text),
        sa.Column("seconds", sa.Double),
        sa.Column("frustration", sa.Double),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("erased_wall", sa.Double),
    )
    op.create_index("calls_by_time", "calls", ["offered_wall"])
    op.create_table(
        "entries",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("v", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.Integer, nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64)),
        sa.Column("why", sa.Text),
        sa.Column("agent", sa.String(64)),
        sa.Column("accepted_by", sa.String(64)),
        sa.Column("brief_version", sa.Integer),
        sa.Column("brief", sa.Text),
        sa.Column("first_ms", sa.Integer),
        sa.Column("bridged_ms", sa.Integer),
        sa.Column("over_ms", sa.Integer),
    )
    op.create_index("handoffs_by_call", "handoffs", ["call"])
    op.create_index("handoffs_by_agent", "handoffs", ["agent"])
    op.create_table(
        "callbacks",
        sa.Column("handoff", sa.String(64), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("brief_version", sa.Integer, nullable=False),
        sa.Column("due", sa.String(40)),
        sa.Column("agreed_wall", sa.Double, nullable=False),
        sa.Column("done_wall", sa.Double),
    )
    op.create_index("callbacks_open", "callbacks", ["done_wall", "agreed_wall"])
    op.create_table(
        "wrapups",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("disposition", sa.String(64), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("wall", sa.Double, nullable=False),
    )
    op.create_index("wrapups_by_agent", "wrapups", ["agent"])
    op.create_table(
        "recordings",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("started_wall", sa.Double, nullable=False),
    )
