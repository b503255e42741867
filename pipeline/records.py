"""The shapes that pass between the stages of the night. All are frozen; times of speech are integer milliseconds.

The limits in the types hold for what other programs wrote (see formats/shapes.py); our own stages keep to them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]  # 24 days: what every store's integer holds
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=2**31 / 1000, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Said = Annotated[str, Field(max_length=10_000)]  # characters; the analysis of words takes no more at once

Speaker = Literal["operator", "customer", "unknown"]
Reaction = Literal["accepted", "welcomed", "deferred", "declined", "none"]

OPERATOR_LABELS = ("appeal", "enablement", "proposal")
CUSTOMER_LABELS = ("interest", "decline", "churn_risk", "satisfaction", "complaint")
LABELS = OPERATOR_LABELS + CUSTOMER_LABELS

FLAGS = (  # what is noted of an utterance
    "backchannel",
    "estimated_speaker",
    *(f"suspect_{why}" for why in ("invented", "silence", "loop", "rate", "language", "empty")),
)


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

    duration_s: Seconds
    channels: Count
    sample_rate_hz: Count
    codec: str
    container: str
    declared_s: Seconds | None
    coverage: Finite | None
    bad_packets: Count = 0
    notes: tuple[str, ...] = ()  # closed codes, for example "identical_channels", "swapped_channels", "partial"


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of an utterance's text with its time: characters `start` to `end` (exclusive) of the text."""

    start_ms: Milliseconds
    end_ms: Milliseconds
    start: Count
    end: Count


@dataclass(frozen=True, slots=True)
class Utterance:
    """Cleaned speech of one speaker; the unit that is tagged. Times are None for plain text dialogues."""

    speaker: Speaker
    text: Said
    channel: Count | None = None
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    confidence: Ratio | None = None  # mean probability of the recogniser's tokens
    flags: tuple[str, ...] = ()  # of `FLAGS`
    words: tuple[Word, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether the text may be tagged and scored: no guard suspects it of being invented."""
        return not any(flag.startswith("suspect_") for flag in self.flags)


@dataclass(frozen=True, slots=True)
class MaskedRange:
    """Personal data taken out of the text before the first write; playback is muted over the same time."""

    kind: str  # card, security_code, my_number, phone, email, postal_code, address, name
    utterance: Count
    start_ms: Milliseconds | None
    end_ms: Milliseconds | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which weights made a result."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Characters `start` to `end` of an utterance were heard as `heard` and put right by the word list."""

    utterance: Count
    start: Count
    end: Count
    heard: str


@dataclass(frozen=True, slots=True)
class Acoustics:
    """How a call with two speakers was spoken. None where nobody spoke.

    `overlaps` and `silences` are (start, end), as long as the thresholds of `[acoustics]` or longer.
    """

    duration_ms: Milliseconds
    operator_talk_ms: Milliseconds
    customer_talk_ms: Milliseconds
    talk_ratio: Ratio | None  # operator ÷ both
    overlaps: tuple[tuple[Milliseconds, Milliseconds], ...]
    silences: tuple[tuple[Milliseconds, Milliseconds], ...]
    response_delay_ms: Milliseconds | None  # median time from the customer's last word to the operator's first
    operator_morae_per_s: Finite | None
    customer_morae_per_s: Finite | None
    operator_dbfs: Finite | None = None  # root mean square of the speech
    customer_dbfs: Finite | None = None
    miitel_score: Finite | None = None  # about 100 down to minus; by `miitel_formula`, the name of its version
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
