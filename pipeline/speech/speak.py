"""Scripts spoken as telephone recordings with their truth: what `pipeline/speech/recordings` was made with.

`python -m pipeline.speech.speak SCRIPTS OUT` needs pyopenjtalk-plus, which a running Kouken does not. The voice is MEI
(CC BY 3.0); speed and pitch differ from speaker to speaker. The same scripts give the same recordings.
"""

import json
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.audio.opus import write_opus

RATE = 8000  # a telephone's
VOICE_RATE = 48_000  # of the synthesiser
BIT_RATE = 16_000  # of both channels
BAND_HZ = (300, 3400)
SPEAKERS = {"O": "operator", "C": "customer"}
SENTENCE = re.compile(r"[^。？！]+[。？！]?")
GAPS_S = ((0.15, 0.5), (0.5, 1.4), (-0.4, -0.1))  # between turns: quick, thoughtful, breaking in
GAP_WEIGHTS = (0.55, 0.33, 0.12)
LEAK = 0.012  # side tone, on four recordings of ten
MU = 255

Sound = npt.NDArray[np.float64]
Say = Callable[[str, str], Sound]  # sentence and speaker to samples at `RATE`, -1 to 1


@dataclass(frozen=True, slots=True)
class Script:
    """A call as written: (speaker, sentences) per turn."""

    call_id: str
    industry: str
    scenario: str
    turns: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence at its place in the recording, in seconds."""

    turn: int
    speaker: str
    start: float
    text: str
    sound: Sound

    @property
    def end(self) -> float:
        """Where its sound ends."""
        return self.start + len(self.sound) / RATE


def read_scripts(text: str) -> Iterator[Script]:
    """Blocks of `== call_id industry | scenario` and lines of `O …` (operator) and `C …` (customer)."""
    for block in text.split("\n== ")[1:]:
        head, *lines = block.strip().splitlines()
        call_id, about = head.split(" ", 1)
        industry, scenario = about.split(" | ")
        turns = tuple((SPEAKERS[line[0]], tuple(SENTENCE.findall(line[2:].replace(" ", "")))) for line in lines)
        yield Script(call_id, industry, scenario, turns)


def speak(script: Script, say: Say, out: Path) -> None:
    """Write `<call_id>.ogg` (operator left, customer right) and `<call_id>.truth.json`."""
    draw = random.Random(zlib.crc32(script.call_id.encode()))  # noqa: S311 - pauses, no secrets
    sentences = _lay_out(script, say, draw)
    sound = _on_the_line(sentences, draw)
    write_opus(out / f"{script.call_id}.ogg", [sound.astype(np.float32)], 2, RATE, BIT_RATE, apart=True)
    truth = {
        "call_id": script.call_id,
        "industry": script.industry,
        "scenario": script.scenario,
        "engine": "Open JTalk, MEI",
        "duration": round(len(sound) / RATE, 2),
        "operator_channel": 0,
        "sentences": [
            {"turn": s.turn, "speaker": s.speaker, "start": round(s.start, 3), "end": round(s.end, 3), "text": s.text}
            for s in sentences
        ],
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / f"{script.call_id}.truth.json").write_text(text + "\n", encoding="utf-8")


def _lay_out(script: Script, say: Say, draw: random.Random) -> list[Sentence]:
    now, found = 0.8, []
    for turn, (speaker, texts) in enumerate(script.turns):
        now = max(0.3, now + draw.uniform(*draw.choices(GAPS_S, GAP_WEIGHTS)[0]))
        for text in texts:
            found.append(Sentence(turn, speaker, now, text, say(text, speaker)))
            now = found[-1].end + draw.uniform(0.08, 0.25)
    return found


def _on_the_line(sentences: list[Sentence], draw: random.Random) -> Sound:
    """Two channels with their levels, side tone, the telephone's band, noise, and G.711's steps."""
    from scipy.signal import butter, sosfilt

    out = np.zeros((int((sentences[-1].end + 1.2) * RATE), 2))
    level = {"operator": 0.5, "customer": draw.uniform(0.25, 0.5)}
    for sentence in sentences:
        at, channel = int(sentence.start * RATE), list(level).index(sentence.speaker)
        out[at : at + len(sentence.sound), channel] += level[sentence.speaker] * sentence.sound
    if draw.random() < 0.4:
        out = out + LEAK * out[:, ::-1]
    out = sosfilt(butter(4, BAND_HZ, "bandpass", fs=RATE, output="sos"), out, axis=0)
    noise = np.random.default_rng(draw.getrandbits(32))
    out = np.clip(out + noise.normal(0, draw.uniform(0.0008, 0.004), out.shape), -1, 1)
    steps = np.round(np.sign(out) * np.log1p(MU * np.abs(out)) / np.log1p(MU) * 127) / 127
    return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(MU)) / MU)


def openjtalk(seed: int) -> Say:
    """The MEI voice, of a speed and pitch of its own for either speaker."""
    import pyopenjtalk  # type: ignore[import-not-found, unused-ignore]
    from scipy.signal import resample_poly

    draw = random.Random(seed)  # noqa: S311
    tone = {"operator": draw.uniform(-1, 1.5), "customer": draw.choice([-7, -5.5, -3])}
    speed = {"operator": draw.uniform(1.0, 1.15), "customer": draw.uniform(0.95, 1.2)}

    def say(text: str, speaker: str) -> Sound:
        sound, _ = pyopenjtalk.tts(text, speed=speed[speaker], half_tone=tone[speaker])
        sound = resample_poly(sound, 1, VOICE_RATE // RATE)
        return np.asarray(sound / np.abs(sound).max())

    return say


def main(arguments: list[str]) -> None:
    """Speak every script of a file."""
    out = Path(arguments[1])
    out.mkdir(parents=True, exist_ok=True)
    for script in read_scripts(Path(arguments[0]).read_text(encoding="utf-8")):
        speak(script, openjtalk(zlib.crc32(script.call_id.encode())), out)


if __name__ == "__main__":
    main(sys.argv[1:])
