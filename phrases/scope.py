"""Whether a phrase that was said also holds; negated, taken back, only checked, supposed or quoted it does not.

The way of a decision is `by_words`, from top to bottom: quotation, hearsay, withdrawal, negation, check_question,
condition. What is taken back, denied and asked after is read from clauses of base forms: the predicate that governs
the hit, what it is joined to and how the sentence ends (governing.py). Surface words (cues.py) are asked for what base
forms do not keep: honorifics, which tell who speaks, and what stands before the hit. GiNZA's parse is asked only where
these leave open whether a negation after the hit governs it (おすすめできるプランがございません). For users: QUERY.md.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from phrases import cues, governing
from phrases.clauses import Clauses, split
from phrases.dependency import is_negated
from phrases.entry import OPERATOR_CATEGORIES, Category
from phrases.japanese import AnalysisFailed, Japanese
from phrases.lemmas import conditions, questions, reports, withdrawals

CANCELLATIONS = ("quotation", "hearsay", "withdrawal", "negation", "check_question", "condition")
_CLOSING = 4  # characters that end a clause, at most
_QUOTE_REACH = 34  # characters after the hit in which the verb of saying must begin to end
_HEARSAY_REACH = 24


@dataclass(frozen=True)
class Context:
    """The sentence of a hit, fillers left out: `before` + `hit` + `after`. `told` is `after` in base forms."""

    before: str
    hit: str
    after: str
    told: str

    @property
    def sentence(self) -> str:
        """All of it."""
        return self.before + self.hit + self.after

    @cached_property  # nearly every rule asks for them
    def clauses(self) -> Clauses:
        """The clause that the hit stands in, and what follows; a hit that ends its clause leaves it nothing."""
        closed = cues.CLOSED.search(self.hit[-_CLOSING:])
        if not closed:
            return split(self.told, behind_predicate=bool(cues.PREDICATE.search(self.hit)))
        in_contrast = closed[0].endswith(("が", "けど", "けれど", "のに"))
        return Clauses(" が ", "but", self.told) if in_contrast else Clauses(" ", "end", self.told)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the words say: one of `CANCELLATIONS`, or None where the hit counts, unless a parse finds it negated."""

    reason: str | None
    in_doubt: bool = False


def by_words(context: Context, category: Category) -> Verdict:
    """The rules in their order."""
    reason = _reported_or_withdrawn(context, category)
    if reason:
        return Verdict(reason)
    negated = _is_negated(context, category)
    if negated:
        return Verdict("negation")
    return Verdict(_asked_or_supposed(context, category), in_doubt=negated is None)


def settled(verdict: Verdict, context: Context, japanese: Japanese) -> str | None:
    """The reason why the hit does not count, GiNZA asked where the words leave that open."""
    if verdict.in_doubt:
        with suppress(AnalysisFailed):
            start = len(context.before)
            if is_negated(japanese.parse(context.sentence), start, start + len(context.hit)):
                return "negation"
    return verdict.reason


def _reported_or_withdrawn(context: Context, category: Category) -> str | None:
    asked = questions.ASKED_AT_END.search(context.told)
    elsewhere = cues.RUMOUR_BEFORE.search(context.before)
    praise = category == "appeal" and not asked and not elsewhere and cues.OWN_PRAISE.search(context.sentence)
    if not praise and _is_quoted(context, category):
        return "quotation"
    if not praise and _is_hearsay(context, category):
        return "hearsay"
    by_operator = category in OPERATOR_CATEGORIES
    if by_operator:
        return "withdrawal" if _is_taken_back(context) else None
    return "withdrawal" if governing.changed_mind(context.clauses, wish=category == "interest") else None


def _is_quoted(context: Context, category: Category) -> bool:
    """Whether someone else said it; what a customer was offered elsewhere is still the customer's hint."""
    after = context.after[:_QUOTE_REACH]
    if category in OPERATOR_CATEGORIES:
        return bool(cues.HONOURED_SPEAKER.search(after) or reports.QUOTED.search(context.told))
    if reports.SAID_TO_CUSTOMER.search(context.told) and not _is_broken_promise(after, category):
        return True
    # what a customer has only heard of is no experience of the customer's own
    return category == "satisfaction" and bool(reports.READ.search(context.told))


def _is_broken_promise(after: str, category: Category) -> bool:
    """無料と言われたのに is the complaint itself."""
    return category in ("complaint", "churn_risk") and bool(cues.BROKEN_PROMISE.search(after))


def _is_hearsay(context: Context, category: Category) -> bool:
    said = context.hit[-2:] + context.after[:_HEARSAY_REACH]
    if cues.HEARSAY.search(said) or reports.HEARD.search(context.told):
        return True
    if category in OPERATOR_CATEGORIES and reports.HEARD_BY_OPERATOR.search(context.told):
        return True
    if category not in OPERATOR_CATEGORIES and reports.PERSON.search(context.before):
        return bool(reports.OF_A_PERSON.search(context.told) or reports.SAID_BY_A_PERSON.match(context.told))
    rumoured = category in OPERATOR_CATEGORIES or cues.RUMOUR_BEFORE.search(context.before)
    return bool(rumoured and cues.SEEMS.search(said) and cues.RUMOUR_BEFORE.search(context.sentence))


def _is_taken_back(context: Context) -> bool:
    """便利ですが、あいにく…: what follows the が refuses; お得ですが、追加の費用はかかりません reassures."""
    formerly = withdrawals.FORMERLY.search(context.before) and withdrawals.PAST_BUT.search(context.clauses.own)
    return bool(formerly) or governing.given_up(context.clauses)


def _is_only_asked(context: Context, category: Category) -> bool:
    helps = category == "enablement" and cues.ASKS_HOW.search(context.sentence)
    if questions.ASKS_WHEN.search(context.told):
        return True
    if helps or not context.after:
        return False
    return governing.only_asked(context.clauses, restating=category != "appeal")


def _is_supposed(context: Context, category: Category) -> bool:
    """もし解約したら supposes a cancellation; 直ると助かります wishes for help that has not come."""
    after = context.after
    if cues.SUPPOSED.match(after) or (category in ("appeal", "proposal") and cues.IN_DOUBT.match(after)):
        return True
    if category in OPERATOR_CATEGORIES:
        if cues.WERE_IT_SO.search(context.before) and _is_unsure(context):
            return True
        helps = category == "enablement" and cues.ASKS_HOW.search(after)
        named = cues.SUPPOSED_OFFER.match(after) or governing.supposed(context.clauses)
        strictly = conditions.STRICTLY_SUPPOSED.search(context.told)
        return bool((named or strictly) and not cues.BENEFIT.search(after) and not helps)
    if conditions.SUPPOSED_AFTER.search(context.told):
        return True
    if category == "churn_risk" and governing.supposed_by_customer(context.clauses):
        return True
    if cues.IF.search(context.before) and (cues.THEN.match(after) or conditions.MAYBE.match(context.told)):
        return True
    if category == "complaint":
        if governing.asks_what_then(context.clauses):
            return True
        return bool(cues.NEXT_TIME.search(context.before) and cues.THEN.match(after))
    return _is_wished(context, category)


def _is_unsure(context: Context) -> bool:
    """できるかもしれません, って言えるんですけど, たらの話ですが: behind a condition, none of them offers anything."""
    unsure = (conditions.MAYBE, conditions.COULD_BE_SAID)
    return bool(cues.SUPPOSED_TALK.search(context.before)) or any(rule.match(context.told) for rule in unsure)


def _is_wished(context: Context, category: Category) -> bool:
    if category not in ("satisfaction", "interest") or cues.REQUESTS.search(context.hit + context.after):
        return False
    if conditions.CAME_TO_WANT.search(context.told):  # 聞いてたら使ってみたいなって思えてきました
        return False
    wished = cues.WISHED_SATISFACTION if category == "satisfaction" else cues.WISHED_INTEREST
    is_past = context.hit.endswith(("た", "だ"))
    is_adverb = context.after.startswith("と") and not cues.PREDICATE.search(context.hit)  # ぐっすりと眠れました
    wished_here = cues.WISHED_HERE.match(context.after) and not is_past and not is_adverb
    return bool(wished.search(context.before) or wished_here)


def _is_negated(context: Context, category: Category) -> bool | None:
    """Whether a negation after the hit governs it; None where only a parse can tell."""
    if cues.EXCEEDS.search(context.before):
        return False
    return governing.denied(context.clauses, offered=category in OPERATOR_CATEGORIES)


def _asked_or_supposed(context: Context, category: Category) -> str | None:
    by_operator = category in OPERATOR_CATEGORIES
    how_it_is = (questions.RECALLED, questions.ASKS_WHETHER)
    if by_operator and any(pattern.search(context.told) for pattern in how_it_is):
        return "check_question"
    if by_operator and cues.INVITES.search(context.hit + context.after):
        return None
    if by_operator and _is_only_asked(context, category):
        return "check_question"
    ordered = category == "interest" and cues.ALREADY.search(context.sentence)
    if ordered and governing.asks_after(context.clauses):
        return "check_question"
    return "condition" if _is_supposed(context, category) else None
