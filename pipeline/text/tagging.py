"""Evidence: which phrases of the dictionary were said where, by the speaker whom they belong to."""

import logging
from collections.abc import Sequence

from phrases.dialogue import Line
from phrases.entry import Level
from phrases.matcher import Hit, Matcher
from phrases.packing import PackedCall, pack_call
from pipeline.records import Tag, Transcript, Utterance

log = logging.getLogger(__name__)

# how sure a hit is, by the level that found it: the words as written, as meant, as heard; a sentence like an example
LEVEL_CONFIDENCE: dict[Level, float] = {"surface": 1.0, "normalized": 0.95, "reading": 0.8, "meaning": 0.7}


def forms_of(transcript: Transcript, matcher: Matcher) -> PackedCall:
    """The utterances analysed and packed, to be stored: tagging again with another dictionary needs no analysis.

    An utterance that cannot be analysed is logged by number and left without forms.
    """
    lines = lines_of(transcript)
    forms, failed = matcher.analyse(lines)
    _log_failed(transcript, failed)
    return pack_call(lines, forms)


def tag_transcript(transcript: Transcript, matcher: Matcher, packed: PackedCall | None = None) -> tuple[Tag, ...]:
    """Hits of the dictionary as tags, cancelled ones included, in order of place.

    Only trusted utterances are searched. Operators' phrases count in operators' utterances only, customers' in
    customers'; an utterance of an unknown speaker gets no tag at all, because whose words they are is not guessed.
    A phrase split over utterances gives one tag on each. Confidence = weight of the entry × `LEVEL_CONFIDENCE`.
    An utterance that cannot be analysed is logged by number and left without tags. `packed`: the forms of the same
    transcript, kept from an earlier run.
    """
    if packed is None:
        matches = matcher.match(lines_of(transcript))
        _log_failed(transcript, matches.failed)
    else:
        unpacked = packed.unpacked()
        matches = matcher.match([line for line, _ in unpacked], [forms for _, forms in unpacked])
    return tuple(sorted((tag for hit in matches.hits for tag in _tags(hit)), key=_place))


def _log_failed(transcript: Transcript, failed: Sequence[int]) -> None:
    if failed:
        log.warning("call %s: %d utterance(s) could not be analysed: %s",
                    transcript.call_id, len(failed), list(failed))  # fmt: skip


def lines_of(transcript: Transcript) -> list[Line]:
    """The utterances as the matcher takes them; the text of one that is not trusted is left out."""
    return [_line(utterance) for utterance in transcript.utterances]


def _line(utterance: Utterance) -> Line:
    return Line(
        speaker=utterance.speaker,
        text=utterance.text if utterance.is_trusted else "",
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        times=tuple((word.start, word.start_ms) for word in utterance.words),
    )


def _tags(hit: Hit) -> list[Tag]:
    confidence = round(hit.weight * LEVEL_CONFIDENCE[hit.level], 3)
    return [
        Tag(
            utterance=span.line,
            start=span.start,
            end=span.end,
            label=hit.category,
            source="phrase",
            phrase_id=hit.phrase_id,
            match_level=hit.level,
            confidence=confidence,
            cancelled_by=hit.cancelled_by,
        )
        for span in hit.spans
    ]


def _place(tag: Tag) -> tuple[int, int, int, str]:
    return tag.utterance, tag.start, tag.end, tag.phrase_id or ""
