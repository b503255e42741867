"""More of the same calls, for measurements alone: what a night leaves of a few thousand calls, once more for others.

Analysing fifty thousand calls takes the better part of an hour even where the recogniser only pretends; copying the
rows of two thousand takes a minute, and queries meet as many rows as they would otherwise.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from pipeline.store.schema import (
    call_facts,
    call_forms,
    call_scores,
    ledger,
    masked_ranges,
    moments,
    search_grams,
    search_texts,
    taggings,
    tags,
    transcripts,
    utterances,
)
from pipeline.store.search_index import BLOCK, numbers_of, packed

COPIED = (transcripts, utterances, call_forms, masked_ranges, taggings, tags, moments, call_scores, call_facts,
          search_texts)  # fmt: skip
NUMBERS = ("recording_id", "transcript_id", "tagging_id")


def multiply(connection: sa.Connection, calls: int, times: int) -> None:
    """Give recording `calls * n + i` what recording `i` has, for every `n` below `times`.

    The recordings 1 to `calls` must be the only ones that are analysed, each once, and the others must be known.
    """
    analysed = connection.execute(sa.select(sa.func.count(), sa.func.max(transcripts.c.recording_id))).one()
    assert tuple(analysed) == (calls, calls)
    assert connection.execute(sa.select(sa.func.max(transcripts.c.transcript_id))).scalar_one() == calls
    assert connection.execute(sa.select(sa.func.max(taggings.c.tagging_id))).scalar_one() == calls
    for time in range(1, times):
        for table in COPIED:
            _copy(connection, table, calls * time, calls)
        _copy(connection, ledger, calls * time, calls, ledger.c.stage == "tag")
    done = {"state": "done", "updated_at": datetime.now(UTC)}
    connection.execute(sa.update(ledger).where(ledger.c.state == "waiting").values(done))
    _spread(connection, calls, times)


def _copy(connection: sa.Connection, table: sa.Table, step: int, calls: int, *only: sa.ColumnElement[bool]) -> None:
    """The rows of the first calls again, with their numbers moved on."""
    number = next(table.c[name] for name in NUMBERS if name in table.c)
    moved = [column + step if column.name in NUMBERS else column for column in table.c]
    rows = sa.select(*moved).where(number <= calls, *only)
    connection.execute(sa.insert(table).from_select([column.name for column in table.c], rows))


def _spread(connection: sa.Connection, calls: int, times: int) -> None:
    """The index of what was said, for the copies too."""
    held = connection.execute(sa.select(search_grams).where(search_grams.c.block == 0)).all()
    connection.execute(sa.delete(search_grams))
    rows = [row for gram in held for row in _blocks(gram.gram, numbers_of(gram.members), calls, times)]
    connection.execute(sa.insert(search_grams), rows)


def _blocks(gram: str, numbers: "np.ndarray[Any, Any]", calls: int, times: int) -> Iterator[dict[str, Any]]:
    every = (calls * np.arange(times)[:, None] + numbers).ravel()
    for block in np.unique(every // BLOCK):
        yield {"gram": gram, "block": int(block), "members": packed(every[every // BLOCK == block] % BLOCK)}
