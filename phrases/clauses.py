"""The words after a hit as clauses of base forms, so that a rule holds for every inflection and politeness of a verb.

申し上げておりませんが and 言ってないけど are both 言う … ない and end in contrast. A word is written by its keys
(forms.py); one that has none, for only politeness or grammar needs it, by `_` and its surface: a が of contrast is
`が`, a が that marks the subject `_が`. Words stand between blanks, so that patterns name whole words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from phrases.forms import KEY_END, Word

Joint = Literal["but", "because", "if", "case", "and", "ask", "end"]

# the word before a blank, looked back at, which is cheaper than matching every word
ENDED = r"(?<=[うくすつぬぶむるいただ] )"
_VERB = r"(?<=[うくすつぬぶむる] )"

_BUT = re.compile(
    r" (が|(積もり|筈) _が(?! ない| 有る)|けれど|ものの|(_の|_な _の) に|_の を|にも 関わる ず|所( _です"
    r"| _だ)? (が|けれど)) "
)
_BECAUSE = re.compile(
    rf"^ から | ({ENDED}(?<! いつ )から|(_な )?(_の|_ん) _で(?! _ござい)|為(?! _の)|もの _で) (?!_?(?:は|も|しか) )"
)
_CASE = re.compile(
    r" (た と 為る (_て|たら|ば)(?: _も)?|場合|時|際|折|限り|次第|時点|に 当たる (?:_て|_まし _て)?"
    r"|(?:希望|利用|使う|お使い|成る|_なる|契約|検討|使い|申し込み|_れる|為る|呉れる"
    r"|られる)(?: に 成る)?(?: _の)? 方 (?:_は|に _は)|と 成る (?:_ます )?と|_の _で 有る ば|_の _で _?(し"
    r"|あれ) (たら|ば)|_でし たら|_の _?なら|ん _?なら) "
)
_TIME = re.compile(
    rf" (度|たび) に| {ENDED}以上(?: _は)? | う もの _なら| ({_VERB}前|途端|直後) (に|_は|_の|_で|から)"
    rf"| {_VERB}(上 で|に _は) (?!及ぶ|至る|当たる)| _て (から|以降|以後|以上)"
)
_IF = re.compile(
    r" (ば|たら|_なら|なら) (?!ない|ず|_ませ"
    rf"|_なかっ)| (?:{_VERB}|(?<= ない )|(?<= _だ ))(?<! 言う )と (?!_は|_も|_の|_か|か |言う|思う|考える"
    r"|聞く|申す|申し上げる|存じる|決める|伝える|願う|返事|約束|連絡|一緒)| _?て _?も (?!良い|宜しい|構う|らう)"
    r"| _?て _は (?!居る|ている|_おり|ない)"
)
# 解約すると…: the と of a condition stands right behind a hit that ends in a verb, ぐっすりと has no such と
_IF_AT_ONCE = re.compile(r"^ と (?!_は|_も|_の|_か|言う|言い|責める|告げる|思う|考える|聞く|申す|決める|伝える)")
_AND = re.compile(
    r" (_て|_で|て) (?!から |以降|以後|以上|ている|貰う|呉れる|_も|_は|有る|欲しい|_ござ|_い |_お|_き|_み|_しま"
    r"|良い|ない|済む|_あ|居る|_来|_頂|_いただ|_くださ)| し (?!_|た |て )"
)
_ASK = re.compile(r" (_です|_でしょう|_ます|た|_ん|_の) _か (?!と |_ね$|_も |_な |_どう)")
_STOP = re.compile(
    r"(^|(?<! _は)(?<! _が)(?<! _も)(?<! に)(?<! で) "  # 査定はですね、 ends nothing
    r"(_です|_ます|_でしょう|た|_だ|_でし た)) (_よ _ね|_ね|_よ) (?!$|_ね $)"
)
_JOINTS: tuple[tuple[Joint, re.Pattern[str]], ...] = (
    ("but", _BUT), ("because", _BECAUSE), ("case", _CASE), ("if", _IF), ("if", _TIME), ("and", _AND), ("ask", _ASK),
    ("end", _STOP),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clauses:
    """`own` ends the clause that the hit stands in, `joint` tells how it is joined to `rest`, all that follows."""

    own: str
    joint: Joint
    rest: str

    @property
    def all(self) -> str:
        """Both, as one string."""
        return self.own + self.rest.removeprefix(" ") if self.rest else self.own


def written(words: Sequence[Word]) -> str:
    """Base forms between blanks: ` 使う _れ たら 別料金 `."""
    bases = (word.keys.rstrip(KEY_END).replace(KEY_END, " ") or "_" + word.surface for word in words)
    return f" {' '.join(bases)} " if words else " "


@lru_cache(maxsize=1024)  # the same few words follow many hits
def split(words: str, *, behind_predicate: bool) -> Clauses:
    """The first clause of `words`, which stand behind a verb or adjective or behind another word, and the rest."""
    at_once = behind_predicate and _IF_AT_ONCE.match(words)
    first: tuple[int, Joint] | None = (at_once.end(), "if") if at_once else None
    for joint, pattern in _JOINTS:
        found = pattern.search(words)
        if found and (first is None or found.end() < first[0]):
            first = (found.end(), joint)
    if first is None:
        return Clauses(words, "end", "")
    end, joint = first
    if end >= len(words):  # nothing follows: 〜ですが。 is still a contrast, 〜まして。 an end
        return Clauses(words, "end" if joint == "and" else joint, "")
    return Clauses(words[:end], joint, " " + words[end:])
