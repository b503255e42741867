"""One's own second factor: set up, replace, renew the recovery codes, switch off. Each asks again who it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from api.access import Visitor, VisitorDep, session_by, visitor_of
from api.deps import PagesDep, SettingsDep, StoreDep
from api.errors import NO_PAGE
from api.pages import Pages
from api.routes.account import TOO_OFTEN, begin_session, with_cookie
from api.routes.sign_in_code import WRONG_CODE
from api.second_step import SecondStep, second_step_of
from pipeline.accounts import second_factor
from pipeline.accounts.passwords import is_password
from pipeline.accounts.second_factor import OFFER_LASTS_S, OtherKey, Proof
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.settings import Settings
from pipeline.store import audit, factors, users
from pipeline.store.connect import Connection
from pipeline.store.factors import Factor

pages = APIRouter()
api = APIRouter()

HERE = "/account/factor"
Field = Annotated[str, Form(max_length=300)]
WRONG_PASSWORD = BadInput(Text("パスワードが違います。", "The password is wrong."))
NOT_THE_CODE = BadInput(
    Text(
        "コードが違います。アプリに今出ている6桁の数字を入れてください。何度も違うときは、電話の時刻を自動に合わせてください。",
        "This is not the code. Type the six digits that the app shows now; if it goes on, set the phone's clock by the"
        " network.",
    )
)
BEGUN_ANEW = BadInput(
    Text(
        "時間が過ぎたか、別の画面でやり直されています。はじめからどうぞ。",
        "Time is up, or it was begun anew elsewhere.",
    )
)
IS_REQUIRED = BadInput(
    Text(
        "この役割では二段階認証をやめられません。電話を替えるときは「認証アプリを替える」からどうぞ。",
        "Your role cannot do without it. For a new phone use “Change the app”.",
    )
)


@pages.get(HERE, response_class=HTMLResponse)
def show_factor(request: Request, pages: PagesDep, visitor: VisitorDep) -> Response:
    """Whether there is one, or the picture of the secret that was offered and how to take it."""
    return _page(request, pages, visitor)


@pages.post(HERE + "/begin")
def begin(
    request: Request, pages: PagesDep, visitor: VisitorDep, settings: SettingsDep, password: Field, code: Field = ""
) -> Response:
    """Offer a new secret; one that is in force stays so until a code of the new one has come."""

    def do() -> Response:
        proof = _prove(request, visitor, password, code)
        name = visitor.user.name
        sealed = second_factor.seal(settings.data_dir, name, second_factor.new_secret())
        with second_step_of(request).store.writing() as connection:
            _use_up(connection, name, proof)
            factors.offer(connection, name, sealed)
        return RedirectResponse(HERE, status_code=303)

    return _guarded(request, pages, visitor, "begin", do)


@pages.post(HERE + "/confirm")
def confirm(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, code: Field
) -> Response:
    """The offered secret is in force. A new session, all others ended, and the recovery codes, shown this once."""

    def do() -> Response:
        name = visitor.user.name
        with store.reading() as connection:
            offered = _alive_offer(factors.find_factor(connection, name))
        if offered is None:
            raise BEGUN_ANEW
        secret, given = second_factor.unseal(settings.data_dir, name, offered), second_factor.as_typed(code)
        step = second_factor.step_of(secret, given, second_step_of(request).clock())
        if step is None:
            raise NOT_THE_CODE
        codes, hashes = second_factor.new_codes()
        with store.writing() as connection:
            if not factors.put_in_force(connection, name, offered, step, hashes):
                raise BEGUN_ANEW
            token = begin_session(request, connection, name, by_provider=visitor.by_provider)
        session = session_by(request, token)
        assert session is not None
        request.state.visitor = known = visitor_of(request, session, visitor.reach)
        return with_cookie(request, _page(request, pages, known, codes=codes), token)

    return _guarded(request, pages, visitor, "confirm", do)


@pages.post(HERE + "/codes")
def renew_codes(
    request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, password: Field, code: Field
) -> Response:
    """New recovery codes, shown this once; the old ones are good no more."""

    def do() -> Response:
        proof, name = _prove(request, visitor, password, code), visitor.user.name
        if proof is None:
            raise BEGUN_ANEW
        codes, hashes = second_factor.new_codes()
        with store.writing() as connection:
            _use_up(connection, name, proof)
            factors.renew_codes(connection, name, hashes)
        return _page(request, pages, visitor, codes=codes)

    return _guarded(request, pages, visitor, "codes", do)


@pages.post(HERE + "/off")
def switch_off(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    password: Field,
    code: Field,
) -> Response:
    """Do without, where the person's role may."""

    def do() -> Response:
        if second_factor.is_required(visitor.user, settings.web):
            raise IS_REQUIRED
        proof, name = _prove(request, visitor, password, code), visitor.user.name
        with store.writing() as connection:
            _use_up(connection, name, proof)
            factors.switch_off(connection, name)
        return RedirectResponse(HERE, status_code=303)

    return _guarded(request, pages, visitor, "off", do)


def _guarded(request: Request, pages: Pages, visitor: Visitor, form: str, do: Callable[[], Response]) -> Response:
    """What `do` answers, or the page with what was wrong at that form; guesses are as few as at the sign-in."""
    _offered(request)
    wait = second_step_of(request).wait_s(request, visitor.user.name)
    if wait:
        answer = _page(request, pages, visitor, problem=TOO_OFTEN, form=form, status=429)
        answer.headers["Retry-After"] = str(round(wait) + 1)
        return answer
    try:
        return do()
    except (BadInput, OtherKey) as error:
        return _page(request, pages, visitor, problem=error.text, form=form, status=422)


def _prove(request: Request, visitor: Visitor, password: str, code: str) -> Proof | None:
    """The password, and a proof of the second factor of whoever has one. Raises `BadInput` and `OtherKey`."""
    step, name = second_step_of(request), visitor.user.name
    with step.store.reading() as connection:
        known, factor = users.password_hash_of(connection, name), factors.find_factor(connection, name)
    is_right = is_password(password, known)
    if is_right and not factor.is_on:
        return None
    proof = step.proof(request, name, code) if is_right else None
    if proof is not None:
        return proof
    with step.store.writing() as connection:
        audit.record(connection, name, "users.factor_refused", name)
    if is_right:
        raise BadInput(WRONG_CODE)
    step.failed(request, name)
    raise WRONG_PASSWORD


def _use_up(connection: Connection, name: str, proof: Proof | None) -> None:
    if proof is not None and not second_factor.use_up(connection, name, proof):
        raise BadInput(WRONG_CODE)


def _alive_offer(factor: Factor) -> str | None:
    """The offered secret, sealed, as long as it lasts."""
    oldest = datetime.now(UTC) - timedelta(seconds=OFFER_LASTS_S)
    return factor.offered if factor.offered_at and factor.offered_at >= oldest else None


def _offered(request: Request) -> SecondStep:
    step = second_step_of(request)
    if not step.is_offered:
        raise NO_PAGE
    return step


def _page(
    request: Request,
    pages: Pages,
    visitor: Visitor,
    *,
    codes: list[str] | None = None,
    problem: Any = None,
    form: str = "",
    status: int = 200,
) -> HTMLResponse:
    step, name = _offered(request), visitor.user.name
    with step.store.reading() as connection:
        factor = factors.find_factor(connection, name)
    values: dict[str, Any] = {"factor": factor, "codes": codes, "problem": problem, "form": form, "made_at": None}
    values |= {"required": second_factor.is_required(visitor.user, step.settings.web), "picture": None}
    if codes:
        values["made_at"] = datetime.now(UTC)
    elif offered := _alive_offer(factor):
        values |= _shown(step.settings, name, offered)
    return pages.render(request, "account_factor.html", status=status, section="account", **values)


def _shown(settings: Settings, name: str, offered: str) -> dict[str, Any]:
    """The offered secret as a picture, a link and, in groups of four, text; nothing where another key has sealed it."""
    try:
        secret = second_factor.unseal(settings.data_dir, name, offered)
    except KoukenError:
        return {}
    place = settings.web.names[0] if settings.web.names else "127.0.0.1"
    link = second_factor.address_of(secret, name, f"Kouken {place}")
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    picture = Markup(second_factor.picture_of(link))  # noqa: S704 - made by a library from base32
    return {"secret": " ".join(groups), "link": link, "picture": picture}
