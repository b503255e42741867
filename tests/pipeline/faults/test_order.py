"""C6, C8, G3, G5: outcomes and calls in any order, operators who change, a database that goes away, work that comes
back twice."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.errors import ExitCode, KoukenError
from pipeline.processes.workers import Done, Work
from pipeline.store.schema import call_contracts, reports
from pipeline.store.teams import memberships
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, QUICK, Centre, small_centre
from tests.pipeline.faults import inline
from tests.postgres import Server

pytestmark = pytest.mark.fault
CONTRACTS = (
    "contract_id,customer_id,started_on,mrr_yen,renewal_due_on\n"
    "K1,U1,2025-11-01,50000,2026-10-31\nK2,U2,2025-11-01,30000,2026-10-31\n"
)
OUTCOMES = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\nK2,2026-10-27,renewed,30000,30000\n"
RENEWED = "K1,2026-10-28,renewed,50000,50000\n"
CHURNED = "K1,2026-10-28,churned,50000,0\n"
FIRST = "b,2026-10-02 10:00,OP1,b.wav,K2\n"
CALL = "a,2026-08-28 14:05,OP1,a.wav,K1\n"  # its outcome comes two months later


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


def joined(centre: Centre, call_id: str) -> tuple[Any, Any]:
    """What the last night knows of the call's contract: its outcome, and when that came."""
    with centre.open() as store, store.reading() as connection:
        query = sa.select(call_contracts.c.outcome, call_contracts.c.outcome_timing)
        row = connection.execute(query.where(call_contracts.c.call_id == call_id)).one()
    return row.outcome, row.outcome_timing


def bodies(centre: Centre) -> list[dict[str, Any]]:
    with centre.open() as store, store.reading() as connection:
        return list(connection.execute(sa.select(reports.c.body).order_by(reports.c.report_id)).scalars())


def test_c6_outcome_is_joined_whenever_it_comes_and_whatever_becomes_of_it(quick_centre: Centre) -> None:
    centre = quick_centre
    centre.record("b.wav", PLAIN)
    centre.night(FIRST, contracts=CONTRACTS, outcomes=OUTCOMES + RENEWED)  # the outcome is there before its call
    counts = centre.report["coverage"]["join"]["counts"]
    assert (counts["outcomes_without_call"], counts["outcomes_of_unknown_contract"]) == (1, 0)
    centre.record("a.wav", PROPOSAL)
    centre.night(FIRST + CALL, contracts=CONTRACTS, outcomes=OUTCOMES + RENEWED)
    assert joined(centre, "a") == ("renewed", "before")
    assert centre.report["coverage"]["join"]["counts"]["outcomes_without_call"] == 0
    centre.night(FIRST + CALL, contracts=CONTRACTS, outcomes=OUTCOMES + CHURNED)  # it was entered wrongly
    assert joined(centre, "a") == ("churned", "before")
    centre.night(FIRST + CALL, contracts=CONTRACTS, outcomes=OUTCOMES)  # it was deleted
    assert joined(centre, "a") == (None, "pending")
    before = bodies(centre)
    centre.night(FIRST + CALL, contracts=CONTRACTS, outcomes=OUTCOMES + RENEWED)
    assert joined(centre, "a") == ("renewed", "before")
    assert bodies(centre)[:4] == before  # every earlier report stands as it was, with its own "as of"
    assert [body["figures"][0]["as_of"] for body in bodies(centre)] == ["2026-10-28"] * 3 + ["2026-10-27", "2026-10-28"]
    assert sorted(fake_speech.transcribed(centre.archive)) == ["a.wav", "b.wav"]


OPERATORS = "call_id,started_at,operator_id,operator_name,team,recording\n"
ROWS = (
    "a,2026-10-02 10:00,OP1,佐藤,一課,a.wav\n"
    "b,2026-10-15 10:00,OP1,鈴木,二課,b.wav\n"  # another name since the wedding, another team since mid-month
    "c,2026-10-16 10:00,OP2,鈴木,二課,c.wav\n"  # another person of that name
)


def test_c8_operators_are_told_apart_by_id_and_belong_to_the_team_of_the_calls_day(quick_centre: Centre) -> None:
    from pipeline.nightly import run_night
    from pipeline.nights.night import Request
    from pipeline.progress import Silent

    centre = quick_centre
    for name in "abc":
        centre.record(f"{name}.wav", PLAIN + f"O {name}\n")
    request = Request(centre.archive, {"calls": centre.table("calls", OPERATORS + ROWS)})
    run_night(request, centre.settings, Silent(), lambda: False, centre.recognition)
    operators = {item["operator_id"]: item for item in centre.report["operators"]}
    assert {key: (item["operator_name"], item["calls"]) for key, item in operators.items()} == {
        "OP1": ("鈴木", 2),
        "OP2": ("鈴木", 1),
    }
    assert operators["OP1"]["teams"] == ["一課", "二課"]
    with centre.open() as store, store.reading() as connection:
        found = [(one.team, one.operator_id, one.operator_name, one.calls) for one in memberships(connection)]
    assert sorted(found) == [("一課", "OP1", "佐藤", 1), ("二課", "OP1", "鈴木", 1), ("二課", "OP2", "鈴木", 1)]


def test_g3_night_whose_database_goes_away_ends_in_words_and_the_next_one_ends_as_undisturbed(
    postgres: Server, tmp_path: Path
) -> None:
    (tmp_path / "calm").mkdir()
    with postgres.database() as calm_url, postgres.database() as url:
        calm = small_centre(tmp_path / "calm", calm_url, QUICK)
        for centre in (calm, cut := small_centre(tmp_path, url, QUICK)):
            for number in range(6):
                centre.record(f"{number}.wav", (PROPOSAL if number % 2 else PLAIN) + f"O {number}\n")
        calm.night()
        database = sa.make_url(url).database

        def cut_after_two() -> bool:
            if len(fake_speech.transcribed(cut.archive)) == 2:
                postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
                postgres.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
            return False

        with pytest.raises(KoukenError) as error:
            cut.night(stop=cut_after_two)
        assert "データベース" in error.value.render("ja")
        postgres.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
        assert cut.night() is ExitCode.DONE
        assert cut.files == {"found": 6, "done": 6, "waiting": 0, "quarantined": 0, "skipped": 0}
        assert cut.export_hash() == calm.export_hash()


def twice(
    work: Work[Any, Any], items: Iterable[Any], *, workers: int, stop: Callable[[], bool]
) -> Iterator[Done[Any, Any]]:
    """As a cluster does that believes an answer was lost."""
    for done in inline.map_items(work, items, workers=workers, stop=stop):
        yield done
        yield done


def test_g5_result_that_is_delivered_twice_is_stored_once(
    quick_centre: Centre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(3):
        quick_centre.record(f"{number}.wav", PROPOSAL + f"O {number}\n")
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", twice)
    assert quick_centre.night() is ExitCode.DONE
    assert quick_centre.files["done"] == 3
    with quick_centre.open() as store, store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM transcripts").scalar_one() == 3
