"""What is counted beforehand is what the calls themselves say, for any month, team, operator and group."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.figures.cohort import open_cohort
from models.figures.ledger import build_ledger
from models.figures.retention import nrr
from models.figures.spans import parse_span
from models.scoring import CATEGORIES, Tally, add
from pipeline.reports.operator_views import missed_moments
from pipeline.reports.talk import talk_of
from pipeline.store import kept, reports, tables
from pipeline.store.connect import Connection, Store
from pipeline.store.kept import Slice
from pipeline.store.pages import Pins, Within
from pipeline.store.scores import each_tally
from tests.api.world import Said, fill, plain_calls, say, telling_call

OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))
CALLS = [telling_call(), *plain_calls(12, "OP-002", "高橋", 5), Said("no-row", telling_call().utterances)]


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    fill(store, CALLS)
    with store.reading() as connection:
        yield connection


def tallies(connection: Connection) -> dict[str, Tally]:
    body = reports.latest_report(connection)
    assert body is not None
    pins = Pins.of_report(body)
    return {call.call_id: tally for call, tally in each_tally(connection, pins.speech, pins.tagging, pins.formula)}


def only(connection: Connection, **wanted: Any) -> kept.Counts:
    (found,) = kept.conversation_sums(connection, Slice(*OCTOBER, **wanted), ("month",)).values()
    return found


def test_the_sums_are_those_of_the_calls(connection: Connection) -> None:
    counted = tallies(connection)
    total = add(tally for call_id, tally in counted.items() if call_id != "no-row")  # its month is unknown
    found = only(connection)
    assert (found["calls"], found["known"], found["matched"]) == (13, 13, 13)
    assert found["operator_speech_ms"] == total.operator_speech_ms
    for category in CATEGORIES:
        assert sum(found[f"{category}_{reaction}"] for reaction in total.moments[category]) == total.number(category)
    assert {label: found[label] for label in total.signals} == dict(total.signals)
    proposals = [tally.number("proposal") for tally in counted.values()][:-1]
    assert found["proposal_calls"] == sum(number > 0 for number in proposals)
    assert found["proposal_squares"] == sum(number * number for number in proposals)


def test_an_utterance_counts_unless_it_is_a_back_channel_or_suspect(connection: Connection) -> None:
    # the telling call has six of the operator, one of them suspect; each plain call has two
    assert only(connection)["utterances"] == 5 + 12 * 2
    assert only(connection)["utterance_squares"] == 25 + 12 * 4
    assert only(connection)["proposal_cross"] == 1 * 5 + 4 * 2


def test_rates_are_of_calls_in_which_an_operator_is_known_to_speak(store: Store) -> None:
    unknown = (say("unknown", 0, 2_000, "お電話ありがとうございます。"), say("customer", 3_000, 5_000, "はい。"))
    mono = [replace(call, call_id=f"{call.call_id}-m", utterances=unknown, moments=()) for call in CALLS[1:11]]
    fill(store, [*CALLS[:4], *mono])
    with store.reading() as connection:
        found = only(connection)
    assert (found["calls"], found["spoken"]) == (14, 4)
    rate = talk_of(found).moments["proposal"].rate
    assert rate is not None and rate.low is None  # of four calls
    colleagues = {**found, "spoken": 20, "enablement_calls": 20}
    assert missed_moments({"使い方": found}, {"使い方": colleagues}) == []  # four calls say nothing about a habit
    (missed,) = missed_moments({"使い方": {**found, "spoken": 10}}, {"使い方": colleagues})
    assert (missed.category, missed.calls) == ("enablement", 10)


def test_a_team_an_operator_and_a_group_are_counted_apart(connection: Connection) -> None:
    assert only(connection, team="第一課")["calls"] == 1
    assert only(connection, operator_id="OP-002")["calls"] == 12
    assert only(connection, dimension="plan", value="ベーシック")["calls"] == 13
    assert only(connection, dimension="reason", value="使い方", team="第一課")["enablement_welcomed"] == 1
    assert kept.conversation_sums(connection, Slice(*OCTOBER, dimension="region"), ("month",)) == {}
    by_operator = kept.conversation_sums(connection, Slice(*OCTOBER), ("operator_id", "team"))
    assert list(by_operator) == [("OP-002", "第二課"), ("OP-017", "第一課")]


def test_what_lies_beyond_ones_reach_is_not_counted(connection: Connection) -> None:
    assert only(connection, within=Within(frozenset(), frozenset({"第一課"})))["calls"] == 1
    assert only(connection, within=Within(frozenset({"OP-002"})))["calls"] == 12
    assert kept.conversation_sums(connection, Slice(*OCTOBER, within=Within()), ("month",)) == {}


def test_months_are_those_of_tokyo(store: Store) -> None:
    late = plain_calls(1, "OP-1", "", 5)[0]
    late.row["started_at"] = late.row["started_at"].replace(month=9, day=30, hour=15, minute=30)  # type: ignore[attr-defined]
    fill(store, [late])
    with store.reading() as connection:
        assert list(kept.conversation_sums(connection, Slice(*OCTOBER), ("month",))) == [(date(2026, 10, 1),)]


def test_retention_is_kept_as_it_would_be_counted(connection: Connection) -> None:
    loads = tables.current_loads(connection)
    contracts, outcomes = (tables.read_table(connection, kind, loads[kind]) for kind in ("contracts", "outcomes"))
    cohort = open_cohort(build_ledger(contracts, outcomes), parse_span("12M-2026-10").period())
    sums = kept.figure_sums(connection, ["12M-2026-10"], ["all", "plan"])
    whole = sums[("12M-2026-10", "all", "")]
    assert whole["closing_yen"] / whole["opening_yen"] == nrr(cohort).value
    assert (whole["n"], whole["churned"], whole["expanded"]) == (13, 2, 1)
    assert sums[("12M-2026-10", "plan", "ベーシック")]["n"] == 13


def test_what_is_kept_belongs_to_the_newest_report_alone(store: Store) -> None:
    fill(store, CALLS)
    with store.writing() as connection:
        facts = kept.kept_facts(connection)
        assert (
            facts is not None and facts["teams"] == ["第一課", "第二課"] and facts["groups"] == {"plan": ["ベーシック"]}
        )
        assert (facts["first_month"], facts["last_month"], facts["as_of"]) == ("2026-10-01", "2026-10-01", "2026-10-28")
        body = reports.latest_report(connection)
        assert body is not None
        reports.save_report(connection, body["run_id"], body)
        assert kept.kept_facts(connection) is None
