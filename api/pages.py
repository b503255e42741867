"""Pages from templates: autoescaped, in the reader's language, with the words and formats of that language."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.filters import do_format
from markupsafe import Markup

from api import words
from api.navigation import AREAS, PLACES
from pipeline.language import Bilingual, Language, in_language, singular
from pipeline.values import Formats

HERE = Path(__file__).parent
QUERY_GUIDE = HERE.parent / "phrases"  # its one page on how phrases are written is part of the guide
COOKIE = "kouken_lang"
COOKIE_SECONDS = 365 * 24 * 3600


def language_of(request: Request) -> Language:
    """By the address, else as chosen before, else Japanese."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if chosen == "en":
            return "en"
        if chosen == "ja":
            return "ja"
    return "ja"


def pages_of(request: Request) -> "Pages":
    """The application's templates."""
    pages: Pages = request.app.state.pages
    return pages


class Pages:
    """One Jinja environment for each language; a variable that is not passed is an error, not an empty place."""

    def __init__(self) -> None:
        self._environments: dict[Language, Environment] = {"ja": made_environment("ja"), "en": made_environment("en")}

    def load(self) -> None:
        """Compile every template now, a second for each language: else whoever comes first waits for it."""
        for environment in self._environments.values():
            for name in environment.list_templates(["html"]):
                environment.get_template(name)

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page; the choice of language in the address is remembered."""
        language = language_of(request)
        text = (
            self._environments[language]
            .get_template(template)
            .render(
                language=language,
                language_links=_language_links(request),
                visitor=getattr(request.state, "visitor", None),
                **values,
            )
        )
        response = HTMLResponse(text, status_code=status, headers={"Vary": "Cookie"})
        if request.query_params.get("lang") == language:
            response.set_cookie(COOKIE, language, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
        return response

    def text(self, template: str, language: Language, **values: Any) -> str:
        """A template as text."""
        return self._environments[language].get_template(template).render(language=language, **values)


def address(path: str, values: Mapping[str, object] | None = None, **more: object) -> str:
    """A link with its query; what is None is left out."""
    merged = {**(values or {}), **more}
    given = {key: str(value) for key, value in merged.items() if value is not None and value != ""}
    return path + ("?" + urlencode(given) if given else "")


def path_part(value: str) -> str:
    """An id as one part of a path, whatever characters it has."""
    return quote(value, safe="")


@cache
def made_environment(language: Language) -> Environment:
    """What templates of one language know; one for the process, so that each template is compiled once."""
    environment = Environment(
        loader=FileSystemLoader([HERE / "templates", HERE / "help", QUERY_GUIDE]),
        autoescape=True,
        auto_reload=False,  # they do not change under a running program; looking costs more than some pages
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {**Formats(language).filters(), "path_part": path_part}
    if language == "en":
        environment.filters["format"] = _of_one
    environment.globals |= {
        "t": partial(_choose, language),
        "say": partial(_say, language),
        "word": words.word,
        "words": words,
        "places": PLACES,
        "areas": AREAS,
        "address": address,
        "Markup": Markup,
    }
    return environment


def _of_one(text: str, *values: Any, **named: Any) -> str:
    """As Jinja's own `format`, with nouns that follow the number one in the singular."""
    told = do_format(text, *values, **named)
    return type(told)(singular(told))  # what is safe as it is stays so


def _choose(language: Language, ja: str, en: str) -> str:
    return en if language == "en" else ja


def _say(language: Language, text: Bilingual | Mapping[str, str]) -> str:
    if isinstance(text, Mapping):
        return text[language]
    return in_language(text, language)


def _language_links(request: Request) -> dict[Language, str]:
    """This page in each language, its other parameters kept; of an answer to a form, the page that the form is on."""
    path, query = ("", request.query_params.items()) if request.method == "GET" else _page_of_form(request)
    kept = {key: value for key, value in query if key != "lang"}
    languages: tuple[Language, ...] = ("ja", "en")
    return {language: address(path, kept, lang=language) for language in languages}


def _page_of_form(request: Request) -> tuple[str, list[tuple[str, str]]]:
    """Path and query as the browser tells them; the first page where it tells none of ours."""
    page = urlsplit(request.headers.get("referer", ""))
    ours = page.netloc == request.url.netloc and page.path.startswith("/") and not page.path.startswith("//")
    return (page.path, parse_qsl(page.query)) if ours else ("/", [])
