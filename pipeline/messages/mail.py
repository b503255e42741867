"""One message to one mail server, encrypted. Nothing here runs unless a server is named in the settings."""

import smtplib
import ssl
from email.message import EmailMessage

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.secrets import read_secret
from pipeline.settings import MailSettings

LOCAL = ("localhost", "127.0.0.1", "::1")


def check(settings: MailSettings) -> None:
    """Raises `BadInput` for settings with which nothing could, or nothing should, be sent."""
    if settings.host and not settings.sender:
        raise BadInput(Text("mail.sender(差出人)がありません。", "mail.sender is missing."))
    if settings.security == "none" and settings.host not in LOCAL:
        raise BadInput(
            Text(
                "暗号化なしで送れるのは同じ機械のメールサーバーだけです。",
                "Without encryption mail goes to a server on this machine only.",
            ),
            remedy=Text("mail.security を starttls か tls にしてください。", "Set mail.security to starttls or tls."),
        )


def send(settings: MailSettings, message: EmailMessage) -> None:
    """Hand over one message. Raises `KoukenError` if the server cannot be reached, is not who it says, or refuses."""
    check(settings)
    context = ssl.create_default_context(cafile=settings.ca_file)
    try:
        with _connected(settings, context) as server:
            if settings.user:
                server.login(settings.user, _password(settings))
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", "")
        told = f"{type(error).__name__} {code}".strip()
        raise KoukenError(
            Text(
                f"メールを送れませんでした({settings.host}:{settings.port}、{told})。",
                f"The mail could not be sent ({settings.host}:{settings.port}, {told}).",
            ),
            remedy=Text(
                "[mail] の設定とサーバーを確かめてください。次の実行でもう一度送ります。",
                "Check [mail] and the server. The next run tries again.",
            ),
        ) from None


def _connected(settings: MailSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: MailSettings) -> str:
    if settings.password_file is None:
        raise BadInput(Text("mail.password_file がありません。", "mail.password_file is missing."))
    return read_secret(settings.password_file, "mail.password_file")
