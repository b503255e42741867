"""Start the web server on this machine."""

import os
import socket

import click
import uvicorn

from api.app import create_app
from api.security import is_loopback
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Language, Text, in_language
from pipeline.settings import Settings


def run(settings: Settings, language: Language) -> None:
    """Serve until interrupted. Raises `BadInput` for an address that other machines can reach."""
    host, port = settings.web.host, settings.web.port
    check_address(host)
    app = create_app(settings)
    with listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        text = Text(
            f"画面を開く: http://{shown}:{port} (止めるには Ctrl-C)", f"Open http://{shown}:{port} (Ctrl-C stops)"
        )
        click.echo(in_language(text, language))
        config = uvicorn.Config(app, log_level="warning", server_header=False, proxy_headers=False)
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """The port, taken before anything is promised. Raises `KoukenError` if it cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise KoukenError(
            Text(
                f"{host} のポート {port} で待ち受けられません({why})。",
                f"Cannot listen on port {port} of {host}: {why}.",
            ),
            remedy=Text(
                "ほかの kouken serve を止めるか、KOUKEN_WEB__PORT=8001 のように別の番号にしてください。",
                "Stop the other kouken serve, or choose another port: KOUKEN_WEB__PORT=8001.",
            ),
        ) from None


def check_address(host: str) -> None:
    """Nobody signs in yet, so whoever reaches the port reads every call: only loopback will do."""
    if is_loopback(host):
        return
    raise BadInput(
        Text(
            f"web.host が「{host}」です。画面にはまだサインインがなく、届く人の誰にでも全通話が見えてしまうため、"
            "この計算機の中だけで待ち受けます。",
            f"web.host is “{host}”. The pages have no sign-in yet, and whoever reaches them could read every call, so "
            "they are served to this machine only.",
        ),
        remedy=Text(
            'web.host を "127.0.0.1" にしてください。離れた所からは SSH のポート転送で開けます。',
            'Set web.host to "127.0.0.1"; from elsewhere, open it through an SSH port forward.',
        ),
    )
