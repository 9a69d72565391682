"""A caller's earlier calls are looked up by their number while they ring: not by reading every call there ever was."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("calls_by_caller", "calls", ["caller", "offered_wall"])
    op.create_index("calls_by_called", "calls", ["called", "offered_wall"])
