"""The shapes of the JSON answers. Rates of moments are per ten minutes of operator speech; scores 0 to 100."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An answer may gain keys in later versions; none changes its meaning."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class MomentSummary(Shape):
    """One of the operator's three moments. The rates and the score are null below 30 seconds of speech."""

    n: int
    rate: float | None
    weighted_rate: float | None
    score: float | None
    reactions: dict[str, int]


class Summary(Shape):
    """Several calls together. `score_interval` is the 95 % interval, null without a moment or
    below 10 calls in which an operator speaks."""

    calls: int
    operator_minutes: float
    moments: dict[str, MomentSummary]
    score: float | None
    score_interval: tuple[float, float] | None
    signals: dict[str, int]
    success_phrases: int


class Operator(Summary):
    """One operator's calls together."""

    operator_id: str
    operator_name: str | None
    team: str | None


class Figure(Shape):
    """A figure with what it was counted from; `value` is null where nothing could be counted."""

    name: str
    value: float | None
    unit: str
    n: int
    numerator: float | None
    denominator: float | None
    uncovered: dict[str, int]


class Period(Shape):
    """First and last Tokyo day of the calls."""

    first: date
    last: date


class PeriodFigures(Shape):
    """Retention and expansion of one period; `closing` is the day after its last."""

    period: str
    opening: date
    closing: date
    as_of: date
    complete: bool
    figures: dict[str, Figure]


class HeldBack(Shape):
    """A file that is not analysed, and why."""

    relative: str
    call_id: str
    state: str
    reason: str | None
    detail: str
    ja: str
    en: str


class Coverage(Shape):
    """What was counted and what not: files found = done + waiting + quarantined + skipped."""

    files: dict[str, int]
    held_back: list[HeldBack]
    calls: dict[str, int]
    join: dict[str, Any]


class Report(Shape):
    """A night's report, exactly as it was stored."""

    schema_name: str = Field(alias="schema", examples=["report-1"])
    run_id: int
    made_at: datetime
    period: Period | None
    simulated: dict[str, int]
    versions: dict[str, str]
    loads: dict[str, dict[str, Any]]
    coverage: Coverage
    centre: Summary
    operators: list[Operator]
    figures: list[PeriodFigures]


class PeriodDashboard(Shape):
    """Figures of a period beside the one before and the year before, by month and by group of contracts.

    Retention ignores `team`: contracts belong to none. Rates are null below the smallest group that is shown. The
    estimate of the contribution is not part of it: it is of the whole, in the report.
    """

    period: str
    opening: date
    closing: date
    team: str | None
    group: str | None
    complete: bool
    retention: dict[str, dict[str, Any] | None]
    conversations: dict[str, dict[str, Any]]
    months: list[dict[str, Any]]
    groups: dict[str, list[dict[str, Any]]]
    changes: list[dict[str, Any]]


class OperatorList(Shape):
    """Operators by id; never ranked."""

    items: list[Operator]
    next_cursor: str | None


class ListedCall(Shape):
    """One analysed recording. `moments` counts by label and reaction, `signals` the customer's by label."""

    call_id: str
    recording_id: int
    duration_s: float | None
    started_at: datetime | None
    operator_id: str | None
    operator_name: str | None
    team: str | None
    customer_id: str | None
    direction: str | None
    reason: str | None
    queue: str | None
    contract_id: str | None
    join_status: str | None
    outcome: str | None
    outcome_on: date | None
    outcome_timing: str | None
    extra: dict[str, Any]
    operator_speech_ms: int
    moments: dict[str, dict[str, int]]
    signals: dict[str, int]
    success_phrases: int


class CallList(Shape):
    """Calls, latest first, those without a time last."""

    items: list[ListedCall]
    next_cursor: str | None


class FoundSentence(Shape):
    """One utterance that was found; `matches` are characters `start` to `end` (exclusive) of its text."""

    call_id: str
    recording_id: int
    started_at: datetime | None
    operator_id: str | None
    customer_id: str | None
    outcome: str | None
    utterance: int
    speaker: Literal["operator", "customer", "unknown"]
    start_ms: int | None
    text: str
    matches: list[dict[str, int]]
    moments: list[dict[str, Any]]


class SearchResults(Shape):
    """Sentences call by call, latest first. A page may be empty and still have a next one."""

    items: list[FoundSentence]
    next_cursor: str | None


class Utterance(Shape):
    """Cleaned speech of one speaker; `words` are characters `start` to `end` of the text with their times."""

    speaker: Literal["operator", "customer", "unknown"]
    channel: int | None
    start_ms: int | None
    end_ms: int | None
    text: str
    confidence: float | None
    flags: list[str]
    words: list[dict[str, int]]


class Tag(Shape):
    """Evidence: characters `start` to `end` (exclusive) of the utterance at that index."""

    utterance: int
    start: int
    end: int
    label: str
    source: str
    phrase_id: str | None
    match_level: str | None
    confidence: float
    cancelled_by: str | None


class Moment(Shape):
    """A decision over consecutive utterances of one turn."""

    label: str
    utterances: list[int]
    confidence: float
    reasons: list[str]
    reaction: str | None


class Call(Shape):
    """One recording whole."""

    call: ListedCall
    audio: dict[str, Any] | None
    model: dict[str, Any] | None
    options: dict[str, Any]
    utterances: list[Utterance]
    masked: list[dict[str, Any]]
    tags: list[Tag]
    moments: list[Moment]
    versions: dict[str, str]


class Night(Shape):
    """One night; `files` is null where it ended without a report."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    state: str
    archive: str
    versions: dict[str, str]
    files: dict[str, int] | None


class NightList(Shape):
    """Nights, newest first."""

    items: list[Night]
    next_cursor: str | None


class Health(Shape):
    """The server answers and can read its store."""

    status: Literal["ok"]
    version: str
    schema_revision: str | None
    last_report: datetime | None


class ShareOf(Shape):
    """A share with its Wilson 95 % interval; null where nothing was reviewed."""

    hits: int
    n: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


class ReviewPrecision(Shape):
    """Of one phrase or label: how many of its random sample are right.

    `standing` to the limit: under, doubtful, likely, fine, unknown.
    """

    unit: str
    stratum: str
    population: int
    drawn: int
    unsure: int
    probability: float
    right: ShareOf
    standing: str


class ReviewRecall(Shape):
    """Of the sampled utterances that bear the label, how many were found."""

    label: str
    reviewed: int
    found: ShareOf


class ReviewKappa(Shape):
    """Cohen's κ; null where one of the two always said the same."""

    n: int
    agreed: int
    kappa: float | None
    ci_low: float | None
    ci_high: float | None


class ReviewAgreement(Shape):
    """Two reviewers on what both judged."""

    one: str
    other: str
    unit: str
    label: str | None
    kappa: ReviewKappa


class ReviewFigures(Shape):
    """What the reviews say about tags and moments."""

    limit: float
    phrases: list[ReviewPrecision]
    labels: list[ReviewPrecision]
    recall: list[ReviewRecall]
    agreement: list[ReviewAgreement]
