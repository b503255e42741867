"""A list that was made once is shown again, to those who may see it, until the next night's counts are shown."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from models.figures.spans import Span, parse_span
from pipeline.reports import operator_lists as subject
from pipeline.reports.operator_lists import OperatorLists
from pipeline.reports.operator_views import OperatorRow, operator_rows
from pipeline.store import kept
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Within
from pipeline.store.reports import latest_report, save_report
from pipeline.store.schema import reports
from tests.api.world import fill, plain_calls, telling_call

OCTOBER = parse_span("2026-10")
OWN = Within(operators=frozenset({"OP-002"}))


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, [telling_call(), *plain_calls(12, "OP-002", "高橋", 5)])
    return store


def facts_of(connection: Connection) -> dict[str, Any]:
    facts = kept.kept_facts(connection)
    assert facts is not None
    return facts


def listed(
    lists: OperatorLists, store: Store, span: Span = OCTOBER, within: Within | None = None, team: str | None = None
) -> list[OperatorRow]:
    with store.reading() as connection:
        return lists.rows(connection, facts_of(connection), span, within, team)


def next_night(store: Store) -> None:
    """The same report and facts again, under another number."""
    with store.writing() as connection:
        body, facts = latest_report(connection), facts_of(connection)
        assert body is not None
        save_report(connection, body["run_id"], body)
        kept.show(connection, body["run_id"], facts)


def test_the_list_is_that_of_the_counts_and_made_once(filled: Store) -> None:
    lists = OperatorLists()
    first = listed(lists, filled)
    with filled.reading() as connection:
        assert first == operator_rows(connection, facts_of(connection), OCTOBER, None)
    assert len(first) == 2
    assert listed(lists, filled) is first


def test_nobody_is_given_what_was_made_for_a_wider_reach(filled: Store) -> None:
    lists = OperatorLists()
    everybody = [row.operator_id for row in listed(lists, filled)]
    assert [row.operator_id for row in listed(lists, filled, within=OWN)] == ["OP-002"] != everybody
    assert listed(lists, filled, within=Within()) == []


def test_periods_and_teams_have_lists_of_their_own(filled: Store) -> None:
    lists = OperatorLists()
    assert listed(lists, filled) and not listed(lists, filled, parse_span("2026-09"))
    assert not listed(lists, filled, team="ない課")


def test_the_next_night_is_counted_anew(filled: Store) -> None:
    lists = OperatorLists()
    before = listed(lists, filled)
    next_night(filled)
    after = listed(lists, filled)
    assert after is not before and after == before


def test_a_store_that_was_restored_is_counted_anew(filled: Store) -> None:
    lists = OperatorLists()
    before = listed(lists, filled)
    with filled.writing() as connection:
        made_at = connection.execute(sa.select(sa.func.max(reports.c.made_at))).scalar_one()
        connection.execute(sa.update(reports).values(made_at=made_at.replace(year=2020)))
    assert listed(lists, filled) is not before


def test_what_was_made_while_a_night_ended_is_not_kept(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = OperatorLists()
    made: list[Span] = []

    def overtaken(
        connection: Connection, facts: Mapping[str, Any], span: Span, within: Within | None, team: str | None
    ) -> list[OperatorRow]:
        made.append(span)
        if len(made) == 1:
            next_night(filled)
            listed(lists, filled, parse_span("2026-09"))  # another reader, who sees the new night already
        return operator_rows(connection, facts, span, within, team)

    monkeypatch.setattr(subject, "operator_rows", overtaken)
    late = listed(lists, filled)
    assert late and listed(lists, filled) is not late


def test_only_so_many_are_kept_and_the_longest_unwanted_goes(filled: Store) -> None:
    lists = OperatorLists(most=2)
    october = listed(lists, filled)
    september = listed(lists, filled, parse_span("2026-09"))
    assert listed(lists, filled) is october
    listed(lists, filled, parse_span("2026-08"))
    assert listed(lists, filled) is october
    assert listed(lists, filled, parse_span("2026-09")) is not september
