"""The whole estimate, top to bottom: tables in, effects or refusals out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from models.contribution.covariates import Covariates, covariates
from models.contribution.design import build_design
from models.contribution.experiment import Experiment, analyse_experiment
from models.contribution.hazard import Hazard, churn_hazard
from models.contribution.index_calls import index_calls
from models.contribution.inference import holm
from models.contribution.learners import on_one_thread
from models.contribution.moments import PRIMARY, MomentEstimate, estimate_moment
from models.contribution.operators import OperatorPage, operator_page
from models.contribution.options import ANY, METHOD_VERSION, Options
from models.contribution.placebo import Placebo, placebos
from models.contribution.tables import OUTCOMES, Tables, guard
from models.contribution.text import Message
from models.contribution.verdicts import (
    EXPERIMENT,
    NO_OUTCOMES,
    NO_PLACEBO,
    PLACEBO_FAILED,
    Finding,
    Status,
    judge_data,
    refuse,
    verdict,
)

CLAIM_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Contribution:
    """The answer. `rows` is the analysis table that it rests on (one row per term, see `index_calls`),
    `known` what was known before each call."""

    status: Status
    messages: tuple[Message, ...]
    as_of: date
    dropped: Mapping[str, int]
    moments: dict[str, MomentEstimate]
    operators: OperatorPage
    experiment: Experiment | None
    hazard: Hazard | None  # of `any`, for month-to-month contracts; None where its effect is refused
    rows: pd.DataFrame
    known: Covariates
    data_sha256: str
    options: Options
    method: str = METHOD_VERSION


@on_one_thread
def estimate(
    tables: Tables, as_of: date, options: Options | None = None, already_dropped: Mapping[str, int] | None = None
) -> Contribution:
    """Estimate what support contributed by `as_of`.

    Bad rows are left out and counted (`already_dropped`: by whoever read the tables), thin data is refused in words.
    """
    options = options or Options()
    guarded = guard(tables, as_of)
    rows, dropped = index_calls(guarded, options)
    dropped.update(already_dropped or {})
    known = covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
    moments = tuple(name for name in options.moments if f"n_{name}" in rows and rows[f"n_{name}"].notna().any())
    settled = guarded.terms.empty or bool(guarded.outcomes["kind"].isin(OUTCOMES).any())
    general = _general(rows, moments, options, settled=settled)
    results = _estimates(rows, known, moments, general, options)
    status, messages = _overall(list(results.values()), general)
    return Contribution(
        status=status,
        messages=messages,
        as_of=as_of,
        dropped=dropped,
        moments=results,
        operators=operator_page(rows, known, results.get(ANY), _page_findings(results, general), options),
        experiment=analyse_experiment(rows, moments, options),
        hazard=_hazard(rows, known, as_of, results, replace(options, moments=moments)),
        rows=rows,
        known=known,
        data_sha256=fingerprint(tables),
        options=options,
    )


def _hazard(
    rows: pd.DataFrame, known: Covariates, as_of: date, results: dict[str, MomentEstimate], options: Options
) -> Hazard | None:
    team = results.get(ANY)
    if team is None or team.checks is None or not rows["renewal_due_on"].isna().any():
        return None
    return churn_hazard(build_design(ANY, rows, known, options.moments), as_of, options)


def _general(rows: pd.DataFrame, moments: tuple[str, ...], options: Options, *, settled: bool) -> list[Finding]:
    """What holds for every moment. `settled`: whether the renewal or the end of any of the contracts is on record."""
    if not settled:
        return [NO_OUTCOMES]
    findings = judge_data(rows, options.lines)
    if not moments:
        findings.append(
            refuse(
                "no_moments",
                "通話表に場面の列(n_proposal など)がありません。通話を解析するか、列を加えてください。",
                "The calls table has no columns of moments (n_proposal …). Analyse the calls, or add the columns.",
            )
        )
    return findings


def _estimates(
    rows: pd.DataFrame, known: Covariates, moments: tuple[str, ...], general: list[Finding], options: Options
) -> dict[str, MomentEstimate]:
    """Every moment and `any`, gated by the placebo and, for claims, by Holm over all of them."""
    names = tuple(name for name in (*moments, ANY) if not options.only or name in options.only) if moments else ()
    if verdict(general)[0] == "refuse":
        status, messages = verdict(general)
        return {name: MomentEstimate(name, status, messages, tuple(general)) for name in (names or (ANY,))}
    designs = [build_design(name, rows, known, moments) for name in names]
    results = {design.name: estimate_moment(design, general, options) for design in designs}
    tests = placebos([design for design in designs if results[design.name].status != "refuse"], options)
    gate = _placebo_gate([test for group in tests.values() for test in group])
    claims = _claims(results)
    return {
        name: result if result.status == "refuse" else result.gated(gate, tests[name], claims[name])
        for name, result in results.items()
    }


def _placebo_gate(tests: list[Placebo]) -> list[Finding]:
    if not tests:
        return [NO_PLACEBO]
    return [PLACEBO_FAILED] if any(test.failed for test in tests) else []


def _claims(results: dict[str, MomentEstimate]) -> dict[str, frozenset[str]]:
    """Which outcomes may be called an effect: Holm over moments × (renewal, MRR change).

    An upsell may be only where the MRR change of the same moment is, and after Holm over the moments.
    """
    shown = {name: result for name, result in results.items() if result.status != "refuse"}
    family = holm({(name, outcome): result.effects[outcome].p for name, result in shown.items() for outcome in PRIMARY})
    upsell = holm({name: result.effects["upsell"].p for name, result in shown.items()})
    claims = {name: {outcome for outcome in PRIMARY if family[name, outcome] < CLAIM_LEVEL} for name in shown}
    for name, kept in claims.items():
        if "mrr_delta_yen" in kept and upsell[name] < CLAIM_LEVEL:
            kept.add("upsell")
    return {name: frozenset(claims.get(name, ())) for name in results}


def _overall(results: list[MomentEstimate], general: list[Finding]) -> tuple[Status, tuple[Message, ...]]:
    """Refused if every moment is; warned about if any moment is not ok."""
    if all(result.status == "refuse" for result in results):
        messages = dict.fromkeys(message for result in results for message in result.messages)
        return "refuse", verdict(general)[1] if verdict(general)[0] == "refuse" else _last(messages)
    if all(result.status == "ok" for result in results):
        return "ok", ()
    return "warn", _last(dict.fromkeys(message for result in results for message in result.messages))


def _last(messages: dict[Message, None]) -> tuple[Message, ...]:
    """The offer of an experiment comes once, at the end."""
    return (*(message for message in messages if message != EXPERIMENT), EXPERIMENT)


def _page_findings(results: dict[str, MomentEstimate], general: list[Finding]) -> list[Finding]:
    """The operators' page shares what is said about the whole data set, a failed placebo included."""
    shared = (PLACEBO_FAILED, NO_PLACEBO)
    gate = [finding for result in results.values() for finding in result.findings if finding in shared]
    return [*general, *dict.fromkeys(gate)]


def fingerprint(tables: Tables) -> str:
    """SHA-256 over the four tables, columns in order of name: the same data give the same fingerprint."""
    digest = hashlib.sha256()
    for frame in (tables.calls, tables.contracts, tables.outcomes, tables.snapshots):
        ordered = frame.reindex(columns=sorted(map(str, frame.columns)))
        digest.update(ordered.to_csv(index=False).encode())
    if tables.holes:
        digest.update("\n".join(sorted(tables.holes)).encode())
    return digest.hexdigest()
