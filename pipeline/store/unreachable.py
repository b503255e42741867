"""Why a database cannot be opened, in the words of the person who has to mend it."""

import sqlalchemy as sa

from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.store.urls import shown

# What PostgreSQL's client says, and what to do. A server that speaks another language leaves the general remedy.
REMEDIES: tuple[tuple[tuple[str, ...], Text], ...] = (
    (
        ("certificate verify failed", "does not match host name", "root certificate file"),
        Text(
            "サーバーの証明書を確かめられません。store.url の sslrootcert と、サーバーの名前を確かめてください。",
            "The server's certificate cannot be trusted: check sslrootcert in store.url, and the server's name.",
        ),
    ),
    (
        ("valid client certificate", "certificate authentication failed", "alert unknown ca", "alert certificate"),
        Text(
            "サーバーがこちらの証明書を認めません。store.url の sslcert・sslkey が、サーバーの信じる認証局のもので、"
            "名前が役割と同じかを確かめてください。",
            "The server does not accept our certificate: sslcert and sslkey in store.url must come from the authority "
            "that it trusts, for the name of the role.",
        ),
    ),
    (
        ("private key file", "certificate file"),
        Text(
            "自分の証明書か鍵(store.url の sslcert・sslkey)を読めません。場所と権限(0600)を確かめてください。",
            "Our certificate or key (sslcert and sslkey in store.url) cannot be read: check place and rights (0600).",
        ),
    ),
    (
        ("password authentication failed", "no password supplied"),
        Text("パスワードが違います。store.url を確かめてください。", "The password is wrong: check store.url."),
    ),
    (
        ("no pg_hba.conf entry",),
        Text(
            "サーバーがこのつなぎ方を許していません。"
            "役割・データベース・TLS と、サーバーの pg_hba.conf を確かめてください。",
            "The server does not allow this connection: check role, database and TLS, and its pg_hba.conf.",
        ),
    ),
    (
        ("does not exist",),
        Text(
            "その名前のデータベースか役割がありません。store.url を確かめるか、サーバーに作ってください。",
            "There is no database or role of that name: check store.url, or make it on the server.",
        ),
    ),
)
GENERAL = Text(
    "データベースが動いているか、場所と権限を確かめ、壊れていれば控えから戻してください(kouken restore)。",
    "Check that it is running, its place and permissions; restore a backup if it is broken (kouken restore).",
)


def cannot_open(url: sa.URL, error: sa.exc.DBAPIError) -> KoukenError:
    """The one message of a store that cannot be opened; the driver's words may hold secrets and stay out."""
    place, kind, said = shown(url), type(error.orig).__name__, str(error.orig)
    return KoukenError(
        Text(
            f"データベースを開けません({place}、{kind})。何も変更していません。",
            f"Cannot open the database ({place}, {kind}). Nothing was changed.",
        ),
        remedy=next((remedy for signs, remedy in REMEDIES if any(sign in said for sign in signs)), GENERAL),
    )
