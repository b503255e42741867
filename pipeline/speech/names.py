"""Names of persons in what was said: Sudachi's family and given names where the wording says that a person is meant.

The operator's own name stays: whoever introduces themself for the company is staff, not a customer.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from phrases.japanese import AnalysisFailed, Japanese, Token
from phrases.normalize import Folded
from pipeline.records import Utterance
from pipeline.speech.personal_data import Found

Tokenize = Callable[[str], tuple[Folded, tuple[Token, ...]]]

TITLE = re.compile(r"[、 ]?(?:様|さま|さん|ちゃん|くん|氏)(?!子)")
SAYS_NAME = re.compile(r"[、 ]?(?:と申し|と言い|といい|という者|ですけど|ですが|です[。、！？]|でござい|で、|です$)")
ASKED = re.compile(r"お名前|御名前|氏名|名義|ご契約者|どちら様|フルネーム|ふりがな|フリガナ|お客様名")
UNKNOWN_NAME = re.compile(r"(?:^|[、。 ]|は|の)([ぁ-んァ-ヶー一-龥]{2,9}?)(?=と申し)")
NOT_A_NAME = re.compile(r"[のはがをにで]$|^(?:と|ので|から|けど|私|わたくし|もの|者)$|担当|センター|窓口|係$")
NEAR = 3  # utterances after a question for the name


def find_names(utterances: Sequence[Utterance], tokenize: Tokenize) -> list[list[Found]]:
    """Names in each utterance, except those with which an operator introduces themself."""
    read = [_candidates(utterance.text, tokenize) for utterance in utterances]
    own = {
        u.text[start:end]
        for u, spans in zip(utterances, read, strict=True)
        if u.speaker == "operator"
        for start, end in spans
        if SAYS_NAME.match(u.text, end) or u.text[end:].startswith(("が", "、"))
    }
    found: list[list[Found]] = []
    for index, (utterance, spans) in enumerate(zip(utterances, read, strict=True)):
        asked = any(ASKED.search(u.text) for u in utterances[max(0, index - NEAR) : index + 1])
        names = [span for span in spans if _is_person(utterance.text, span, asked)]
        names += [m.span(1) for m in UNKNOWN_NAME.finditer(utterance.text) if not NOT_A_NAME.search(m.group(1))]
        kept = [(a, b) for a, b in sorted(set(names)) if utterance.text[a:b] not in own]
        if utterance.speaker == "operator":
            kept = [(a, b) for a, b in kept if TITLE.match(utterance.text, b)]
        found.append([Found("name", a, b) for a, b in _merged(kept)])
    return found


def name_finder() -> Callable[[Sequence[Utterance]], list[list[Found]]]:
    """`find_names` with Sudachi loaded."""
    japanese = Japanese()
    return lambda utterances: find_names(utterances, japanese.fold_and_tokenize)


def _candidates(text: str, tokenize: Tokenize) -> list[tuple[int, int]]:
    """Family and given names, those in a row as one. A text that Sudachi refuses has none."""
    try:
        folded, tokens = tokenize(text)
    except AnalysisFailed:
        return []
    spans: list[tuple[int, int]] = []
    for start, end in (folded.span(t.start, t.end) for t in tokens if t.pos[1:3] == ("固有名詞", "人名")):
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _is_person(text: str, span: tuple[int, int], asked: bool) -> bool:
    return asked or TITLE.match(text, span[1]) is not None or SAYS_NAME.match(text, span[1]) is not None


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    end = -1
    for start, stop in spans:
        if start >= end:
            yield start, stop
            end = stop
