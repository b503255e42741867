"""What each role may do, for pages and commands alike. What is not granted here is refused.

How far a permission reaches and which route asks for which is said in `api.policy`.
"""

from typing import Literal

from pipeline.store.users import Role, User

Permission = Literal[
    "public",  # without signing in
    "signed_in",
    "report.read",  # the centre's own figures: only with a view of the whole centre
    "operators.read",
    "operators.remark",  # comments of managers, and the operator's own
    "calls.read",
    "calls.words",  # what was said
    "sound.play",
    "reviews.read",  # what reviews say about tags and moments
    "reviews.judge",
    "scorecards.read",  # evaluations: operators see their own once they are shared
    "scorecards.evaluate",
    "scorecards.design",
    "scorecards.respond",  # acknowledge and appeal what is about oneself
    "nights.read",
    "dictionary.read",
    "dictionary.work",  # try entries on calls, look into drafts, send back, publish what was approved
    "dictionary.edit",
    "dictionary.approve",
    "nights.retry",
    "tables.read",  # contracts and outcomes, how calls were joined to them, the KPI sheet
    "tables.load",
    "administration.read",  # the area itself: leads to whatever of it one may open
    "users.manage",
    "tokens.manage",
    "notifications.manage",
    "audit.read",
    "privacy.read",  # keeping periods, legal holds, certificates of erasures
    "privacy.manage",  # hold, release, remove, erase
]

_READS: frozenset[Permission] = frozenset({"report.read", "operators.read", "calls.read", "nights.read", "tables.read"})
_LISTENS: frozenset[Permission] = frozenset({"calls.words", "sound.play"})
_CALLS: frozenset[Permission] = frozenset({"operators.read", "calls.read"})
_WORDS: frozenset[Permission] = frozenset({"calls.words"})
_DICTIONARY: frozenset[Permission] = frozenset({"dictionary.read", "dictionary.work"})
_REVIEWS: frozenset[Permission] = frozenset({"reviews.read", "reviews.judge"})
_EVALUATES: frozenset[Permission] = frozenset({"scorecards.read", "scorecards.evaluate"})
_DESIGNS: frozenset[Permission] = _EVALUATES | {"scorecards.design"}
_ANSWERS: frozenset[Permission] = frozenset({"scorecards.read", "scorecards.respond"})
_TABLES: frozenset[Permission] = frozenset({"tables.read", "tables.load", "nights.retry"})  # what brings data in
_ADMINISTRATION: frozenset[Permission] = frozenset(
    {
        "administration.read",
        "users.manage",
        "tokens.manage",
        "notifications.manage",
        "audit.read",
        "privacy.read",
        "privacy.manage",
    }
)
GRANTS: dict[Role, frozenset[Permission]] = {
    "administrator": _ADMINISTRATION | _TABLES | {"nights.read"},
    "manager": _READS | _LISTENS | _TABLES | _EVALUATES | {"dictionary.read", "operators.remark"},
    "qa_editor": _CALLS | _LISTENS | _DICTIONARY | _REVIEWS | _DESIGNS | {"dictionary.edit"},
    "qa_approver": _CALLS | _LISTENS | _DICTIONARY | _REVIEWS | _DESIGNS | {"dictionary.approve"},
    "operator": _CALLS | _LISTENS | _ANSWERS | {"operators.remark"},
    "analyst": _READS | _WORDS | {"reviews.read", "dictionary.read"},  # masked words only, and no voices
    "auditor": frozenset({"administration.read", "audit.read", "privacy.read", "nights.read"}),
}


def may(user: User, permission: Permission) -> bool:
    """Whether any role of a person grants it, however far it reaches."""
    return any(permission in GRANTS[role] for role in user.roles)
