"""What every command shares: `--lang`, `--config`, bilingual help, lazily loaded subcommands."""

import functools
import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import NoSuchCommand

from pipeline.language import Language, Text, in_language, locale_language

if TYPE_CHECKING:
    from pipeline.settings import Settings

LANGUAGE_KEY = "kouken.language"


@dataclass(frozen=True)
class Context:
    """What a command's function is given first: the reader's language and the settings, read on first use."""

    language: Language
    config: Path | None

    @functools.cached_property
    def settings(self) -> "Settings":
        """Read and checked once. Raises `BadInput`."""
        from pipeline.setting_sources import read_settings

        return read_settings(self.config)

    def say(self, text: Text) -> None:
        """A message for the person at the terminal, on standard error so that results stay clean."""
        click.echo(in_language(text, self.language), err=True)


def language_of(context: click.Context) -> Language:
    """The language chosen for this call."""
    language: Language = context.meta.setdefault(LANGUAGE_KEY, locale_language())
    return language


def language_in(arguments: Sequence[str]) -> Language | None:
    """`--lang` wherever it stands: help and errors come before the options are read."""
    for index, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value == "ja":
            return "ja"
        if value == "en":
            return "en"
    return None


class Option(click.Option):
    """An option whose help is a `Text`."""

    def __init__(self, param_decls: Sequence[str], *, help: Text, **keywords: Any) -> None:
        self.text = help
        super().__init__(param_decls, help=help.ja, **keywords)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line of the help page, in the reader's language."""
        self.help = in_language(self.text, language_of(ctx))
        record = super().get_help_record(ctx)
        if record is None or language_of(ctx) == "en":
            return record
        return record[0], record[1].replace("[required]", "[必須]")


class Command(click.Command):
    """A command whose help page is in the reader's language."""

    def __init__(self, name: str, *, text: Text, **keywords: Any) -> None:
        self.text = text
        super().__init__(name, **keywords)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Settle the language before anything is printed."""
        if ctx.parent is None:
            ctx.meta[LANGUAGE_KEY] = language_in(args) or locale_language()
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what the command does, its options."""
        language = language_of(ctx)
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, in_language(Text("使い方: ", "Usage: "), language))
        formatter.write_paragraph()
        formatter.write_text(in_language(self.text, language))
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]
        with formatter.section(in_language(Text("オプション", "Options"), language)):
            formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, described in the reader's language."""
        found = super().get_help_option(ctx)
        if found:
            found.help = in_language(Text("この説明を表示", "show this page"), language_of(ctx))
        return found


@dataclass(frozen=True)
class Lazy:
    """A command that is imported when it is called: the module holds it as `command`."""

    module: str
    text: Text


class LazyGroup(Command, click.Group):
    """Subcommands by table, so that `--help` imports none of them."""

    def __init__(self, name: str, *, text: Text, table: Mapping[str, Lazy]) -> None:
        super().__init__(name, text=text, no_args_is_help=True, params=[lang_option()])
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: the order of a first tour."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        lazy = self.table.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = importlib.import_module(lazy.module).command
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The page of the group and its table, without importing any command."""
        super().format_help(ctx, formatter)
        language = language_of(ctx)
        with formatter.section(in_language(Text("コマンド", "Commands"), language)):
            formatter.write_dl([(name, in_language(lazy.text, language)) for name, lazy in self.table.items()])


def usage_problem(error: click.ClickException, language: Language) -> str:
    """What is wrong with a command line, and where to read more; click's own words are English."""
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "kouken"
    hint = Text(f"使い方は {command} --help をご覧ください。", f"See {command} --help.")
    return f"{in_language(_what_is_wrong(error), language)} {in_language(hint, language)}"


def _what_is_wrong(error: click.ClickException) -> Text:
    english = error.format_message()
    match error:
        case NoSuchCommand():
            japanese = f"コマンド {error.command_name} はありません。"
        case click.NoSuchOption():
            near = "、".join(error.possibilities or ())
            japanese = f"オプション {error.option_name} はありません。" + (f"({near} のことですか)" if near else "")
        case click.MissingParameter():
            name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
            japanese = f"{name} を指定してください。"
        case click.BadParameter():
            name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
            japanese = f"{name} の値が使えません: {_what_would_do(error)}"
        case _:
            japanese = f"コマンドの書き方が違います: {error.message}"
    return Text(japanese, english)


def _what_would_do(error: click.BadParameter) -> str:
    """In Japanese, what click says in English of the kinds of values that commands take."""
    match error.param.type if error.param else None:
        case click.Choice(choices=choices):
            return f"使えるのは {'、'.join(map(str, choices))} です。"
        case click.Path():
            named = re.search("'(.*)'", error.message)
            return f"{named[1] if named else ''} がないか、使えません。"
        case click.IntRange(min=low, max=high):
            bounds = [f"{bound}{word}" for bound, word in ((low, " 以上"), (high, " 以下")) if bound is not None]
            return f"{'、'.join(bounds)}の整数で書いてください。"
        case _:
            return error.message


def lang_option() -> click.Option:
    """`--lang`: read ahead by `language_in`; here it is only checked and documented."""
    text = Text("表示の言語(既定はロケール)", "language of messages (default: by locale)")
    return Option(["--lang"], type=click.Choice(["ja", "en"]), expose_value=False, help=text)


def version_option() -> click.Option:
    """`--version`: what is installed, and nothing else is done."""

    def show(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
        if asked and not context.resilient_parsing:
            from importlib.metadata import version

            click.echo(f"kouken {version('kouken')}")
            context.exit()

    text = Text("版を表示", "show the version")
    return Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)


def common_options(text: Text) -> Callable[[Callable[..., int | None]], Command]:
    """Make a command of a function whose first argument is the `Context` and whose result is the exit code.

    Put it outermost: `@common_options(Text(…))` above the `@option(…)` lines.
    """

    def decorate(function: Callable[..., int | None]) -> Command:
        @click.pass_context
        def run(context: click.Context, /, config: Path | None, **values: Any) -> int | None:
            return function(Context(language_of(context), config), **values)

        config = Option(
            ["--config"],
            type=click.Path(path_type=Path, dir_okay=False),
            help=Text("設定ファイル(既定は ./kouken.toml)", "settings file (default: ./kouken.toml)"),
        )
        name = function.__name__.replace("_", "-")
        parameters = [*reversed(getattr(function, "__click_params__", [])), config, lang_option()]
        return Command(name, text=text, callback=run, params=parameters)

    return decorate


def option(*arguments: Any, help: Text, **keywords: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`click.option` with bilingual help."""
    return click.option(*arguments, cls=Option, help=help, **keywords)


def actor_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--as NAME`: who is put on record (argument `actor`). A name that is only claimed never stands there alone."""
    told = Text(
        "だれとして行うか(記録には使っている人の名前も残る)", "who does it (the system's user is recorded, too)"
    )
    return option("--as", "actor", callback=_actor, help=told)


def _actor(context: click.Context, parameter: click.Parameter, claimed: str | None) -> str:
    from pipeline.store.audit import system_user

    user, name = system_user(), (claimed or "").strip()
    return f"{name} ({user})" if name and name != user else user


def json_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--json`: the result on standard output as JSON (argument `as_json`)."""
    return option("--json", "as_json", is_flag=True, help=Text("結果を JSON で出力", "print the result as JSON"))
