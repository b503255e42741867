"""How well it is told who speaks: on recordings with a truth, and on what is made of them.

Three things are made of each stereo recording, since archives hold them: a mono mix, channels the other way round, and
channels on which the other side is faintly heard.
"""

import json
import tempfile
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.channels import check_channels
from pipeline.audio.decode import SAMPLE_RATE, Samples, decode
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.accuracy import ROLES, TRUTH_SUFFIX, Truth, read_truths, recording_of
from pipeline.speech.speakers import channels_are_swapped, swap_speakers

LEAKS_DB = (-15.0, -20.0, -25.0, -30.0)  # one per call in turn
LEAK_DELAY = SAMPLE_RATE // 200  # samples: 5 ms, a telephone's side tone
STEP_MS = 10
MOSTLY = 0.8  # share of an utterance during which only the other one speaks
SLACK_MS = 300  # a truth's sentences end sharper than anybody's last syllable

Transcribe = Callable[[Path, str], Transcript]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Attributed:
    """Milliseconds of speech by whom they were attributed to, and utterances per speaker that were attributed right."""

    right_ms: int
    wrong_ms: int
    unknown_ms: int
    utterances: Mapping[str, int]
    right: Mapping[str, int]

    @property
    def is_told(self) -> bool:
        """Whether speakers were named at all."""
        return self.right_ms + self.wrong_ms > 0


def evaluate_speakers(
    folder: Path, settings: Settings, transcribe: Transcribe, on_call: Callable[[str], None]
) -> dict[str, Any]:
    """The document of `kouken evaluate speakers --json`. Raises `BadInput` naming what is missing."""
    truths = read_truths(folder)
    recordings = [recording_of(truth, folder) for truth in truths]
    per_call = []
    for index, (truth, recording) in enumerate(zip(truths, recordings, strict=True)):
        on_call(truth.call_id)
        leak_db = LEAKS_DB[index % len(LEAKS_DB)]
        per_call.append(_evaluate_call(truth, recording, folder, settings, transcribe, leak_db))
    return _document(per_call)


def _evaluate_call(
    truth: Truth, recording: Path, folder: Path, settings: Settings, transcribe: Transcribe, leak_db: float
) -> dict[str, Any]:
    spoken = spoken_by(folder / (truth.call_id + TRUTH_SUFFIX))
    with decode(recording) as audio:
        both = audio.read_all(0, audio.samples)[:, :2]
    operator = settings.speech.operator_channel
    aligned = both if truth.operator_channel == operator else both[:, ::-1]
    mono = aligned.mean(axis=1, keepdims=True)
    with tempfile.TemporaryDirectory() as scratch:
        as_is = transcribe(_write(Path(scratch) / "stereo.wav", aligned), truth.call_id)
        mixed = transcribe(_write(Path(scratch) / "mono.wav", mono), truth.call_id)
        leaking = transcribe(_write(Path(scratch) / "leak.wav", with_leak(aligned, leak_db)), truth.call_id)
        with decode(_write(Path(scratch) / "twice.wav", mono.repeat(2, axis=1))) as twice:
            check_channels(twice)
            seen_as_one = "identical_channels" in twice.facts.notes
    return {
        "call_id": truth.call_id,
        "mono": attribute(mixed, spoken),
        "swap_seen": channels_are_swapped(
            swap_speakers(by_channel(as_is.utterances, operator)), settings.speech.swap_lead
        ),
        "swap_imagined": "swapped_channels" in (as_is.audio.notes if as_is.audio else ()),
        "identical_seen": seen_as_one,
        "leak_db": leak_db,
        "leak_twice": twice_credited(leaking.utterances, spoken, operator),
        "leak_letters": sum(len(u.text) for u in leaking.utterances),
        "stereo_twice": twice_credited(as_is.utterances, spoken, operator),
        "stereo_letters": sum(len(u.text) for u in as_is.utterances),
    }


def spoken_by(truth_path: Path) -> dict[str, Mask]:
    """For each speaker, whether he speaks in each 10 ms."""
    document = json.loads(truth_path.read_text(encoding="utf-8-sig"))
    steps = round(max(s["end"] for s in document["sentences"]) * 1000 / STEP_MS) + 1
    masks = {role: np.zeros(steps, bool) for role in ROLES}
    for sentence in document["sentences"]:
        first, last = (round(sentence[edge] * 1000 / STEP_MS) for edge in ("start", "end"))
        masks[sentence["speaker"]][first:last] = True
    return masks


def with_leak(both: Samples, leak_db: float) -> Samples:
    """Each channel with the other one on it, fainter by `leak_db` and 5 ms late: shape (samples, 2)."""
    late = np.zeros_like(both)
    late[LEAK_DELAY:] = both[:-LEAK_DELAY, ::-1]
    return np.asarray(both + 10 ** (leak_db / 20) * late, np.float32)


def attribute(transcript: Transcript, spoken: Mapping[str, Mask]) -> Attributed:
    """Compare who is said to speak with who does, where exactly one of the two speaks."""
    times = dict.fromkeys(("right", "wrong", "unknown"), 0)
    utterances, right = dict.fromkeys(ROLES, 0), dict.fromkeys(ROLES, 0)
    for utterance in transcript.utterances:
        alone = dict.fromkeys(ROLES, 0)
        for start_ms, end_ms in _times(utterance):
            for role, other in (ROLES, ROLES[::-1]):
                within = slice(start_ms // STEP_MS, end_ms // STEP_MS)
                alone[role] += STEP_MS * int((spoken[role][within] & ~spoken[other][within]).sum())
        if not sum(alone.values()):
            continue
        owner = max(alone, key=lambda role: alone[role])
        utterances[owner] += 1
        right[owner] += utterance.speaker == owner
        if utterance.speaker == "unknown":
            times["unknown"] += sum(alone.values())
        else:
            times["right"] += alone[utterance.speaker]
            times["wrong"] += sum(alone.values()) - alone[utterance.speaker]
    return Attributed(times["right"], times["wrong"], times["unknown"], utterances, right)


def twice_credited(utterances: Iterable[Utterance], spoken: Mapping[str, Mask], operator_channel: int) -> int:
    """Characters heard on a channel while only the other side spoke."""
    found = 0
    for utterance in utterances:
        if utterance.start_ms is None or utterance.end_ms is None or not utterance.is_trusted:
            continue
        own = "operator" if utterance.channel == operator_channel else "customer"
        other = "customer" if own == "operator" else "operator"
        slack = SLACK_MS // STEP_MS
        first, last = utterance.start_ms // STEP_MS, utterance.end_ms // STEP_MS
        is_own = spoken[own][max(0, first - slack) : last + slack].any()
        if not is_own and last > first and spoken[other][first:last].mean() >= MOSTLY:
            found += len(utterance.text)
    return found


def by_channel(utterances: Sequence[Utterance], operator_channel: int) -> list[Utterance]:
    """The speakers that the channels alone would give."""
    names: tuple[Speaker, Speaker] = ("operator", "customer")
    return [_renamed(utterance, names[utterance.channel != operator_channel]) for utterance in utterances]


def _renamed(utterance: Utterance, speaker: Speaker) -> Utterance:
    return Utterance(speaker, utterance.text, utterance.channel, utterance.start_ms, utterance.end_ms)


def _times(utterance: Utterance) -> list[tuple[int, int]]:
    if utterance.words:
        return [(word.start_ms, word.end_ms) for word in utterance.words]
    return [(utterance.start_ms, utterance.end_ms)] if utterance.start_ms is not None and utterance.end_ms else []


def _document(calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    told = [call["mono"] for call in calls if call["mono"].is_told]
    named_ms = sum(found.right_ms + found.wrong_ms for found in told)
    count = {role: sum(found.utterances[role] for found in told) for role in ROLES}
    right = {role: sum(found.right[role] for found in told) for role in ROLES}
    return {
        "calls": len(calls),
        "mono": {
            "told_calls": len(told),
            "wrong_share_of_speech": _share(sum(found.wrong_ms for found in told), named_ms),
            "utterances_right": {role: _share(right[role], count[role]) for role in ROLES},
        },
        "swapped": {
            "seen": sum(call["swap_seen"] for call in calls),
            "imagined": sum(call["swap_imagined"] for call in calls),
        },
        "identical_seen": sum(call["identical_seen"] for call in calls),
        "leak": [_leak_row(calls, level) for level in LEAKS_DB]
        + [_twice_row("as recorded", [(call["stereo_twice"], call["stereo_letters"]) for call in calls])],
        "per_call": [
            {
                "call_id": call["call_id"],
                "told": call["mono"].is_told,
                "wrong_share": _share(call["mono"].wrong_ms, call["mono"].right_ms + call["mono"].wrong_ms),
                "leak_db": call["leak_db"],
                "twice": call["leak_twice"],
                "swap_seen": call["swap_seen"],
            }
            for call in calls
        ],
    }


def _leak_row(calls: Sequence[Mapping[str, Any]], level: float) -> dict[str, Any]:
    return _twice_row(level, [(c["leak_twice"], c["leak_letters"]) for c in calls if c["leak_db"] == level])


def _twice_row(level: float | str, counts: Sequence[tuple[int, int]]) -> dict[str, Any]:
    twice, letters = (sum(pair[index] for pair in counts) for index in (0, 1))
    return {"leak_db": level, "calls": len(counts), "characters_twice": twice, "share": _share(twice, letters)}


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _write(path: Path, sound: Samples) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(sound.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path
