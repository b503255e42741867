"""What PostgreSQL knows of its tables' sizes, by which it chooses how to read them."""

import sqlalchemy as sa

from pipeline.store.schema import metadata


def refresh_statistics(connection: sa.Connection, *tables: sa.Table) -> None:
    """Have PostgreSQL look at tables again (all, if none is named); SQLite chooses by its indexes alone.

    A table that was empty a minute ago counts as empty until the server looks at it by itself, which may be long after
    a night has filled it, or never: each claim of a first night then read the whole ledger (100,000 calls: 40,000
    rows a claim). Rows are sampled, so that it takes about a second for millions.
    """
    if connection.dialect.name == "sqlite":
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(table.name) for table in tables or metadata.sorted_tables)
    connection.exec_driver_sql(f"ANALYZE {names}")
