"""Whether a negation governs a stretch of a sentence, read from GiNZA's dependency parse."""

from phrases.japanese import ParsedToken

# from these relations on, another clause begins: its negation is not the hit's
_OTHER_CLAUSE = ("advcl", "conj", "parataxis", "dislocated", "root")
_LIGHT_VERBS = ("する", "いたす", "致す", "なさる", "できる", "出来る", "ある", "ござる", "おる", "いる")
_LIGHT_WORDS = frozenset("し いたし 致し さ て は も で を が".split())


def is_negated(tokens: tuple[ParsedToken, ...], start: int, end: int) -> bool:
    """Whether characters `start` to `end` of the sentence are governed by ない, ぬ, かねる … that stands after them."""
    return any(_is_negative(tokens, index, end) for index in _governors(tokens, start, end))


def _governors(tokens: tuple[ParsedToken, ...], start: int, end: int) -> list[int]:
    """The hit's own head and what governs it within its clause, from inside out."""
    inside = [i for i, token in enumerate(tokens) if token.start < end and token.end > start]
    if not inside:
        return []
    heads = [i for i in inside if tokens[i].head not in inside or tokens[i].head == i]
    index = heads[-1] if heads else inside[-1]
    chain = [index]
    while tokens[index].head != index and (
        not tokens[index].relation.lower().startswith(_OTHER_CLAUSE)
        or _is_light_verb(tokens, index)
        or (index == chain[0] and _is_adverbial(tokens, index))
    ):
        index = tokens[index].head
        if index in chain:
            break
        chain.append(index)
    return chain


def _is_light_verb(tokens: tuple[ParsedToken, ...], index: int) -> bool:
    """Whether the governor only makes a verb of the noun: おすすめはいたしません."""
    head = tokens[index].head
    between = (token.surface for token in tokens[index + 1 : head])
    return head > index and tokens[head].lemma in _LIGHT_VERBS and all(word in _LIGHT_WORDS for word in between)


def _is_adverbial(tokens: tuple[ParsedToken, ...], index: int) -> bool:
    """Whether the hit only colours the verb after it: 楽に in 楽になりません, 早く in 早く届きません."""
    token = tokens[index]
    if not token.tag.startswith(("形状詞", "形容詞", "名詞-普通名詞-形状詞可能", "副詞")):
        return False
    after = tokens[index + 1].surface if index + 1 < len(tokens) else ""
    return after == "に" or token.surface.endswith("く")


def _is_negative(tokens: tuple[ParsedToken, ...], index: int, end: int) -> bool:
    """Whether the token is ない itself or has a negative auxiliary, outside the hit."""
    if tokens[index].lemma in ("ない", "無い") and tokens[index].start >= end:
        return True
    auxiliaries = (
        token for token in tokens
        if token.head == index and token.start >= end and token.relation.startswith(("aux", "fixed", "mark"))
    )  # fmt: skip
    return any(token.lemma in ("ぬ", "ない", "ず", "まい", "かねる", "無い") for token in auxiliaries)
