"""Start the web server on this machine."""

import asyncio
import os
import socket
from functools import partial

import click
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.connections import Loop, connections_for_this_process
from api.security import is_loopback
from pipeline.accounts.breached import check_list
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Language, Text, in_language
from pipeline.messages import forwarding
from pipeline.protection.scanning import check_scanner
from pipeline.settings import Settings, WebSettings
from pipeline.store.connect import Store
from pipeline.store.encryption import check_encrypted
from pipeline.store.users import is_anybody_known


def run(settings: Settings, language: Language) -> None:
    """Serve until interrupted. Raises `BadInput` for an address that other machines can reach unprotected."""
    host, port = settings.web.host, settings.web.port
    check_address(settings.web)
    check_scanner(settings.web)
    check_encrypted(settings)
    if settings.log.forward:
        forwarding.check(settings.log)
    if settings.web.breached_passwords:
        check_list(settings.web.breached_passwords)
    app = create_app(settings)
    check_somebody(settings.web, app.state.store)
    app.state.pages.load()
    with listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        scheme = "https" if settings.web.certificate else "http"
        text = Text(
            f"画面を開く: {scheme}://{shown}:{port} (止めるには Ctrl-C)",
            f"Open {scheme}://{shown}:{port} (Ctrl-C stops)",
        )
        click.echo(in_language(text, language))
        server = uvicorn.Server(config_of(app, settings.web))
        with asyncio.Runner(loop_factory=partial(Loop, settings.web.request_timeout_s)) as runner:
            runner.run(server.serve(sockets=[listener]))


def config_of(app: FastAPI, web: WebSettings) -> uvicorn.Config:
    """Forwarding headers are believed of the proxies in the settings alone; TLS as Python has it, from 1.2 on."""
    return uvicorn.Config(
        app,
        http=connections_for_this_process(web.request_timeout_s, web.answer_timeout_s),
        log_level="warning",
        server_header=False,
        proxy_headers=bool(web.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in web.trusted_proxies],
        ssl_certfile=web.certificate,
        ssl_keyfile=web.key,
    )


def listen(host: str, port: int) -> socket.socket:
    """The port, taken before anything is promised. Raises `KoukenError` if it cannot be had."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # else the body of an answer waits until the browser has acknowledged its head, which takes it 40 milliseconds
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
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


def check_address(web: WebSettings) -> None:
    """Passwords and calls must not cross a network in the clear, unless somebody has said that they may."""
    if (web.certificate is None) != (web.key is None):
        raise BadInput(
            Text("web.certificate と web.key は組で設定してください。", "Set web.certificate and web.key together.")
        )
    if any(network.prefixlen == 0 for network in web.trusted_proxies):
        raise BadInput(
            Text(
                "web.trusted_proxies にすべてのアドレスは書けません。だれもが自分のアドレスを名乗れてしまいます。",
                "web.trusted_proxies must not hold every address: anybody could then claim any address.",
            ),
            remedy=Text("中継のアドレスだけを書いてください。", "Name the addresses of the proxies only."),
        )
    if is_loopback(web.host) or web.is_secure or web.allow_plain_http:
        return
    raise BadInput(
        Text(
            f"web.host が「{web.host}」ですが、TLS がありません。パスワードと通話が途中で読めてしまいます。",
            f"web.host is “{web.host}” without TLS: passwords and calls could be read on the way.",
        ),
        remedy=Text(
            "web.certificate と web.key を設定するか、TLS の中継の後ろで web.behind_tls = true にしてください。"
            'この機械の中だけなら web.host = "127.0.0.1" です。危険を承知なら web.allow_plain_http = true で開けます。',
            "Set web.certificate and web.key, or web.behind_tls = true behind a proxy that ends TLS. For this machine "
            'only, web.host = "127.0.0.1". Whoever accepts the risk sets web.allow_plain_http = true.',
        ),
    )


def check_somebody(web: WebSettings, store: Store) -> None:
    """Where others can reach the pages, the first of them must not become the administrator."""
    with store.reading() as connection:
        known = is_anybody_known(connection)
    if known or (is_loopback(web.host) and not web.is_secure):
        return
    raise BadInput(
        Text(
            "利用者がまだいません。このまま開くと、最初に来た人が管理者になってしまいます。",
            "There is no user yet, and the first visitor would become the administrator.",
        ),
        remedy=Text(
            "kouken users add 名前 --role administrator --role manager で、先に管理者を作ってください。",
            "Make one first: kouken users add NAME --role administrator --role manager",
        ),
    )
