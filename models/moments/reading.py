"""What an encoder reads while it is taught: windows of the calls, worded anew in every epoch."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.moments.encoder import MARKERS, frame_of
from models.moments.labels import HEARD, LABELS, Call
from models.moments.ngrams import normalised
from models.moments.noise import as_recognised, excerpts
from models.moments.windows import MAX_SENTENCE_TOKENS, WINDOW_TOKENS, pieces_of

HEARD_SHARE = 0.5  # of the times that a call is read, where there is a recogniser's transcript of it
RECOGNISED_SHARE = 0.4  # of the other times: as a recogniser might write it
EXCERPT_SHARE = 0.1  # of the times: in pieces without a call around them


@dataclass(frozen=True, slots=True)
class Piece:
    """One training window: token ids, the marker's place of each sentence, targets (−1 = not this speaker's label)."""

    ids: list[int]
    marks: list[int]
    targets: list[list[float]]


class Reader:
    """Cuts calls into windows. Calls of one `call_id` are wordings of the same call, of which an epoch reads one."""

    def __init__(self, tokenizer: Any, calls: Sequence[Call], rng: random.Random) -> None:
        self._tokenizer = tokenizer
        self._rng = rng
        self._wordings: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            self._wordings[call.call_id].append(call)
        self._begin, self._end = frame_of(tokenizer)
        self.pad = tokenizer.pad_token_id or 0

    def plain(self) -> list[Piece]:
        """Every wording of every call, whole."""
        return [piece for wordings in self._wordings.values() for call in wordings for piece in self._pieces(call)]

    def epoch(self) -> list[Piece]:
        """Every call once, as chance words it."""
        return [
            piece
            for wordings in self._wordings.values()
            for part in self._worded(wordings)
            for piece in self._pieces(part)
        ]

    def batches(self, pieces: Sequence[Piece], size: int) -> list[list[Piece]]:
        """Pieces of like length together, so that little is padded; batches in random order."""
        ordered = sorted(pieces, key=lambda piece: len(piece.ids) + self._rng.random() * 16)
        batches = [ordered[i : i + size] for i in range(0, len(ordered), size)]
        self._rng.shuffle(batches)
        return batches

    def _worded(self, wordings: Sequence[Call]) -> list[Call]:
        written = [call for call in wordings if call.form != HEARD]
        heard = [call for call in wordings if call.form == HEARD]
        if heard and (not written or self._rng.random() < HEARD_SHARE):
            call = self._rng.choice(heard)
        else:
            call = self._rng.choice(written)
            call = as_recognised(call, self._rng) if self._rng.random() < RECOGNISED_SHARE else call
        return excerpts([call], self._rng.randrange(1 << 30)) if self._rng.random() < EXCERPT_SHARE else [call]

    def _pieces(self, call: Call) -> list[Piece]:
        texts = [MARKERS[sentence.speaker] + normalised(sentence.text) for sentence in call.sentences]
        ids = [row[:MAX_SENTENCE_TOKENS] for row in self._tokenizer(texts, add_special_tokens=False)["input_ids"]]
        pieces = []
        for start, end in pieces_of([len(row) for row in ids], self._rng.randint(WINDOW_TOKENS // 3, WINDOW_TOKENS)):
            tokens, marks = [self._begin], []
            for row in ids[start:end]:
                marks.append(len(tokens))
                tokens += row
            targets = [[call.target(index, label) for label in LABELS] for index in range(start, end)]
            pieces.append(Piece([*tokens, self._end], marks, targets))
        return pieces
