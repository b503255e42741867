"""What governs a hit, read from the clauses after it: negation, giving up, a mere question, a condition.

Each rule names word classes and the grammar between them (lemmas.py), not sentences; `scope.py` asks them in its order.
"""

import re

from phrases import lemmas
from phrases.clauses import Clauses


def _without_asides(words: str) -> str:
    """The words without a ない that denies nothing: 問題ない, かもしれない, だけでなく."""
    return lemmas.NO_DENIAL.sub(" ", words) if "ない" in words or "無い" in words else words


def denied(clauses: Clauses, *, offered: bool) -> bool | None:
    """Whether a negation in the hit's own clause takes it back; None where the words do not tell.

    What lacks a cost or a worry is `offered` all the more: 手数料がかかりません.
    """
    if lemmas.NEVER_SAY.match(clauses.all):
        return True
    own = _without_asides(clauses.own)
    negated, topic = bool(lemmas.NEGATION.search(own)), lemmas.TOPIC.match(own)
    ends_negated = negated and lemmas.NEGATIVE_END.search(own)
    if offered and ends_negated and lemmas.GOOD_NEWS.search(own):
        return False
    if lemmas.DENIED.search(own):
        doubled = len(re.findall(r" (?:ない|兼ねる)(?= )", own)) == 2 and " 兼ねる ない" not in own
        return not (doubled and re.search(r" ない (?:訳|こと|_の|_ん|筈|物) ", own))
    if topic and (ends_negated or (clauses.joint == "because" and lemmas.CANNOT.search(clauses.rest))):
        return True
    if offered and _denied_even_if(clauses):
        return True
    return _denied_directly(own) if negated else False


def _denied_even_if(clauses: Clauses) -> bool:
    """変えてもお得にはなりません denies what the change offers."""
    rest = lemmas.NO_COST.sub(" ", clauses.rest)
    if clauses.joint != "if" or not clauses.own.endswith(" _も "):
        return False
    return bool(lemmas.NEGATIVE_END.search(rest)) and not lemmas.GOOD_NEWS.search(rest)


def _denied_directly(own: str) -> bool | None:
    """Whether the first predicate after the hit is negative: only particles and light verbs before ない.

    False where that ない supposes or contrasts (入らないと), None where no such ない is there.
    """
    words = own.split()
    content = 0
    for place, word in enumerate(words):
        if word in ("ない", "兼ねる"):
            return not lemmas.LEAVES_OPEN.match(" " + " ".join(words[place + 1 :]) + " ")
        content += not (word.startswith("_") or word in lemmas.LIGHT)
        if content > 1 or word in ("しか", "他", "より", "程"):
            return None
    return None


def given_up(clauses: Clauses) -> bool:
    """Whether the operator takes the offer back, at once or after が and けど."""
    if any(pattern.search(clauses.own) for pattern in (lemmas.GIVEN_UP, lemmas.UNTIL_PAST, lemmas.UNAVAILABLE)):
        return True
    if clauses.joint in ("because", "and") and lemmas.TOPIC.match(clauses.own):
        return bool(lemmas.UNAVAILABLE.search(clauses.rest))
    if clauses.joint == "if" and lemmas.SAID_BEFORE.search(clauses.all):  # お付けできるとお伝えしましたが、…
        said = lemmas.SAID_BUT.search(clauses.rest)
        refused = lemmas.OVER.search(_without_asides(clauses.rest))
        return bool(refused or (said and not lemmas.STILL.search(clauses.rest, said.end())))
    if clauses.joint == "but" and (lemmas.SAID_BEFORE.search(clauses.own) or lemmas.ONCE.search(clauses.own)):
        return not lemmas.STILL.search(clauses.rest)
    return _refused_after_all(clauses)


def _refused_after_all(clauses: Clauses) -> bool:
    """Whether what follows a が of contrast, in whichever clause, says that it is not to be had."""
    meant = lemmas.MEANT_TO.search(clauses.all)
    if meant:
        return not lemmas.STILL.search(clauses.all, meant.end() - 1)
    turn = lemmas.TURN.search(clauses.all)
    if not turn:
        return False
    rest = lemmas.REASSURES.sub(" ", _without_asides(clauses.all[turn.end() - 1 :]))
    return bool(lemmas.OVER.search(rest) or lemmas.NEGATION.search(rest) or lemmas.NOW_OTHERWISE.search(rest))


def changed_mind(clauses: Clauses, *, wish: bool) -> bool:
    """Whether the customer takes back what the hit says. A `wish` of the past is given up unless a question follows."""
    reached = clauses.own if clauses.joint == "because" else clauses.all
    if lemmas.REVERSED.search(reached):
        return True
    if clauses.joint != "but":
        return False
    if lemmas.AFTER_ALL.search(clauses.rest):
        return True
    settled = bool(lemmas.SETTLED.search(clauses.rest))
    given_up = wish and bool(clauses.rest.strip()) and not lemmas.STILL_ASKS.search(clauses.rest)
    return bool(lemmas.INTENDED.search(clauses.own)) and (settled or given_up)


def only_asked(clauses: Clauses, *, restating: bool) -> bool:
    """Whether the sentence asks how things stand (past, state or a noun under か) or tells it back."""
    asked = clauses.own
    if clauses.joint == "but" and (lemmas.TOPIC_ONLY.match(clauses.own) or lemmas.RECALLED.search(clauses.own)):
        if lemmas.RECALLED.search(clauses.own):
            return True
        asked = clauses.rest
    elif clauses.joint == "case" and lemmas.RESTATED.search(clauses.rest):
        asked = clauses.rest
    elif clauses.joint not in ("ask", "end"):
        return False
    if lemmas.ASKS_WHY.search(asked):
        return True
    how_it_is = (lemmas.STATE, lemmas.IS_IT, lemmas.ASKS_WHEN)
    if lemmas.ASKED_AT_END.search(asked) and any(pattern.search(asked) for pattern in how_it_is):
        return True
    return restating and bool(lemmas.RESTATED.search(asked) or lemmas.RECALLED.search(asked))


def supposed(clauses: Clauses) -> bool:
    """Whether an operator's clause only names a case: a strict condition, or one whose consequence is a burden."""
    if clauses.joint not in ("if", "case"):
        return False
    if (clauses.joint == "case" and not lemmas.TOPIC_IF.match(clauses.own)) or lemmas.REGRETTED.search(clauses.own):
        return True
    rest = lemmas.NO_COST.sub(" ", clauses.rest)
    return bool(lemmas.BURDEN.search(_without_asides(rest)) or (" ない " in clauses.own and " ない " in rest))


def supposed_by_customer(clauses: Clauses) -> bool:
    """Whether the customer asks what would follow: 退会したら; できたらと思って and したらいいですか ask to do it."""
    return clauses.joint in ("if", "case") and bool(clauses.rest.strip()) and not lemmas.WANTED.match(clauses.rest)


def asks_what_then(clauses: Clauses) -> bool:
    """壊れてたらどうすればいいの asks about a fault that has not come."""
    return bool(lemmas.IF_IT_HAPPENS.search(clauses.own) and lemmas.ASKED_AT_END.search(clauses.rest))
