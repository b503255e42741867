"""Calls joined to the contract term in force and its outcome. How each was joined is kept; nothing is guessed.

A call's contract is found by the first rule that knows it:

1. `contract` – its contract id;
2. `customer` – its customer id, if exactly one line of that customer is running on the day of the call
   (else `ambiguous`; if none is running, the line that ran last);
3. `phone` – its number, if exactly one customer has it, from `PHONE_WINDOW_DAYS` before the customer's first start
   until as long after the last outcome; then as by customer id.

Ids whose leading zeros a spreadsheet has eaten are found again where all known ids have one length; this is counted.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.figures.ledger import Ledger, build_ledger
from pipeline.language import Text
from pipeline.outcomes.terms import term_outcomes

PHONE_WINDOW_DAYS = 180
LATE_DAYS = 120  # an outcome later than this after the call is not counted as following from it

JOIN_TEXTS: dict[str, Text] = {
    "calls": Text("通話", "calls"),
    "matched": Text("契約に結び付いた通話", "calls joined to a contract"),
    "by_contract": Text("契約IDで結合", "joined by contract id"),
    "by_customer": Text("顧客IDで結合", "joined by customer id"),
    "by_phone": Text("電話番号で結合", "joined by phone number"),
    "calls_without_customer": Text("顧客がわからない通話", "calls without a known customer"),
    "calls_of_unknown_contract": Text("契約表にない契約IDの通話", "calls naming a contract that is not in the table"),
    "customers_without_contract": Text("契約表にない顧客の通話", "calls of customers without a contract"),
    "ambiguous": Text("候補が複数あり結び付けなかった通話", "calls with several candidates, left unjoined"),
    "time_unknown": Text("日時が不明な通話", "calls without a time"),
    "after_outcome": Text("成果の当日以降の通話(効果には使わない)", "calls on or after the day of the outcome"),
    "late": Text(f"成果が {LATE_DAYS} 日より後の通話", f"calls whose outcome came more than {LATE_DAYS} days later"),
    "pending": Text("まだ成果の出ていない契約の通話", "calls whose term has no outcome yet"),
    "outcomes": Text("成果", "outcomes"),
    "outcomes_without_call": Text("通話のない契約の成果", "outcomes of contracts without a call"),
    "outcomes_of_unknown_contract": Text("契約表にない契約の成果", "outcomes of contracts that are not in the table"),
    "outcomes_before_start": Text("契約開始より前の日付の成果", "outcomes dated before their contract began"),
    "leading_zeros_restored": Text("先頭のゼロを補ったID", "ids given back their leading zeros"),
}


@dataclass(frozen=True, slots=True)
class JoinReport:
    """`counts` by the codes of `JOIN_TEXTS`. MRR of all lines on the last day of the data, and of those with a call."""

    counts: dict[str, int]
    mrr_yen: int
    mrr_covered_yen: int

    @property
    def mrr_share_covered(self) -> float | None:
        """Share of the MRR that has at least one joined call; None where there is no MRR."""
        return self.mrr_covered_yen / self.mrr_yen if self.mrr_yen else None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "counts": dict(self.counts),
            "mrr_yen": self.mrr_yen,
            "mrr_covered_yen": self.mrr_covered_yen,
            "mrr_share_covered": self.mrr_share_covered,
        }


@dataclass(frozen=True, slots=True)
class JoinResult:
    """`calls`: the calls in their order, with what they were joined to in further columns:

    joined_customer_id, joined_contract_id, term_started_on (NaT/NA where unjoined); join_rule (contract, customer,
    phone); join_status (matched, ambiguous, no_customer, no_contract); outcome (renewed, churned or NA), outcome_on,
    days_to_outcome, outcome_timing (before, late, pending, after_outcome, time_unknown).
    """

    calls: pd.DataFrame
    report: JoinReport


class Joiner:
    """Joins calls with the contracts and outcomes of a ledger, as many at a time as the caller likes.

    Each call is joined by itself, so that the parts give what the whole would. `report` is of all joined so far.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._terms = term_outcomes(ledger)
        self._contracts = _Known.of(self._terms["contract_id"])
        self._customers = _Known.of(self._terms["customer_id"])
        self._numbers = _numbers(self._terms)
        self._counts: Counter[str] = Counter()
        self._with_call: set[str] = set()

    def join(self, calls: pd.DataFrame) -> pd.DataFrame:
        """The calls in their order with the columns of `JoinResult.calls`; they count in the report."""
        terms = self._terms
        frame = calls.reset_index(drop=True)
        day = frame["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None).dt.normalize()
        day = day.astype("datetime64[s]")
        contract, zeros_contract = self._contracts.find(frame["contract_id"])
        customer, zeros_customer = self._customers.find(frame["customer_id"])
        by_phone, phone_ambiguous = _customer_by_phone(frame["phone"].where(customer.isna()), day, self._numbers)
        rule = pd.Series(
            np.select([contract.notna(), customer.notna(), by_phone.notna()], ["contract", "customer", "phone"], ""),
            index=frame.index,
        )
        customer = customer.fillna(by_phone)
        term, several = _term_of_customer(customer.where(contract.isna()), day, terms)
        term = term.fillna(_term_of_contract(contract, day, terms))
        frame = _joined(frame, day, customer, rule, term, several | phone_ambiguous, terms)
        self._counts.update(_counts(frame, contract), leading_zeros_restored=zeros_contract + zeros_customer)
        self._with_call.update(frame["joined_contract_id"].dropna())
        return frame

    @property
    def report(self) -> JoinReport:
        """What was joined so far, and what of contracts and outcomes no call was joined to."""
        events, uncovered = self._ledger.events, self._ledger.uncovered
        counts = self._counts.copy()
        counts.update(
            outcomes=len(events) + uncovered["unknown_contract"] + uncovered["before_start"],
            outcomes_without_call=int((~events["contract_id"].isin(self._with_call)).sum()),
            outcomes_before_start=uncovered["before_start"],
            outcomes_of_unknown_contract=uncovered["unknown_contract"],
        )
        mrr, covered = _covered_mrr(self._with_call, self._ledger)
        return JoinReport({code: counts[code] for code in JOIN_TEXTS}, mrr, covered)


def join_calls(calls: pd.DataFrame, contracts: pd.DataFrame, outcomes: pd.DataFrame) -> JoinResult:
    """Join canonical tables. The day of a call is its day in Tokyo; an outcome on the same day is not after it."""
    joiner = Joiner(build_ledger(contracts, outcomes))
    return JoinResult(joiner.join(calls), joiner.report)


@dataclass(frozen=True, slots=True)
class _Known:
    """The ids of the contracts table; `length` where all are digits of one length, else 0."""

    ids: "pd.Index[Any]"
    length: int

    @classmethod
    def of(cls, known: "pd.Series[Any]") -> "_Known":
        ids = pd.Index(known.dropna().unique())
        lengths = ids.str.len().unique()
        return cls(ids, int(lengths[0]) if len(lengths) == 1 and ids.str.isdigit().all() else 0)

    def find(self, ids: "pd.Series[Any]") -> "tuple[pd.Series[Any], int]":
        """Each id as the contracts write it (NA if they do not know it), and how many got leading zeros back."""
        found = ids.where(ids.isin(self.ids))
        if not self.length:
            return found, 0
        padded = ids.where(found.isna()).str.zfill(self.length)
        padded = padded.where(padded.isin(self.ids))
        return found.fillna(padded), int(padded.notna().sum())


def _numbers(terms: pd.DataFrame) -> pd.DataFrame:
    """phone, customer_id, and from the customer's first start (`first`) to the last day of a line (`last`)."""
    span = terms.groupby("customer_id").agg(first=("started_on", "min"), last=("running_until", "max"))
    return terms[["phone", "customer_id"]].dropna().drop_duplicates().join(span, on="customer_id")


def _customer_by_phone(
    phone: "pd.Series[Any]", day: "pd.Series[Any]", numbers: pd.DataFrame
) -> "tuple[pd.Series[Any], pd.Series[bool]]":
    """The one customer with that number in whose time window the call falls; and which calls had several."""
    window = pd.Timedelta(days=PHONE_WINDOW_DAYS)
    pairs = pd.DataFrame({"phone": phone, "day": day, "call": phone.index}).dropna().merge(numbers, on="phone")
    inside = (pairs["day"] >= pairs["first"] - window) & ~(pairs["day"] > pairs["last"] + window)
    pairs = pairs[inside].drop_duplicates(["call", "customer_id"])
    several = pairs["call"].duplicated(keep=False)
    one = pairs[~several].set_index("call")["customer_id"].reindex(phone.index)
    return one.astype("string"), pd.Series(phone.index.isin(pairs.loc[several, "call"]), index=phone.index)


def _term_of_contract(contract: "pd.Series[Any]", day: "pd.Series[Any]", terms: pd.DataFrame) -> "pd.Series[Any]":
    """Row of `terms`: the contract's last term begun by the day of the call, else its first."""
    first = terms.reset_index().drop_duplicates("contract_id").set_index("contract_id")["index"]
    found = _last_started(pd.DataFrame({"contract_id": contract, "day": day}), terms, by="contract_id")
    return found.fillna(first.reindex(contract).set_axis(contract.index))


def _last_started(calls: pd.DataFrame, terms: pd.DataFrame, *, by: str) -> "pd.Series[Any]":
    left = calls.dropna().sort_values("day")
    right = terms.reset_index(names="term")[[by, "started_on", "term"]]
    right = right[right[by].isin(left[by].unique())].sort_values("started_on")
    if left.empty:
        return pd.Series(np.nan, index=calls.index)
    found = pd.merge_asof(left, right, left_on="day", right_on="started_on", by=by)["term"].set_axis(left.index)
    return found.reindex(calls.index)


def _term_of_customer(
    customer: "pd.Series[Any]", day: "pd.Series[Any]", terms: pd.DataFrame
) -> "tuple[pd.Series[Any], pd.Series[bool]]":
    """Row of `terms` for calls known by customer only, and which of them meet several running lines."""
    lines = terms[["customer_id", "line"]].drop_duplicates()
    pairs = pd.DataFrame({"customer_id": customer, "day": day, "call": customer.index}).dropna(subset="customer_id")
    pairs = pairs.merge(lines, on="customer_id").reset_index(drop=True)
    pairs["term"] = _last_started(pairs[["line", "day"]], terms, by="line")
    first = terms.reset_index().drop_duplicates("line").set_index("line")["index"]
    begun = pairs["term"].notna()
    pairs["term"] = pairs["term"].fillna(first.reindex(pairs["line"]).set_axis(pairs.index))
    until = terms["running_until"].reindex(pairs["term"]).set_axis(pairs.index)
    pairs["running"] = begun & ~(until < pairs["day"])
    pairs["until"] = until.where(begun)
    running = pairs.groupby("call")["running"].transform("sum")
    alone = pairs.groupby("call")["line"].transform("size") == 1
    several = pairs.loc[(running > 1) | (pairs["day"].isna() & ~alone), "call"].unique()
    ordered = pairs[~pairs["call"].isin(several)].sort_values(["running", "until"], na_position="first")
    chosen = ordered.drop_duplicates("call", keep="last").set_index("call")["term"]
    return chosen.reindex(customer.index), pd.Series(customer.index.isin(several), index=customer.index)


def _joined(
    frame: pd.DataFrame,
    day: "pd.Series[Any]",
    customer: "pd.Series[Any]",
    rule: "pd.Series[Any]",
    term: "pd.Series[Any]",
    ambiguous: "pd.Series[bool]",
    terms: pd.DataFrame,
) -> pd.DataFrame:
    of_term = terms.reindex(term).set_axis(frame.index)
    matched = term.notna()
    no_customer = customer.isna() & frame["customer_id"].isna()
    status = np.select([matched, ambiguous, no_customer], ["matched", "ambiguous", "no_customer"], "no_contract")
    days = (of_term["outcome_on"] - day).dt.days
    timing = np.select(
        [~matched, day.isna(), of_term["outcome_on"].isna(), days <= 0, days > LATE_DAYS],
        ["", "time_unknown", "pending", "after_outcome", "late"],
        "before",
    )
    return frame.assign(
        joined_customer_id=of_term["customer_id"].fillna(customer).astype("string"),
        joined_contract_id=of_term["contract_id"].astype("string"),
        term_started_on=of_term["started_on"],
        join_rule=rule.where(matched).astype("string"),
        join_status=pd.Series(status, index=frame.index, dtype="string"),
        outcome=of_term["outcome"].astype("string"),
        outcome_on=of_term["outcome_on"],
        days_to_outcome=days.astype("Int64"),
        outcome_timing=pd.Series(timing, index=frame.index, dtype="string").replace("", pd.NA),
    )


def _counts(frame: pd.DataFrame, contract: "pd.Series[Any]") -> dict[str, int]:
    status, rule, timing = frame["join_status"], frame["join_rule"], frame["outcome_timing"]
    return {
        "calls": len(frame),
        "matched": int((status == "matched").sum()),
        "by_contract": int((rule == "contract").sum()),
        "by_customer": int((rule == "customer").sum()),
        "by_phone": int((rule == "phone").sum()),
        "calls_without_customer": int((status == "no_customer").sum()),
        "calls_of_unknown_contract": int((frame["contract_id"].notna() & contract.isna()).sum()),
        "customers_without_contract": int((status == "no_contract").sum()),
        "ambiguous": int((status == "ambiguous").sum()),
        "time_unknown": int(frame["started_at"].isna().sum()),
        "after_outcome": int((timing == "after_outcome").sum()),
        "late": int((timing == "late").sum()),
        "pending": int((timing == "pending").sum()),
    }


def _covered_mrr(with_call: Set[str], ledger: Ledger) -> tuple[int, int]:
    """MRR the day after the last step of the data: of all lines, and of lines with a joined call."""
    if ledger.steps.empty:
        return 0, 0
    mrr = ledger.line_mrr(ledger.steps["effective_on"].max())
    lines = ledger.terms.loc[ledger.terms["contract_id"].isin(with_call), "line"]
    return int(mrr.sum()), int(mrr[mrr.index.isin(lines)].sum())
