"""Whether a phrase that was said also holds; negated, taken back, only checked, supposed or quoted it does not.

The words decide what they can: as they are written (cues.py), and as clauses of base forms, where the predicate that
governs the hit, what it is joined to and how the sentence ends tell (governing.py). GiNZA's parse is asked only where
these leave open whether a negation after the hit governs it (おすすめできるプランがございません) or something else.
Order of the rules: quotation, hearsay, withdrawal, negation, check_question, condition. For users: QUERY.md.
"""

from dataclasses import dataclass

from phrases import cues, governing, lemmas
from phrases.clauses import Clauses, split
from phrases.dependency import is_negated
from phrases.entry import OPERATOR_CATEGORIES, Category
from phrases.japanese import AnalysisFailed, Japanese

CANCELLATIONS = ("quotation", "hearsay", "withdrawal", "negation", "check_question", "condition")
_QUOTE_REACH = 34  # characters after the hit in which the verb of saying must begin to end
_HEARSAY_REACH = 24
_CHECK_REACH = 40


@dataclass(frozen=True, slots=True)
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

    @property
    def clauses(self) -> Clauses:
        """The clause that the hit stands in, and what follows; a hit that ends its clause leaves it nothing."""
        return Clauses(" ", "end", self.told) if cues.CLOSED.search(self.hit) else split(self.told)


def cancelled_by(context: Context, category: Category, japanese: Japanese) -> str | None:
    """The reason why the hit does not count, one of `CANCELLATIONS`; None where it counts."""
    reported = _reported_or_withdrawn(context, category)
    if reported:
        return reported
    if _is_negated(context, category, japanese):
        return "negation"
    by_operator = category in OPERATOR_CATEGORIES
    if by_operator and lemmas.RECALLED.search(context.told):
        return "check_question"
    if by_operator and cues.INVITES.search(context.hit + context.after):
        return None
    if by_operator and _is_only_asked(context, category):
        return "check_question"
    return "condition" if _is_supposed(context, category) else None


def to_parse(context: Context, category: Category) -> str | None:
    """The sentence that `cancelled_by` will ask GiNZA about; None where the words alone decide."""
    if _negated_by_words(context, category) is not None or _reported_or_withdrawn(context, category):
        return None
    return context.sentence


def _reported_or_withdrawn(context: Context, category: Category) -> str | None:
    asked = lemmas.ASKED_AT_END.search(context.told)
    elsewhere = cues.RUMOUR_BEFORE.search(context.before)
    praise = category == "appeal" and not asked and not elsewhere and cues.OWN_PRAISE.search(context.sentence)
    if not praise and _is_quoted(context, category):
        return "quotation"
    if not praise and _is_hearsay(context, category):
        return "hearsay"
    by_operator = category in OPERATOR_CATEGORIES
    withdrawn = _is_taken_back(context) if by_operator else _is_reconsidered(context, category)
    return "withdrawal" if withdrawn else None


def _is_quoted(context: Context, category: Category) -> bool:
    """Whether someone else said it; what a customer was offered elsewhere is still the customer's hint."""
    after = context.after[:_QUOTE_REACH]
    if category in OPERATOR_CATEGORIES:
        by_words = cues.QUOTED.search(after) or cues.OFFERED_BY_OTHERS.match(after)
        return bool(by_words or lemmas.QUOTED.search(context.told))
    if lemmas.SAID_TO_CUSTOMER.search(context.told) and not _is_broken_promise(after, category):
        return True
    if category == "satisfaction":  # what a customer has only heard of is no experience of the customer's own
        return bool(cues.READ_OR_HEARD.search(after) or lemmas.READ.search(context.told))
    return bool(cues.SAID_TO_ME.search(after) and not _is_broken_promise(after, category))


def _is_broken_promise(after: str, category: Category) -> bool:
    """無料と言われたのに is the complaint itself."""
    return category in ("complaint", "churn_risk") and bool(cues.BROKEN_PROMISE.search(after))


def _is_hearsay(context: Context, category: Category) -> bool:
    said = context.hit[-2:] + context.after[:_HEARSAY_REACH]
    if cues.HEARSAY.search(said) or lemmas.HEARD.search(context.told):
        return True
    if category in OPERATOR_CATEGORIES and lemmas.HEARD_BY_OPERATOR.search(context.told):
        return True
    if category not in OPERATOR_CATEGORIES and lemmas.PERSON.search(context.before):
        return bool(lemmas.OF_A_PERSON.search(context.told))
    rumoured = category in OPERATOR_CATEGORIES or cues.RUMOUR_BEFORE.search(context.before)
    return bool(rumoured and cues.SEEMS.search(said) and cues.RUMOUR_BEFORE.search(context.sentence))


def _is_taken_back(context: Context) -> bool:
    """便利ですが、あいにく…: what follows the が refuses; お得ですが、追加の費用はかかりません reassures."""
    if governing.given_up(context.clauses):
        return True
    after = context.hit[-3:] + context.after
    if lemmas.FORMERLY.search(context.before) and lemmas.PAST_BUT.search(context.clauses.own):
        return True
    if cues.GONE.match(context.after) or cues.NO_LONGER.search(after):
        return True
    turn = cues.ADVERSATIVE.search(after)
    if not turn:
        return False
    rest = cues.REASSURES.sub("", after[turn.end() :])
    if cues.IMPOSSIBLE.search(rest) or cues.DENIES.search(rest):
        return True
    return bool(cues.HAD_MEANT.search(after) and not cues.INVITES.search(rest))


def _is_reconsidered(context: Context, category: Category) -> bool:
    by_words = cues.CHANGED_MIND.search(context.hit[-2:] + context.after)
    return bool(by_words or governing.changed_mind(context.clauses, wish=category == "interest"))


def _is_only_asked(context: Context, category: Category) -> bool:
    helps = category == "enablement" and cues.ASKS_HOW.search(context.sentence)
    if lemmas.ASKS_WHEN.search(context.told):
        return True
    if helps or not context.after:
        return False
    if governing.only_asked(context.clauses, restating=category != "appeal"):
        return True
    after = context.hit[-2:] + context.after[:_CHECK_REACH]
    return bool(cues.CHECKED.search(after) or cues.RESTATED.search(after))


def _is_supposed(context: Context, category: Category) -> bool:
    """もし解約したら supposes a cancellation; 直ると助かります wishes for help that has not come."""
    after = context.after
    if cues.SUPPOSED.search(after) or (category in ("appeal", "proposal") and cues.IN_DOUBT.match(after)):
        return True
    if category in OPERATOR_CATEGORIES:
        helps = category == "enablement" and cues.ASKS_HOW.search(after)
        named = cues.SUPPOSED_OFFER.search(after) or governing.supposed(context.clauses)
        return bool(named and not cues.BENEFIT.search(after) and not helps)
    if lemmas.SUPPOSED_AFTER.search(context.told):
        return True
    if category == "churn_risk" and governing.supposed_by_customer(context.clauses):
        return True
    if cues.IF.search(context.before) and (cues.THEN.match(after) or lemmas.MAYBE.match(context.told)):
        return True
    if category == "complaint":
        if governing.asks_what_then(context.clauses):
            return True
        return bool(cues.NEXT_TIME.search(context.before) and cues.THEN.match(after))
    return _is_wished(context, category)


def _is_wished(context: Context, category: Category) -> bool:
    if category not in ("satisfaction", "interest") or cues.REQUESTS.search(context.hit + context.after):
        return False
    wished = cues.WISHED_SATISFACTION if category == "satisfaction" else cues.WISHED_INTEREST
    is_past = context.hit.endswith(("た", "だ"))
    return bool(wished.search(context.before) or (cues.WISHED_HERE.match(context.after) and not is_past))


def _is_negated(context: Context, category: Category, japanese: Japanese) -> bool:
    """Whether a negation after the hit governs it: by the words where they tell, else by the dependency parse."""
    told = _negated_by_words(context, category)
    if told is not None:
        return told
    try:
        tokens = japanese.parse(context.sentence)
    except AnalysisFailed:
        return False
    start = len(context.before)
    return is_negated(tokens, start, start + len(context.hit))


def _negated_by_words(context: Context, category: Category) -> bool | None:
    """None where only a parse can tell."""
    if cues.EXCEEDS.search(context.before):
        return False
    told = governing.denied(context.clauses, offered=category in OPERATOR_CATEGORIES)
    if told is not None:
        return told
    after = cues.NO_NEGATION.sub("", context.after)
    negation = cues.NEGATION.search(after)
    if not negation:
        return False
    if cues.DENIED.match(after) or cues.NOT_OFFERED.match(after):
        return True
    if cues.CLAUSE_ENDS.search(after, 0, negation.start()):
        return False
    return True if cues.NEEDS_NEGATION.search(context.before) else None
