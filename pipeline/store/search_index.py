"""The index behind text search: for every character and pair of neighbours, the transcripts that hold it.

Transcripts are numbered; a block of `BLOCK` numbers is one row per gram, as a sorted list of two-byte numbers or, where
that is shorter, as one bit for each. A term of one or two characters is answered by its row; of a longer one the pairs
leave few transcripts, in whose spelt text the term is then looked for. Everything goes again when a call is erased.

Many transcripts change nearly every row. So what was known of them is marked as leaving and taken out of the rows some
at a time, each in a transaction of its own; then their texts are kept, marked as unfinished, and put into the rows in
the same way. Nobody waits long for the writer, and an erasure in between finds every trace: the text that led to the
rows is there until none of them holds it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from pipeline.search.spelling import SPELLING, grams_needed, grams_of, spelled
from pipeline.store.schema import search_grams, search_texts, transcripts, utterances

BLOCK = 1 << 14
AT_ONCE = 2_000  # grams in one statement, and in one portion
UNFINISHED = ""  # in place of the spelling of transcripts that are being put into the rows
LEAVING = "-"  # … that are being taken out of them
MOST_LISTED = BLOCK // 16  # as many two-byte numbers are as long as one bit for each of the block
Numbers = NDArray[np.int64]

_Held = Mapping[str, Sequence[int]]  # numbers within a block, by gram


@dataclass(frozen=True, slots=True)
class Portion:
    """Grams of a block with the transcripts, as numbers within it, that are to be found by them, or no longer.

    `state`: `UNFINISHED` where they come in, `LEAVING` where they go.
    """

    block: int
    held: _Held
    state: str


def unindexed(connection: sa.Connection, limit: int) -> list[int]:
    """Transcripts that the index does not hold in today's spelling, oldest first."""
    query = sa.select(transcripts.c.transcript_id).where(_is_missing())
    return list(connection.execute(query.order_by(transcripts.c.transcript_id).limit(limit)).scalars())


def count_unindexed(connection: sa.Connection) -> int:
    """How many transcripts there are of those."""
    return connection.execute(sa.select(sa.func.count(transcripts.c.transcript_id)).where(_is_missing())).scalar_one()


def leave(connection: sa.Connection, transcript_ids: Sequence[int]) -> list[Portion]:
    """What is known of these is to go; it is gone after `change` of every portion, and `begin`."""
    texts = spelt_texts(connection, transcript_ids)
    _mark(connection, search_texts.c.transcript_id.in_(transcript_ids), LEAVING)
    return _portions(texts, LEAVING)


def begin(connection: sa.Connection, transcript_ids: Sequence[int]) -> list[Portion]:
    """Keep what was said in these; they are findable after `change` of every portion, and `finish`.

    What was known of them has left the rows before.
    """
    connection.execute(sa.delete(search_texts).where(search_texts.c.transcript_id.in_(transcript_ids)))
    texts = _spelt(connection, transcript_ids)
    rows = [{"transcript_id": key, "spelling": UNFINISHED, "text": text} for key, text in texts.items()]
    if rows:
        connection.execute(sa.insert(search_texts), rows)
    return _portions(texts, UNFINISHED)


def change(connection: sa.Connection, portion: Portion) -> None:
    """One portion; what was erased since is left out, and what another night takes out or put in again meanwhile.

    What another night has finished still comes in: it may have finished what this one began.
    """
    numbers = set().union(*portion.held.values())
    there = search_texts.c.transcript_id.in_(portion.block * BLOCK + number for number in numbers)
    leaves = search_texts.c.spelling == LEAVING
    goes = portion.state == LEAVING
    query = sa.select(search_texts.c.transcript_id).where(there, leaves if goes else ~leaves)
    left = {key % BLOCK for key in connection.execute(query).scalars()}
    held = portion.held
    if left != numbers:
        held = {gram: kept for gram, of in held.items() if (kept := [number for number in of if number in left])}
    _change(connection, portion.block, held, to=not goes)


def finish(connection: sa.Connection, transcript_ids: Sequence[int]) -> None:
    """Every portion came in."""
    these = search_texts.c.transcript_id.in_(transcript_ids)
    _mark(connection, these & (search_texts.c.spelling == UNFINISHED), SPELLING)


def forget(connection: sa.Connection, transcript_ids: Collection[int]) -> None:
    """Take these transcripts out of the index, with every trace of their words."""
    for block, held in _by_block(spelt_texts(connection, transcript_ids)).items():
        _change(connection, block, held, to=False)
    connection.execute(sa.delete(search_texts).where(search_texts.c.transcript_id.in_(transcript_ids)))


def holding(connection: sa.Connection, terms: Iterable[str]) -> Numbers:
    """The transcripts, in order, that may hold all the terms; of terms up to two characters, that do."""
    needed = set().union(*(grams_needed(term) for term in terms))
    found: dict[int, list[NDArray[np.bool_]]] = defaultdict(list)
    for row in connection.execute(sa.select(search_grams).where(search_grams.c.gram.in_(needed))):
        found[row.block].append(_flags(row.members))
    blocks = [
        block * BLOCK + np.flatnonzero(np.logical_and.reduce(flags))
        for block, flags in sorted(found.items())
        if len(flags) == len(needed)
    ]
    return np.concatenate(blocks) if blocks else np.empty(0, np.int64)


def spelt_texts(connection: sa.Connection, transcript_ids: Collection[int]) -> dict[int, str]:
    """The spelt text of transcripts, a line for each utterance."""
    query = sa.select(search_texts.c.transcript_id, search_texts.c.text).where(
        search_texts.c.transcript_id.in_(transcript_ids)
    )
    return {row.transcript_id: row.text for row in connection.execute(query)}


def _is_missing() -> sa.ColumnElement[bool]:
    held = (search_texts.c.transcript_id == transcripts.c.transcript_id) & (search_texts.c.spelling == SPELLING)
    return ~sa.exists().where(held)


def _mark(connection: sa.Connection, these: sa.ColumnElement[bool], state: str) -> None:
    connection.execute(sa.update(search_texts).where(these).values(spelling=state))


def _spelt(connection: sa.Connection, transcript_ids: Sequence[int]) -> dict[int, str]:
    """Those that are still there, some of them without a word."""
    there = sa.select(transcripts.c.transcript_id).where(transcripts.c.transcript_id.in_(transcript_ids))
    lines: dict[int, list[str]] = {key: [] for key in connection.execute(there).scalars()}
    query = sa.select(utterances.c.transcript_id, utterances.c.text).where(utterances.c.transcript_id.in_(lines))
    for row in connection.execute(query.order_by(utterances.c.transcript_id, utterances.c.position)):
        lines[row.transcript_id].append(spelled(row.text).text)
    return {key: "\n".join(said) for key, said in lines.items()}


def _by_block(texts: Mapping[int, str]) -> dict[int, _Held]:
    blocks: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for key in sorted(texts):
        held = blocks[key // BLOCK]
        for gram in grams_of(texts[key]):
            held[gram].append(key % BLOCK)
    return dict(blocks)


def _portions(texts: Mapping[int, str], state: str) -> list[Portion]:
    return [
        Portion(block, {gram: held[gram] for gram in grams}, state)
        for block, held in _by_block(texts).items()
        for grams in _in_portions(held)
    ]


def _in_portions(held: _Held) -> list[list[str]]:
    grams = sorted(held)
    return [grams[start : start + AT_ONCE] for start in range(0, len(grams), AT_ONCE)]


def _change(connection: sa.Connection, block: int, held: _Held, *, to: bool) -> None:
    """Whether the rows of these grams hold these numbers."""
    for some in _in_portions(held):
        chosen = (search_grams.c.block == block) & search_grams.c.gram.in_(some)
        known = {row.gram: row.members for row in connection.execute(sa.select(search_grams).where(chosen))}
        after = {gram: _set(known.get(gram, b""), held[gram], to) for gram in some}
        _write(connection, block, after, known.keys())


def _set(members: bytes, numbers: Sequence[int], to: bool) -> bytes:
    flags = _flags(members)
    flags[numbers] = to
    return _packed(flags)


def _write(connection: sa.Connection, block: int, after: Mapping[str, bytes], known: Collection[str]) -> None:
    """A gram that no transcript of the block holds has no row."""
    new = [{"gram": gram, "block": block, "members": now} for gram, now in after.items() if now and gram not in known]
    left = [{"of": gram, "now": now} for gram, now in after.items() if now and gram in known]
    gone = [gram for gram, now in after.items() if not now and gram in known]
    if new:
        connection.execute(sa.insert(search_grams), new)
    if left:
        one = (search_grams.c.gram == sa.bindparam("of")) & (search_grams.c.block == block)
        connection.execute(sa.update(search_grams).where(one).values(members=sa.bindparam("now")), left)
    if gone:
        connection.execute(sa.delete(search_grams).where(search_grams.c.block == block, search_grams.c.gram.in_(gone)))


def packed(numbers: Numbers) -> bytes:
    """The members of a row: places within a block."""
    flags = np.zeros(BLOCK, np.bool_)
    flags[numbers] = True
    return _packed(flags)


def _packed(flags: NDArray[np.bool_]) -> bytes:
    if np.count_nonzero(flags) >= MOST_LISTED:
        return np.packbits(flags).tobytes()
    return np.flatnonzero(flags).astype("<u2").tobytes()


def _flags(members: bytes) -> NDArray[np.bool_]:
    if len(members) == BLOCK // 8:
        return np.unpackbits(np.frombuffer(members, np.uint8)).astype(np.bool_)
    flags = np.zeros(BLOCK, np.bool_)
    flags[np.frombuffer(members, "<u2")] = True
    return flags


def numbers_of(members: bytes) -> Numbers:
    """What `packed` was given, in order."""
    return np.flatnonzero(_flags(members))
