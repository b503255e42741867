"""Two speakers of a mono recording told apart by voice and wording, after recognition; the result is an estimate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.voices.apart import Stretch, tell_apart
from models.voices.embedding import VoicesError, checked_weights, load_voices
from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.records import Speaker
from pipeline.speech.speakers import clearly_leads, wording
from pipeline.speech.utterances import Spoken, ends_sentence
from pipeline.speech.vad import SAMPLE_RATE, Floats

# log odds that a sentence is the operator's: in the scripts that teach the classifier (models/training), 37 % of the
# operators' sentences hold a cue and 0.8 % of the customers'; less is believed of a cue, since it may be misheard
CUE_HINT, PLAIN_HINT = 3.0, -0.4
SHORTEST = SAMPLE_RATE // 10

Embed = Callable[[Sequence[Floats]], Floats]  # stretches of samples to vectors of length 1
Read = Callable[[int, int], Floats]  # samples from start to stop of the one channel
Told = dict[Speaker, list[Spoken]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What is said between two pauses or ends of sentences: by one person, since people rarely break in without one."""

    spoken: tuple[Spoken, ...]
    start: int
    stop: int

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.spoken)


def check_voices() -> None:
    """See that the weights are there and whole. Raises `KoukenError` with the command that mends it."""
    try:
        checked_weights()
    except VoicesError as error:
        raise KoukenError(
            Text(f"声を見分ける重みがないか壊れています: {error.path}", f"The voice weights {error}"),
            remedy=Text(
                "kouken を入れ直すか、speech.diarise = false にしてください(モノラルは話者不明になります)。",
                "Reinstall kouken, or set speech.diarise = false (mono calls then have unknown speakers).",
            ),
        ) from None


def embed_voices(sounds: Sequence[Floats]) -> Floats:
    """Vectors by the shipped network."""
    return load_voices().embed(sounds)


def tell_speakers(spoken: Sequence[Spoken], read: Read, embed: Embed = embed_voices) -> Told | None:
    """What the operator and what the customer said; None where there are no two voices, or not clearly an operator's.

    A call that is attributed wrong misleads more than one that is not: in doubt nobody is named.
    """
    parts = _parts(spoken)
    if len(parts) < 2:
        return None
    cues = [wording(part.text) for part in parts]
    stretches = [
        Stretch(part.start / SAMPLE_RATE, part.stop / SAMPLE_RATE, CUE_HINT if cue else PLAIN_HINT)
        for part, cue in zip(parts, cues, strict=True)
    ]
    voices = tell_apart(embed([read(part.start, part.stop) for part in parts]), stretches)
    said = [sum(cue for cue, who in zip(cues, voices.who, strict=True) if who == voice) for voice in (0, 1)]
    if not voices.are_two or not clearly_leads(said[1], said[0]):
        return None
    names: tuple[Speaker, Speaker] = ("customer", "operator")
    told: Told = {"operator": [], "customer": []}
    for part, who in zip(parts, voices.who, strict=True):
        told[names[who]] += part.spoken
    return told


def _parts(spoken: Sequence[Spoken]) -> list[_Part]:
    groups: list[list[Spoken]] = []
    for part in sorted((part for part in spoken if part.text), key=lambda part: part.piece.start):
        if groups and groups[-1][-1].piece == part.piece and not ends_sentence(groups[-1][-1].text):
            groups[-1].append(part)
        else:
            groups.append([part])
    return [_part(groups, index) for index in range(len(groups))]


def _part(groups: Sequence[Sequence[Spoken]], index: int) -> _Part:
    """The first and the last of a piece reach to its edges: the recogniser's times are less sharp than the pauses."""
    group, piece = groups[index], groups[index][0].piece
    is_first = index == 0 or groups[index - 1][0].piece != piece
    is_last = index + 1 == len(groups) or groups[index + 1][0].piece != piece
    start = piece.start if is_first else group[0].start
    stop = piece.stop if is_last else group[-1].stop
    return _Part(tuple(group), start, max(stop, start + SHORTEST))
