"""Views for BI tools, with names that stay when tables change: the schema `bi` on PostgreSQL, `bi_…` on SQLite.

They show what the last report shows (one version of everything), no words, no phone numbers. A migration drops them
first and makes them anew last, so that no table is tied to them. On PostgreSQL a role of its own may read them and
nothing else (`grant`); its rights outlive that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.language import Text
from pipeline.store import roles
from pipeline.store.schema import (
    call_contracts,
    call_scores,
    calls,
    contracts,
    moments,
    outcomes,
    recordings,
    reports,
    runs,
    taggings,
    tags,
    transcripts,
    utterances,
)
from pipeline.store.shown import joined_in

SCHEMA = "bi"
LABELS = ("appeal", "enablement", "proposal")


@dataclass(frozen=True, slots=True)
class View:
    """One view: what a row of it is, and how it is read."""

    text: Text
    query: Callable[[str], sa.Select[Any]]


def create(connection: sa.Connection) -> None:
    """Make every view; none of them may be there."""
    dialect = connection.dialect
    if dialect.name == "postgresql":
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for name, view in VIEWS.items():
        made = view.query(dialect.name).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        connection.execute(sa.text(f"CREATE VIEW {_place(dialect.name, name)} AS {made}".replace(":", r"\:")))
        if dialect.name == "postgresql":
            told = sa.literal(f"{view.text.ja} / {view.text.en}").compile(
                dialect=dialect, compile_kwargs={"literal_binds": True}
            )
            connection.exec_driver_sql(f"COMMENT ON VIEW {_place(dialect.name, name)} IS {told}".replace("%", "%%"))


def drop(connection: sa.Connection) -> None:
    """Take every view away, also those of an earlier version."""
    inspector = sa.inspect(connection)
    if connection.dialect.name == "postgresql":
        there = inspector.get_view_names(SCHEMA) if SCHEMA in inspector.get_schema_names() else []
        places = [f'{SCHEMA}."{name}"' for name in there]
    else:
        places = [f'"{name}"' for name in inspector.get_view_names() if name.startswith(f"{SCHEMA}_")]
    for place in places:
        connection.exec_driver_sql(f"DROP VIEW {place}")


def grant(connection: sa.Connection, role: str) -> None:
    """Let a role of PostgreSQL read the views, now and after every migration, and nothing else of this database.

    A role that is not there is made, without the right to sign in: whoever runs the server gives it that and a
    password. Raises `BadInput` on SQLite, whose file is read by whoever may read the file.
    """
    name = roles.made(connection, role)
    for statement in (
        f"ALTER ROLE {name} SET default_transaction_read_only = on",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        f"REVOKE TEMPORARY ON DATABASE {roles.database_of(connection)} FROM PUBLIC, {name}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {name}",
    ):
        connection.exec_driver_sql(statement)


def described(connection: sa.Connection) -> dict[str, tuple[Text, list[str]]]:
    """Each view by the name one asks it by: what a row of it is, and its columns."""
    kind = connection.dialect.name
    return {
        _place(kind, name): (view.text, [column.name for column in view.query(kind).selected_columns])
        for name, view in VIEWS.items()
    }


def _place(kind: str, name: str) -> str:
    return f"{SCHEMA}.{name}" if kind == "postgresql" else f"{SCHEMA}_{name}"


def _day(kind: str, moment: "sa.ColumnElement[Any]") -> sa.ColumnElement[Any]:
    """The day in Japan."""
    if kind == "postgresql":
        return sa.cast(sa.func.timezone("Asia/Tokyo", moment), sa.Date)
    return sa.func.date(moment, "+9 hours")


def _counted() -> sa.Select[Any]:
    """The recordings that the last report counts, with their keys."""
    last = sa.select(reports.c.run_id).order_by(reports.c.report_id.desc()).limit(1).scalar_subquery()
    night = sa.select(runs.c.run_id, runs.c.versions).where(runs.c.run_id == last).subquery("night")
    version = {name: night.c.versions[name].as_string() for name in ("speech", "dictionary", "rules", "formula")}
    return (
        sa.select(
            recordings.c.recording_id,
            recordings.c.call_id,
            recordings.c.words_deleted_at,
            transcripts.c.transcript_id,
            sa.func.nullif(transcripts.c.duration_s, 0).label("duration_s"),  # not known without times
            taggings.c.tagging_id,
            call_scores.c.operator_speech_ms,
            version["formula"].label("formula"),
        )
        .select_from(night)
        .join(transcripts, transcripts.c.speech_version == version["speech"])
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
        .join(
            taggings,
            (taggings.c.transcript_id == transcripts.c.transcript_id)
            & (taggings.c.dictionary_version == version["dictionary"])
            & (taggings.c.rules_version == version["rules"]),
        )
        .join(
            call_scores,
            (call_scores.c.tagging_id == taggings.c.tagging_id) & (call_scores.c.formula_version == version["formula"]),
        )
        .where(recordings.c.superseded_in_run.is_(None) | (recordings.c.superseded_in_run > night.c.run_id))
    )


def _calls(kind: str) -> sa.Select[Any]:
    counted = _counted().subquery("counted")
    number = {
        label: sa.select(sa.func.count())
        .where(moments.c.tagging_id == counted.c.tagging_id, moments.c.label == label)
        .scalar_subquery()
        for label in LABELS
    }
    known = (calls.c.call_id == counted.c.call_id) & calls.c.until_load.is_(None)
    names = ("operator_id", "operator_name", "team", "customer_id", "direction", "reason", "queue")
    return (
        sa.select(
            counted.c.call_id,
            counted.c.recording_id,
            calls.c.started_at,
            _day(kind, calls.c.started_at).label("day"),
            *(calls.c[name] for name in names),
            counted.c.duration_s,
            counted.c.operator_speech_ms,
            *(  # without words there are no moments to count any more, and none is not 0
                sa.case((counted.c.words_deleted_at.is_(None), number[label])).label(f"n_{label}") for label in LABELS
            ),
            call_contracts.c.joined_contract_id.label("contract_id"),
            call_contracts.c.join_status,
            call_contracts.c.outcome,
            call_contracts.c.outcome_on,
        )
        .select_from(counted)
        .outerjoin(calls, known)
        .outerjoin(
            call_contracts,
            (call_contracts.c.call_id == counted.c.call_id) & (call_contracts.c.run_id == joined_in()),
        )
    )


def _moments(kind: str) -> sa.Select[Any]:
    counted = _counted().subquery("counted")
    first = (utterances.c.transcript_id == counted.c.transcript_id) & (
        utterances.c.position == moments.c.first_utterance
    )
    return (
        sa.select(
            counted.c.call_id,
            counted.c.recording_id,
            moments.c.position,
            moments.c.label,
            moments.c.reaction,
            moments.c.confidence,
            utterances.c.start_ms,
        )
        .select_from(counted)
        .join(moments, moments.c.tagging_id == counted.c.tagging_id)
        .outerjoin(utterances, first)
    )


def _phrases(kind: str) -> sa.Select[Any]:
    counted = _counted().subquery("counted")
    return (
        sa.select(
            counted.c.call_id,
            counted.c.recording_id,
            tags.c.phrase_id,
            tags.c.label,
            sa.func.count().label("hits"),
        )
        .select_from(counted)
        .join(tags, tags.c.tagging_id == counted.c.tagging_id)
        .where(tags.c.source == "phrase", tags.c.cancelled_by.is_(None))
        .group_by(counted.c.call_id, counted.c.recording_id, tags.c.phrase_id, tags.c.label)
    )


def _operator_days(kind: str) -> sa.Select[Any]:
    one = _calls(kind).subquery("one")
    return sa.select(
        one.c.day,
        one.c.operator_id,
        one.c.team,
        sa.func.count().label("calls"),
        sa.func.sum(one.c.operator_speech_ms).label("operator_speech_ms"),
        *(sa.func.sum(one.c[f"n_{label}"]).label(f"n_{label}") for label in LABELS),
    ).group_by(one.c.day, one.c.operator_id, one.c.team)


def _today(table: sa.Table, without: tuple[str, ...]) -> Callable[[str], sa.Select[Any]]:
    """What a table of the user's says now."""
    left = {"row_id", "line", "extra", "row_hash", "from_load", "until_load", *without}
    columns = [column for column in table.columns if column.name not in left]
    return lambda kind: sa.select(*columns).where(table.c.until_load.is_(None))


def _nights(kind: str) -> sa.Select[Any]:
    return sa.select(runs.c.run_id, runs.c.started_at, runs.c.finished_at, runs.c.state)


VIEWS: Mapping[str, View] = {
    "calls": View(
        Text(
            "最後のレポートが数えた録音。日付は日本の日、時刻は UTC、n_… は場面の数(書き起こしを消したものは空)",
            "Recordings that the last report counts; day as in Japan, times in UTC, n_… moments (empty without words)",
        ),
        _calls,
    ),
    "moments": View(
        Text("場面ごとに一行。反応と、通話の始めからのミリ秒", "A row for each moment: reaction, start in ms"), _moments
    ),
    "phrases": View(Text("録音とフレーズごとの当たりの数", "Hits by recording and phrase"), _phrases),
    "operator_days": View(Text("担当者と日ごとの合計", "Totals by operator and day"), _operator_days),
    "contracts": View(Text("今の契約の表", "The contracts by now"), _today(contracts, ("phone", "phone_last4"))),
    "outcomes": View(Text("今の成果の表", "The outcomes by now"), _today(outcomes, ())),
    "nights": View(Text("夜間バッチ", "The nights"), _nights),
}
