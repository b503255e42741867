"""What governs a hit, read from the clauses after it: negation, giving up, a mere question, a condition.

Each rule names word classes and the grammar between them (lemmas/), not sentences; `scope.py` asks them in its order.
"""

import re

from phrases.clauses import Clauses, split
from phrases.lemmas import conditions, negations, questions, withdrawals


def _without_asides(words: str) -> str:
    """The words without a ない that denies nothing: 問題ない, かもしれない, だけでなく."""
    return negations.NO_DENIAL.sub("", words) if "ない" in words or "無い" in words else words


def denied(clauses: Clauses, *, offered: bool) -> bool | None:
    """Whether a negation in the hit's own clause takes it back; None where the words do not tell.

    What lacks a cost or a worry is `offered` all the more: 手数料がかかりません.
    """
    if negations.NEVER_SAY.match(_without_asides(clauses.all)):
        return True
    own = _without_asides(clauses.own)
    negated, topic = bool(negations.NEGATION.search(own)), negations.TOPIC.match(own)
    ends_negated = negated and negations.NEGATIVE_END.search(own)
    if offered and ends_negated and negations.GOOD_NEWS.search(own):
        return False
    if negations.DENIED.search(own):
        doubled = len(re.findall(r" (?:ない|兼ねる)(?= )", own)) == 2 and " 兼ねる ない" not in own
        return not (doubled and re.search(r" ない (?:訳|こと|_の|_ん|筈|物) ", own))
    if topic and (ends_negated or (clauses.joint == "because" and negations.CANNOT.search(clauses.rest))):
        return True
    if offered and _denied_even_if(clauses):
        return True
    return _denied_directly(own) if negated else False


def _denied_even_if(clauses: Clauses) -> bool:
    """変えてもお得にはなりません denies what the change offers, as does 省けるかと申しますと、そうはなりません."""
    rest = conditions.NO_COST.sub(" ", clauses.rest)
    even_if = clauses.own.endswith(" _も ") or negations.WHETHER_SO.search(clauses.own)
    if clauses.joint != "if" or not even_if:
        return False
    return bool(negations.NEGATIVE_END.search(rest)) and not negations.GOOD_NEWS.search(rest)


def _denied_directly(own: str) -> bool | None:
    """Whether the first predicate after the hit is negative: only particles and light verbs before ない.

    False where that ない supposes or contrasts (入らないと), None where no such ない is there.
    """
    words = own.split()
    content = 0
    for place, word in enumerate(words):
        if word in ("ない", "兼ねる"):
            return not negations.LEAVES_OPEN.match(" " + " ".join(words[place + 1 :]) + " ")
        content += not (word.startswith("_") or word in negations.LIGHT)
        if content > 1 or word in ("しか", "他", "より", "程"):
            return None
    return None


def given_up(clauses: Clauses) -> bool:
    """Whether the operator takes the offer back, at once or after が and けど."""
    refusals = (withdrawals.GIVEN_UP, withdrawals.UNTIL_PAST, withdrawals.UNAVAILABLE)
    if any(pattern.search(clauses.own) for pattern in refusals):
        return True
    if withdrawals.TAKEN_BACK.search(clauses.all):
        return True
    said_before = withdrawals.SAID_BEFORE.search(clauses.all)
    if said_before and withdrawals.GIVEN_UP.search(clauses.all, said_before.end() - 1):
        return True
    if clauses.joint in ("because", "and") and negations.TOPIC.match(clauses.own):
        return bool(withdrawals.UNAVAILABLE.search(clauses.rest))
    if clauses.joint == "if" and withdrawals.SAID_BEFORE.search(clauses.all):  # お付けできるとお伝えしましたが、…
        said = withdrawals.SAID_BUT.search(clauses.rest)
        refused = withdrawals.OVER.search(_without_asides(clauses.rest))
        return bool(refused or (said and not withdrawals.STILL.search(clauses.rest, said.end())))
    if clauses.joint == "but" and (withdrawals.SAID_BEFORE.search(clauses.own) or withdrawals.ONCE.search(clauses.own)):
        return not withdrawals.STILL.search(clauses.rest)
    return _refused_after_all(clauses)


def _refused_after_all(clauses: Clauses) -> bool:
    """Whether what follows a が of contrast, in whichever clause, says that it is not to be had."""
    meant = withdrawals.MEANT_TO.search(clauses.all)
    if meant:
        return not withdrawals.STILL.search(clauses.all, meant.end() - 1)
    turn = withdrawals.TURN.search(clauses.all)
    if not turn:
        return False
    rest = withdrawals.REASSURES.sub(" ", _without_asides(clauses.all[turn.end() - 1 :]))
    refusals = (withdrawals.OVER, withdrawals.NOW_OTHERWISE, negations.NEGATION)
    return any(pattern.search(rest) for pattern in refusals)


def changed_mind(clauses: Clauses, *, wish: bool) -> bool:
    """Whether the customer takes back what the hit says. A `wish` of the past is given up unless a question follows."""
    reached = clauses.own if clauses.joint == "because" else clauses.all
    if withdrawals.REVERSED.search(reached):
        return True
    if clauses.joint != "but":
        return False
    if withdrawals.AFTER_ALL.search(clauses.rest):
        return True
    if withdrawals.PAST_BUT.search(clauses.own) and withdrawals.SO_NO_MORE.search(clauses.rest):
        return True
    settled = bool(withdrawals.SETTLED.search(clauses.rest))
    given_up = wish and bool(clauses.rest.strip()) and not withdrawals.STILL_ASKS.search(clauses.rest)
    return bool(withdrawals.INTENDED.search(clauses.own)) and (settled or given_up)


def only_asked(clauses: Clauses, *, restating: bool) -> bool:
    """Whether the sentence asks how things stand (past, state or a noun under か) or tells it back."""
    asked = clauses.own
    if clauses.joint == "but" and (questions.TOPIC_ONLY.match(clauses.own) or questions.RECALLED.search(clauses.own)):
        if questions.RECALLED.search(clauses.own):
            return True
        asked = clauses.rest
    elif clauses.joint == "case" and questions.RESTATED.search(clauses.rest):
        asked = clauses.rest
    elif clauses.joint == "and" and clauses.own.endswith(" _で "):
        asked = clauses.all  # 受付でなさいましたか: where, not what was done first
    elif clauses.joint not in ("ask", "end"):
        return False
    if questions.ASKS_WHY.search(asked):
        return True
    how_it_is = (questions.STATE, questions.IS_IT, questions.ASKS_WHEN)
    if questions.ASKED_AT_END.search(asked) and any(pattern.search(asked) for pattern in how_it_is):
        return True
    return restating and bool(questions.RESTATED.search(asked) or questions.RECALLED.search(asked))


def asks_after(clauses: Clauses) -> bool:
    """Whether a customer asks how an order stands: もう発送されていますか, 付けてもらってましたよね."""
    if clauses.joint not in ("ask", "end"):
        return False
    stands = questions.ASKED_AT_END.search(clauses.own) and questions.STATE.search(clauses.own)
    return bool(stands or questions.RESTATED.search(clauses.own))


def supposed(clauses: Clauses) -> bool:
    """Whether an operator's clause only names a case: a strict condition, or one whose consequence is a burden."""
    if clauses.joint == "but" and questions.TOPIC_ONLY.match(clauses.own):  # 追加なんですが、当日になりますと…
        return supposed(split(clauses.rest, behind_predicate=False))
    if clauses.joint not in ("if", "case"):
        return False
    if clauses.joint == "case" and not conditions.TOPIC_IF.match(clauses.own):
        return True
    if conditions.REGRETTED.search(clauses.own):
        return True
    rest = conditions.NO_COST.sub(" ", clauses.rest)
    return bool(conditions.BURDEN.search(_without_asides(rest)) or (" ない " in clauses.own and " ない " in rest))


def supposed_by_customer(clauses: Clauses) -> bool:
    """Whether the customer asks what would follow: 退会したら; できたらと思って and したらいいですか ask to do it."""
    return clauses.joint in ("if", "case") and bool(clauses.rest.strip()) and not conditions.WANTED.match(clauses.rest)


def asks_what_then(clauses: Clauses) -> bool:
    """壊れてたらどうすればいいの asks about a fault that has not come."""
    return bool(conditions.IF_IT_HAPPENS.search(clauses.own) and questions.ASKED_AT_END.search(clauses.rest))
