"""What a notification says: ids, counts and links, in the language of its rule. Never what somebody said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from pipeline.language import Language, Text, in_language
from pipeline.settings import MailSettings, WebSettings
from pipeline.store.notification_rules import Event, Rule

NAMES: Mapping[Event, Text] = {
    "low_reaction": Text("提案への反応が低かった通話", "Calls with a low reaction to a proposal"),
    "churn_risk": Text("解約示唆のあった通話", "Calls with a churn risk said"),
    "night_trouble": Text("夜間バッチの失敗・長引き", "Night failed or took too long"),
}
TRIED = Text("試しに送った通知です。", "This is a test message.")
MOST_LISTED = 50  # calls named in one message; the page has them all


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `key` stays the same however often it is sent. `unnamed`: further calls, only counted."""

    key: str
    event: Event
    team: str | None
    run_id: int | None
    call_ids: Sequence[str]
    says: Text
    unnamed: int = 0


def of_calls(key: str, rule: Rule, run_id: int, call_ids: Sequence[str], unnamed: int) -> Notice:
    """Calls that the night found."""
    wanted, number = rule.wanted, len(call_ids) + unnamed
    team = wanted.team or ""
    says = Text(
        f"{NAMES[wanted.event].ja}が新しく {number} 件あります" + (f"({team})。" if team else "。"),
        f"{NAMES[wanted.event].en}: {number} new" + (f" ({team})." if team else "."),
    )
    return Notice(key, wanted.event, wanted.team, run_id, call_ids, says, unnamed)


def of_night(key: str, run_id: int, *, failed: bool) -> Notice:
    """A night that did not end as it should."""
    says = (
        Text(f"第{run_id}夜の夜間バッチが失敗しました。", f"Night {run_id} failed.")
        if failed
        else Text(
            f"第{run_id}夜の夜間バッチが上限より長くかかりました。", f"Night {run_id} took longer than its limit."
        )
    )
    return Notice(key, "night_trouble", None, run_id, (), says)


def of_trial(key: str, rule: Rule) -> Notice:
    """A message that shows whether the way is open."""
    return Notice(key, rule.wanted.event, rule.wanted.team, None, (), TRIED)


def as_json(notice: Notice, language: Language, web: WebSettings) -> dict[str, Any]:
    """The body for a webhook. `text` alone is enough for a chat."""
    base, listed = base_of(web), notice.call_ids[:MOST_LISTED]
    return {
        "message": notice.key,
        "event": notice.event,
        "test": notice.says is TRIED,
        "team": notice.team,
        "night": notice.run_id,
        "count": len(notice.call_ids) + notice.unnamed,
        "calls": [{"call_id": call_id, "link": _call(base, call_id)} for call_id in listed],
        "link": base + _page(notice),
        "text": f"{in_language(notice.says, language)} {base}{_page(notice)}",
    }


def as_mail(notice: Notice, language: Language, to: str, web: WebSettings, mail: MailSettings) -> EmailMessage:
    """The message for one address."""
    base, listed = base_of(web), notice.call_ids[:MOST_LISTED]
    lines = [in_language(notice.says, language), base + _page(notice), ""]
    lines += [f"{call_id}  {_call(base, call_id)}" for call_id in listed]
    if more := len(notice.call_ids) + notice.unnamed - len(listed):
        lines.append(in_language(Text(f"ほか {more} 件", f"and {more} more"), language))
    message = EmailMessage()
    message["Subject"] = f"[Kouken] {in_language(notice.says, language)}"
    message["From"], message["To"] = mail.sender, to
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = f"<{notice.key}@{mail.sender.rpartition('@')[2] or 'kouken.invalid'}>"
    message.set_content("\n".join(lines) + "\n")
    return message


def base_of(web: WebSettings) -> str:
    """Where people open the pages.

    >>> base_of(WebSettings(names=("kouken.example.jp",), behind_tls=True))
    'https://kouken.example.jp'
    """
    name = web.names[0] if web.names else web.host
    if web.behind_tls:
        return f"https://{name}"
    host = f"[{name}]" if ":" in name else name
    return f"{'https' if web.is_secure else 'http'}://{host}:{web.port}"


def _page(notice: Notice) -> str:
    if notice.run_id is None:
        return "/notifications"
    if notice.event == "night_trouble":
        return f"/nights/{notice.run_id}"
    return "/calls?" + ("label=churn_risk" if notice.event == "churn_risk" else "label=proposal")


def _call(base: str, call_id: str) -> str:
    return f"{base}/calls/{quote(call_id, safe='')}"
