"""The second step of a sign-in by password: a code of the person's app, or a recovery code, before any session."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import PagesDep, StoreDep
from api.pages import Pages
from api.routes.account import TOO_OFTEN, begin_session, sign_in_address, sign_in_form, with_cookie
from api.second_step import PATH, has_come, second_step_of, who_waits
from pipeline.accounts import second_factor
from pipeline.accounts.second_factor import OtherKey, Proof
from pipeline.language import Bilingual, Text
from pipeline.store import audit
from pipeline.store.connect import Store

pages = APIRouter()
api = APIRouter()

Field = Annotated[str, Form(max_length=100)]
WRONG_CODE = Text(
    "コードが違うか、もう使われています。認証アプリに次のコードが出てから、もう一度お試しください。",
    "The code is wrong or was used already. Wait for the app's next code and try again.",
)
BEGIN_AGAIN = Text("時間が過ぎました。もう一度サインインしてください。", "Time is up; please sign in again.")


@pages.get(PATH, response_class=HTMLResponse)
def show_code(request: Request, pages: PagesDep) -> Response:
    """The form, for whoever has given the right password in this browser."""
    if who_waits(request) is None:
        return RedirectResponse(sign_in_address("/"), status_code=303)
    return _form(request, pages)


@pages.post(PATH)
def give_code(request: Request, pages: PagesDep, store: StoreDep, code: Field = "", recovery: Field = "") -> Response:
    """A session, or the form again. Whoever needed a recovery code is led to their second factor."""
    waiting, step = who_waits(request), second_step_of(request)
    if waiting is None:
        return sign_in_form(request, pages, next="/", problem=BEGIN_AGAIN, status=403)
    name = waiting.user.name
    if wait := step.wait_s(request, name):
        return _form(request, pages, problem=TOO_OFTEN, status=429, wait_s=wait)
    try:
        proof = step.proof(request, name, recovery or code)
    except OtherKey as error:
        return _form(request, pages, problem=error.text, status=503)
    if proof is None:
        _note_refusal(store, name, "recovery_code" if recovery else "code")
        return _form(request, pages, problem=WRONG_CODE, with_recovery=bool(recovery), status=403)
    answer = RedirectResponse(waiting.next if proof.kind == "code" else "/account/factor", status_code=303)
    token = _open_session(request, store, name, proof) if has_come(request, answer) else None
    if token is None:  # the same was sent twice at once
        return sign_in_form(request, pages, next=waiting.next, problem=BEGIN_AGAIN, status=403)
    step.succeeded(request, name)
    return with_cookie(request, answer, token)


def _open_session(request: Request, store: Store, name: str, proof: Proof) -> str | None:
    with store.writing() as connection:
        if not second_factor.use_up(connection, name, proof):
            return None
        audit.record(connection, name, "session.sign_in", name, {"by": proof.kind})
        return begin_session(request, connection, name)


def _note_refusal(store: Store, name: str, by: str) -> None:
    with store.writing() as connection:
        audit.record(connection, name, "session.sign_in_refused", name, {"by": by})


def _form(
    request: Request,
    pages: Pages,
    *,
    problem: Bilingual | None = None,
    with_recovery: bool = False,
    status: int = 200,
    wait_s: float = 0,
) -> HTMLResponse:
    values = {"problem": problem, "with_recovery": with_recovery}
    answer = pages.render(request, "sign_in_code.html", status=status, **values)
    if wait_s:
        answer.headers["Retry-After"] = str(round(wait_s) + 1)
    return answer
