"""The report that makes and sends itself: last month's, to everyone named in the settings, each once.

Meant for a timer that calls it every day. It waits until the records reach the end of the month, makes the PDF files,
and sends what has not been sent; after a crash between sending and noting, one message may leave twice, under the same
Message-ID, so that mail programs show it once.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from models.figures.figure import Period, month
from pipeline.errors import BadInput, ExitCode, KoukenError
from pipeline.language import Language, Text, in_language
from pipeline.messages import mail
from pipeline.reports.figures import PeriodReport, for_operator, for_team, period_report
from pipeline.reports.pdf_documents import period_name
from pipeline.reports.written import write_report
from pipeline.settings import Recipients, Settings
from pipeline.store import audit, deliveries
from pipeline.store.connect import Store

Say = Callable[[Text], None]
CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Made:
    """One report of the month as a file."""

    scope: str
    path: Path
    sha256: str


def last_month(today: date) -> Period:
    """The month before the one that the day lies in.

    >>> last_month(date(2026, 1, 5)).name
    '2025-12'
    """
    day = today.replace(day=1) - timedelta(days=1)
    return month(day.year, day.month)


def run_monthly(store: Store, settings: Settings, period: Period, say: Say) -> ExitCode:
    """Make and send what is due for the month, and note it. Raises `BadInput` for unusable settings, before anything.

    FAILED if a message could not be sent; the next run tries that one again.
    """
    mail.check(settings.mail)
    wanted = _wanted(settings)
    with store.reading() as connection:
        done = deliveries.settled(connection, period.name)
        due = [delivery for delivery in wanted if delivery not in done]
        if not due:
            say(Text(f"{period.name} のレポートは済んでいます。", f"The report of {period.name} is done."))
            return ExitCode.DONE
        report = period_report(connection, period, settings.figures)
    if not report.book.complete:
        end = report.book.as_of.date()
        say(
            Text(
                f"{period.name} の記録がまだ月末まで届いていません({end} まで)。届いてから作ります。",
                f"The records of {period.name} end on {end}. The report is made when the month is whole.",
            )
        )
        return ExitCode.DONE
    made = {scope: found for scope in dict(due) if (found := _make(report, scope, settings, say))}
    left = [_deliver(store, settings, period, made[scope], to, say) for scope, to in due if scope in made]
    return ExitCode.DONE if all(left) else ExitCode.FAILED


def _wanted(settings: Settings) -> list[tuple[str, str]]:
    """(scope, address) of every delivery; the centre's file is always made, whoever gets it."""
    sends = bool(settings.mail.host)
    found = [(CENTRE, "")]
    for entry in settings.schedule.recipients:
        found.append((_scope(entry), ""))
        found += [(_scope(entry), address) for address in entry.to if sends]
    return list(dict.fromkeys(found))


def _scope(entry: Recipients) -> str:
    if entry.operator:
        return f"operator:{entry.operator}"
    return f"team:{entry.team}" if entry.team else CENTRE


def _make(report: PeriodReport, scope: str, settings: Settings, say: Say) -> Made | None:
    """The PDF of one scope, under `reports/monthly` in the data folder; None where it had no calls in the month."""
    kind, _, name = scope.partition(":")
    try:
        own = for_operator(report, name) if kind == "operator" else for_team(report, name) if kind == "team" else report
    except BadInput as refusal:
        say(Text(refusal.render("ja"), refusal.render("en")))
        return None
    path = settings.data_dir / "reports" / "monthly" / f"{report.book.period.name}-{_file_name(scope)}.pdf"
    whose = name if kind == "operator" else None
    written = write_report(own, "pdf", path, settings.schedule.language, operator_id=whose)
    say(Text(f"書き出しました: {path}", f"Written: {path}"))
    if written.lost:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in written.lost)
        say(Text(f"表せない文字を〓にしました: {codes}", f"Characters drawn as 〓: {codes}"))
    return Made(scope, path, hashlib.sha256(path.read_bytes()).hexdigest())


def _file_name(scope: str) -> str:
    """A name that any file system takes; two scopes never share one."""
    if scope == CENTRE:
        return CENTRE
    kind, _, name = scope.partition(":")
    plain = "".join(letter if letter.isalnum() else "_" for letter in name)[:40]
    return f"{kind}-{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _deliver(store: Store, settings: Settings, period: Period, made: Made, to: str, say: Say) -> bool:
    """Send one report to one address and note it; whether it has left."""
    domain = settings.mail.sender.rpartition("@")[2] or "kouken.invalid"
    seed = hashlib.sha256(f"{period.name}|{made.scope}|{to}".encode()).hexdigest()[:24]
    entry = deliveries.Delivery(period.name, made.scope, to, f"<{seed}@{domain}>", made.sha256)
    if not to:
        _note(store, entry, "made")
        return True
    _note(store, entry, "sending")
    try:
        mail.send(settings.mail, _message(settings, period, made, entry))
    except KoukenError as error:
        _note(store, entry, "failed")
        say(Text(error.render("ja"), error.render("en")))
        return False
    _note(store, entry, "sent")
    say(Text(f"送りました: {to}({made.scope})", f"Sent to {to} ({made.scope})"))
    return True


def _note(store: Store, entry: deliveries.Delivery, state: deliveries.State) -> None:
    with store.writing() as connection:
        deliveries.settle(connection, entry, state)
        if state != "sending":
            facts = {"scope": entry.scope, "recipient": entry.recipient, "state": state}
            audit.record(connection, audit.system_user(), "report.deliver", entry.period, {**facts})


def _message(settings: Settings, period: Period, made: Made, entry: deliveries.Delivery) -> EmailMessage:
    language: Language = settings.schedule.language
    when = period_name(period.name, language)
    message = EmailMessage()
    message["Subject"] = in_language(Text(f"【Kouken】{when}のレポート", f"[Kouken] Report of {when}"), language)
    message["From"] = settings.mail.sender
    message["To"] = entry.recipient
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = entry.message_id
    body = Text(
        f"{when}のレポートを添付します。\nこのメールは自動で送られました。取り扱いにご注意ください。\n",
        f"The report of {when} is attached.\nThis message was sent automatically. Please treat it as confidential.\n",
    )
    message.set_content(in_language(body, language))
    content = made.path.read_bytes()
    message.add_attachment(content, maintype="application", subtype="pdf", filename=made.path.name)
    return message
