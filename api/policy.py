"""Who may do what, in one place. What is not listed here is refused, and a test holds the list against the routes.

A role gives permissions; a permission reaches as far as the roles that give it: a manager's to their teams, an
operator's to their own calls, everybody else's to the whole centre.
"""

from dataclasses import dataclass

from pipeline.accounts.permissions import GRANTS as GRANTS
from pipeline.accounts.permissions import Permission as Permission
from pipeline.store.pages import Within
from pipeline.store.users import User

ROUTES: dict[tuple[str, str], Permission] = {
    ("GET", "/openapi.json"): "signed_in",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("GET", "/sign-in/code"): "public",  # for whoever has just given the right password
    ("POST", "/sign-in/code"): "public",
    ("GET", "/sign-in/oidc"): "public",  # there only where a provider is configured
    ("GET", "/sign-in/oidc/back"): "public",
    ("GET", "/first"): "public",  # answers only as long as there is nobody
    ("POST", "/first"): "public",
    ("POST", "/sign-out"): "signed_in",
    ("GET", "/account"): "signed_in",
    ("POST", "/account/password"): "signed_in",
    ("POST", "/account/sign-out-everywhere"): "signed_in",
    ("POST", "/account/sessions/{session_id}/end"): "signed_in",
    ("GET", "/account/factor"): "signed_in",
    ("POST", "/account/factor/begin"): "signed_in",
    ("POST", "/account/factor/confirm"): "signed_in",
    ("POST", "/account/factor/codes"): "signed_in",
    ("POST", "/account/factor/off"): "signed_in",
    ("GET", "/administration"): "administration.read",
    ("GET", "/account/tokens"): "signed_in",
    ("POST", "/account/tokens"): "signed_in",
    ("POST", "/account/tokens/{token_id}/revoke"): "signed_in",
    ("GET", "/tokens"): "tokens.manage",
    ("POST", "/tokens"): "tokens.manage",
    ("POST", "/tokens/{token_id}/revoke"): "tokens.manage",
    ("GET", "/users"): "users.manage",
    ("POST", "/users"): "users.manage",
    ("GET", "/users/{name}"): "users.manage",
    ("POST", "/users/{name}"): "users.manage",
    ("POST", "/users/{name}/password"): "users.manage",
    ("POST", "/users/{name}/factor/reset"): "users.manage",
    ("POST", "/users/{name}/account"): "users.manage",
    ("POST", "/users/{name}/account/unlink"): "users.manage",
    ("GET", "/roles"): "users.manage",
    ("GET", "/teams"): "users.manage",
    ("GET", "/notifications"): "notifications.manage",
    ("POST", "/notifications"): "notifications.manage",
    ("GET", "/notifications/{rule_id}"): "notifications.manage",
    ("POST", "/notifications/{rule_id}"): "notifications.manage",
    ("POST", "/notifications/{rule_id}/test"): "notifications.manage",
    ("POST", "/notifications/{rule_id}/delete"): "notifications.manage",
    ("GET", "/retention"): "privacy.read",
    ("POST", "/retention"): "privacy.manage",
    ("POST", "/retention/preview"): "privacy.manage",
    ("POST", "/retention/periods"): "privacy.manage",
    ("GET", "/holds"): "privacy.read",
    ("POST", "/holds"): "privacy.manage",
    ("GET", "/holds/{hold_id}"): "privacy.read",
    ("POST", "/holds/{hold_id}/release"): "privacy.manage",
    ("GET", "/erasures"): "privacy.read",
    ("POST", "/erasures"): "privacy.manage",
    ("POST", "/erasures/preview"): "privacy.manage",
    ("GET", "/erasures/{erasure_id}"): "privacy.read",
    ("GET", "/erasures/{erasure_id}/certificate.{form}"): "privacy.read",
    ("GET", "/privacy/work/{job_id}"): "privacy.manage",
    ("POST", "/privacy/work/{job_id}/cancel"): "privacy.manage",
    ("GET", "/audit"): "audit.read",
    ("POST", "/audit/verify"): "audit.read",
    ("GET", "/"): "signed_in",  # leads to where one may go
    ("GET", "/report"): "report.read",
    ("GET", "/report.csv"): "report.read",
    ("GET", "/report.xlsx"): "report.read",
    ("GET", "/nights/{run_id}/report"): "report.read",
    ("GET", "/contribution"): "report.read",
    ("GET", "/contribution/{exposure}"): "report.read",
    ("GET", "/operators"): "operators.read",
    ("GET", "/operators.csv"): "operators.read",
    ("GET", "/operators/{operator_id:path}"): "operators.read",
    ("GET", "/operator-files/{form}/{operator_id:path}"): "operators.read",
    ("POST", "/operator-remarks/{operator_id:path}"): "operators.remark",
    ("GET", "/calls"): "calls.read",
    ("GET", "/calls.csv"): "calls.read",
    ("GET", "/calls/{call_id:path}"): "calls.words",
    ("GET", "/search"): "calls.words",
    ("GET", "/dictionary"): "dictionary.read",
    ("GET", "/dictionary/entries/{entry_id:path}"): "dictionary.read",
    ("GET", "/dictionary/export.{form}"): "dictionary.read",
    ("GET", "/dictionary/edit"): "dictionary.edit",
    ("POST", "/dictionary/edit"): "dictionary.edit",
    ("POST", "/dictionary/edit/begin"): "dictionary.edit",
    ("POST", "/dictionary/lint"): "dictionary.edit",
    ("POST", "/dictionary/try"): "dictionary.edit",
    ("GET", "/dictionary/work/{job_id}"): "dictionary.work",
    ("POST", "/dictionary/work/{job_id}/cancel"): "dictionary.work",
    ("POST", "/dictionary/work/{job_id}/exact"): "dictionary.edit",
    ("GET", "/dictionary/drafts"): "dictionary.work",
    ("POST", "/dictionary/drafts"): "dictionary.edit",
    ("GET", "/dictionary/drafts/{draft_id}"): "dictionary.work",
    ("POST", "/dictionary/drafts/{draft_id}/review"): "dictionary.work",
    ("POST", "/dictionary/drafts/{draft_id}/submit"): "dictionary.edit",
    ("POST", "/dictionary/drafts/{draft_id}/approve"): "dictionary.approve",
    ("POST", "/dictionary/drafts/{draft_id}/reject"): "dictionary.work",
    ("POST", "/dictionary/drafts/{draft_id}/publish"): "dictionary.work",
    ("POST", "/dictionary/drafts/{draft_id}/discard"): "dictionary.edit",
    ("POST", "/dictionary/drafts/{draft_id}/undo"): "dictionary.edit",
    ("GET", "/dictionary/candidates"): "dictionary.work",
    ("POST", "/dictionary/candidates"): "dictionary.work",
    ("POST", "/dictionary/candidates/dismiss"): "dictionary.edit",
    ("GET", "/dictionary/versions"): "dictionary.read",
    ("GET", "/dictionary/versions/compare"): "dictionary.read",
    ("POST", "/dictionary/versions/compare"): "dictionary.work",
    ("POST", "/dictionary/versions/{version}/restore"): "dictionary.approve",
    ("GET", "/dictionary/import"): "dictionary.edit",
    ("POST", "/dictionary/import"): "dictionary.edit",
    ("POST", "/dictionary/import/starter"): "dictionary.edit",
    ("GET", "/dictionary/words"): "dictionary.read",
    ("GET", "/dictionary/words.csv"): "dictionary.read",
    ("POST", "/dictionary/words"): "dictionary.edit",
    ("POST", "/dictionary/words/file"): "dictionary.edit",
    ("GET", "/dictionary/lists"): "dictionary.read",
    ("POST", "/dictionary/lists"): "dictionary.edit",
    ("GET", "/sound/{recording_id}"): "sound.play",
    ("GET", "/sound/{recording_id}/peaks"): "sound.play",
    ("GET", "/reviews"): "reviews.read",
    ("POST", "/reviews/answers"): "reviews.judge",
    ("POST", "/reviews/withdrawals"): "reviews.judge",
    ("POST", "/reviews/draws"): "reviews.judge",
    ("GET", "/reviews/precision"): "reviews.read",
    ("GET", "/reviews/lines/{transcript_id}/{utterance}"): "reviews.judge",
    ("POST", "/reviews/lines/{transcript_id}/{utterance}/marks"): "reviews.judge",
    ("POST", "/reviews/lines/{transcript_id}/{utterance}/texts"): "reviews.judge",
    ("POST", "/reviews/lines/{transcript_id}/{utterance}/withdrawals"): "reviews.judge",
    ("GET", "/tables"): "tables.read",
    ("GET", "/problems/{key}"): "signed_in",  # of a file that one has sent oneself
    ("POST", "/tables/upload"): "tables.load",
    ("POST", "/tables/load"): "tables.load",
    ("POST", "/tables/discard"): "tables.load",
    ("GET", "/tables/work/{job_id}"): "tables.load",
    ("POST", "/tables/work/{job_id}/cancel"): "tables.load",
    ("GET", "/scorecards"): "scorecards.read",
    ("GET", "/scorecards.csv"): "scorecards.read",
    ("GET", "/scorecards.xlsx"): "scorecards.read",
    ("GET", "/scorecards/new"): "scorecards.evaluate",
    ("POST", "/scorecards/evaluations"): "scorecards.evaluate",
    ("GET", "/scorecards/evaluations/{evaluation_id}"): "scorecards.read",
    ("POST", "/scorecards/evaluations/{evaluation_id}"): "scorecards.evaluate",
    ("POST", "/scorecards/evaluations/{evaluation_id}/acknowledgement"): "scorecards.respond",
    ("POST", "/scorecards/evaluations/{evaluation_id}/appeal"): "scorecards.respond",
    ("POST", "/scorecards/evaluations/{evaluation_id}/decision"): "scorecards.evaluate",
    ("GET", "/scorecards/forms"): "scorecards.evaluate",
    ("POST", "/scorecards/forms"): "scorecards.design",
    ("GET", "/scorecards/forms/{form_id}"): "scorecards.evaluate",
    ("POST", "/scorecards/forms/{form_id}"): "scorecards.design",
    ("GET", "/scorecards/calibrations"): "scorecards.evaluate",
    ("POST", "/scorecards/calibrations"): "scorecards.evaluate",
    ("GET", "/scorecards/calibrations/{session_id}"): "scorecards.evaluate",
    ("POST", "/scorecards/calibrations/{session_id}/evaluations"): "scorecards.evaluate",
    ("POST", "/scorecards/calibrations/{session_id}/closing"): "scorecards.evaluate",
    ("GET", "/nights"): "nights.read",
    ("GET", "/nights/{run_id}"): "nights.read",
    ("GET", "/nights/{run_id}/progress"): "nights.read",
    ("POST", "/nights/{run_id}/retry"): "nights.retry",
    ("GET", "/joins"): "tables.read",
    ("GET", "/kpi"): "tables.read",
    ("GET", "/kpi/{position}"): "tables.load",
    ("POST", "/kpi/{position}"): "tables.load",
    ("POST", "/kpi/{position}/remove"): "tables.load",
    ("GET", "/help"): "signed_in",
    ("GET", "/help/{topic}"): "signed_in",
    ("GET", "/api/v1/health"): "public",
    ("GET", "/api/v1/dashboard"): "report.read",
    ("GET", "/api/v1/report"): "report.read",
    ("GET", "/api/v1/nights/{run_id}/report"): "report.read",
    ("GET", "/api/v1/operators"): "operators.read",
    ("GET", "/api/v1/operators/{operator_id:path}"): "operators.read",
    ("GET", "/api/v1/calls"): "calls.read",
    ("GET", "/api/v1/calls/{call_id:path}"): "calls.words",
    ("GET", "/api/v1/search"): "calls.words",
    ("GET", "/api/v1/reviews/precision"): "reviews.read",
    ("GET", "/api/v1/nights"): "nights.read",
    ("GET", "/api/v1/scorecards"): "scorecards.evaluate",
    ("GET", "/api/v1/evaluations"): "scorecards.read",
    ("GET", "/api/v1/evaluations/{evaluation_id}"): "scorecards.read",
    ("GET", "/api/v1/tables"): "tables.read",
    ("POST", "/api/v1/tables/uploads"): "tables.load",
    ("POST", "/api/v1/tables/uploads/{key}/load"): "tables.load",
    ("DELETE", "/api/v1/tables/uploads/{key}"): "tables.load",
    ("GET", "/api/v1/notification-rules"): "notifications.manage",
    ("POST", "/api/v1/notification-rules"): "notifications.manage",
    ("GET", "/api/v1/notification-rules/{rule_id}"): "notifications.manage",
    ("PUT", "/api/v1/notification-rules/{rule_id}"): "notifications.manage",
    ("DELETE", "/api/v1/notification-rules/{rule_id}"): "notifications.manage",
    ("GET", "/api/v1/retention"): "privacy.read",
    ("GET", "/api/v1/holds"): "privacy.read",
    ("GET", "/api/v1/erasures"): "privacy.read",
    ("GET", "/api/v1/erasures/{erasure_id}"): "privacy.read",
    ("POST", "/api/v1/erasures/preview"): "privacy.manage",
    ("POST", "/api/v1/erasures"): "privacy.manage",
    ("GET", "/api/v1/dictionary/versions"): "dictionary.read",
    ("GET", "/api/v1/dictionary/versions/{version}/entries"): "dictionary.read",
    ("GET", "/api/v1/dictionary/lint"): "dictionary.read",
    ("GET", "/api/v1/dictionary/test"): "dictionary.work",
}
API = "/api/v1"
WHOLE_CENTRE: frozenset[Permission] = frozenset(
    {"report.read", "tables.read", "tables.load", "nights.retry"}
)  # never for a part
FREE: tuple[Permission, ...] = ("public", "signed_in")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person's permission reaches."""

    within: Within | None  # None: the whole centre

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.within is None


def permission_of(method: str, path: str) -> Permission | None:
    """What a route asks for; None where nobody has thought of it, which refuses everybody."""
    return ROUTES.get((method, path))


def reach_of(user: User, permission: Permission) -> Reach | None:
    """How far the permission reaches for this person; None if they do not have it."""
    if permission in FREE:
        return Reach(None)
    giving = [role for role in user.roles if permission in GRANTS[role]]
    if not giving:
        return None
    if any(role != "operator" and not (role == "manager" and user.teams) for role in giving):
        return Reach(None)
    teams = frozenset(user.teams) if "manager" in giving else frozenset()
    operators = frozenset({user.operator_id}) if "operator" in giving and user.operator_id else frozenset()
    return None if permission in WHOLE_CENTRE else Reach(Within(operators, teams))


def for_programs(user: User) -> tuple[Permission, ...]:
    """What a token of this person may be given: of the person's own, whatever the API asks for."""
    asked = dict.fromkeys(one for (_, path), one in ROUTES.items() if path.startswith(API) and one not in FREE)
    return tuple(permission for permission in asked if reach_of(user, permission) is not None)


def hears_unmasked(user: User) -> bool:
    """Whether words that were never masked may be read: by everybody who may also hear the call."""
    return reach_of(user, "sound.play") is not None
