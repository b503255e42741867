"""Whether what goes to the database can be read on the way: only a PostgreSQL on another machine asks for more."""

import ipaddress
import os
from collections.abc import Mapping

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.settings import Settings
from pipeline.store.urls import parsed

ENCRYPTED = ("require", "verify-ca", "verify-full")


def check_encrypted(settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
    """Raises `BadInput` where the store is on another machine and its URL does not insist on TLS.

    The other modes of PostgreSQL's client fall back to plain text, or never try anything else.
    """
    url = parsed(settings.store_url)
    if url.get_backend_name() != "postgresql" or settings.store.allow_plain:
        return
    asked = url.normalized_query
    hosts = [url.host] if url.host else [one for given in asked.get("host", ()) for one in given.split(",")]
    hosts = hosts or [environ.get("PGHOST", "")]
    mode = (asked.get("sslmode") or (environ.get("PGSSLMODE", ""),))[-1]
    if mode in ENCRYPTED or all(map(_is_here, hosts)):
        return
    raise BadInput(
        Text(
            "PostgreSQL がほかの機械にあり、store.url が TLS を求めていません。通話の内容が途中で読めてしまいます。",
            "PostgreSQL is on another machine and store.url does not insist on TLS: calls could be read on the way.",
        ),
        remedy=Text(
            "store.url の終わりに ?sslmode=verify-full&sslrootcert=/path/to/ca.pem を加えてください。"
            "危険を承知なら store.allow_plain = true です。",
            "Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to store.url. "
            "Whoever accepts the risk sets store.allow_plain = true.",
        ),
    )


def _is_here(host: str) -> bool:
    """A socket of this machine (no host, or a folder), or a loopback address; a port may follow."""
    name = host if host.count(":") != 1 else host.partition(":")[0]
    if name in ("", "localhost") or name.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
