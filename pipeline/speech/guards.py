"""Text the recogniser may have invented: flagged with a reason, shown, but never tagged or scored."""

import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.records import Utterance

# what Whisper learned from subtitles of videos and says over silence, noise and music (faster-whisper #850)
INVENTED = re.compile(r"ご視聴ありがとう|チャンネル登録|高評価|次の動画|次回の動画|字幕|エンディング")
OFTEN_INVENTED = re.compile(
    r"(ありがとうございま(した|す)|おやすみなさい|ごめんなさい|バイバイ|お疲れ様でした)[。、！]*"
)
FASTEST_CHARACTERS_PER_S = 18.0  # Japanese read aloud is 7 to 10
WEAK_VOICE = 0.6  # mean voice probability of invented text
KANA_OR_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
LOOP = re.compile(r"(.{1,20}?)\1{4,}")

MeanVoice = Callable[[int, int], float]  # mean voice probability between two times (ms) of the utterance's channel


def guard(utterance: Utterance, mean_voice: MeanVoice) -> Utterance:
    """The utterance with a `suspect_…` flag for each reason not to trust its text."""
    if utterance.start_ms is None or utterance.end_ms is None:
        return utterance
    voice = mean_voice(utterance.start_ms, utterance.end_ms)
    reasons = {
        "suspect_invented": INVENTED.search(utterance.text) is not None,
        "suspect_silence": voice < WEAK_VOICE and OFTEN_INVENTED.fullmatch(utterance.text) is not None,
        "suspect_loop": is_loop(utterance.text),
        "suspect_rate": _rate(utterance) > FASTEST_CHARACTERS_PER_S,
        "suspect_language": is_foreign(utterance.text),
        "suspect_empty": not utterance.text,
    }
    found = tuple(reason for reason, holds in reasons.items() if holds)
    return replace(utterance, flags=utterance.flags + found)


def is_loop(text: str) -> bool:
    """Whether most of the text is one short stretch said five times or more in a row.

    >>> is_loop("ありがとう、ありがとう、ありがとう、ありがとう、ありがとう、"), is_loop("はい、はい、お願いします。")
    (True, False)
    """
    return any(len(match.group()) > max(12, len(text) // 2) for match in LOOP.finditer(text))


def is_foreign(text: str) -> bool:
    """Whether a longer text holds less than half Japanese characters, digits aside."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 12 and sum(KANA_OR_HAN.match(c) is not None for c in letters) < len(letters) / 2


def _rate(utterance: Utterance) -> float:
    assert utterance.start_ms is not None and utterance.end_ms is not None
    seconds = (utterance.end_ms - utterance.start_ms) / 1000
    return len(utterance.text) / seconds if len(utterance.text) > 12 and seconds > 0 else 0.0
