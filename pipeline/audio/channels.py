"""Whether the channels of a recording hold different speakers, the same sound twice, or nothing."""

from dataclasses import replace

import numpy as np

from pipeline.audio.decode import SAMPLE_RATE, DecodedAudio

BLOCK = 60 * SAMPLE_RATE
SAME_SOUND_DB = -30.0  # lossy codecs leave this much difference between two identical channels
SILENT_DBFS = -65.0


def check_channels(audio: DecodedAudio) -> tuple[int, ...]:
    """The channels to transcribe; what was noticed is added to `audio.facts.notes`.

    Two channels that hold the same sound are one ("identical_channels"): the speakers cannot be told apart.
    Channels after the second are left out ("extra_channels", noted by `decode`).
    """
    power, difference = _power(audio)
    notes = [f"silent_channel_{index}" for index, value in enumerate(power) if _db(value) < SILENT_DBFS]
    channels = tuple(range(len(power)))
    if len(power) == 1:
        notes.append("mono")
    if len(power) == 2 and not notes and _db(difference) - _db(float(power.sum())) < SAME_SOUND_DB:
        notes.append("identical_channels")
        channels = (0,)
    audio.facts = replace(audio.facts, notes=audio.facts.notes + tuple(notes))
    return channels


def _power(audio: DecodedAudio) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]:
    """Mean square of the first two channels, without their direct current, and of their difference."""
    squares, difference = np.zeros(min(audio.channels, 2)), 0.0
    for start in range(0, audio.samples, BLOCK):
        block = audio.read_all(start, min(start + BLOCK, audio.samples))[:, :2]
        sounds = [sound - sound.mean() for sound in np.ascontiguousarray(block.T)]
        squares += [np.dot(sound, sound) for sound in sounds]
        apart = sounds[0] - sounds[-1]
        difference += float(np.dot(apart, apart))
    return squares / audio.samples, difference / audio.samples


def _db(power: float) -> float:
    return float(10 * np.log10(max(power, 1e-12)))
