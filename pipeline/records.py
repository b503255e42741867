"""The shapes that pass between the stages of the night. All are frozen; times of speech are integer milliseconds."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

Speaker = Literal["operator", "customer", "unknown"]
Reaction = Literal["accepted", "welcomed", "deferred", "declined", "none"]

OPERATOR_LABELS = ("appeal", "enablement", "proposal")
CUSTOMER_LABELS = ("interest", "decline", "churn_risk", "satisfaction", "complaint")
LABELS = OPERATOR_LABELS + CUSTOMER_LABELS


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of the archive. `sha256` is of the bytes: the same call under two names is one recording."""

    path: Path  # absolute
    relative: str  # to the archive, with forward slashes
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What decoding found. `coverage` = decoded ÷ declared seconds; None where the container declares none."""

    duration_s: float
    channels: int
    sample_rate_hz: int
    codec: str
    container: str
    declared_s: float | None
    coverage: float | None
    bad_packets: int = 0
    notes: tuple[str, ...] = ()  # closed codes, for example "identical_channels", "swapped_channels", "partial"


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of an utterance's text with its time: characters `start` to `end` (exclusive) of the text."""

    start_ms: int
    end_ms: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """Cleaned speech of one speaker; the unit that is tagged. Times are None for plain text dialogues."""

    speaker: Speaker
    text: str
    channel: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None  # mean probability of the recogniser's tokens, 0 to 1
    flags: tuple[str, ...] = ()  # closed codes, for example "backchannel", "suspect_silence", "suspect_loop"
    words: tuple[Word, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether the text may be tagged and scored: no guard suspects it of being invented."""
        return not any(flag.startswith("suspect_") for flag in self.flags)


@dataclass(frozen=True, slots=True)
class MaskedRange:
    """Personal data taken out of the text before the first write; playback is muted over the same time."""

    kind: str  # card, security_code, my_number, phone, email, postal_code, address, name
    utterance: int
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which weights made a result."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Characters `start` to `end` of an utterance were heard as `heard` and put right by the word list."""

    utterance: int
    start: int
    end: int
    heard: str


@dataclass(frozen=True, slots=True)
class Acoustics:
    """How a call with two speakers was spoken. Times in milliseconds, ratios 0 to 1; None where nobody spoke.

    `overlaps` and `silences` are (start, end), as long as the thresholds of `[acoustics]` or longer.
    """

    duration_ms: int
    operator_talk_ms: int
    customer_talk_ms: int
    talk_ratio: float | None  # operator ÷ both
    overlaps: tuple[tuple[int, int], ...]
    silences: tuple[tuple[int, int], ...]
    response_delay_ms: int | None  # median time from the customer's last word to the operator's first
    operator_morae_per_s: float | None
    customer_morae_per_s: float | None
    operator_dbfs: float | None = None  # root mean square of the speech
    customer_dbfs: float | None = None
    miitel_score: float | None = None  # about 100 down to minus; by `miitel_formula`, the name of its version
    miitel_formula: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call as text. `options` are the settings that made it, as plain JSON values."""

    call_id: str
    audio: AudioFacts | None
    model: ModelInfo | None
    options: dict[str, object]
    utterances: tuple[Utterance, ...]
    masked: tuple[MaskedRange, ...] = ()
    corrections: tuple[Correction, ...] = ()
    acoustics: Acoustics | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """One piece of evidence: characters `start` to `end` of the utterance at that index bear the label."""

    utterance: int
    start: int
    end: int
    label: str
    source: Literal["phrase", "classifier"]
    phrase_id: str | None
    match_level: str | None
    confidence: float
    cancelled_by: str | None = None  # negation, withdrawal, check_question, condition, quotation, hearsay …


@dataclass(frozen=True, slots=True)
class Moment:
    """The decision that consecutive utterances of one turn are appeal, enablement, proposal or a customer signal."""

    label: str
    utterances: tuple[int, ...]
    confidence: float
    reasons: tuple[str, ...]
    reaction: Reaction | None = None  # of the customer, for the operator's three moments only


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the calls table. Unknown is None, never a default."""

    call_id: str
    recording: str | None = None
    started_at: datetime | None = None  # UTC
    operator_id: str | None = None
    operator_name: str | None = None
    team: str | None = None
    customer_id: str | None = None
    contract_id: str | None = None
    direction: str | None = None
    reason: str | None = None
    queue: str | None = None
    duration_s: float | None = None
    extra: dict[str, object] = field(default_factory=dict)  # further columns, known just before the call
