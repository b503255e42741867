"""Count what one call holds, for the score formula."""

from collections.abc import Sequence

from models.scoring import CATEGORIES, REACTIONS, Tally
from pipeline.records import CUSTOMER_LABELS, Moment, Tag, Transcript


def tally_call(transcript: Transcript, tags: Sequence[Tag], moments: Sequence[Moment]) -> Tally:
    """The call's counts.

    Operator speech leaves out back-channels, so that the rate does not move with how utterances are cut, and what
    the guards suspect of being invented.
    """
    by_reaction = {category: dict.fromkeys(REACTIONS, 0) for category in CATEGORIES}
    signals = dict.fromkeys(CUSTOMER_LABELS, 0)
    for moment in moments:
        if moment.label in by_reaction:
            by_reaction[moment.label][moment.reaction or "none"] += 1
        else:
            signals[moment.label] += 1
    phrases = sum(1 for tag in tags if tag.source == "phrase" and tag.label in CATEGORIES and not tag.cancelled_by)
    return Tally(1, _operator_speech_ms(transcript), by_reaction, signals, phrases)


def _operator_speech_ms(transcript: Transcript) -> int:
    return sum(
        utterance.end_ms - utterance.start_ms
        for utterance in transcript.utterances
        if utterance.speaker == "operator"
        and utterance.is_trusted
        and "backchannel" not in utterance.flags
        and utterance.start_ms is not None
        and utterance.end_ms is not None
    )
