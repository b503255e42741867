"""What the commands over the stored dictionary share: who acts, which dictionary is meant, how it is shown."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, option
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text, in_language

if TYPE_CHECKING:
    from phrases.entry import PhraseSet
    from phrases.messages import Problem
    from pipeline.accounts.permissions import Permission
    from pipeline.store.connect import Connection, Store
    from pipeline.store.drafts import Draft

TOKYO = ZoneInfo("Asia/Tokyo")
VERSION = re.compile(r"[0-9a-f]{16}")


_ACTING = Text("だれとして(既定はこの機械の利用者名)", "acting user (default: the machine's account)")


def as_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--as`: under whose name (argument `user`)."""
    return option(
        "--as",
        "user",
        default=None,
        help=Text("だれとして(既定はこの機械の利用者名)", "acting user (default: the account)"),
    )


def draft_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--draft` (argument `draft_id`)."""
    return option("--draft", "draft_id", type=int, default=None, help=Text("下書きの番号", "number of a draft"))


def version_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--version` (argument `version`)."""
    return option("--version", default="", help=Text("公開済みの版(既定は公開中のもの)", "a published version"))


def acting(
    context: Context, store: "Store", user: str | None, permission: "Permission", action: str
) -> tuple[str, str]:
    """The person who acts, and by which account of the machine: both go on record. Says so where no name is checked."""
    from pipeline.accounts.acting import actor

    found = actor(store, user, permission, action)
    if not found.is_checked:
        context.say(
            Text(
                f"利用者がまだ登録されていないため、名前「{found.name}」は確かめていません。",
                f"No users are registered here, so that the name “{found.name}” was not checked.",
            )
        )
    return found.name, found.via


@contextmanager
def opened(context: Context) -> Iterator["Store"]:
    """The store, with a dictionary in it."""
    from pipeline.dictionaries.dictionary import dictionary_store

    with dictionary_store(context.settings) as store:
        yield store


def the_draft(connection: "Connection", draft_id: int | None, state: str) -> "Draft":
    """The named draft, else the only one in that state. Raises `BadInput` where there is none or several."""
    from pipeline.store import drafts

    if draft_id is not None:
        return drafts.read_draft(connection, draft_id)
    found = drafts.list_drafts(connection, states=(state,))
    if len(found) == 1:
        return drafts.read_draft(connection, found[0].draft_id)
    numbers = ", ".join(str(draft.draft_id) for draft in found)
    if not found:
        name = drafts.STATES[state]
        raise BadInput(Text(f"{name.ja}の下書きはありません。", f"There is no draft with the state “{name.en}”."))
    raise BadInput(Text(f"番号を指定してください({numbers})。", f"Say which one ({numbers})."))


def dictionary_named(store: "Store", name: str) -> "PhraseSet":
    """`starter`, `published`, `draft:3`, a version, or a file. Raises `BadInput`."""
    from phrases.files import load_starter
    from pipeline.dictionaries.dictionary import published_dictionary
    from pipeline.store import dictionary, drafts
    from pipeline.text.dictionary import load_dictionary

    if name == "starter":
        return load_starter()
    if name == "published":
        return published_dictionary(store)
    with store.reading() as connection:
        if name.startswith("draft:") and name.removeprefix("draft:").isdigit():
            return drafts.merged(connection, drafts.read_draft(connection, int(name.removeprefix("draft:"))))
        if VERSION.fullmatch(name):
            return dictionary.read_version(connection, name)
    path = Path(name)
    if not path.exists():
        raise BadInput(
            Text(f"「{name}」というファイルも版もありません。", f"There is no file and no version “{name}”."),
            remedy=Text(
                "published、starter、draft:番号、版、ファイルのどれかを指定してください。",
                "Name published, starter, draft:N, a version or a file.",
            ),
        )
    return load_dictionary(path)


def chosen(store: "Store", draft_id: int | None, version: str) -> "PhraseSet":
    """The dictionary of a draft, of a version, else the published one."""
    return dictionary_named(store, f"draft:{draft_id}" if draft_id is not None else version or "published")


def chosen_as_listed(store: "Store", draft_id: int | None, version: str) -> "PhraseSet":
    """The same for reading: entries that a draft changes bear its status."""
    from pipeline.store import drafts

    if draft_id is None:
        return chosen(store, None, version)
    with store.reading() as connection:
        return drafts.listed(connection, drafts.read_draft(connection, draft_id))


def say_json(value: Any) -> None:
    """Print a result as JSON; dataclasses become objects, times ISO 8601 in UTC."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def say(context: Context, text: Bilingual) -> None:
    """Print one line of a result in the reader's language."""
    click.echo(in_language(text, context.language))


def problem_line(context: Context, problem: "Problem") -> str:
    """What is wrong with an entry, in the reader's language."""
    ja, en = ("誤り", "error") if problem.is_error else ("注意", "warning")
    message = problem.message
    return in_language(
        Text(f"{ja} {problem.where}: {message.ja}", f"{en} {problem.where}: {message.en}"), context.language
    )


def say_problem(context: Context, problem: "Problem") -> None:
    """Print it."""
    click.echo(problem_line(context, problem))


def at(moment: datetime) -> str:
    """A time as people here read it."""
    return moment.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")


def show_examples(examples: Sequence[Any], sign: str = " ") -> None:
    """Hits in context, one per line, marked by corner brackets."""
    for item in examples:
        click.echo(
            f"  {sign} {item.phrase_id} {item.call_id} #{item.utterance} …{item.before}【{item.found}】{item.after}…"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
