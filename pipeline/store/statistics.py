"""What PostgreSQL knows of its tables' sizes, by which it chooses how to read them."""

from pipeline.store.connect import Store
from pipeline.store.schema import metadata


def refresh_statistics(store: Store) -> None:
    """Have PostgreSQL look at the tables again; SQLite chooses by its indexes alone.

    A table that was empty a minute ago counts as empty until the server looks at it by itself, which may be long after
    a night has filled it, or never: each claim of a first night then read the whole ledger (100,000 calls: 40,000
    rows a claim). Rows are sampled, so that it takes about a second for millions. Raises `Locked` like any writing.
    """
    if store.is_sqlite:
        return
    quote = store.engine.dialect.identifier_preparer.quote
    names = ", ".join(quote(table.name) for table in metadata.sorted_tables)
    with store.writing() as connection:
        connection.exec_driver_sql(f"ANALYZE {names}")
