"""The tables. Times are UTC, yen and milliseconds integers; every result row says which versions made it."""

from pipeline.store.schema.access import api_tokens, identities, recovery_codes, second_factors, sessions, users
from pipeline.store.schema.audit import audit
from pipeline.store.schema.base import UtcTime, metadata
from pipeline.store.schema.corrections import text_corrections
from pipeline.store.schema.deliveries import deliveries
from pipeline.store.schema.dictionary import (
    dictionary_drafts,
    dictionary_members,
    dictionary_texts,
    dismissed_candidates,
    draft_changes,
    publications,
)
from pipeline.store.schema.erased import erased
from pipeline.store.schema.goals import goal_sheets
from pipeline.store.schema.inputs import calls, contracts, customer_snapshots, loads, outcomes
from pipeline.store.schema.kept import call_facts, conversation_cells, figure_cells, kept_figures
from pipeline.store.schema.notifications import notification_rules, notifications, notified_calls
from pipeline.store.schema.remarks import operator_remarks
from pipeline.store.schema.results import call_contracts, reports
from pipeline.store.schema.retention import copies, erasures, holds, keeping_periods
from pipeline.store.schema.reviews import review_claims, review_draws, review_items, reviews
from pipeline.store.schema.scorecards import calibration_sessions, evaluations, scorecard_versions
from pipeline.store.schema.search import search_grams, search_texts
from pipeline.store.schema.speech import (
    call_forms,
    call_scores,
    masked_ranges,
    moments,
    taggings,
    tags,
    transcripts,
    utterances,
)
from pipeline.store.schema.work import files, ledger, recordings, runs

__all__ = [
    "UtcTime",
    "api_tokens",
    "audit",
    "calibration_sessions",
    "call_contracts",
    "call_facts",
    "call_forms",
    "call_scores",
    "calls",
    "contracts",
    "conversation_cells",
    "copies",
    "customer_snapshots",
    "deliveries",
    "dictionary_drafts",
    "dictionary_members",
    "dictionary_texts",
    "dismissed_candidates",
    "draft_changes",
    "erased",
    "erasures",
    "evaluations",
    "figure_cells",
    "files",
    "goal_sheets",
    "holds",
    "identities",
    "keeping_periods",
    "kept_figures",
    "ledger",
    "loads",
    "masked_ranges",
    "metadata",
    "moments",
    "notification_rules",
    "notifications",
    "notified_calls",
    "operator_remarks",
    "outcomes",
    "publications",
    "recordings",
    "recovery_codes",
    "reports",
    "review_claims",
    "review_draws",
    "review_items",
    "reviews",
    "runs",
    "scorecard_versions",
    "search_grams",
    "search_texts",
    "second_factors",
    "sessions",
    "taggings",
    "tags",
    "text_corrections",
    "transcripts",
    "users",
    "utterances",
]
