"""Only what changed is done again, and an old report gives the same numbers again."""

from dataclasses import replace
from typing import Any

import pytest

from models import scoring
from pipeline.nights.night import Recognition
from pipeline.records import Moment, Tag, Transcript
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre, QuickTagger
from tests.pipeline.faults import inline

CONTRACTS = "contract_id,customer_id,started_on,mrr_yen,renewal_due_on\nK1,U1,2025-11-01,50000,2026-10-31\n"
OUTCOMES = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\nK1,2026-10-28,renewed,50000,50000\n"
ROW = "a,2026-10-03 14:05,OP1,a.wav,K1\n"


class Counting(QuickTagger):
    """Counts the transcripts it reads; a newer dictionary finds one more phrase."""

    def __init__(self, dictionary_version: str = "quick-1") -> None:
        self.dictionary_version = dictionary_version
        self.read_ids: list[str] = []

    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        self.read_ids.append(transcript.call_id)
        return super().read(transcript)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


def done_by(centre: Centre, tagger: Counting, **given: Any) -> tuple[list[str], list[str]]:
    """What one night transcribed and what it tagged."""
    before = len(fake_speech.transcribed(centre.archive))
    recognition = Recognition(fake_speech.start, fake_speech.transcribe, lambda *_: tagger)
    replace(centre, recognition=recognition).night(**given)
    return fake_speech.transcribed(centre.archive)[before:], tagger.read_ids


def test_first_night_does_everything_and_the_second_nothing(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    quick_centre.record("b.wav", PLAIN)
    heard, tagged = done_by(quick_centre, Counting())
    assert (sorted(heard), sorted(tagged)) == (["a.wav", "b.wav"], ["a", "b"])
    assert done_by(quick_centre, Counting()) == ([], [])


def test_new_dictionary_is_tagged_anew_and_not_heard_anew(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    assert done_by(quick_centre, Counting("quick-2")) == ([], ["a"])
    assert quick_centre.report["versions"]["dictionary"] == "quick-2"


def test_new_moment_model_is_tagged_anew_and_not_heard_anew(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    newer = Counting()
    newer.rules_version = "quick-2"
    assert done_by(quick_centre, newer) == ([], ["a"])


def test_new_formula_is_counted_anew_and_neither_heard_nor_tagged(
    quick_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    monkeypatch.setattr(scoring, "FORMULA", replace(scoring.FORMULA, version="formula-next"))
    assert done_by(quick_centre, Counting()) == ([], [])
    assert quick_centre.report["versions"]["formula"] == "formula-next"
    assert quick_centre.report["centre"]["moments"]["proposal"]["n"] == 1


def test_new_contracts_are_joined_anew_and_nothing_else(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting(), calls=ROW)
    assert done_by(quick_centre, Counting(), calls=ROW, contracts=CONTRACTS, outcomes=OUTCOMES) == ([], [])
    assert quick_centre.report["coverage"]["join"]["counts"]["by_contract"] == 1


def test_new_speech_settings_hear_everything_anew(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    speech = quick_centre.settings.speech.model_copy(update={"operator_channel": 1})
    assert done_by(quick_centre.with_settings(speech=speech), Counting()) == (["a.wav"], ["a"])
    assert quick_centre.report["centre"]["calls"] == 1


def test_going_back_to_an_older_dictionary_does_nothing_again(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    first = quick_centre.report["centre"]
    done_by(quick_centre, Counting("quick-2"))
    assert done_by(quick_centre, Counting()) == ([], [])
    assert quick_centre.report["centre"] == first


def test_an_old_report_stays_word_for_word(quick_centre: Centre) -> None:
    from pipeline.store.pages import report_of_night

    quick_centre.record("a.wav", PROPOSAL)
    done_by(quick_centre, Counting())
    before = quick_centre.report
    quick_centre.record("a.wav", PLAIN)
    quick_centre.record("b.wav", PROPOSAL)
    done_by(quick_centre, Counting("quick-2"), calls=ROW)
    assert quick_centre.report != before
    with quick_centre.open() as store, store.reading() as connection:
        assert report_of_night(connection, before["run_id"]) == before
