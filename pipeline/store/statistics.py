"""What PostgreSQL knows of its tables' sizes, by which it chooses how to read them."""

import sqlalchemy as sa

from pipeline.store.schema import metadata


def refresh_statistics(connection: sa.Connection) -> None:
    """Have PostgreSQL count the rows of its tables again; SQLite chooses by its indexes alone.

    The server counts by itself only now and then. Until then it takes what a night has just filled for a few rows, and
    goes through 100,000 files anew for each of 100,000 recordings. Rows are sampled: millions take about a second.
    A table that holds nothing yet is left out, for one that is known to be empty is read from end to end.
    """
    if connection.dialect.name == "sqlite":
        return
    filled = sa.text("SELECT relname FROM pg_class WHERE oid = to_regclass(relname) AND pg_relation_size(oid) > 0")
    held = set(connection.execute(filled).scalars())
    quote = connection.dialect.identifier_preparer.quote
    names = [quote(table.name) for table in metadata.sorted_tables if table.name in held]
    if names:
        connection.exec_driver_sql(f"ANALYZE {', '.join(names)}")
