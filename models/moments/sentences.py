"""Cut an utterance into the sentences that are judged. A recogniser's punctuation is odd or missing."""

import re
from collections.abc import Iterator

LONG = 36  # characters; a shorter stretch without punctuation is one sentence
SHORTEST = 6  # characters; less is no sentence of its own where only the words mark the end

STOP = re.compile(r"[。！？!?\n]+[」』）)]*\s*")
# A polite ending after which no particle goes on: 〜ますが and 〜ですので stay whole.
ENDING = re.compile(
    r"(?:でしょうか|ましょうか|ませんか|ますか|ですか|ください|下さい|ました|ません|ます|です|でした)"
    r"(?:よね|かね|ね|よ)?"
    r"(?![がけのかしねよとてでならもりんー])[、,\s]*"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order, without overlap; what they leave out is white space.

    >>> [("はい。そうです。")[start:end] for start, end in sentence_spans("はい。そうです。")]
    ['はい。', 'そうです。']
    """
    spans = []
    for start, end in _cut(text, STOP, 0, len(text)):
        spans += _cut_long(text, start, end)
    return [span for span in (_stripped(text, *span) for span in spans) if span[0] < span[1]]


def _cut_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= LONG:
        return [(start, end)]
    parts: list[tuple[int, int]] = []
    for part in _cut(text, ENDING, start, end):
        if parts and (part[1] - part[0] < SHORTEST or parts[-1][1] - parts[-1][0] < SHORTEST):
            parts[-1] = (parts[-1][0], part[1])
        else:
            parts.append(part)
    return parts


def _cut(text: str, mark: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in mark.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    if start < end:
        yield start, end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
