"""Candidates for new phrases: what operators say in calls that end well, once operator and reason are held fixed.

A call counts towards outcomes where its contract was renewed or churned after it, once per term: the last call before.
Towards scores every scored call counts. What comes out is an association, never an effect.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from models.association import Association, associations
from models.scoring import Tally, score
from phrases.candidates import Expression, Place, Said, expressions, unknown_to, without_parts
from phrases.entry import PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.packing import PackedCall, forms_version
from pipeline.language import Text
from pipeline.outcomes.join import join_calls
from pipeline.progress import SILENT, Progress
from pipeline.store import forms, scores, tables, transcripts
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.text.tagging import forms_of

LEAST_CALLS = 20
LEAST_OPERATORS = 3
FALSE_DISCOVERIES = 0.05  # share of candidates that may be chance
CONTEXT = 30  # characters on each side
EXAMPLES = 3
READING = Text("通話を読み、言い回しを比べています", "Reading the calls and comparing what is said")
WARNING = Text(
    "これは関連であり、効果ではありません。担当者と用件はそろえましたが、お客様の事情の違いまでは除けません。"
    "辞書に加える前に、前後の言葉を読んでください。",
    "An association, not an effect: operator and reason are held fixed, other differences between customers are not."
    " Read the contexts before adding a phrase.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One call. `good`: its contract was renewed (True) or churned (False) next; `high`: score above the median."""

    call_id: str
    transcript_id: int
    operator: str
    reason: str
    good: bool | None
    high: bool | None


@dataclass(frozen=True, slots=True)
class Context:
    """Where a candidate is said."""

    call_id: str
    utterance: int
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expression with what goes with it; `outcome` or `score` is None where too few calls can be compared."""

    text: str
    calls: int
    operators: int
    outcome: Association | None
    score: Association | None
    contexts: tuple[Context, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """Candidates, the surest first. `by` is what decided: outcome, or score where no outcome is known."""

    by: str
    candidates: tuple[Candidate, ...]
    calls: int
    with_outcome: int
    tested: int
    missing: Text | None = None  # why there is nothing to compare, or nothing sure among what was compared
    warning: Text = WARNING


Read = Callable[[Told], Sequence[Said]]


def discover(told: Sequence[Told], read: Read, dictionary: PhraseSet, japanese: Japanese) -> Discovery:
    """Expressions that good calls have in common, without those that the dictionary knows."""
    spoken = expressions(((number, read(call)) for number, call in enumerate(told)), LEAST_CALLS)
    found = [item for item in without_parts(spoken) if _is_shared(item, told)]
    outcome = _tested(found, told, [call.good for call in told])
    scored = _tested(found, told, [call.high for call in told])
    known = sum(call.good is not None for call in told)
    by = "outcome" if known else "score"
    deciding = outcome if known else scored
    sure = [
        (result.ci_low, number)
        for number, result in enumerate(deciding)
        if result is not None and result.q <= FALSE_DISCOVERIES and result.ci_low > 1
    ]
    ranked = [(number, found[number]) for _, number in sorted(sure, key=lambda item: (-item[0], item[1]))]
    new = {item.keys for item in unknown_to(dictionary, (item for _, item in ranked), japanese)}
    candidates = tuple(
        Candidate(
            item.text, len(item.calls), len(_operators(item, told)), outcome[number], scored[number],
            tuple(_contexts(item, told, read)),
        )
        for number, item in ranked if item.keys in new
    )  # fmt: skip
    tested = sum(result is not None for result in deciding)
    missing = None if candidates else _missing(told, found, tested, known=len(ranked))
    return Discovery(by, candidates, len(told), known, tested, missing)


def _missing(told: Sequence[Told], found: Sequence[Expression], tested: int, known: int) -> Text:
    """What is in the way, from the first need to the last; `known`: sure expressions that the dictionary has."""
    operators = len({call.operator for call in told})
    if len(told) < 2 * LEAST_CALLS or operators < LEAST_OPERATORS:
        return Text(
            f"比べるには少なすぎます: 通話 {len(told)} 件、担当者 {operators} 人。{2 * LEAST_CALLS} 件以上、"
            f"{LEAST_OPERATORS} 人以上の通話が要ります(多いほど確かになります)。",
            f"Too little to compare: {len(told)} calls of {operators} operators. At least {2 * LEAST_CALLS} calls of"
            f" {LEAST_OPERATORS} operators are needed; the more, the surer.",
        )
    if not found:
        return Text(
            f"{LEAST_CALLS} 件以上の通話で {LEAST_OPERATORS} 人以上が言い、通話の半分を超えない言い回しがありません。",
            f"No expression is said in {LEAST_CALLS} calls or more by {LEAST_OPERATORS} operators or more, and in half"
            " of the calls at most.",
        )
    if not tested:
        return Text(
            "同じ担当者・同じ用件の通話の中に、結果の良いものと良くないものの両方がありません。契約の結果が分かる"
            "通話が増えると比べられます。",
            "No operator has calls of one reason that ended well and others that did not. With more calls whose"
            " outcome is known they can be compared.",
        )
    if known:
        return Text(
            f"結果と結びついた言い回し {known} 個は、どれも辞書にあります。",
            f"The dictionary knows all {known} expressions that go with the outcome.",
        )
    return Text(
        f"比べた {tested} 個の言い回しに、偶然と言えない差はありません。",
        f"None of the {tested} expressions compared differs by more than chance.",
    )


def discover_stored(store: Store, dictionary: PhraseSet, progress: Progress = SILENT) -> Discovery | None:
    """The same over the calls of the last night's report; None before the first night."""
    matcher = Matcher(PhraseSet(()))
    with store.reading() as connection:
        body = latest_report(connection)
        if body is None:
            return None
        told = list(_told(connection, Pins.of_report(body)))
        progress.stage(READING, len(told))
        heard: set[str] = set()

        def read(call: Told) -> Sequence[Said]:
            if call.call_id not in heard:  # examples are read a second time
                heard.add(call.call_id)
                progress.step(call.call_id)
            packed = forms.read_forms(connection, call.transcript_id, forms_version())
            if packed is None:
                transcript = transcripts.read_transcript(connection, call.transcript_id, call.call_id)
                return forms_of(transcript, matcher).unpacked()
            return PackedCall.from_bytes(packed).unpacked()

        return discover(told, read, dictionary, matcher.japanese)


def _told(connection: Connection, pins: Pins) -> Iterator[Told]:
    """The calls of a report, by call id; those of an unknown operator say nothing about habits and stay out."""
    calls, contracts, outcomes = (
        tables.read_table(connection, kind, pins.loads.get(kind)) for kind in ("calls", "contracts", "outcomes")
    )
    joined = _with_outcome(join_calls(calls, contracts, outcomes).calls).set_index("call_id")
    tallied = list(scores.each_tally(connection, pins.speech, pins.tagging, pins.formula, pins.run_id))
    totals = {call.call_id: _total(tally) for call, tally in tallied}
    middle = median([total for total in totals.values() if total is not None] or [0.0])
    for call, _ in tallied:
        row: Any = joined.loc[call.call_id] if call.call_id in joined.index else None
        if row is None or pd.isna(row["operator_id"]):
            continue
        total = totals[call.call_id]
        yield Told(
            call.call_id,
            call.transcript_id,
            str(row["operator_id"]),
            "" if pd.isna(row["reason"]) else str(row["reason"]),
            None if pd.isna(row["good"]) else bool(row["good"]),
            None if total is None else total > middle,
        )


def _total(tally: Tally) -> float | None:
    return score(tally).total


def _with_outcome(joined: pd.DataFrame) -> pd.DataFrame:
    """Column `good`: what became of the term, on the last call before it; NA on all others."""
    before = joined[joined["outcome_timing"] == "before"].sort_values("started_at")
    last = before.drop_duplicates(["joined_contract_id", "term_started_on"], keep="last")
    return joined.assign(good=(last["outcome"] == "renewed").astype("boolean").reindex(joined.index))


def _operators(item: Expression, told: Sequence[Told]) -> set[str]:
    return {told[number].operator for number in item.calls}


def _is_shared(item: Expression, told: Sequence[Told]) -> bool:
    """Said by several operators, and not in nearly every call."""
    return len(_operators(item, told)) >= LEAST_OPERATORS and len(item.calls) <= len(told) / 2


def _tested(found: Sequence[Expression], told: Sequence[Told], good: Sequence[bool | None]) -> list[Association | None]:
    rows = {number: row for row, number in enumerate(n for n, value in enumerate(good) if value is not None)}
    places = [(rows[number], column) for column, item in enumerate(found) for number in item.calls if number in rows]
    where = np.array(places, dtype=np.int64).reshape(-1, 2).T
    said = sparse.csr_matrix((np.ones(len(places)), (where[0], where[1])), shape=(len(rows), len(found)))
    strata = pd.factorize(pd.Series([(told[number].operator, told[number].reason) for number in rows], dtype=object))
    return associations(said, np.array([bool(good[n]) for n in rows], dtype=bool), strata[0].astype(np.int64))


def _contexts(item: Expression, told: Sequence[Told], read: Read) -> Iterator[Context]:
    for number, place in list(item.calls.items())[:EXAMPLES]:
        yield _context(told[number].call_id, read(told[number]), place)


def _context(call_id: str, said: Sequence[Said], place: Place) -> Context:
    line, start, end = place
    text = said[line][0].text
    return Context(call_id, line, text[max(start - CONTEXT, 0) : start], text[start:end], text[end : end + CONTEXT])
