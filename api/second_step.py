"""What stands between a right password and a session: whom a code is asked of, how often, and what it proves."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.pending import LASTS_S, Pending, pending_cookie
from api.rate import Window
from pipeline.accounts import second_factor
from pipeline.accounts.second_factor import Proof
from pipeline.settings import Settings, WebSettings
from pipeline.store import factors, users
from pipeline.store.connect import Connection, Store
from pipeline.store.users import User

PATH = "/sign-in/code"
MOST_HERE, WINDOW_HERE_S = 5, 15 * 60  # wrong codes for a name from one place
MOST_ANYWHERE, WINDOW_ANYWHERE_S = 20, 60 * 60  # and from everywhere: whoever tries them knows the password already


class SecondStep:
    """Proofs of second factors for one application. Raises `BadInput` for settings that ask for nothing sensible."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], float] = time.time) -> None:
        second_factor.check_settings(settings.web)
        self.settings, self.store, self.clock = settings, store, clock
        self._here = Window(MOST_HERE, WINDOW_HERE_S)
        self._anywhere = Window(MOST_ANYWHERE, WINDOW_ANYWHERE_S)

    @property
    def is_offered(self) -> bool:
        """Whether there are second factors at all."""
        return self.settings.web.second_factor != "off"

    def is_asked(self, connection: Connection, name: str) -> bool:
        """Whether this person's password alone opens nothing."""
        return self.is_offered and factors.find_factor(connection, name).is_on

    def wait_s(self, request: Request, name: str) -> float:
        """Seconds until a code of that person is heard again."""
        return max(self._here.wait_s(place_of(request, name)), self._anywhere.wait_s(name))

    def proof(self, request: Request, name: str, typed: str) -> Proof | None:
        """What was typed as a proof that may be used up; a wrong one counts. Raises `OtherKey`."""
        with self.store.reading() as connection:
            factor, codes = factors.find_factor(connection, name), factors.codes_of(connection, name)
        found = None
        if factor.is_on:
            found = second_factor.prove(self.settings.data_dir, factor, codes, name, typed, self.clock())
        if found is None:
            self.failed(request, name)
        return found

    def failed(self, request: Request, name: str) -> None:
        """One more wrong answer of that person."""
        self._here.add(place_of(request, name))
        self._anywhere.add(name)

    def succeeded(self, request: Request, name: str) -> None:
        """Forget the wrong ones from here; those from elsewhere may be somebody else's."""
        self._here.forget(place_of(request, name))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person whose password was right, in this browser."""

    user: User
    next: str


def place_of(request: Request, name: str) -> str:
    """Who tries from where."""
    return f"{request.client.host if request.client else ''} {name}"


def second_step_of(request: Request) -> SecondStep:
    """The application's."""
    step: SecondStep = request.app.state.second_step
    return step


def ask_for_code(request: Request, name: str, password_hash: str, next: str) -> Response:
    """To the page for the code. What the browser keeps until then is bound to the password that was right."""
    web, pending = _parts(request)
    sealed = pending.seal_claims("code", {"name": name, "by": _mark(password_hash), "next": next})
    answer = RedirectResponse(PATH, status_code=303)
    answer.set_cookie(
        pending_cookie(web, "code"), sealed, httponly=True, secure=web.is_secure, samesite="strict", max_age=LASTS_S
    )
    return answer


def who_waits(request: Request) -> Waiting | None:
    """Who has given a password in this browser lately; None after its time, or if the password was changed since."""
    web, pending = _parts(request)
    claims = pending.claims_in("code", request.cookies.get(pending_cookie(web, "code"), ""))
    if claims is None:
        return None
    store: Store = request.app.state.store
    with store.reading() as connection:
        user = users.find_user(connection, claims["name"])
        known = users.password_hash_of(connection, claims["name"])
    if user is None or known is None or _mark(known) != claims["by"]:
        return None
    return Waiting(user, claims["next"])


def has_come(request: Request, answer: Response) -> bool:
    """The wait is over, once; False if it was already."""
    web, pending = _parts(request)
    claims = pending.claims_in("code", request.cookies.get(pending_cookie(web, "code"), ""))
    answer.delete_cookie(pending_cookie(web, "code"), httponly=True, secure=web.is_secure, samesite="strict")
    return claims is not None and pending.use_up(claims)


def _parts(request: Request) -> tuple[WebSettings, Pending]:
    return request.app.state.settings.web, request.app.state.pending


def _mark(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()
