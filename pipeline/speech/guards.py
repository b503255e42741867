"""Text the recogniser may have invented: flagged with a reason, shown, but never tagged or scored."""

import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.records import Utterance

# what Whisper learned from subtitles of videos and says over silence, noise and music (faster-whisper #850)
INVENTED = re.compile(
    r"(最後まで)?ご視聴.{0,3}ありがとう|チャンネル登録|高評価|次の動画で|字幕(視聴|制作|作成|翻訳|by)|おやすみなさい"
)
INVENTED_LENGTH = 30  # characters; in a longer text somebody may well talk about videos
OFTEN_INVENTED = re.compile(r"(ありがとうございま(した|す)|ごめんなさい|バイバイ|お疲れ様でした)[。、！]*")
FASTEST_CHARACTERS_PER_S = 18.0  # Japanese read aloud is 7 to 10
WEAK_VOICE = 0.6  # voice probability that invented text never reaches
FOREIGN_LENGTH = 12  # letters; shorter ones may be a product's name
KANA = re.compile(r"[\u3040-\u30ff]")
KANA_OR_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
LOOP = re.compile(r"(?P<short>.{1,7}?)(?P=short){5,}|(?P<long>.{8,40}?)(?P=long){2,}")

PeakVoice = Callable[[int, int], float]  # highest voice probability between two times (ms) on the channel


def guard(utterance: Utterance, peak_voice: PeakVoice) -> Utterance:
    """The utterance with a `suspect_…` flag for each reason not to trust its text."""
    if utterance.start_ms is None or utterance.end_ms is None:
        return utterance
    voice = peak_voice(utterance.start_ms, utterance.end_ms)
    reasons = {
        "suspect_invented": len(utterance.text) <= INVENTED_LENGTH and INVENTED.search(utterance.text) is not None,
        "suspect_silence": voice < WEAK_VOICE and OFTEN_INVENTED.fullmatch(utterance.text) is not None,
        "suspect_loop": is_loop(utterance.text),
        "suspect_rate": _rate(utterance) > FASTEST_CHARACTERS_PER_S,
        "suspect_language": is_foreign(utterance.text),
        "suspect_empty": not utterance.text,
    }
    found = tuple(reason for reason, holds in reasons.items() if holds)
    return replace(utterance, flags=utterance.flags + found)


def is_loop(text: str) -> bool:
    """Whether a short stretch is said six times in a row, or a long one three times, and makes up much of the text.

    >>> is_loop("はい、" * 6), is_loop("お見積もりをお作りしましょうか" * 3), is_loop("はい、はい、お願いします。")
    (True, True, False)
    """
    return any(len(match.group()) > max(12, len(text) // 4) for match in LOOP.finditer(text))


def is_foreign(text: str) -> bool:
    """Whether a longer text, digits aside, is less than half kana or Han, or Han with hardly any kana: Chinese.

    >>> is_foreign("我想取消我的合同可以告诉我手续吗"), is_foreign("契約更新の手続きをお願いします。")
    (True, False)
    """
    letters = [c for c in text if c.isalpha()]
    if len(letters) < FOREIGN_LENGTH:
        return False
    kana = sum(KANA.match(c) is not None for c in letters)
    return sum(KANA_OR_HAN.match(c) is not None for c in letters) < len(letters) / 2 or kana < len(letters) / 10


def _rate(utterance: Utterance) -> float:
    assert utterance.start_ms is not None and utterance.end_ms is not None
    seconds = (utterance.end_ms - utterance.start_ms) / 1000
    return len(utterance.text) / seconds if len(utterance.text) > 12 and seconds > 0 else 0.0
