"""Tonight's archive while it is looked through: rows on the disk, so that memory does not grow with the archive.

`found` holds each file as it lies there, `assigned` the same files with the calls that they belong to. Rules that
concern few files at once get those few as `ArchiveFile`s; what compares all of them is SQL, as in
`pipeline.nights.assigning`.
"""
# ruff: noqa: S608 - the names and conditions in statements are these files' own; every value is bound

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import Reason
from pipeline.nights.archive import ArchiveFile, is_leg, root_of, same_name, stem_of, text_rank, unsuffixed
from pipeline.records import Call
from pipeline.sources.preset import BY_PRESET, ParsedName
from pipeline.store.scratch import scratch

BATCH = 500
FACTS = tuple(ArchiveFile.__dataclass_fields__)
PROBLEM = FACTS.index("problem")
NAMES = ", ".join(FACTS)
SOUND = "sha256 IS NOT NULL AND problem IS NULL"
SCHEMA = (
    # `beside`: of a transcript that counts only if no recording lies beside it
    f"CREATE TABLE found ({NAMES}, stem, root, is_leg, beside, PRIMARY KEY (relative)) WITHOUT ROWID",
    f"CREATE TABLE assigned ({NAMES}, path, text_rank, PRIMARY KEY (relative)) WITHOUT ROWID",
    "CREATE TABLE calls (place INTEGER PRIMARY KEY, call_id, name, recording, rank, has_operator)",
    "CREATE TABLE told (relative PRIMARY KEY, parsed) WITHOUT ROWID",
    "CREATE TABLE had (content PRIMARY KEY, call_id) WITHOUT ROWID",
    "CREATE TABLE gone (relative PRIMARY KEY, joined) WITHOUT ROWID",
    "CREATE TABLE entries (call_id PRIMARY KEY, cells) WITHOUT ROWID",
)
_facts = attrgetter(*FACTS)


@dataclass(frozen=True, slots=True)
class ListedCall:
    """What the calls table tells of a call. `rank` is its begin in microseconds since 1970.

    `has_operator`: also where the name of the file told the call, which may not know who spoke.
    """

    call_id: str
    rank: int | None
    has_operator: bool


class Listing:
    """The tables of one night's archive. Batches may be changed while they are walked, since keys never are."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        for statement in SCHEMA:
            connection.execute(statement)

    def run(self, statement: str, *values: object) -> list[Any]:
        """Execute one statement; its rows, which must be few."""
        return list(self._connection.execute(statement, values))

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute one statement for each row."""
        self._connection.executemany(statement, rows)

    def each(self, statement: str) -> Iterator[Any]:
        """The rows of a query, read as they are wanted."""
        yield from self._connection.execute(statement)

    def enter(self, files: Iterable[ArchiveFile], *, beside: bool = False) -> None:
        """Add files as they were found. `beside`: what counts only if no recording lies beside it."""
        rows = (
            (*_facts(file), stem_of(file.relative), root_of(file.relative), is_leg(file.relative), beside)
            for file in files
        )
        self.run_many(f"INSERT INTO found VALUES ({_marks(len(FACTS) + 4)})", rows)

    def change(self, files: Iterable[ArchiveFile]) -> None:
        """Write what has become known of files that were found."""
        names = FACTS[1:]
        statement = f"UPDATE found SET {', '.join(f'{name} = ?' for name in names)} WHERE relative = ?"
        self.run_many(statement, ((*_facts(file)[1:], file.relative) for file in files))

    def assign(self, files: Iterable[ArchiveFile]) -> None:
        """Add files with the calls that they belong to."""
        rows = ((*_facts(file), unsuffixed(file.relative), text_rank(file.relative)) for file in files)
        self.run_many(f"INSERT INTO assigned VALUES ({_marks(len(FACTS) + 2)})", rows)

    def collect(self, table: str, query: str) -> None:
        """Keep the rows of a query as a table of this name, in the place of an earlier one."""
        self.run(f"DROP TABLE IF EXISTS {table}")
        self.run(f"CREATE TABLE {table} AS {query}")

    def count(self) -> int:
        """How many files were found."""
        number: int = self.run("SELECT count(*) FROM found")[0][0]
        return number

    def batches(self, table: Literal["found", "assigned"], where: str = "1") -> Iterator[list[ArchiveFile]]:
        """The files of which `where` holds, by path, some at a time."""
        last = ""
        query = f"SELECT {NAMES} FROM {table} WHERE relative > ? AND {where} ORDER BY relative LIMIT {BATCH}"
        while some := [_file(row) for row in self.run(query, last)]:
            last = some[-1].relative
            yield some

    def lone_texts(self) -> Iterator[list[ArchiveFile]]:
        """Transcripts that can be read and have no recording of their name beside them."""
        self.run("CREATE INDEX stems ON found (stem)")
        recording = "SELECT 1 FROM found other WHERE other.stem = found.stem AND NOT other.beside"
        yield from self.batches("found", f"beside AND problem IS NULL AND NOT EXISTS ({recording})")
        self.run("DROP INDEX stems")

    def keep(self, relatives: Iterable[str]) -> None:
        """Take these for files of the archive as they are, though they were entered as `beside`."""
        self.run_many("UPDATE found SET beside = 2 WHERE relative = ?", ((relative,) for relative in relatives))

    def forget_the_rest(self) -> None:
        """Drop what was entered as `beside` and not kept."""
        self.run("DELETE FROM found WHERE beside = 1")

    def leg_groups(self) -> Iterator[list[ArchiveFile]]:
        """The files that may be sides of one call: whatever shares a name of which a leg is there, name by name."""
        legs = f"SELECT root FROM found WHERE is_leg AND {SOUND}"
        rows = self.each(f"SELECT root, {NAMES} FROM found WHERE {SOUND} AND root IN ({legs}) ORDER BY root, relative")
        for _, some in groupby(rows, key=lambda row: row[0]):
            yield [_file(row[1:]) for row in some]

    def list_calls(self, calls: Iterable[Call]) -> None:
        """Enter the calls table; of two rows that name the same thing the later one counts."""
        rows = (
            (
                call.call_id,
                same_name(call.call_id),
                same_name(call.recording) if call.recording else None,
                rank_of(call.started_at) if call.started_at else None,
                call.operator_id is not None or call.extra.get(BY_PRESET) is not None,
            )
            for call in calls
        )
        self.run_many("INSERT INTO calls (call_id, name, recording, rank, has_operator) VALUES (?, ?, ?, ?, ?)", rows)
        self.run("CREATE INDEX call_names ON calls (name)")
        self.run("CREATE INDEX call_recordings ON calls (recording)")

    def names_recording(self, name: str) -> bool:
        """Whether a listed call says that this file is its recording."""
        return bool(self.run("SELECT 1 FROM calls WHERE recording = ? LIMIT 1", name))

    def calls_by(self, column: Literal["name", "recording"], names: Iterable[str]) -> dict[str, ListedCall]:
        """The listed calls of these names, as `same_name` gives them."""
        few = "SELECT value FROM json_each(?)"
        query = f"SELECT {column}, call_id, rank, has_operator FROM calls WHERE {column} IN ({few}) ORDER BY place"
        rows = self.run(query, json.dumps(list(names), ensure_ascii=False))
        return {name: ListedCall(call_id, rank, bool(known)) for name, call_id, rank, known in rows}

    def list_renamed(self, had: Mapping[str, str]) -> None:
        """Enter, by content, the calls that files had under other names."""
        self.run_many("INSERT OR REPLACE INTO had VALUES (?, ?)", had.items())

    def keep_renamed(self) -> bool:
        """Forget what other files tell now, and all but one content of each call; whether any is left."""
        self.run("DELETE FROM had WHERE call_id IN (SELECT call_id FROM assigned)")
        self.run("DELETE FROM had WHERE content NOT IN (SELECT min(content) FROM had GROUP BY call_id)")
        return bool(self.run("SELECT 1 FROM had LIMIT 1"))

    def calls_had(self, files: Iterable[ArchiveFile]) -> dict[str, str]:
        """The calls that renamed files had, by content."""
        contents = json.dumps([file.content for file in files if file.content])
        rows = self.run("SELECT content, call_id FROM had WHERE content IN (SELECT value FROM json_each(?))", contents)
        return dict(rows)

    def tell(self, told: Mapping[str, ParsedName]) -> None:
        """Enter what a preset read in names and in the files beside them, by path."""
        rows = ((relative, json.dumps(asdict(parsed), default=datetime.isoformat)) for relative, parsed in told.items())
        self.run_many("INSERT INTO told VALUES (?, ?)", rows)

    def told(self, files: Iterable[ArchiveFile]) -> dict[str, ParsedName]:
        """What a preset read, by path; nothing of a night without one."""
        names = json.dumps([file.relative for file in files])
        rows = self.run("SELECT relative, parsed FROM told WHERE relative IN (SELECT value FROM json_each(?))", names)
        return {relative: _parsed(**json.loads(parsed)) for relative, parsed in rows}


@contextmanager
def new_listing(folder: Path) -> Iterator[Listing]:
    """An empty listing, kept in a file of this folder while it is needed. Raises `NoSpace`."""
    with scratch(folder) as connection:
        yield Listing(connection)


def rank_of(began: datetime) -> int:
    """Microseconds since 1970."""
    return int(began.timestamp() * 1e6)


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def _file(row: Sequence[Any]) -> ArchiveFile:
    problem = Reason(row[PROBLEM]) if row[PROBLEM] else None
    return ArchiveFile(*row[:PROBLEM], problem, *row[PROBLEM + 1 :])  # type: ignore[call-arg]


def _parsed(fields: Mapping[str, str], started_at: str | None, problem: str | None) -> ParsedName:
    return ParsedName(fields, datetime.fromisoformat(started_at) if started_at else None, problem)
