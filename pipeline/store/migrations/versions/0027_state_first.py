"""What waits is found by its state first.

An index that begins with stage and version looked as good as the key to a PostgreSQL that had never counted the rows of
the ledger: it read all of a first night's rows at every claim.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
BEFORE = ["stage", "version", "state", "attempts", "rank"]
AFTER = ["state", "stage", "version", "attempts", "rank"]


def upgrade() -> None:
    """To this revision."""
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    """Back to the revision before."""
    _replace(AFTER, BEFORE)


def _replace(old: list[str], new: list[str]) -> None:
    op.drop_index(op.f(f"ix_ledger_{'_'.join(old)}"), table_name="ledger")
    op.create_index(op.f(f"ix_ledger_{'_'.join(new)}"), "ledger", new)
