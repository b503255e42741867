"""Small hand-made and random worlds of contracts and outcomes for the tests of figures."""

import random
from datetime import date, timedelta

import pandas as pd

Contract = tuple[str, str, str, int]
Event = tuple[str, str, str, int, int]


def contracts_of(*rows: Contract, due: dict[str, str] | None = None) -> pd.DataFrame:
    """Terms of (contract_id, customer_id, started_on, mrr_yen); `due` by contract id."""
    frame = pd.DataFrame(list(rows), columns=["contract_id", "customer_id", "started_on", "mrr_yen"])
    frame["started_on"] = frame["started_on"].astype("datetime64[s]")
    frame["mrr_yen"] = frame["mrr_yen"].astype("Int64")
    frame["renewal_due_on"] = frame["contract_id"].map(due or {}).astype("datetime64[s]")
    return frame.astype({"contract_id": "string", "customer_id": "string"})


def outcomes_of(*rows: Event, event_ids: list[str] | None = None) -> pd.DataFrame:
    """Events of (contract_id, on, kind, mrr_before_yen, mrr_after_yen)."""
    frame = pd.DataFrame(list(rows), columns=["contract_id", "on", "kind", "mrr_before_yen", "mrr_after_yen"])
    frame["on"] = frame["on"].astype("datetime64[s]")
    if event_ids:
        frame["event_id"] = pd.Series(event_ids, dtype="string")
    types = {"contract_id": "string", "kind": "string", "mrr_before_yen": "Int64", "mrr_after_yen": "Int64"}
    return frame.astype(types)


def random_world(seed: int, customers: int = 60, *, new_ids: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers with one to three contracts, renewed under new ids (or the same), with every kind of event.

    A customer's contracts have their anniversaries months apart, so that no one could take one for the other's renewal.
    """
    rng = random.Random(seed)
    contracts: list[Contract] = []
    events: list[Event] = []
    due: dict[str, str] = {}
    for customer in range(customers):
        for number in range(rng.randint(1, 3)):
            started = date(2023 + rng.randrange(2), 1, 1) + timedelta(days=120 * number + rng.randrange(30))
            _one_contract(rng, (f"K{customer}-{number}", f"C{customer}", started, new_ids), contracts, events, due)
    rng.shuffle(events)
    return contracts_of(*contracts, due=due), outcomes_of(*events)


def _one_contract(
    rng: random.Random,
    identity: tuple[str, str, date, bool],
    contracts: list[Contract],
    events: list[Event],
    due: dict[str, str],
) -> None:
    contract_id, customer_id, started, new_ids = identity
    mrr = rng.randrange(1, 50) * 1000
    for term in range(rng.randint(1, 3)):
        term_id = f"{contract_id}.{term}" if new_ids else contract_id
        end = started + timedelta(days=365)
        contracts.append((term_id, customer_id, started.isoformat(), mrr))
        due[term_id] = end.isoformat()
        day = started
        while (day := day + timedelta(days=rng.randint(20, 200))) < end - timedelta(days=10):
            kind = rng.choice(["upsell", "cross_sell", "downgrade"])
            after = max(0, mrr + rng.randrange(1, 10) * 500 * (-1 if kind == "downgrade" else 1))
            events.append((term_id, day.isoformat(), kind, mrr, after))
            mrr = after
        decided = (end - timedelta(days=rng.randint(0, 8))).isoformat()
        if rng.random() < 0.3:
            events.append((term_id, decided, "churned", mrr, 0))
            return
        events.append((term_id, decided, "renewed", mrr, mrr))
        started = end
