"""Whether a phrase that was said also holds; negated, taken back, only checked, supposed or quoted it does not.

Word patterns decide what they can; GiNZA's parse is asked only where a negation stands somewhere after the hit, to see
whether it governs the hit (おすすめできるプランがございません) or something else (快適ですので、手間がかかりません).
Order of the rules: quotation, hearsay, withdrawal, negation, check_question, condition. For users: QUERY.md.
"""

import re
from dataclasses import dataclass

from phrases.dependency import is_negated
from phrases.entry import OPERATOR_CATEGORIES, Category
from phrases.japanese import AnalysisFailed, Japanese

CANCELLATIONS = ("quotation", "hearsay", "withdrawal", "negation", "check_question", "condition")


@dataclass(frozen=True, slots=True)
class Context:
    """The sentence of a hit, fillers left out: `before` + `hit` + `after`."""

    before: str
    hit: str
    after: str

    @property
    def sentence(self) -> str:
        """All of it."""
        return self.before + self.hit + self.after


_QUOTED = re.compile(
    r"(と|って|とは|との|っていう)、?(ご?(案内|説明|紹介|提案)(さ|を受け|いただ)|言われ|いわれ|言っていただいた(の|ん)(です|だ)"
    r"|お?伺い|うかが|聞[いきか]|お聞き|おっしゃ|書い|書か|記載|のこと(です|でし|だっ|で)"
    r"|[^、。]{0,8}(に|で)(書|載|出て|読[まん])|いう(広告|記事|話|お話|口コミ|案内|評判|噂|うわさ)(を|が|に))"
)
_SAID_TO_ME = re.compile(r"(と|って)、?(言われ|いわれ|のこと)")
_OWN_PRAISE = re.compile(r"方|声|お客様|会社様|皆|みな|評判|好評|喜|感想|選ばれ")
_HEARSAY = re.compile(r"(だ|る|い|た)(そうです|そうで、|そうなん)|らしい|みたいなことを|とかいう")
_ADVERSATIVE = r"(です|ます|ました|でした|だ|る|い|た|存じます|のところ|たい|ん)(が|けど|けれど|けども|けれども|ものの)"
_TAKEN_BACK = re.compile(
    _ADVERSATIVE
    + r"(も|ど|ども)?、?.{0,20}?(あいにく|残念|申し訳|すみません|対応(し|いた|でき|がで)[^。]*?(ませ|ない|かね)"
    r"|(でき|いたし|致し)(かね|ませ)"
    r"|(いただけ|頂け|なれ|使え|選べ|受けでき)(ませ|ない)|終了|終わって|取りやめ|中止|休止|外れて|切らし|売り切|品切|満席|完売"
    r"|ござい?ません|ありません|対象外|控え|見送|見合わせ|難し[いく]|不要|必要(は|が)?(ない|ありませ|ござい)|やめ(ておき|ます)"
    r"|(も|は)う?(い|結構)いです)"
)
_CHECKED = re.compile(
    r"((お?済み|済んで|お決まり|お決め|ご存[じ知]|お持ち|お手元|届いて|お使い中|ご利用中)[^。、]{0,10}|(まし|でし)た(でしょう|ん)?"
    r"|[てで](い|おり|おられ|いらっしゃい)ま(す|した)(でしょう)?|[ただ][のん]?(です|でしょう))か"
)
_ASKS_HOW = re.compile(r"どの|どん|どう|どちら|何に|なにに|どれ")  # asking how it is used is help, not a check
_SUPPOSED = re.compile(
    r"^[^、。]{0,6}?((?<!い)た)?(場合|とき|時|際)(は|に|も|で|の|、)|^[^、。]{0,5}?(たとしても|としたら|とすれば|ても、)"
)
# 直ると助かります wishes for what is not there yet
_WISHED: dict[Category, re.Pattern[str]] = {
    "satisfaction": re.compile(r"(ば|たら|だら|なら|だと|ると|いと|ほうが|方が)、?(大変|本当に|すごく|とても|一番)?$"),
    "interest": re.compile(r"(れば|たら|ると|いと)、?(一番)?$"),
}
_WISHED_HERE = re.compile(r"(だ|である)?(と(?!思|言|考|か|お|の)|なら|ば|たら)")
_IF = re.compile(r"もし|仮に|万が一")
_THEN = re.compile(r"[^、。]{0,5}(たら|だら|れば|なら|ると)")
_INVITES = re.compile(r"いかが|どうで|ましょうか|ませんか|おすすめ|お勧め|よろしいで")
_NEGATION = re.compile(r"ませ[んぬ]|ない|なく|なかっ|ず[、に]|かね(ます|る)|まい")
# ではありません, わけではない, とは思いません: the words themselves say it, whatever the parse says
_DENIED = re.compile(
    r"(の|な|だ)?((で|じゃ)(は|も)?|く(は|も)?|は|も|が)(あり|ござい|な)(ませ|い|かっ)"
    r"|[^、。]{0,10}(わけ|訳|もの|ほど|つもり|予定|状態|段階|話)(では|でも|じゃ|は|も)(な|あり|ござい)(ませ|い)"
    r"|(です|だ|である)?と(は|も|まで)(思|言|限|申し上げ)[^、。]{0,5}(ませ|ない)"
    r"|(です|だ|ます)?(なんて|とか|とも)[^、。]{0,3}(言|思|考え|頼|お願い)[^、。]{0,8}(ませ|ない)"
)
_NO_NEGATION = re.compile(
    r"(ませ|な)[んい](です|でしょう)?か(?!と)|かもしれ(ませ|な)|なければ(な|いけ)|ない(といけ|とだめ|と困|うち)|(だけ|のみ|ばかり)(じゃ|では?)なく"
    r"|(間違い|違い|問題|遠慮|心配|損|差し支え|構い|かまい|申し分)(は|も|が)?(ませ|な|あり|ござい)|ほかに(な|あり)"
)


def cancelled_by(context: Context, category: Category, japanese: Japanese) -> str | None:
    """The reason why the hit does not count, one of `CANCELLATIONS`; None where it counts."""
    by_operator = category in OPERATOR_CATEGORIES
    after = context.after
    praise = category == "appeal" and _OWN_PRAISE.search(context.sentence)
    quoted = _QUOTED if by_operator else _SAID_TO_ME  # what a customer has heard of is still the customer's hint
    if not praise and quoted.search(after[:20]):
        return "quotation"
    if not praise and _HEARSAY.search(context.hit[-2:] + after[:14]):
        return "hearsay"
    if by_operator and _TAKEN_BACK.search(context.hit[-3:] + after):
        return "withdrawal"
    if _is_negated(context, japanese):
        return "negation"
    asks = _INVITES.search(context.hit + after)
    helps = category == "enablement" and _ASKS_HOW.search(context.sentence)
    if by_operator and not asks and not helps and after and _CHECKED.search(context.hit[-2:] + after[:40]):
        return "check_question"
    if not asks and (_SUPPOSED.search(after) or _is_supposed(context, category)):
        return "condition"
    return None


def _is_supposed(context: Context, category: Category) -> bool:
    """もし解約したら supposes a cancellation; 直ると助かります wishes for help that has not come."""
    if category not in OPERATOR_CATEGORIES and _IF.search(context.before) and _THEN.match(context.after):
        return True
    if category not in _WISHED:
        return False
    is_past = context.hit.endswith(("た", "だ"))
    return bool(_WISHED[category].search(context.before) or (_WISHED_HERE.match(context.after) and not is_past))


def _is_negated(context: Context, japanese: Japanese) -> bool:
    """Whether a negation after the hit governs it, by the dependency parse."""
    after = _NO_NEGATION.sub("", context.after)
    if not _NEGATION.search(after):
        return False
    if _DENIED.match(after):
        return True
    try:
        tokens = japanese.parse(context.sentence)
    except AnalysisFailed:
        return False
    start = len(context.before)
    return is_negated(tokens, start, start + len(context.hit))
