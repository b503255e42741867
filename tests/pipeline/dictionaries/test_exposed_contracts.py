"""What an edit moves between contracts with a moment and the others: counted over terms, each once, in yen."""

from models.scoring import Tally
from pipeline.dictionaries.exposed_contracts import ExposedContracts, exposed_contracts
from pipeline.store.trials import Terms

TERMS = Terms(
    {"C1": ("K1", "2025-01-01"), "C2": ("K1", "2025-01-01"), "C3": ("K2", "2025-04-01")},
    {("K1", "2025-01-01"): 30_000, ("K2", "2025-04-01"): 50_000},
)


def tally(**moments: int) -> Tally:
    return Tally(1, 60_000, {category: {"none": number} for category, number in moments.items()}, {}, 0)


def test_a_term_counts_once_however_many_of_its_calls_hold_the_moment() -> None:
    pairs = [("C1", tally(proposal=2), tally(proposal=1)), ("C2", tally(proposal=1), tally())]
    told = {item.moment: item for item in exposed_contracts(TERMS, pairs)}
    assert told["proposal"] == ExposedContracts("proposal", 1, 1, 30_000, 30_000)
    assert told["any"] == ExposedContracts("any", 1, 1, 30_000, 30_000)


def test_a_term_that_gains_or_loses_its_only_moment_moves_with_what_it_pays() -> None:
    pairs = [("C1", tally(proposal=1), tally(proposal=0)), ("C3", tally(), tally(appeal=1))]
    told = {item.moment: item for item in exposed_contracts(TERMS, pairs)}
    assert told["proposal"] == ExposedContracts("proposal", 1, 0, 30_000, 0)
    assert told["appeal"] == ExposedContracts("appeal", 0, 1, 0, 50_000)
    assert told["any"] == ExposedContracts("any", 1, 1, 30_000, 50_000)
    assert told["enablement"] == ExposedContracts("enablement", 0, 0, 0, 0)


def test_a_call_without_a_contract_counts_nowhere() -> None:
    assert {item.terms_after for item in exposed_contracts(TERMS, [("C9", tally(), tally(appeal=3))])} == {0}
