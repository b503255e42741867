"""What support contributed: the four tables, with the moments found in every call, to an estimate or a refusal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from models.contribution.closer import closer_look
from models.contribution.document import to_json
from models.contribution.estimate import Contribution, estimate, fingerprint
from models.contribution.nrr import nrr_without_contribution
from models.contribution.options import METHOD_VERSION, Options
from models.contribution.tables import Tables
from models.figures.cohort import open_cohort
from models.figures.figure import Period, calendar_year
from models.figures.kpi import yearly_kpi_blocks
from models.figures.ledger import Ledger, build_ledger
from models.figures.spans import spans_between
from models.scoring import CATEGORIES, Tally, add
from pipeline.store.call_facts import CallFacts

RECENT = 13  # months: this one, and the same of a year ago


def moments_found(analysed: Iterable[str], tallies: Iterable[Tally], facts: Iterable[CallFacts | None]) -> pd.DataFrame:
    """`n_appeal` … `n_success_phrase` of calls, by call id; `tallies[i]`, `facts[i]`: of a recording of `analysed[i]`.

    A call in which nobody is known to be the operator has none: what was said there is unknown, which is not zero.
    """
    of_call: dict[str, list[Tally]] = defaultdict(list)
    for call_id, tally, counted in zip(analysed, tallies, facts, strict=True):
        if counted is not None and counted.utterances:
            of_call[call_id].append(tally)
    whole = {call_id: add(several) for call_id, several in of_call.items()}
    return pd.DataFrame(
        {f"n_{category}": {key: tally.number(category) for key, tally in whole.items()} for category in CATEGORIES}
        | {"n_success_phrase": {key: tally.success_phrases for key, tally in whole.items()}},
        dtype="Float64",
    )


def with_moments(calls: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The calls with `n_appeal` … `n_success_phrase` as the night found them (`moments_found`).

    Calls that were not analysed keep what the user's table counted, or nothing: unknown is not zero.
    """
    counted = calls.set_index("call_id")
    counted.update(found)
    return counted.reset_index()


def contribution_document(
    tables: Tables,
    as_of: date,
    already_dropped: Mapping[str, int] | None = None,
    *,
    closer: bool = False,
    detector: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, Any]:
    """The estimate as plain JSON values, with the yearly figures and NRR as it is and without the contribution.

    `closer` adds `closer_look`: doses, other windows and survival curves, for about as much time again. `detector`:
    precision and recall of whatever found the moments, for the attenuation that is told beside the estimate.
    """
    options = Options(detector=dict(detector or {}))
    contribution = estimate(tables, as_of, options, already_dropped=already_dropped)
    document = to_json(contribution) | _yearly(contribution, tables, as_of)
    return document | ({"closer_look": closer_look(tables, as_of, options)} if closer else {})


def is_of(document: Mapping[str, Any] | None, tables: Tables) -> bool:
    """Whether a document was made from these very tables by this version of the method."""
    method = (document or {}).get("method", {})
    return bool(method.get("version") == METHOD_VERSION and method.get("data_sha256") == fingerprint(tables))


def _yearly(contribution: Contribution, tables: Tables, as_of: date) -> dict[str, Any]:
    document: dict[str, Any] = dict(yearly_kpi_blocks(tables.contracts, tables.outcomes, pd.Timestamp(as_of)))
    ledger, without = build_ledger(tables.contracts, tables.outcomes), {}
    years = [calendar_year(int(name.removeprefix("kpi_"))) for name in document]
    for period in (*years, *_longest_spans(ledger, as_of)):
        cohort = open_cohort(ledger, period)
        found = nrr_without_contribution(
            contribution, cohort.opening, cohort.closing, period.opening.date(), period.closing.date()
        )
        if found:
            without[period.name] = found.to_json()
    return document | ({"nrr_without_contribution": without} if without else {})


def _longest_spans(ledger: Ledger, as_of: date) -> list[Period]:
    """Fiscal years, and the twelve months up to each month of the last year: shorter ones hold no whole horizon."""
    if ledger.first_start.empty:
        return []
    spans = spans_between(ledger.first_start.min().date(), as_of)
    recent = [span for span in spans if span.kind == "twelve_months"][-RECENT:]
    return [span.period() for span in spans if span.kind == "fiscal_year" or span in recent]
