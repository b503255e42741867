"""Every closed code of the pipeline has its words: no page shows a bare code."""

import re
from pathlib import Path

from api.words import AUDIO_NOTES, CANCELLATIONS, FLAGS, MATCH_LEVELS
from phrases.entry import LEVELS
from phrases.scope import CANCELLATIONS as OF_THE_DICTIONARY
from pipeline import records
from pipeline.audio.notes import NOTES

GUARDS = (Path(__file__).parents[2] / "pipeline" / "speech" / "guards.py").read_text(encoding="utf-8")


def test_words_tell_every_reason_why_a_hit_is_not_counted() -> None:
    assert set(CANCELLATIONS) == {*OF_THE_DICTIONARY, "classifier", "threshold"}


def test_words_tell_every_note_about_a_recording() -> None:
    assert set(AUDIO_NOTES) == set(NOTES)


def test_words_tell_every_suspicion_of_the_guards() -> None:
    assert set(re.findall(r'"(suspect_\w+)"', GUARDS)) <= set(FLAGS)


def test_words_tell_every_flag_that_an_utterance_may_have() -> None:
    assert set(FLAGS) == set(records.FLAGS)


def test_words_tell_every_level_of_a_match() -> None:
    assert set(MATCH_LEVELS) == set(LEVELS)
