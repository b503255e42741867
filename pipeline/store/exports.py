"""What is stored, as typed frames in batches: the user's tables and, pinned to one night, its results."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import sqlalchemy as sa

from models.scoring import CATEGORIES, REACTIONS
from pipeline.store import tables
from pipeline.store.pages import Pins
from pipeline.store.schema import (
    call_contracts,
    call_scores,
    moments,
    recordings,
    taggings,
    tags,
    transcripts,
    utterances,
)
from pipeline.store.scores import counted
from pipeline.store.shown import joined_in

BATCH = 20_000
INPUTS = ("calls", "contracts", "outcomes", "customer_snapshots")
RESULTS = ("joins", "scores", "moments", "tags")
WORDS = "utterances"
_PHONE = ("phone", "phone_last4")

Frames = Iterator[pd.DataFrame]


def each_frame(connection: sa.Connection, name: str, pins: Pins | None) -> Frames:
    """The rows of one exported table, in batches with the same columns and dtypes; at least one frame, perhaps empty.

    `pins`: the night whose results they are; without one the results are empty. Phone numbers are left out, hashed ones
    too. `utterances` holds what was said, masked as it was stored.
    """
    if name in INPUTS:
        loads = tables.current_loads(connection)
        yield tables.read_table(connection, name, loads.get(name)).drop(columns=list(_PHONE), errors="ignore")
        return
    query, shape = _RESULTS[name](pins)
    dtypes = {column.name: tables.dtype_of(column) for column in query.selected_columns}
    empty = pd.DataFrame(columns=list(dtypes)).astype(dtypes)
    yield shape(empty)
    for rows in connection.execute(query.execution_options(yield_per=BATCH)).partitions():
        yield shape(pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes))


def _of_night(pins: Pins | None) -> sa.Select[Any]:
    """call_id and tagging_id of every recording that the night counted."""
    held: list[sa.ColumnElement[bool]] = [sa.false()]
    if pins is not None:
        held = [
            transcripts.c.speech_version == pins.speech,
            taggings.c.tagging_version == pins.tagging.version,
            counted(pins.run_id),
        ]
    return (
        sa.select(recordings.c.call_id, recordings.c.recording_id)
        .select_from(recordings)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .where(*held)
        .order_by(recordings.c.call_id, recordings.c.recording_id)
    )


Shape = Callable[[pd.DataFrame], pd.DataFrame]


def _joins(pins: Pins | None) -> tuple[sa.Select[Any], Shape]:
    columns = [column for column in call_contracts.columns if column.name != "run_id"]
    held = call_contracts.c.run_id == joined_in() if pins else sa.false()
    return sa.select(*columns).where(held).order_by(call_contracts.c.call_id), _as_it_is


def _scores(pins: Pins | None) -> tuple[sa.Select[Any], Shape]:
    query = _of_night(pins).join(call_scores, call_scores.c.tagging_id == taggings.c.tagging_id)
    query = query.where(call_scores.c.formula_version == (pins.formula if pins else ""))
    columns = ("formula_version", "operator_speech_ms", "figures")
    return query.add_columns(*(call_scores.c[name] for name in columns)), _with_counts


def _moments(pins: Pins | None) -> tuple[sa.Select[Any], Shape]:
    query = _of_night(pins).join(moments, moments.c.tagging_id == taggings.c.tagging_id)
    columns = [column for column in moments.columns if column.name != "tagging_id"]
    return query.add_columns(*columns).order_by(moments.c.position), _with_json("reasons")


def _tags(pins: Pins | None) -> tuple[sa.Select[Any], Shape]:
    query = _of_night(pins).join(tags, tags.c.tagging_id == taggings.c.tagging_id)
    columns = [column for column in tags.columns if column.name != "tagging_id"]
    return query.add_columns(*columns).order_by(tags.c.position), _as_it_is


def _utterances(pins: Pins | None) -> tuple[sa.Select[Any], Shape]:
    query = _of_night(pins).join(utterances, utterances.c.transcript_id == transcripts.c.transcript_id)
    names = ("position", "speaker", "channel", "start_ms", "end_ms", "text", "confidence", "flags")
    columns = [utterances.c[name] for name in names]
    return query.add_columns(*columns).order_by(utterances.c.position), _with_json("flags")


_RESULTS: dict[str, Callable[[Pins | None], tuple[sa.Select[Any], Shape]]] = {
    "joins": _joins,
    "scores": _scores,
    "moments": _moments,
    "tags": _tags,
    WORDS: _utterances,
}


def _as_it_is(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _with_json(column: str) -> Shape:
    def shape(frame: pd.DataFrame) -> pd.DataFrame:
        written = [json.dumps(value, ensure_ascii=False) for value in frame[column]]
        return frame.assign(**{column: pd.Series(written, index=frame.index, dtype="string")})

    return shape


def _with_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """What was counted in each call as columns: n_<moment>, <moment>_<reaction>, success_phrases."""
    told = frame["figures"].tolist()
    counts: dict[str, list[int]] = {}
    for category in CATEGORIES:
        counts[f"n_{category}"] = [sum(figures["moments"].get(category, {}).values()) for figures in told]
        for reaction in REACTIONS:
            counts[f"{category}_{reaction}"] = [
                figures["moments"].get(category, {}).get(reaction, 0) for figures in told
            ]
    counts["n_success_phrase"] = [figures["success_phrases"] for figures in told]
    columns = {name: pd.Series(values, index=frame.index, dtype="Int64") for name, values in counts.items()}
    return frame.drop(columns="figures").assign(**columns)
