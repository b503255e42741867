"""How the customer took a moment: in the customer's next turns, before the operator's next moment.

The first utterance that decides wins: decline → declined; putting it off → deferred; consent → accepted; interest,
satisfaction or liking → welcomed. はい alone accepts, and 大丈夫です alone declines, only where the operator asked.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from pipeline.records import Reaction, Utterance

CUSTOMER_TURNS = 2  # turns of the customer that still answer the moment

_CONSENT = re.compile(
    r"お願い(し|でき|いた)|(して|送って|つけて|付けて|変えて|入れて|教えて|やって)(ください|もらえ|いただけ|ほしい)"
    r"|それで(いい|お願い|いき)|そうします|そうして|申し込みます|申し込む|入ります|契約します|参加します|続け(ます|よう)"
    r"|(使って|やって|試して|見て|考え直して)み(ます|よう)|ぜひ|頼み(ます|たい)|もらいます|試します|やめないで"
)
_PUT_OFF = re.compile(
    r"検討(し|させ)|考え(ておき|てみ|させ|とき|たい)|相談(し|して|させ)|(聞いて|話して)み(ない|ます|る|て)"
    r"|また(今度|連絡|電話|考え|後で|あとで)|あとで|後で|様子を?見|持ち帰|時間をください|保留|すぐには決め|迷(い|って|う)"
)
_LIKING = re.compile(
    r"いいですね|いいね|よさそう|便利(そう|です|だ|ね)|すごい|助かり|ありがたい|嬉しい|うれしい|面白そう|知らなかった|お得"
    r"|(いくら|おいくら|何円)(で|く|ぐ|に|か)|どうやって(使|申|やる|する|設定)|詳しく"
)
_YES = re.compile(
    r"(あ|ああ|はい|ええ|うん|そうですね|じゃあ|では|いいですよ|わかりました|分かりました|ね|は|お願いします|[、。])+"
)
_NO = re.compile(
    r"(いや|いえ|いいえ|あ|まあ|うーん|でも|今は|今回は|ちょっと|[、。])*(結構|けっこう|大丈夫|いい|遠慮)(です|します|しておきます)"
)
_ASKS = re.compile(r"(か|でしょう|ませんか|いかが|ましょう)[。??]?$")


@dataclass(frozen=True, slots=True)
class Answer:
    """The reaction, and the customer's utterance that shows it (None where nothing does)."""

    reaction: Reaction
    utterance: int | None = None


def answer_to(utterances: Sequence[Utterance], last: int, until: int, labels: Mapping[int, Set[str]]) -> Answer:
    """The answer to a moment whose last utterance is `last`, looked for before the operator goes on at `until`.

    `labels` are the uncancelled labels per utterance.
    """
    asked = bool(_ASKS.search(utterances[last].text))
    turns = 0
    speaker = utterances[last].speaker
    for index in range(last + 1, len(utterances)):
        utterance = utterances[index]
        if utterance.speaker == "customer" and speaker != "customer":
            turns += 1
        speaker = utterance.speaker
        if turns > CUSTOMER_TURNS or (index >= until and turns > 0 and speaker == "operator"):
            break
        if speaker == "operator":
            asked = bool(_ASKS.search(utterance.text))
        elif speaker == "customer" and utterance.is_trusted:
            reaction = _reaction(utterance.text, labels.get(index, set()), asked)
            if reaction != "none":
                return Answer(reaction, index)
    return Answer("none")


def _reaction(text: str, labels: Set[str], asked: bool) -> Reaction:
    if "decline" in labels or (asked and _NO.match(text)):
        return "declined"
    if _PUT_OFF.search(text):
        return "deferred"
    if _CONSENT.search(text) or (asked and _YES.fullmatch(text)):
        return "accepted"
    if labels & {"interest", "satisfaction"} or _LIKING.search(text):
        return "welcomed"
    return "none"
