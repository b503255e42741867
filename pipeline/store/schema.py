"""The tables. Times are UTC, yen and milliseconds integers; every result row says which versions made it."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime in UTC on both stores; SQLite keeps no zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without zone: they would be guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """UTC again."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(target), primary_key=primary_key, nullable=nullable)


runs = sa.Table(
    "runs",
    metadata,
    _id("run_id"),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("state", sa.String, nullable=False),  # running, done, stopped, failed
    sa.Column("archive", sa.String, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # pinned at the start of the night
)

recordings = sa.Table(
    "recordings",
    metadata,
    _id("recording_id"),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False, index=True),  # the call it belongs to, as last known
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("archive", sa.String, primary_key=True),
    sa.Column("relative", sa.String, primary_key=True),
    _ref("recording_id", "recordings.recording_id", nullable=True),  # none where it could not be read
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("call_rule", sa.String, nullable=False),  # recording, file_name, unlisted, duplicate
    sa.Column("problem", sa.String),  # why the file is held back before any analysis
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    _ref("seen_in_run", "runs.run_id"),
    sa.Index(None, "recording_id"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    _ref("recording_id", "recordings.recording_id", primary_key=True),
    sa.Column("stage", sa.String, primary_key=True),
    sa.Column("version", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),  # waiting, done, quarantined, skipped
    sa.Column("reason", sa.String),
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index(None, "stage", "version", "state"),
)

transcripts = sa.Table(
    "transcripts",
    metadata,
    _id("transcript_id"),
    _ref("recording_id", "recordings.recording_id"),
    sa.Column("speech_version", sa.String, nullable=False),
    sa.Column("audio", sa.JSON, nullable=False),
    sa.Column("model", sa.JSON, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.UniqueConstraint("recording_id", "speech_version"),
)

utterances = sa.Table(
    "utterances",
    metadata,
    _ref("transcript_id", "transcripts.transcript_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("speaker", sa.String, nullable=False),
    sa.Column("channel", sa.Integer),
    sa.Column("start_ms", sa.Integer),
    sa.Column("end_ms", sa.Integer),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("flags", sa.JSON, nullable=False),
    sa.Column("words", sa.JSON, nullable=False),  # [[start_ms, end_ms, start, end], …]
)

masked_ranges = sa.Table(
    "masked_ranges",
    metadata,
    _ref("transcript_id", "transcripts.transcript_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("start_ms", sa.Integer),
    sa.Column("end_ms", sa.Integer),
)

taggings = sa.Table(
    "taggings",
    metadata,
    _id("tagging_id"),
    _ref("transcript_id", "transcripts.transcript_id"),
    sa.Column("tagging_version", sa.String, nullable=False),  # of dictionary, matcher and moment rules together
    sa.Column("dictionary_version", sa.String, nullable=False),
    sa.Column("rules_version", sa.String, nullable=False),
    sa.UniqueConstraint("transcript_id", "tagging_version"),
)

tags = sa.Table(
    "tags",
    metadata,
    _ref("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("phrase_id", sa.String, index=True),
    sa.Column("match_level", sa.String),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("cancelled_by", sa.String),
)

moments = sa.Table(
    "moments",
    metadata,
    _ref("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("label", sa.String, nullable=False, index=True),
    sa.Column("first_utterance", sa.Integer, nullable=False),
    sa.Column("last_utterance", sa.Integer, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("reaction", sa.String),
)

call_scores = sa.Table(
    "call_scores",
    metadata,
    _ref("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("formula_version", sa.String, primary_key=True),
    sa.Column("operator_speech_ms", sa.Integer, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
)

loads = sa.Table(
    "loads",
    metadata,
    _id("load_id"),
    sa.Column("kind", sa.String, nullable=False),  # calls, contracts, outcomes, customer_snapshots
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("loaded_at", UtcTime, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)


def _history(name: str, key: list[sa.Column[Any]], *columns: sa.Column[Any]) -> sa.Table:
    """A table of input rows that remembers: a row holds from one load until another replaces or removes it."""
    return sa.Table(
        name,
        metadata,
        _id("row_id"),
        *key,
        sa.Column("line", sa.Integer, nullable=False),  # in the user's file; settles events of one day
        *columns,
        sa.Column("extra", sa.JSON, nullable=False),  # further columns of the user's file
        sa.Column("row_hash", sa.String(64), nullable=False),
        _ref("from_load", "loads.load_id"),
        _ref("until_load", "loads.load_id", nullable=True),
        sa.Index(None, *(column.name for column in key), "until_load"),
    )


calls = _history(
    "calls",
    [sa.Column("call_id", sa.String, nullable=False)],
    sa.Column("recording", sa.String),
    sa.Column("started_at", UtcTime),
    sa.Column("operator_id", sa.String),
    sa.Column("operator_name", sa.String),
    sa.Column("team", sa.String),
    sa.Column("customer_id", sa.String),
    sa.Column("contract_id", sa.String),
    sa.Column("phone", sa.String),  # keyed hash, never the number
    sa.Column("phone_last4", sa.String),
    sa.Column("direction", sa.String),
    sa.Column("reason", sa.String),
    sa.Column("queue", sa.String),
    sa.Column("duration_s", sa.Float),
    sa.Column("n_success_phrase", sa.Float),
    sa.Column("n_appeal", sa.Float),
    sa.Column("n_enablement", sa.Float),
    sa.Column("n_proposal", sa.Float),
    sa.Column("assigned", sa.Boolean),
)

contracts = _history(
    "contracts",
    [sa.Column("contract_id", sa.String, nullable=False), sa.Column("started_on", sa.Date, nullable=False)],
    sa.Column("customer_id", sa.String, nullable=False),
    sa.Column("mrr_yen", sa.BigInteger),
    sa.Column("term_months", sa.Integer),
    sa.Column("renewal_due_on", sa.Date),
    sa.Column("ended_on", sa.Date),
    sa.Column("plan", sa.String),
    sa.Column("industry", sa.String),
    sa.Column("region", sa.String),
    sa.Column("segment", sa.String),
    sa.Column("tier", sa.String),
    sa.Column("phone", sa.String),  # keyed hash, never the number
    sa.Column("phone_last4", sa.String),
)

outcomes = _history(
    "outcomes",
    [sa.Column("contract_id", sa.String, nullable=False), sa.Column("on", sa.Date, nullable=False)],
    sa.Column("event_id", sa.String),
    sa.Column("customer_id", sa.String),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("mrr_before_yen", sa.BigInteger),
    sa.Column("mrr_after_yen", sa.BigInteger),
    sa.Column("one_off_yen", sa.BigInteger),
)

customer_snapshots = _history(
    "customer_snapshots",
    [sa.Column("customer_id", sa.String, nullable=False), sa.Column("on", sa.Date, nullable=False)],
    sa.Column("health_score", sa.Float),
    sa.Column("csat", sa.Float),
    sa.Column("nps", sa.Float),
)

call_contracts = sa.Table(
    "call_contracts",
    metadata,
    sa.Column("call_id", sa.String, primary_key=True),
    sa.Column("joined_customer_id", sa.String),
    sa.Column("joined_contract_id", sa.String),
    sa.Column("term_started_on", sa.Date),
    sa.Column("join_rule", sa.String),  # contract, customer, phone
    sa.Column("join_status", sa.String, nullable=False),  # matched, ambiguous, no_customer, no_contract
    sa.Column("outcome", sa.String),
    sa.Column("outcome_on", sa.Date),
    sa.Column("outcome_timing", sa.String),  # before, late, pending, after_outcome, time_unknown
    _ref("run_id", "runs.run_id"),
    sa.Index(None, "joined_contract_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    _id("report_id"),
    _ref("run_id", "runs.run_id"),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # numbers, versions and the loads they came from: never changes
)
