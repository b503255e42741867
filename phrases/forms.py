"""Tokens to words with three spellings: as written, as meant (keys), as heard (reading).

Keys make polite, plain and tentative variants equal: 設定しましょう, 設定いたしましょう and 設定してみましょうか are
all 設定 為る う. What carries the sense stays (negation, wish, volition, past, condition, receiving a favour);
politeness, topic and case particles that speech leaves out, and endings of attitude go. Entries and transcripts take
the same way.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from phrases.japanese import Japanese, Token
from phrases.normalize import Folded

KEY_END = "\n"  # closes every key, so that a search for whole keys is a search for a string


class Word(NamedTuple):
    """One token as it is searched for. `start` and `end` count characters of the folded text.

    `keys` is empty for a word that only politeness or grammar needs, `設定\\n為る\\n` for one with two.
    """

    start: int
    end: int
    surface: str
    keys: str
    reading: str
    is_content: bool = True  # False for particles and auxiliaries: their keys alone are no evidence
    ends_sentence: bool = False


@dataclass(frozen=True, slots=True)
class Forms:
    """One utterance ready for searching; everything that a re-tagging needs, without tokenizing again."""

    folded: Folded
    words: tuple[Word, ...]


_FILLER_WORDS = frozenset(
    "えー えーと えーっと ええと えっと えと あの あのー そのー まあ まー うーん んー ううん".split()
)
_PAUSED_FILLERS = frozenset("あの その こう なんか ま".split())  # fillers only with a pause after them
_ENDS = frozenset("。.!?")
_SAME = {
    "致す": "為る", "為さる": "為る", "なさる": "為る", "行う": "為る", "出来る": "出来る",
    "頂く": "貰う", "いただく": "貰う", "もらう": "貰う", "下さる": "呉れる", "くださる": "呉れる", "くれる": "呉れる",
    "おる": "居る", "居る": "居る", "いらっしゃる": "居る", "御座る": "有る", "仰る": "言う", "おっしゃる": "言う",
    "申す": "言う", "存ずる": "思う", "存じる": "思う", "如何": "どう", "宜しい": "良い", "辞める": "やめる",
    "止める": "やめる", "無い": "ない", "ず": "ない", "ぬ": "ない", "てる": "ている",
}  # fmt: skip
_DROPPED_PARTICLES = {"格助詞": frozenset("をがの"), "副助詞": frozenset(("など", "なんて", "とか", "でも"))}
_AFTER_TE = {"居る": "ている", "貰う": "貰う", "呉れる": "呉れる", "欲しい": "欲しい"}
_LIGHT_AFTER_TE = frozenset(
    "見る みる 置く おく とく 仕舞う しまう ちゃう 行く いく くる 来る 上げる あげる やる 差し上げる 参る".split()
)


def forms_of(text: str, japanese: Japanese) -> Forms:
    """The searchable forms of one utterance. Raises `AnalysisFailed`."""
    folded, tokens = japanese.fold_and_tokenize(text)
    return Forms(folded, _with_folded_readings(_without_repairs(_words(tokens))))


def fold_reading(kana: str) -> str:
    """Katakana with long vowels folded, because recognisers write them at will: モウシコミ = モーシコミ = モオシコミ.

    >>> fold_reading("ユーザーセッテイ"), fold_reading("オウサマ")
    ('ユザセッテ', 'オサマ')
    """
    return _LONG_VOWEL.sub("", _SOUNDS.sub(lambda found: _SAME_SOUND[found[0]], kana))


_SAME_SOUND = {"ヲ": "オ", "ヂ": "ジ", "ヅ": "ズ", "ヴ": "ブ"}
_SOUNDS = re.compile("[ヲヂヅヴ]")
_LONG_VOWEL = re.compile(
    "ー|(?<=[アカサタナハマヤラワガザダバパァャヮ])[アァ]|(?<=[イキシチニヒミリギジビピィ])[イィ]"
    "|(?<=[ウクスツヌフムユルグズブプゥュ])[ウゥ]|(?<=[エケセテネヘメレゲゼデベペェ])[エイェィ]"
    "|(?<=[オコソトノホモヨロゴゾドボポォョ])[オウォゥ]"
)


def _words(tokens: tuple[Token, ...]) -> list[Word]:
    words: list[Word] = []
    for index, token in enumerate(tokens):
        if token.kind in ("補助記号", "空白"):
            if words and token.surface[:1] in _ENDS:
                words[-1] = words[-1]._replace(ends_sentence=True)
        elif not _is_filler(tokens, index):
            keys = "".join(key + KEY_END for key in _keys(tokens, index))
            is_content = bool(keys) and token.kind not in ("助詞", "助動詞", "接続詞")
            words.append(Word(token.start, token.end, token.surface, keys, token.reading, is_content))
    if words and words[-1].end == tokens[-1].end and _is_final(tokens[-1]):
        words[-1] = words[-1]._replace(ends_sentence=True)
    return words


def _is_final(token: Token) -> bool:
    """Whether an utterance that stops here has said all: recognised speech often comes without a full stop."""
    if token.pos[1] == "終助詞" or token.form == "命令形":
        return True
    return token.kind == "助動詞" and token.form.startswith(("終止形", "意志推量形"))


def _is_filler(tokens: tuple[Token, ...], index: int) -> bool:
    token = tokens[index]
    if token.surface in _FILLER_WORDS or token.pos[1] == "フィラー":
        return True
    before = tokens[index - 1] if index else None
    if token.surface == "と" and before and before.pos[1] == "フィラー":  # えーと, cut in two
        return True
    paused = index + 1 < len(tokens) and tokens[index + 1].surface in ("、", ",", "ー")
    return paused and token.surface in _PAUSED_FILLERS


def _keys(tokens: tuple[Token, ...], index: int) -> tuple[str, ...]:
    token = tokens[index]
    before = tokens[index - 1] if index else None
    key = _SAME.get(token.normalized, token.normalized)
    if token.kind in ("助詞", "接頭辞"):
        return () if _is_silent_particle(token) or _is_honorific_become(tokens, index) else (key,)
    if token.kind == "助動詞":
        return _auxiliary(tokens, index, key)
    if before and token.pos[1] == "非自立可能":
        light = _light_verb(tokens, index, key)
        if light is not None:
            return light
    if _is_honoured_noun(token):  # ご利用 as one token
        key = key[1:]
    return (key, "う") if token.form == "意志推量形" else (key,)


def _is_silent_particle(token: Token) -> bool:
    detail = token.pos[1]
    if token.kind == "接頭辞":
        return token.normalized == "御"
    if detail in ("終助詞", "係助詞", "準体助詞") or token.surface == "か":
        return True
    if detail == "接続助詞":
        return token.normalized in ("て", "で")
    return token.surface in _DROPPED_PARTICLES.get(detail, ())


def _is_honorific_become(tokens: tuple[Token, ...], index: int) -> bool:
    """The に of お使いになる; the なる is dropped as a light verb."""
    after = tokens[index + 1].normalized if index + 1 < len(tokens) else ""
    return tokens[index].surface == "に" and after == "成る" and _is_honoured(tokens, index - 1)


def _is_honoured(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether the token is a verb behind お or ご."""
    if index < 1 or tokens[index].kind != "動詞":
        return False
    return tokens[index - 1].kind == "接頭辞" and tokens[index - 1].normalized == "御"


def _is_honoured_noun(token: Token) -> bool:
    return token.kind == "名詞" and len(token.normalized) > 2 and token.normalized[0] in "ご御"


def _auxiliary(tokens: tuple[Token, ...], index: int, key: str) -> tuple[str, ...]:
    """Politeness and copula go; so do れる and られる, which are honorific as often as passive."""
    token = tokens[index]
    if key == "ます":
        return ("う",) if token.form == "意志推量形" else ()
    if key in ("です", "だ", "れる", "られる"):
        return ()
    if key in ("せる", "させる") and _asks_leave(tokens, index):
        return ()
    if key == "た" and token.form.startswith("仮定形"):
        return ("たら",)
    return (key, "う") if token.form == "意志推量形" else (key,)


def _asks_leave(tokens: tuple[Token, ...], index: int) -> bool:
    """させていただく is a humble する."""
    after = tokens[index + 1 : index + 3]
    return len(after) == 2 and after[0].surface in ("て", "で") and _SAME.get(after[1].normalized) == "貰う"


def _light_verb(tokens: tuple[Token, ...], index: int, key: str) -> tuple[str, ...] | None:
    """Keys of a verb that leans on what is before it; None where it stands for itself."""
    token, before = tokens[index], tokens[index - 1]
    volition = ("う",) if token.form == "意志推量形" else ()
    if before.surface in ("て", "で") and before.pos[1] == "接続助詞":
        if key in _LIGHT_AFTER_TE or (
            key == "貰う"
            and index >= 2
            and _asks_leave(tokens, index - 2)
            and tokens[index - 2].normalized in ("せる", "させる")
        ):
            return volition
        return (_AFTER_TE[key], *volition) if key in _AFTER_TE else None
    if key == "有る" and before.surface == "で" and before.kind == "助動詞":  # でございます
        return ()
    if key == "為る" and _is_honoured(tokens, index - 1):  # お送りする = 送る
        return volition
    if key == "成る" and before.surface == "に" and _is_honoured(tokens, index - 2):  # お使いになる = 使う
        return volition
    if (
        (before.pos[2] == "サ変可能" or _is_honoured_noun(before))
        and key in ("貰う", "呉れる")
        and token.kind == "動詞"
    ):  # ご利用いただく
        return ("為る", key, *volition)
    return None


def _with_folded_readings(words: list[Word]) -> tuple[Word, ...]:
    """A long vowel is folded in view of the word before it, as it would be in one string."""
    folded: list[Word] = []
    sound = ""
    for word in words:
        reading = fold_reading(sound + word.reading)[len(sound) :]
        sound = reading[-1:] or sound
        folded.append(word if reading == word.reading else word._replace(reading=reading))
    return tuple(folded)


def _without_repairs(words: list[Word]) -> list[Word]:
    """Drop what the speaker took back at once: 上位の、上位プラン is 上位プラン."""
    kept: list[Word] = []
    for word in words:
        back = _taken_back(kept, word)
        if back:
            del kept[-back:]
        kept.append(word)
    return kept


def _taken_back(kept: list[Word], word: Word) -> int:
    if not kept or not word.keys or kept[-1].ends_sentence:
        return 0
    last = kept[-1]
    paused = last.end < word.start
    if last.keys == word.keys and len(word.surface) > 1:
        return 1
    if paused and len(last.surface) > 1 and word.surface.startswith(last.surface):
        return 1
    if paused and len(kept) > 1 and kept[-2].keys == word.keys and not last.keys:
        return 2
    return 0
