"""What one call counts for the score: said by whom, believed, and not merely nodded."""

from models.scoring import score
from pipeline.nights.scoring import tally_call
from pipeline.records import Moment, Speaker, Tag, Transcript, Utterance


def said(speaker: Speaker, start_s: int, end_s: int, *flags: str) -> Utterance:
    return Utterance(speaker, "…", start_ms=start_s * 1000, end_ms=end_s * 1000, flags=flags)


def call(*utterances: Utterance) -> Transcript:
    return Transcript("C1", None, None, {}, utterances)


def hit(label: str, cancelled_by: str | None = None) -> Tag:
    return Tag(0, 0, 1, label, "phrase", "x", "surface", 1.0, cancelled_by)


def test_scoring_speech_is_the_operators_without_back_channels_and_suspects() -> None:
    tally = tally_call(
        call(
            said("operator", 0, 60),
            said("customer", 60, 90),
            said("operator", 90, 91, "backchannel"),
            said("operator", 91, 99, "suspect_loop"),
            said("unknown", 99, 120),
        ),
        [],
        [],
    )
    assert tally.operator_speech_ms == 60_000


def test_scoring_does_not_move_with_the_nods_in_between() -> None:
    proposal = [Moment("proposal", (0,), 0.9, (), "none")]
    quiet = call(said("operator", 0, 60))
    nodding = call(said("operator", 0, 60), *(said("operator", 60 + i, 61 + i, "backchannel") for i in range(30)))
    assert score(tally_call(quiet, [], proposal)) == score(tally_call(nodding, [], proposal))


def test_scoring_counts_moments_by_reaction_and_signals_by_label() -> None:
    moments = [
        Moment("proposal", (0,), 0.9, (), "accepted"),
        Moment("proposal", (2,), 0.9, (), None),
        Moment("churn_risk", (1,), 0.9, ()),
    ]
    tally = tally_call(call(said("operator", 0, 60)), [], moments)
    assert tally.moments["proposal"]["accepted"] == 1 and tally.moments["proposal"]["none"] == 1
    assert tally.signals["churn_risk"] == 1


def test_scoring_success_phrases_are_the_operators_uncancelled_hits() -> None:
    tags = [hit("appeal"), hit("proposal", "negation"), hit("interest")]
    assert tally_call(call(said("operator", 0, 60)), tags, []).success_phrases == 1
