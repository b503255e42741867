"""What was heard, as utterances: cut at pauses and ends of sentences, with times and punctuation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.records import Speaker, Utterance, Word
from pipeline.speech.vad import SAMPLE_RATE, Piece

PAUSE_MS = 600  # a longer pause ends an utterance
LONGEST_MS = 20_000  # so does this length, at the next pause of any kind
SENTENCE_END = "。！？"
PUNCTUATION = SENTENCE_END + "、，…"
FULL_WIDTH = str.maketrans("?!", "？！")
BACKCHANNEL = re.compile(
    r"(?:はい|はーい|はあ|はー|ええ|えー|うん|うーん|んー|あー|ああ|あ|ほう|へえ|へー|ふーん|なるほど|[、。！？…])+"
)
BACKCHANNEL_MS = 2_500


@dataclass(frozen=True, slots=True)
class Spoken:
    """A few characters at their place in the recording (samples), and the piece of speech they were heard in."""

    piece: Piece
    text: str
    start: int
    stop: int
    probability: float


def to_utterances(spoken: Iterable[Spoken], speaker: Speaker) -> list[Utterance]:
    """Utterances of one channel, in order of time."""
    groups: list[list[Spoken]] = []
    for part in sorted((part for part in spoken if part.text), key=lambda part: part.piece.start):
        if groups and not _ends(groups[-1], part):
            groups[-1].append(part)
        else:
            groups.append([part])
    return [utterance for group in groups if (utterance := _utterance(group, speaker))]


def ends_sentence(text: str) -> bool:
    """Whether the recogniser put an end mark there."""
    return text.translate(FULL_WIDTH).rstrip()[-1:] in tuple(SENTENCE_END)


def _ends(group: Sequence[Spoken], after: Spoken) -> bool:
    last = group[-1]
    if ends_sentence(last.text):
        return True
    if last.piece == after.piece:
        return False
    pause, length = _ms(after.piece.start - last.piece.stop), _ms(after.piece.stop - group[0].start)
    return pause >= PAUSE_MS or length > LONGEST_MS


def _utterance(group: Sequence[Spoken], speaker: Speaker) -> Utterance | None:
    text, words = "", []
    for index, part in enumerate(group):
        if index and part.piece != group[index - 1].piece and text[-1:] not in tuple(PUNCTUATION):
            text += "、"  # a pause inside the utterance, which the recogniser often leaves unmarked
        piece = _spaced(text, part.text.translate(FULL_WIDTH))
        piece = piece if text else piece.lstrip(PUNCTUATION)
        if not piece:
            continue
        words.append(Word(_ms(part.start), _ms(part.stop), len(text), len(text) + len(piece)))
        text += piece
    if not text.strip(PUNCTUATION):
        return None
    start_ms, end_ms = words[0].start_ms, max(word.end_ms for word in words)
    text = text.rstrip("、，")
    words = [word for word in words if word.start < len(text)]
    if text[-1] not in SENTENCE_END:
        text += "。"
    return Utterance(
        speaker=speaker,
        text=text,
        channel=group[0].piece.channel,
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=round(sum(part.probability for part in group) / len(group), 3),
        flags=("backchannel",) if is_backchannel(text, end_ms - start_ms) else (),
        words=tuple(Word(w.start_ms, w.end_ms, w.start, min(w.end, len(text))) for w in words),
    )


def _spaced(before: str, text: str) -> str:
    """Japanese is written without spaces; only between Latin words and numbers do they stay."""
    stripped = text.strip()
    latin = text != text.lstrip() and before[-1:].isascii() and before[-1:].isalnum() and stripped[:1].isascii()
    return f" {stripped}" if latin and stripped else stripped


def is_backchannel(text: str, length_ms: int) -> bool:
    """Whether an utterance only says that its speaker is listening.

    >>> is_backchannel("はい、ええ。", 900), is_backchannel("はい、お願いします。", 900)
    (True, False)
    """
    return length_ms <= BACKCHANNEL_MS and BACKCHANNEL.fullmatch(text) is not None


def _ms(samples: int) -> int:
    return samples * 1000 // SAMPLE_RATE
