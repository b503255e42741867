"""Roles of PostgreSQL that do not own the tables: each may do what its work needs, and nothing to their shape.

A role that is not there is made without the right to sign in: whoever runs the server gives it that and a password.
"""

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text

ROWS = "SELECT, INSERT, UPDATE, DELETE"
MAINTAIN_SINCE = 170_000  # PostgreSQL 17: the right to ANALYZE; before, the server alone counts rows, now and then


def made(connection: sa.Connection, role: str) -> str:
    """The role as SQL names it, made if missing. Raises `BadInput` on SQLite."""
    if connection.dialect.name != "postgresql":
        raise BadInput(
            Text("SQLite には役割がありません。", "SQLite has no roles."),
            remedy=Text(
                "ファイルの権限で分けるか、kouken export parquet を使ってください。",
                "Use the file's permissions, or kouken export parquet.",
            ),
        )
    name = connection.dialect.identifier_preparer.quote(role)
    known = connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if not known:
        connection.exec_driver_sql(f"CREATE ROLE {name} NOLOGIN")
    return name


def database_of(connection: sa.Connection) -> str:
    """The database of this connection as SQL names it."""
    return connection.dialect.identifier_preparer.quote(str(connection.engine.url.database))


def let_work(connection: sa.Connection, role: str) -> None:
    """Let a role do everything that a night, the pages and the commands do with rows, now and after every migration
    by the role of this connection; of the audit log it may read and append, of the schema's version read.

    Raises `BadInput` on SQLite, and for a role that could change the tables all the same.
    """
    name = made(connection, role)
    if owns_tables(connection, role):
        raise BadInput(
            Text(
                f"{role} は表の持ち主(かその一員か、サーバーの管理者)なので、形を変える権限を除けません。",
                f"{role} owns the tables (or belongs to who does, or runs the server): it could change them anyway.",
            ),
            remedy=Text("別の名前の役割を書いてください。", "Name another role."),
        )
    database = database_of(connection)
    rows = ROWS + ", MAINTAIN" * may_be_let_maintain(connection)
    for statement in (
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {name}",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE ON audit FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {name}",
    ):
        connection.exec_driver_sql(statement)


def may_be_let_maintain(connection: sa.Connection) -> bool:
    """Whether the server knows the right to count the rows of somebody else's table."""
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) >= MAINTAIN_SINCE


def owns_tables(connection: sa.Connection, role: str | None = None) -> bool:
    """Whether a role, else that of this connection, may change the tables; whoever has a file of SQLite may."""
    if connection.dialect.name != "postgresql":
        return True
    query = "SELECT pg_has_role(coalesce(:role, current_user), relowner, 'MEMBER') FROM pg_class"
    owned = sa.text(f"{query} WHERE oid = to_regclass('audit')")
    return bool(connection.execute(owned, {"role": role}).scalar_one())
