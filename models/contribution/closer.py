"""A closer look, on request: doses, other windows, and how long contracts lasted after the call."""

from dataclasses import replace
from datetime import date
from typing import Any

from models.contribution.covariates import covariates
from models.contribution.design import exposure
from models.contribution.dose import dose_effects
from models.contribution.index_calls import index_calls
from models.contribution.inference import Interval
from models.contribution.learners import on_one_thread
from models.contribution.options import ANY, Options
from models.contribution.stability import stability
from models.contribution.survival import survival_curves
from models.contribution.tables import Tables, guard
from models.contribution.verdicts import judge_data, verdict

Json = dict[str, Any]


@on_one_thread
def closer_look(tables: Tables, as_of: date, options: Options) -> Json:
    """`dose` per moment, `other_choices` of window and horizon for `any`, `survival` (descriptive).

    Empty where the data are refused; nothing in it is a claim.
    """
    guarded = guard(tables, as_of)
    rows, _ = index_calls(guarded, options)
    general = judge_data(rows, options.lines)
    moments = tuple(name for name in options.moments if f"n_{name}" in rows and rows[f"n_{name}"].notna().any())
    if verdict(general)[0] == "refuse" or not moments:
        return {}
    known = covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
    plain = replace(options, second_opinion=False)  # nothing here is claimed, so nothing has to be confirmed
    doses = {name: dose_effects(rows, known, name, plain) for name in moments}
    curves = survival_curves(rows, exposure(rows, ANY, moments), guarded)
    return {
        "dose": {
            name: {dose: _interval(result.effects.get("renewal")) for dose, result in found.items()}
            for name, found in doses.items()
        },
        "other_choices": {name: _interval(effect) for name, effect in stability(tables, as_of, options).items()},
        "survival": {
            name: {"days": list(curve.days), "share": list(curve.share), "n": curve.n} for name, curve in curves.items()
        },
    }


def _interval(effect: Interval | None) -> Json | None:
    """Null where it was refused."""
    if effect is None:
        return None
    return {"estimate": effect.estimate, "ci_low": effect.ci_low, "ci_high": effect.ci_high}
