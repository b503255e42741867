"""Talk, overlaps, silences and delays are the ones counted by hand on a drawn time line."""

import pytest

from pipeline.records import Acoustics, AudioFacts, Speaker, Transcript, Utterance, Word
from pipeline.settings import AcousticsSettings
from pipeline.speech.acoustics import acoustics, common, miitel_score, morae

FACTS = AudioFacts(60.0, 2, 8000, "pcm_mulaw", "wav", 60.0, 1.0)


def call(*lines: tuple[Speaker, int, int, str], facts: AudioFacts = FACTS) -> Transcript:
    utterances = tuple(Utterance(who, text, start_ms=start, end_ms=end) for who, start, end, text in lines)
    return Transcript("c", facts, None, {}, utterances)


LIMITS = AcousticsSettings()
DRAWN = call(
    ("operator", 1000, 5000, "オデンワ"),
    ("customer", 4000, 8000, "カイヤク"),  # 1 s at once with the operator
    ("operator", 12_000, 14_000, "ハイ"),  # after 4 s in which nobody speaks
)


def test_thresholds_are_settings() -> None:
    found = acoustics(DRAWN, AcousticsSettings(overlap_ms=1001, silence_ms=4001))
    assert found is not None
    assert found.overlaps == found.silences == ()
    apart = call(("operator", 0, 1000, "a"), ("operator", 2000, 3000, "b"), ("customer", 5000, 6000, "c"))
    together = acoustics(apart, AcousticsSettings(join_ms=1000))
    assert together is not None
    assert together.operator_talk_ms == 3000


def test_figures_of_a_drawn_call() -> None:
    found = acoustics(DRAWN, LIMITS, lambda text: text, {"operator": -23.5})
    assert found is not None
    assert (found.operator_talk_ms, found.customer_talk_ms) == (6000, 4000)
    assert found.talk_ratio == 0.6
    assert found.overlaps == ((4000, 5000),)
    assert found.silences == ((8000, 12_000),)
    assert found.response_delay_ms == 4000
    assert found.operator_morae_per_s == 1.0
    assert found.customer_morae_per_s == 1.0
    assert (found.operator_dbfs, found.customer_dbfs) == (-23.5, None)


def test_short_overlap_and_short_pause_do_not_count() -> None:
    found = acoustics(
        call(("operator", 0, 5000, "a"), ("customer", 4500, 6000, "b"), ("operator", 8900, 9500, "c")), LIMITS
    )
    assert found is not None
    assert found.overlaps == found.silences == ()


def test_pause_inside_an_utterance_is_no_talk() -> None:
    words = (Word(0, 1000, 0, 1), Word(3000, 4000, 1, 2))
    transcript = Transcript("c", FACTS, None, {}, (Utterance("operator", "ab", 0, 0, 4000, words=words),))
    found = acoustics(transcript, LIMITS)
    assert found is not None
    assert found.operator_talk_ms == 2000


def test_hold_music_that_was_flagged_is_nobodys_talk() -> None:
    music = Utterance("operator", "♪", start_ms=6000, end_ms=50_000, flags=("suspect_loop",))
    speech = call(("operator", 0, 1000, "a"), ("customer", 2000, 3000, "b")).utterances
    found = acoustics(Transcript("c", FACTS, None, {}, (*speech, music)), LIMITS)
    assert found is not None
    assert found.talk_ratio == 0.5


def test_unknown_speakers_have_no_figures() -> None:
    assert acoustics(call(("unknown", 0, 1000, "a")), LIMITS) is None


def test_answer_after_a_backchannel_counts_from_the_customers_last_word() -> None:
    lines = call(
        ("customer", 0, 1000, "a"), ("operator", 1100, 1300, "はい。"), ("operator", 2500, 3000, "b")
    ).utterances
    marked = Utterance("operator", "はい。", start_ms=1100, end_ms=1300, flags=("backchannel",))
    found = acoustics(Transcript("c", FACTS, None, {}, (lines[0], marked, lines[2])), LIMITS)
    assert found is not None
    assert found.response_delay_ms == 1500


@pytest.mark.parametrize(
    ("minutes", "points"), [(4, 0), (5, 30), (10, 50), (29, 50), (30, 30), (40, 0), (50, -10), (60, -20)]
)
def test_miitel_score_adds_points_by_length(minutes: int, points: int) -> None:
    found = Acoustics(minutes * 60_000, 50, 50, 0.5, (), (), None, None, None)
    assert miitel_score(found) == 40 + points


def test_miitel_score_takes_off_ten_per_event_and_minute() -> None:
    found = Acoustics(240_000, 40, 60, 0.4, ((0, 1),) * 4, ((0, 1),) * 2, None, None, None)
    assert miitel_score(found) == 50 - 15


def test_score_of_a_call_is_kept_with_its_formula() -> None:
    found = acoustics(DRAWN, LIMITS)
    assert found is not None  # a minute: no points; 20 off for a ratio of 60 %, 20 for one overlap and one silence
    assert (found.miitel_score, found.miitel_formula) == (50 - 20 - 20, "miitel-2020-10-26")


def test_spans_and_morae() -> None:
    assert common([(0, 10), (20, 30)], [(5, 25)]) == [(5, 10), (20, 25)]
    assert morae("キャッシュ、サービス。") == 3 + 4
