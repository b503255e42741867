"""Names of persons in what was said: Sudachi's and GiNZA's, where the wording says that a person is meant.

Sudachi reads every utterance, which costs little; GiNZA's entities, a hundred times as dear, only those in which a
cheap cue says that a name may be there. The operator's own name stays: whoever introduces themself for the company is
staff, not a customer.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from phrases.japanese import AnalysisFailed, Entity, Token
from phrases.normalize import Folded
from pipeline.records import Utterance
from pipeline.speech.personal_data import Found

Span = tuple[int, int]
Tokenize = Callable[[str], tuple[Folded, tuple[Token, ...]]]
Entities = Callable[[str], tuple[Entity, ...]]

_RELATIVE = r"家内|妻|夫|主人|旦那|母|父|息子|娘|兄|姉|弟|妹|祖母|祖父|孫|社長|部長|課長|店長|院長"
TITLE = re.compile(r"[、 ]?(?:様|さま|さん|ちゃん|くん|氏)(?!子)")
SAYS_NAME = re.compile(
    r"[、 ]?(?:と(?:申|もう)し|と言い|といい|という者|ですけど|ですけれど|ですが|です[。、！？]|でござい|で、|です$)"
    rf"|に(?:な[りっ]|代わ)|の(?:{_RELATIVE})"
)
RELATIVE = re.compile(rf"(?:{_RELATIVE})の$")
ASKED = re.compile(r"お名前|御名前|氏名|名義|ご契約者|どちら様|フルネーム|ふりがな|フリガナ|お客様名")
MAY_NAME = re.compile(  # where GiNZA is asked: a title after anything but お客, an introduction, a relative's name
    rf"(?<!お客)(?<!皆)(?<!何)(?:様|さま|さん)|と(?:申|もう)し|といい|と言いま|という者|名義|お名前|(?:{_RELATIVE})の"
    r"|^(?:はい、|あの、|えっと、|えーと、)?[ぁ-んァ-ヶー一-龥]{2,8}(?:ですけ|ですが|でござい)"
)
UNKNOWN_NAME = re.compile(r"(?:^|[、。 ]|は|の)((?:(?!の)[ぁ-んァ-ヶー一-龥]){2,9}?)(?=と(?:申|もう)し)")
NOT_A_NAME = re.compile(r"[のはがをにで]$|^(?:と|ので|から|けど|私|わたくし|もの|者)$|担当|センター|窓口|係$")
PERSONS = frozenset({"Person", "Character"})
COMPANIES = frozenset({"Company", "Corporation_Other", "Product_Other", "Facility_Other", "GOE_Other"})
NOBODY = re.compile(r"お?(?:ひとり|一人|ふたり|二人|みな|皆)$")  # 様
SUFFIX = re.compile(r"(?:様|さま|さん|ちゃん|くん|氏)+$")
IN_KATAKANA = re.compile(
    r"^(?:はい、|えっと、|えーと、)?([ァ-ヶー]{3,12})(?=です|でござい|と申|。)"
)  # after フリガナをどうぞ
IN_LATIN_OR_KATAKANA = re.compile(r"[A-Za-zァ-ヶー]+$")
PLACE = re.compile(r"[都道府県市区郡町村駅]")
LEAST = 2  # characters of a name that is looked for all over the call
NEAR = 3  # utterances after a question for the name


def find_names(utterances: Sequence[Utterance], tokenize: Tokenize, entities: Entities) -> list[list[Found]]:
    """Names in each utterance, except those with which an operator introduces themself."""
    asked = [
        any(ASKED.search(u.text) for u in utterances[max(0, index - NEAR) : index + 1])
        for index in range(len(utterances))
    ]
    read = [_candidates(u.text, tokenize, entities, near) for u, near in zip(utterances, asked, strict=True)]
    own = {
        u.text[start:end]
        for u, spans in zip(utterances, read, strict=True)
        if u.speaker == "operator"
        for start, end in spans
        if SAYS_NAME.match(u.text, end) or u.text[end:].startswith(("が", "、"))
    }
    found: list[list[Span]] = []
    for utterance, spans, near in zip(utterances, read, asked, strict=True):
        names = [span for span in spans if _is_person(utterance.text, span, near)]
        names += [m.span(1) for m in UNKNOWN_NAME.finditer(utterance.text) if not NOT_A_NAME.search(m.group(1))]
        kept = [(a, b) for a, b in _joined(names) if utterance.text[a:b] not in own]
        if utterance.speaker == "operator":
            kept = [(a, b) for a, b in kept if TITLE.match(utterance.text, b)]
        found.append(kept)
    said = {u.text[a:b] for u, spans in zip(utterances, found, strict=True) for a, b in spans if b - a >= LEAST}
    return [
        [Found("name", a, b) for a, b in _joined([*spans, *_again(u.text, said)])]
        for u, spans in zip(utterances, found, strict=True)
    ]


def _candidates(text: str, tokenize: Tokenize, entities: Entities, asked: bool) -> list[Span]:
    """Family and given names, those in a row as one, and GiNZA's persons. What is refused has none."""
    try:
        folded, tokens = tokenize(text)
        spans = [folded.span(t.start, t.end) for t in tokens if t.pos[1:3] == ("固有名詞", "人名")]
        if not asked and not MAY_NAME.search(text):
            return list(_joined(spans))
        named = entities(folded.text)
    except AnalysisFailed:
        return []
    jobs = [folded.span(e.start, e.end) for e in named if e.label == "Position_Vocation"]  # 税理士さん: no Mr. 理士
    spans = [span for span in spans if not any(start < span[0] < end for start, end in jobs)]
    companies = [folded.span(e.start, e.end) for e in named if e.label in COMPANIES]
    companies += [folded.span(t.start, t.end) for t in tokens if _is_company(t) and TITLE.match(folded.text, t.end)]
    spans = [span for span in spans if not any(_overlap(span, company) for company in companies)]
    for entity in named:
        start, end = folded.span(entity.start, entity.end)
        end -= len(text[start:end]) - len(SUFFIX.sub("", text[start:end]))
        if start < end and (entity.label in PERSONS or text.startswith("と申し", end)):
            spans.append((start, end))
    if asked:
        spans += [m.span(1) for m in IN_KATAKANA.finditer(text) if not _are_words(tokens)]
    return [span for span in _joined(spans) if span not in companies]


def _is_company(token: Token) -> bool:
    """Whether a proper noun that somebody is politely spoken of with is a firm's: NTTさん, アマゾンさん."""
    is_made_up = token.pos[2] == "地名" and IN_LATIN_OR_KATAKANA.match(token.surface) is not None
    return token.pos[1:3] == ("固有名詞", "一般") or is_made_up


def _are_words(tokens: Sequence[Token]) -> bool:
    """Whether an answer names a thing, not a person: スタンダードプランです, キャンセルです."""
    nouns = [token.pos[1:3] for token in tokens if token.kind == "名詞"]
    return all(kind == "普通名詞" for kind, _ in nouns) and (len(nouns) > 1 or ("普通名詞", "サ変可能") in nouns)


def _is_person(text: str, span: Span, asked: bool) -> bool:
    start, end = span
    if NOBODY.match(text[start:end]):
        return False
    said = TITLE.match(text, end) or SAYS_NAME.match(text, end) or RELATIVE.search(text[:start])
    return asked or said is not None


def _again(text: str, names: set[str]) -> Iterator[Span]:
    """A name that was found elsewhere in the call, wherever it is said; not where it names a place."""
    for name in names:
        for match in re.finditer(re.escape(name), text):
            if not PLACE.match(text, match.end()):
                yield match.span()


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans in order; those that touch or overlap as one."""
    start, end = -1, -1
    for first, last in sorted(spans):
        if first <= end:
            end = max(end, last)
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end
