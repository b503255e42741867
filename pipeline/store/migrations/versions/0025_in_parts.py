"""What a night counts and joins is written in parts under the night's number, and shown by its report."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id

revision = "0025"
down_revision = "0024"
CELLS = {
    "conversation_cells": ["dimension", "value", "month", "operator_id", "team"],
    "figure_cells": ["span", "dimension", "value"],
}
COUNTED_IN = "(SELECT run_id FROM reports WHERE report_id = (SELECT max(report_id) FROM kept_figures))"
JOINED_IN = "(SELECT run_id FROM reports ORDER BY report_id DESC LIMIT 1)"


def upgrade() -> None:
    """To this revision."""
    for table, key in CELLS.items():
        _add_run(table)
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.alter_column("run_id", existing_type=Id, nullable=False)
            batch.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            batch.create_primary_key(op.f(f"pk_{table}"), ["run_id", *key])
            batch.create_foreign_key(op.f(f"fk_{table}_run_id_runs"), "runs", ["run_id"], ["run_id"])
    _add_run("kept_figures")
    with op.batch_alter_table("kept_figures") as batch:
        batch.alter_column("run_id", existing_type=Id, nullable=False)
        batch.create_foreign_key(op.f("fk_kept_figures_run_id_runs"), "runs", ["run_id"], ["run_id"])
    with op.batch_alter_table("call_contracts") as batch:
        batch.drop_constraint(op.f("pk_call_contracts"), type_="primary")
        batch.create_primary_key(op.f("pk_call_contracts"), ["run_id", "call_id"])
    op.create_index(op.f("ix_call_contracts_call_id"), "call_contracts", ["call_id"])


def _add_run(table: str) -> None:
    op.add_column(table, sa.Column("run_id", Id, nullable=True))
    op.execute(f"UPDATE {table} SET run_id = {COUNTED_IN}")  # noqa: S608 - names of this file
    op.execute(f"DELETE FROM {table} WHERE run_id IS NULL")  # noqa: S608


def downgrade() -> None:
    """Back to the revision before: what is shown stays, what is half-written goes."""
    op.execute(f"DELETE FROM call_contracts WHERE run_id <> {JOINED_IN}")  # noqa: S608
    op.drop_index(op.f("ix_call_contracts_call_id"), table_name="call_contracts")
    with op.batch_alter_table("call_contracts") as batch:
        batch.drop_constraint(op.f("pk_call_contracts"), type_="primary")
        batch.create_primary_key(op.f("pk_call_contracts"), ["call_id"])
    for table, key in CELLS.items():
        op.execute(f"DELETE FROM {table} WHERE run_id NOT IN (SELECT run_id FROM kept_figures)")  # noqa: S608
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_run_id_runs"), type_="foreignkey")
            batch.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            batch.create_primary_key(op.f(f"pk_{table}"), key)
            batch.drop_column("run_id")
    with op.batch_alter_table("kept_figures") as batch:
        batch.drop_constraint(op.f("fk_kept_figures_run_id_runs"), type_="foreignkey")
        batch.drop_column("run_id")
