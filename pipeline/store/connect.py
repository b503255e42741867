"""One store by one URL, SQLite or PostgreSQL: one writer at a time, readers that never wait for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import sqlalchemy as sa

from pipeline.errors import BadInput, KoukenError, Locked, NoSpace, NotAllowed, Updated
from pipeline.language import Text
from pipeline.store import audit, postgres, sqlite
from pipeline.store.unreachable import cannot_open
from pipeline.store.urls import parsed

Connection = sa.Connection  # the name by which the rest of the program knows an open transaction
BUSY_SECONDS = 30
TURN_SECONDS = 0.03  # SQLite looks again after 25 ms at most while it has waited less than 200


class Store:
    """Opens transactions; the functions of the other files of this package run inside them.

    Both databases give the same: a writing transaction holds the store's one writer's lock from its begin, so that
    reading first and writing later is safe; a reading transaction sees one moment of the store throughout.

    `revision`: the schema that this program knows. Where it is given, nothing is written into a store that has been
    migrated since it was opened.
    """

    revision: str | None = None

    def __init__(self, url: str) -> None:
        self.url = parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = sqlite.engine(self.url, BUSY_SECONDS) if self.is_sqlite else postgres.engine(self.url)

    @contextmanager
    def writing(self, patience_s: float | None = None) -> Iterator[sa.Connection]:
        """One writing transaction, committed at the end.

        Raises `Locked` if another writer holds on for more than `patience_s` (else `BUSY_SECONDS`), `NoSpace` if the
        disk is full, `Updated` if the schema is no longer `revision`; the store is then as it was before the
        transaction. What is `NotAllowed` is undone, too, and put on record.
        """
        seconds = BUSY_SECONDS if patience_s is None else patience_s
        writer = self.engine.execution_options(writes=True, patience_s=seconds)
        try:
            with self._in_words(seconds), writer.begin() as connection:
                if not self.is_sqlite:
                    postgres.take_the_pen(connection, seconds)
                if self.revision and _revision_of(connection) != self.revision:
                    raise _updated()
                yield connection
        except NotAllowed as refusal:
            with self.writing() as connection:
                attempted = f"{refusal.action}_refused"
                audit.record(connection, refusal.actor, attempted, refusal.object, refusal.details)
            raise

    @contextmanager
    def writing_in_turn(self) -> Iterator[sa.Connection]:
        """One of many short writing transactions in a row: after it, whoever waits to write gets a turn.

        PostgreSQL keeps a queue. On SQLite those who wait look again and again, and would hardly ever find it free.
        """
        with self.writing() as connection:
            yield connection
        if self.is_sqlite:
            time.sleep(TURN_SECONDS)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view; it sees no half-written night and keeps no writer waiting.

        Raises `Locked`, and `Updated` where a statement failed because the schema is no longer `revision`.
        """
        with self._in_words(), self.engine.connect() as connection:
            if not self.is_sqlite:
                postgres.only_look(connection)
            yield connection

    def hold(self, run_id: int) -> Callable[[], None]:
        """Tell other nights that this one lives, until the process ends or the function given back is called.

        On SQLite the lock of `pipeline.nights.lock` does that: a second night does not begin.
        """
        return (lambda: None) if self.is_sqlite else postgres.hold(self.engine, run_id)

    def is_held(self, run_id: int) -> bool:
        """Whether the process of another night still has its session; on SQLite only one night runs at a time."""
        return not self.is_sqlite and postgres.is_held(self.engine, run_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def _in_words(self, waited_s: float = BUSY_SECONDS) -> Iterator[None]:
        """What the database cannot do, as an error for a person; anything else is a fault of the program."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            trouble = (sqlite if self.is_sqlite else postgres).trouble_of(error)
            match trouble:
                case "busy":
                    raise _busy(self._holder(), waited_s) from None
                case "full":
                    raise no_space(str(self.url.database)) from None
                case "unreachable" | "broken":
                    raise cannot_open(self.url, error) from None
                case "unstorable":
                    raise _unstorable() from None
                case "forbidden":
                    raise _forbidden(self.url.username) from None
                case None if self._is_updated():
                    raise _updated() from None
                case None:
                    raise

    def _is_updated(self) -> bool:
        if self.revision is None:
            return False
        with self.engine.connect() as connection:
            return _revision_of(connection) != self.revision

    def _holder(self) -> str:
        """Who writes, as far as this machine or the server can tell."""
        return sqlite.holder(self.url) if self.is_sqlite else postgres.holder(self.engine)


def _revision_of(connection: Connection) -> str | None:
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _updated() -> Updated:
    return Updated(
        Text(
            "データベースがほかの版の形に変わったため、この版は何も書きません。",
            "The database has been brought to another version's schema: this version writes nothing more.",
        ),
        remedy=Text("新しい版で起動し直してください。", "Start again with the new version."),
    )


def _unstorable() -> BadInput:
    return BadInput(
        Text(
            "文字でないもの(NUL)が入っています。入れ直してください。",
            "There is something in it that is no character (NUL). Enter it again.",
        )
    )


def _forbidden(role: str | None) -> KoukenError:
    return KoukenError(
        Text(
            f"データベースの役割 {role or '?'} には、この操作の権限がありません。何も変更していません。",
            f"The database role {role or '?'} has no right to do this. Nothing was changed.",
        ),
        remedy=Text(
            "表の形を変える操作(kouken migrate、restore、bi grant)は、表の持ち主の URL でだけできます。"
            "ふだんの役割の権限は、持ち主の URL で kouken migrate --grant 役割 が付けます。",
            "What changes the tables (kouken migrate, restore, bi grant) needs the URL of their owner. "
            "With that URL kouken migrate --grant ROLE gives a role what it needs day by day.",
        ),
    )


def no_space(place: str) -> NoSpace:
    """The one message of a full disk."""
    return NoSpace(
        Text(
            f"ディスクがいっぱいで書き込めません({place})。終わった分は保存してあります。",
            f"The disk is full ({place}). What was finished is kept.",
        ),
        remedy=Text(
            "空きを作って、もう一度実行してください。続きから進みます。", "Free some space and run again: it goes on."
        ),
    )


def _busy(holder: str, waited_s: float) -> Locked:
    return Locked(
        Text(
            f"ほかの処理({holder})が書き込み中のため、{waited_s:g} 秒待っても進めませんでした。",
            f"Another process ({holder}) was writing for more than {waited_s:g} seconds.",
        ),
        remedy=Text("その処理が終わってから、もう一度実行してください。", "Run again when it has finished."),
    )
