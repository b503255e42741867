"""Tell a person that something is wrong with the night: by mail or by webhook, each only where the settings name it."""

import json
import socket
import urllib.request
from collections.abc import Sequence
from email.message import EmailMessage

from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.messages import mail
from pipeline.settings import AlertSettings, MailSettings

WAIT_SECONDS = 20


def send(texts: Sequence[Text], settings: AlertSettings, mail_settings: MailSettings) -> int:
    """Tell it by every way that is set up; how many. Raises `KoukenError` if one does not take it.

    The message holds what is wrong and the name of this machine: no customer, no file, nothing that was said.
    """
    ways = 0
    if not texts:
        return ways
    if settings.mail_to and mail_settings.host:
        mail.send(mail_settings, _message(texts, settings, mail_settings))
        ways += 1
    if settings.webhook_url:
        try:
            _post(texts, settings.webhook_url)
        except OSError as error:
            raise KoukenError(
                Text(
                    f"通知を送れませんでした({type(error).__name__})。",
                    f"The alert was not sent ({type(error).__name__}).",
                ),
                remedy=Text("alerts.webhook_url を確かめてください。", "Check alerts.webhook_url."),
            ) from None
        ways += 1
    return ways


def _message(texts: Sequence[Text], settings: AlertSettings, mail_settings: MailSettings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"[kouken] {socket.gethostname()}: {texts[0].ja.splitlines()[0]}"
    message["From"] = mail_settings.sender
    message["To"] = settings.mail_to
    message.set_content("\n".join(f"{text.ja}\n{text.en}" for text in texts))
    return message


def _post(texts: Sequence[Text], url: str) -> None:
    body = {"text": "\n".join(text.ja for text in texts), "host": socket.gethostname()}
    request = urllib.request.Request(  # noqa: S310 - the settings accept http and https only
        url, data=json.dumps(body, ensure_ascii=False).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS):  # noqa: S310
        pass
