"""What is credited to an operator is what the operator said (J5)."""

import pytest

from phrases.matcher import Matcher
from pipeline.nights.scoring import tally_call
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.text.tagging import tag_transcript

OFFER = "では、お見積もりをお送りしましょう。"


def call(speaker: Speaker) -> Transcript:
    said = (Utterance("operator", "はい、承ります。", 0, 0, 60_000), Utterance(speaker, OFFER, 1, 60_000, 70_000))
    return Transcript("C1", None, None, {}, said)


@pytest.mark.parametrize(("speaker", "credited"), [("operator", 1), ("customer", 0), ("unknown", 0)])
def test_j5_a_phrase_is_credited_only_where_the_operator_said_it(
    matcher: Matcher, speaker: Speaker, credited: int
) -> None:
    transcript = call(speaker)
    assert tally_call(transcript, tag_transcript(transcript, matcher), []).success_phrases == credited
