"""How the customer took a moment: in the customer's next turns, before the operator's next moment.

The first utterance that decides wins, in this order: refusal → declined; putting it off → deferred; consent → accepted;
interest, satisfaction or liking → welcomed. はい alone accepts, and 大丈夫です alone declines, only where the operator
asked or left an offer open (〜もございますが。). Taking up the operator's own word accepts, too:
「延ばしておかれますか」「延ばします」. Measured on tests/pipeline/text/reactions.tsv.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from pipeline.records import Reaction, Utterance

CUSTOMER_TURNS = 2  # turns of the customer that still answer the moment

# What the words say by themselves, wherever they stand.
_REFUSAL = re.compile(
    r"間に合って|遠慮(し|させ|で)|見送(り|る|って)|やめと(き|く|こ)|やめておき|お断り|断り(します|たい)|なしで(お願い|い|。|$)"
    r"|(必要|要ら|いら)な[いさ]|いらん|(要り|いり|必要あり)ません|不要(です|かな)|足りて(ま|い|る)|そこまで(し|は)"
    r"|自分で(でき|やり|やれ|調べ|し)|まま(で|が)(お願い|いい|結構|大丈夫|十分)|(電話|営業|勧誘|案内|メール)[はも]?(やめて|要ら|いら|結構)"
    r"|使わない(ので|から|し|もの|と思)|興味(は|が)?(ない|ありません)|そういうのはちょっと|苦手"
)
_PUT_OFF = re.compile(
    r"検討(し|させ)|考え(ておき|てみ|させ|とき|とく|たい|ます|る時間|て(い|も)い|ないと)|相談(し|して|させ)"
    r"|(聞いて|話して|確認して|確かめて)(み(ない|ます|る|て)|おき|おかな)|(聞い|話し|言っ|伝え)と(か|き|く)|聞かないと"
    r"|また(今度|(お)?(連絡|電話)|考え|後で|あとで|次|改めて)|あとで|後で|後日|様子を?見|持ち帰|時間(を)?(ください|もらえ|いただ)|保留"
    r"|すぐに?は|迷(い|って|う)|[てで]から(に|でも|じゃ|で(いい|も)|です|連絡|また|お願い|考え|返事|決め)|それから(です|で|ね|かな)"
    r"|(なったら|できたら|したら|決まったら)[^。]{0,10}(連絡|電話|考え|頼|お願い|検討)|こちらから(連絡|電話|お電話)|稟議|決裁"
    r"|まだ(決め|わから|分から|何とも)|何とも言え|まで[^。]{0,6}(決め|言え|わから|分から)"
)
_CONSENT = re.compile(
    r"お願い(し|でき|いた)|(?<!な)[いえきしちにりっんけめ][てで](おいて|もらえ|いただけ|いただき|ほしい|欲しい|ください|下さい|くれ|ちょうだい)"
    r"|(つけ|付け|入れ|し|やっ|取っ)と(いて|いてください)|一部ちょうだい|(それ|そっち|そちら|これ)(で|に|を|なら)(いい|お願い|いき|し(ます|よう)|決め|頼)"
    r"|そうします|そうして|そうさせて|申し込(みます|む|んじゃ|もう)|入ります|契約します|参加します|続け(ます|よう|てみ)|ことにし(ます|よう|た)"
    r"|(使って|やって|試して|見て|考え直して|聴いて|行って)み(ます|よう)|ぜひ|頼み(ます|たい)|もらいます|もらおうか|試します"
    r"|やめないで|しようか(な|しら)|(やり|し|つけ|変え|入れ|しちゃい|やっちゃい)ましょう"
)
_LIKING = re.compile(
    r"いいですね|いいね|いいなあ|いいわね|いいじゃない|よさそう|良さそう|便利(そう|です|だ|ね)|すごい|助かり|助かる|ありがたい|嬉しい"
    r"|うれしい|(面白|おもしろ)(そう|い)|楽しみ|知らなかった|お得|欲しかった|夢みたい|大きい(です)?ね|喜び(ます|そう)|素敵|すてき|楽(だ|で|ね)|(無料|ただ)なん(です|だ)"
    r"|(いくら|おいくら|何円)(で|く|ぐ|に|か)|どうやって(使|申|やる|する|設定)|詳しく|(思ったより|意外と|案外|結構|けっこう)(安|簡単|楽|早)"
    r"|気持ちよさそう|そんなこと(が|も)でき|使えそう|それなら(使|いけ|でき)"
)
# What only answers an offer: 〜ましょうか, 〜ませんか, いかがですか, 〜もございますが.
_OFFERS = re.compile(
    r"(ましょう(か)?|ませんか|いかが(です|でしょう|なさいます)?か?|でしょう(か)?|(?<!ござい)(?<!あり)ます?か|(ます|です|ございます)(が|けど|けれど|けれども))[。、??]*$"
)
_FACTS = re.compile(
    r"どの|どん|どう|どこ|どちら|どれ|何|なに|いつ|いくつ|どなた|(ましたか|でしたか|て(い|おり|おられ|らっしゃい)?ますか)[。、??]*$"
)
_NO = re.compile(r"(あ|まあ|うーん|でも|、|。)*(いや|いえ|いいえ|結構|けっこう|大丈夫(です|$)|遠慮)")
_ENOUGH = re.compile(
    r"(もう|今は|今回は|ちょっと|まあ|うーん|うちは|それは|で|、|。)*(大丈夫|結構|いい)(です(?!ね|よね|か)(よ)?|や|わ)?[。、]*$|(で|は|から|んで|ので)、?(いい|大丈夫|結構)(です(?!ね|よね|か)|や)|.だけでいい"
)
_LATER = re.compile(
    r"[てで]から(か|$|。|、|です|で|ね)|(たら|だら)(です|かな|ね|、|。|また|考|連|お願)"
    r"|ないと(、|。|ね|なん|わか|分か|$)|次第(です|で)|折り返し|判断(し|は)|まずは"
)
_NEGATED = re.compile(
    r"(ない|ません|なくて|たくな(い|くて)|じゃなくて)(です|んです|ので|んで|から|し|な|ね|わ|よ|、|。)*$|じゃなくて"
)
_YES = re.compile(
    r"(あ|あっ|ああ|えーっと|えっと|へえ|、)*(はい|ええ|うん|そうですね|そうだね|じゃあ|では|いいですよ|わかりました|分かりました|お願い)"
)
_BUT = re.compile(r"(が|けど|でも)、|ところで|それより|はい、はい")
_ASIDE = re.compile(
    r"聞こえ(ない|ません|づら|にく)|電波|待って(ください|もら|て)|もう一(回|度)(言|お願い|いい|聞)|^もしもし"
    r"|^(あの、|すみません、)?(ところで|それより|話(は|が)変わ)"
)
_FAULT = re.compile(
    r"(届|出て|来て|つなが|繋が|映ら|動か|開か|鳴ら|見え|わか|分か|入って|なって|消え)[らきけいて]*(ない|ません)"
)
_LEAVES = re.compile(r"(解約|退会)(で|を|し|する|の)")
_DOES = re.compile(r"(?<![てで])(ます|てみる|てみます)(ね|よ|わ)?[。!]*$")
_WORD = re.compile(r"[一-鿿ァ-ヶ]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """The reaction, and the customer's utterance that shows it (None where nothing does)."""

    reaction: Reaction
    utterance: int | None = None


def answer_to(
    utterances: Sequence[Utterance], last: int, until: int, labels: Mapping[int, Set[str]], *, offer: bool = False
) -> Answer:
    """The answer to a moment whose last utterance is `last`, looked for before the operator goes on at `until`.

    `labels` are the uncancelled labels per utterance. `offer`: the moment is a proposal, so that insisting on leaving
    turns it down.
    """
    said = utterances[last].text
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
            said = utterance.text
        elif speaker == "customer" and utterance.is_trusted:
            reaction = _reaction(utterance.text, labels.get(index, set()), said, offer)
            if reaction != "none":
                return Answer(reaction, index)
    return Answer("none")


def _reaction(text: str, labels: Set[str], said: str, offer: bool) -> Reaction:
    """`said`: the operator's words that it follows."""
    if _ASIDE.search(text):
        return "none"
    facts = bool(_FACTS.search(said))
    offered = bool(_OFFERS.search(said)) and not facts
    if offered and _REFUSAL.search(text):
        return "declined"
    if offer and "churn_risk" in labels and _LEAVES.search(text):
        return "declined"
    if _PUT_OFF.search(text):
        return "deferred"
    if offered and (_ENOUGH.search(text) and not _YES.match(text)):
        return "declined"
    if _CONSENT.search(text):
        return "accepted"
    if _LIKING.search(text):
        return "welcomed"
    if "decline" in labels and not facts and not (offered and _YES.match(text)):
        return "declined"
    answer = _to_offer(text, said) if offered else "none"
    return "welcomed" if answer == "none" and labels & {"interest", "satisfaction"} else answer


def _to_offer(text: str, said: str) -> Reaction:
    """Later, no or yes to what was offered: by a condition, the first word, the last one, the operator's own word."""
    if _LATER.search(text):
        return "deferred"
    if _NO.match(text) or (_NEGATED.search(text) and not _FAULT.search(text)):
        return "declined"
    if _YES.match(text) and not _BUT.search(text):
        return "accepted"
    taken_up = any(word in said for word in _WORD.findall(text))
    return "accepted" if taken_up and _DOES.search(text) else "none"
