"""The closed codes of the pipeline as words for people, by subject; the pages read them all from here."""

from api.words.actions import ACTIONS, action_name
from api.words.contracts import CONTRACT_EVENTS, DIMENSIONS, JOIN_STATES, MEASURES, OUTCOMES, TABLES, TIMINGS, TRACKS
from api.words.conversation import (
    AUDIO_NOTES,
    CANCELLATIONS,
    FLAGS,
    LABELS,
    MASKS,
    MATCH_LEVELS,
    MOMENTS,
    REACTIONS,
    SIGNALS,
    SPEAKERS,
)
from api.words.details import detail_name, detail_value
from api.words.dictionary import (
    DRAFT_STATES,
    ENTRY_FIELDS,
    ENTRY_STATES,
    LEVELS,
    PRECISION_STANDINGS,
    PUBLICATIONS,
    WORK_KINDS,
)
from api.words.figures import CHOICES, DOSES, EFFECTS, EXPOSURES, FIGURES, STANDINGS, SUBGROUPS, TERMS
from api.words.nights import CALL_RULES, FILE_STATES, NIGHT_STATES, VERSIONS
from api.words.people import PERMISSIONS, ROLES
from api.words.privacy import HELD, KEPT_CLASSES, REMOVALS
from api.words.word import Word, word

__all__ = [
    "ACTIONS",
    "AUDIO_NOTES",
    "CALL_RULES",
    "CANCELLATIONS",
    "CHOICES",
    "CONTRACT_EVENTS",
    "DIMENSIONS",
    "DOSES",
    "DRAFT_STATES",
    "EFFECTS",
    "ENTRY_FIELDS",
    "ENTRY_STATES",
    "EXPOSURES",
    "FIGURES",
    "FILE_STATES",
    "FLAGS",
    "HELD",
    "JOIN_STATES",
    "KEPT_CLASSES",
    "LABELS",
    "LEVELS",
    "MASKS",
    "MATCH_LEVELS",
    "MEASURES",
    "MOMENTS",
    "NIGHT_STATES",
    "OUTCOMES",
    "PERMISSIONS",
    "PRECISION_STANDINGS",
    "PUBLICATIONS",
    "REACTIONS",
    "REMOVALS",
    "ROLES",
    "SIGNALS",
    "SPEAKERS",
    "STANDINGS",
    "SUBGROUPS",
    "TABLES",
    "TERMS",
    "TIMINGS",
    "TRACKS",
    "VERSIONS",
    "WORK_KINDS",
    "Word",
    "action_name",
    "detail_name",
    "detail_value",
    "word",
]
