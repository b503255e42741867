"""Whether a phrase that was said also holds; negated, taken back, only checked, supposed or quoted it does not.

Word patterns (cues.py) decide what they can; GiNZA's parse is asked only where a negation stands somewhere after the
hit, to see whether it governs the hit (おすすめできるプランがございません) or something else
(快適ですので、手間がかかりません).
Order of the rules: quotation, hearsay, withdrawal, negation, check_question, condition. For users: QUERY.md.
"""

from dataclasses import dataclass

from phrases import cues
from phrases.dependency import is_negated
from phrases.entry import OPERATOR_CATEGORIES, Category
from phrases.japanese import AnalysisFailed, Japanese

CANCELLATIONS = ("quotation", "hearsay", "withdrawal", "negation", "check_question", "condition")
_QUOTE_REACH = 34  # characters after the hit in which the verb of saying must begin to end
_HEARSAY_REACH = 24
_CHECK_REACH = 40


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


def cancelled_by(context: Context, category: Category, japanese: Japanese) -> str | None:
    """The reason why the hit does not count, one of `CANCELLATIONS`; None where it counts."""
    reported = _reported_or_withdrawn(context, category)
    if reported:
        return reported
    if _is_negated(context, japanese):
        return "negation"
    invited = cues.INVITES.search(context.hit + context.after)
    if category in OPERATOR_CATEGORIES and not invited and _is_only_asked(context, category):
        return "check_question"
    if not invited and _is_supposed(context, category):
        return "condition"
    return None


def to_parse(context: Context, category: Category) -> str | None:
    """The sentence that `cancelled_by` will ask GiNZA about; None where the words alone decide."""
    if _negated_by_words(context) is not None or _reported_or_withdrawn(context, category):
        return None
    return context.sentence


def _reported_or_withdrawn(context: Context, category: Category) -> str | None:
    praise = category == "appeal" and cues.OWN_PRAISE.search(context.sentence)
    if not praise and _is_quoted(context, category):
        return "quotation"
    if not praise and _is_hearsay(context, category):
        return "hearsay"
    by_operator = category in OPERATOR_CATEGORIES
    if _is_taken_back(context) if by_operator else cues.CHANGED_MIND.search(context.hit[-2:] + context.after):
        return "withdrawal"
    return None


def _is_quoted(context: Context, category: Category) -> bool:
    """Whether someone else said it; what a customer was offered elsewhere is still the customer's hint."""
    after = context.after[:_QUOTE_REACH]
    if category in OPERATOR_CATEGORIES:
        return bool(cues.QUOTED.search(after) or cues.OFFERED_BY_OTHERS.match(after))
    if category == "satisfaction":  # what a customer has only heard of is no experience of the customer's own
        return bool(cues.READ_OR_HEARD.search(after))
    return bool(cues.SAID_TO_ME.search(after) and not cues.BROKEN_PROMISE.search(after))


def _is_hearsay(context: Context, category: Category) -> bool:
    said = context.hit[-2:] + context.after[:_HEARSAY_REACH]
    if cues.HEARSAY.search(said):
        return True
    rumoured = category in OPERATOR_CATEGORIES or cues.RUMOUR_BEFORE.search(context.before)
    return bool(rumoured and cues.SEEMS.search(said) and cues.RUMOUR_BEFORE.search(context.sentence))


def _is_taken_back(context: Context) -> bool:
    """便利ですが、あいにく…: what follows the が refuses; お得ですが、追加の費用はかかりません reassures."""
    after = context.hit[-3:] + context.after
    if cues.GONE.match(context.after) or cues.NO_LONGER.search(after):
        return True
    turn = cues.ADVERSATIVE.search(after)
    if not turn:
        return False
    rest = cues.REASSURES.sub("", after[turn.end() :])
    if cues.IMPOSSIBLE.search(rest) or cues.DENIES.search(rest):
        return True
    return bool(cues.HAD_MEANT.search(after) and not cues.INVITES.search(rest))


def _is_only_asked(context: Context, category: Category) -> bool:
    helps = category == "enablement" and cues.ASKS_HOW.search(context.sentence)
    if helps or not context.after:
        return False
    after = context.hit[-2:] + context.after[:_CHECK_REACH]
    return bool(cues.CHECKED.search(after) or cues.RESTATED.search(after))


def _is_supposed(context: Context, category: Category) -> bool:
    """もし解約したら supposes a cancellation; 直ると助かります wishes for help that has not come."""
    after = context.after
    if cues.SUPPOSED.search(after) or (category in ("appeal", "proposal") and cues.IN_DOUBT.match(after)):
        return True
    if category in OPERATOR_CATEGORIES:
        helps = category == "enablement" and cues.ASKS_HOW.search(after)
        return bool(cues.SUPPOSED_OFFER.search(after) and not cues.BENEFIT.search(after) and not helps)
    if cues.IF.search(context.before) and cues.THEN.match(after):
        return True
    if category == "complaint":
        return bool(cues.NEXT_TIME.search(context.before) and cues.THEN.match(after))
    return _is_wished(context, category)


def _is_wished(context: Context, category: Category) -> bool:
    if category not in ("satisfaction", "interest"):
        return False
    wished = cues.WISHED_SATISFACTION if category == "satisfaction" else cues.WISHED_INTEREST
    is_past = context.hit.endswith(("た", "だ"))
    return bool(wished.search(context.before) or (cues.WISHED_HERE.match(context.after) and not is_past))


def _is_negated(context: Context, japanese: Japanese) -> bool:
    """Whether a negation after the hit governs it: by the words where they tell, else by the dependency parse."""
    told = _negated_by_words(context)
    if told is not None:
        return told
    try:
        tokens = japanese.parse(context.sentence)
    except AnalysisFailed:
        return False
    start = len(context.before)
    return is_negated(tokens, start, start + len(context.hit))


def _negated_by_words(context: Context) -> bool | None:
    """None where only a parse can tell."""
    after = cues.NO_NEGATION.sub("", context.after)
    negation = cues.NEGATION.search(after)
    if not negation:
        return False
    if cues.DENIED.match(after) or cues.NOT_OFFERED.match(after):
        return True
    if cues.CLAUSE_ENDS.search(after, 0, negation.start()):
        return False
    return True if cues.NEEDS_NEGATION.search(context.before) else None
