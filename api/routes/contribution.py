"""What support contributed: one page for each moment and for all together, with everything that stands behind it."""

from typing import Any, Literal, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import checks
from api.charts import scale_around
from api.deps import NewestDep, PagesDep
from pipeline.reports.explained import dropped_texts, estimate_options

pages = APIRouter()
api = APIRouter()

Exposure = Literal["any", "appeal", "enablement", "proposal", "success_phrase"]
SUBGROUPS = ("by_reason", "by_plan", "by_tier")


@pages.get("/contribution")
def show_whole() -> Response:
    """The team's figure comes first."""
    return RedirectResponse("/contribution/any", status_code=307)


@pages.get("/contribution/{exposure}", response_class=HTMLResponse)
def show_contribution(request: Request, pages: PagesDep, newest: NewestDep, exposure: Exposure) -> Response:
    """One estimate: how it reads, how it was checked, what was left out. A refused one is its reason."""
    if newest is None:
        return pages.render(request, "start.html", section="contribution")
    document = newest.get("contribution")
    if not document:
        return pages.render(request, "contribution_none.html", section="contribution")
    moment = document.get("moments", {}).get(exposure)
    return pages.render(
        request,
        "contribution_page.html",
        section="contribution",
        body=newest,
        document=document,
        exposure=exposure,
        exposures=get_args(Exposure),
        moment=moment,
        drawn=_drawn(document, exposure, moment) if moment and "diagnostics" in moment else None,
        lines=estimate_options().lines,
        dropped_texts=dropped_texts(),
    )


def _drawn(document: dict[str, Any], exposure: Exposure, moment: dict[str, Any]) -> dict[str, Any]:
    diagnostics = moment["diagnostics"]
    look = document.get("closer_look", {})
    doses = look.get("dose", {}).get(exposure, {})
    choices = look.get("other_choices", {}) if exposure == "any" else {}
    retained = checks.retained(document) if exposure == "any" else []
    groups = {name: moment[name] for name in SUBGROUPS if moment.get(name)}
    return {
        "renewal_scale": checks.renewal_scale(moment),
        "yen_scale": scale_around(moment["yen_total_per_year"][name] for name in ("estimate", "ci_low", "ci_high")),
        "likeness": checks.likeness(diagnostics),
        "balance_scale": checks.balance_scale(diagnostics),
        "placebo_scale": checks.shared_scale(diagnostics["placebo"]),
        "groups": groups,
        "group_scale": checks.shared_scale(effect for levels in groups.values() for effect in levels.values()),
        "doses": doses,
        "choices": choices,
        "further_scale": checks.shared_scale([*doses.values(), *choices.values(), moment["renewal"]]),
        "retained": retained,
        "retained_scale": checks.retained_scale(retained) if retained else None,
        "survival": checks.survival(look.get("survival", {})) if exposure == "any" else {},
        "covariate_name": checks.covariate_name,
    }
