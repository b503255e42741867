"""In which contracts a moment was heard, and what these pay: what an edit of the dictionary moves between the exposed
contracts and the others, before any estimate. It is no contribution; that needs a new estimate.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from models.scoring import CATEGORIES, Tally
from pipeline.store.trials import Terms

ANY = "any"


@dataclass(frozen=True, slots=True)
class ExposedContracts:
    """Contract terms with at least one call that holds the moment (`any`: one of the three), before and after an edit,
    and the MRR in yen with which these terms began.
    """

    moment: str
    terms_before: int
    terms_after: int
    mrr_before_yen: int
    mrr_after_yen: int


def exposed_contracts(terms: Terms, pairs: Iterable[tuple[str, Tally, Tally]]) -> tuple[ExposedContracts, ...]:
    """For each moment and any of them. `pairs`: call id, what was counted in it, and what would be.

    Calls that were joined to no contract count nowhere.
    """
    before: dict[str, set[tuple[str, str]]] = {moment: set() for moment in (ANY, *CATEGORIES)}
    after: dict[str, set[tuple[str, str]]] = {moment: set() for moment in before}
    for call_id, was, will_be in pairs:
        term = terms.of_call.get(call_id)
        if term is not None:
            for exposed, tally in ((before, was), (after, will_be)):
                for moment in _heard(tally):
                    exposed[moment].add(term)
    return tuple(
        ExposedContracts(
            moment,
            len(before[moment]),
            len(after[moment]),
            sum(terms.mrr_yen[term] for term in before[moment]),
            sum(terms.mrr_yen[term] for term in after[moment]),
        )
        for moment in before
    )


def _heard(tally: Tally) -> list[str]:
    found = [category for category in CATEGORIES if tally.number(category)]
    return [ANY, *found] if found else []
