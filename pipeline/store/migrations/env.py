"""Alembic runs inside the transaction that `pipeline.store.migrate` opened; the views stand aside meanwhile."""

from alembic import context

from pipeline.store import bi
from pipeline.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
bi.drop(connection)
context.run_migrations()
if set(context.get_context().get_current_heads()) == set(context.script.get_heads()):
    bi.create(connection)
