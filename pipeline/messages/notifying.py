"""Telling people by the rules they made: what is to be told is written down first, then sent, each message once.

Without a rule that is on, nothing is opened. A message that was not taken is tried again the next night, five times in
all; the night itself never fails by it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from posixpath import basename, splitext

from pipeline.audio.legs import without_leg
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Bilingual, Text
from pipeline.messages import mail, notices, webhook
from pipeline.messages.notices import Notice
from pipeline.settings import Settings
from pipeline.store import audit, notifications
from pipeline.store.connect import Connection, Store
from pipeline.store.notification_rules import Rule, Wanted, secret_of
from pipeline.store.notifications import Notification

Say = Callable[[Text], None]
MOST_ADDRESSES = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LIKE_A_PHONE = re.compile(r"(?:\d[-_. ()]?){9}")
TAKEN = Text("メールサーバーが受け取りました。", "The mail server took it.")
NO_MAIL = Text("設定 [mail] にメールサーバーがありません。", "The setting [mail] names no mail server.")


def check(wanted: Wanted, settings: Settings) -> None:
    """Raises `BadInput` for a rule by which nothing could, or nothing may, be sent."""
    if wanted.event == "night_trouble" and wanted.team:
        raise BadInput(Text("夜間バッチの知らせにチームは選べません。", "Nights have no team: choose every team."))
    if wanted.channel == "webhook":
        if len(wanted.targets) != 1:
            raise BadInput(Text("送り先の URL を一つ書いてください。", "Give one URL."))
        webhook.place_of(wanted.targets[0], settings.web.webhook_hosts)
        return
    if not settings.mail.host:
        raise BadInput(NO_MAIL)
    mail.check(settings.mail)
    if not 1 <= len(wanted.targets) <= MOST_ADDRESSES:
        raise BadInput(
            Text(f"宛先を 1 から {MOST_ADDRESSES} 件まで書いてください。", f"Give 1 to {MOST_ADDRESSES} addresses.")
        )
    for address in wanted.targets:
        if not _ADDRESS.fullmatch(address) or len(address) > 254:
            raise BadInput(
                Text(f"メールアドレスが読めません:「{address[:60]}」", f"This is no e-mail address: “{address[:60]}”")
            )


@contextmanager
def told_by_rules(store: Store, settings: Settings, say: Say) -> Iterator[None]:
    """Around a night: however it ends, tell what the rules ask for."""
    with store.writing() as connection:
        notifications.lower_marks(connection)
    try:
        yield
    finally:
        try:
            tell(store, settings, say)
        except KoukenError as error:
            say(Text(f"通知: {error.logged.ja}", f"Notifications: {error.logged.en}"))


def tell(store: Store, settings: Settings, say: Say) -> None:
    """Write down what there is to tell, and send what has not been sent. Raises `KoukenError` of the store only."""
    with store.writing() as connection:
        notifications.collect(connection, settings.alerts.longest_hours)
    with store.reading() as connection:
        waiting = notifications.due(connection, datetime.now(UTC))
    states = [_deliver(store, settings, rule, message) for rule, message in waiting]
    if states:
        sent = states.count("sent")
        say(
            Text(
                f"通知 {len(states)} 件のうち {sent} 件を送りました。", f"Notifications: {sent} of {len(states)} sent."
            )
        )


def try_out(store: Store, settings: Settings, actor: str, rule: Rule) -> tuple[bool, Bilingual]:
    """Send a test by a rule that is on: whether every recipient took it, and the answer, the first bad one if any."""
    if not rule.wanted.active:
        raise BadInput(Text("止めている規則では送れません。", "A rule that is off sends nothing."))
    with store.reading() as connection:
        secret = secret_of(connection, rule.rule_id)
    number = f"test-{rule.rule_id}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    answers = [_send(settings, rule, to, secret, notices.of_trial(_key(number, to), rule)) for to in rule.recipients]
    is_sent, answer = next((bad for bad in answers if not bad[0]), answers[0])
    with store.writing() as connection:
        facts: dict[str, audit.Detail] = {"recipients": list(rule.recipients), "taken": is_sent}
        audit.record(connection, actor, "notifications.test", f"rule-{rule.rule_id}", facts)
    return is_sent, answer


def _deliver(store: Store, settings: Settings, rule: Rule, message: Notification) -> str:
    """One message: taken in hand, sent, noted. What has become of it."""
    with store.writing() as connection:
        if not notifications.begin(connection, message):
            return "sending"
        secret, notice = secret_of(connection, rule.rule_id), _notice(connection, rule, message)
    is_sent, answer = _send(settings, rule, message.recipient, secret, notice)
    with store.writing() as connection:
        return notifications.settle(connection, rule, message, answer, is_sent=is_sent)


def _notice(connection: Connection, rule: Rule, message: Notification) -> Notice:
    key = _key(str(message.notification_id), message.recipient)
    if rule.wanted.event == "night_trouble":
        return notices.of_night(key, message.run_id, failed=notifications.run_failed(connection, message.run_id))
    calls = notifications.calls_of(connection, message.notification_id)
    private = _named_after_files(connection, calls)
    named = [call_id for call_id in calls if call_id not in private]
    return notices.of_calls(key, rule, message.run_id, named, len(private))


def _named_after_files(connection: Connection, calls: Sequence[str]) -> set[str]:
    """The calls whose id is the name of their file, for want of another, with as many digits as a telephone number."""
    found = set()
    suspect = [call_id for call_id in calls if _LIKE_A_PHONE.search(call_id)]
    for call_id, rule, relative in notifications.files_of(connection, suspect):
        stem = splitext(basename(relative))[0]
        if rule != "preset" or call_id in (stem, without_leg(stem)):
            found.add(call_id)
    return found


def _send(settings: Settings, rule: Rule, to: str, secret: str | None, notice: Notice) -> tuple[bool, Text]:
    """Whether it was taken, and the answer."""
    wanted, web = rule.wanted, settings.web
    try:
        if wanted.channel == "mail":
            if not settings.mail.host:
                return False, NO_MAIL
            mail.send(settings.mail, notices.as_mail(notice, wanted.language, to, web, settings.mail))
            return True, TAKEN
        content = notices.as_json(notice, wanted.language, web)
        return True, webhook.post(wanted.targets[0], secret or "", notice.key, content, web)
    except KoukenError as error:
        return False, Text(error.text.ja, error.text.en)


def _key(number: str, to: str) -> str:
    return hashlib.sha256(f"notification|{number}|{to}".encode()).hexdigest()[:24]
