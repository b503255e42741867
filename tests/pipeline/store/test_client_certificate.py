"""The product can name itself to a PostgreSQL elsewhere by a certificate that an authority signed for its role."""

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.cli import run
from pipeline.errors import ExitCode
from pipeline.settings import Settings, StoreSettings
from pipeline.store.encryption import check_encrypted
from pipeline.store.migrate import open_store
from tests.api.serving import free_port
from tests.postgres import Server, running_server

WORKER = "kouken_work"
BY_PASSWORD, WRONG = "kouken_known_by_password", "mumbled-0123"
LETS_IN = f"""local all postgres trust
hostssl all {BY_PASSWORD} 127.0.0.1/32 scram-sha-256
hostssl all all 127.0.0.1/32 cert
"""
TLS = ("ssl=on", "ssl_ca_file=ca.pem", "ssl_cert_file=server.pem", "ssl_key_file=server.key")


@dataclass(frozen=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        pkcs8 = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())


def signed(name: str, by: Signed | None = None) -> Signed:
    """For that name and this machine's loopback address; without a signer an authority of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(
        by.certificate.subject if by else subject, subject, key.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    builder = builder.add_extension(here, critical=False)
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Elsewhere:
    """A server that lets nobody in over the network without a certificate of its authority."""

    server: Server
    authority: Signed
    folder: Path

    def url(self, own: Signed | None, trusted: Signed | None = None) -> str:
        """As settings hold it, with the files it names."""
        files = {"sslrootcert": (trusted or self.authority).pem}
        if own:
            files |= {"sslcert": own.pem, "sslkey": own.key_pem}
        asked = "sslmode=verify-full"
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(0o600)
            asked += f"&{name}={self.folder / name}"
        return f"postgresql+psycopg://{WORKER}@127.0.0.1:{self.server.port}/kouken?{asked}"

    def settings(self, url: str) -> str:
        path = self.folder / "kouken.toml"
        path.write_text(f'data_dir = "{self.folder / "data"}"\n[store]\nurl = "{url}"\n', encoding="utf-8")
        return str(path)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """With the tables of this version, and a role that may read and write their rows."""
    authority = signed("authority")
    own = signed("server", authority)
    files = {"ca.pem": authority.pem, "server.pem": own.pem, "server.key": own.key_pem, "pg_hba.conf": LETS_IN.encode()}
    with running_server(files, free_port(), "listen_addresses=127.0.0.1", *TLS) as server:
        server.run("CREATE DATABASE kouken")
        server.run(f"CREATE ROLE {WORKER} LOGIN")
        server.run(f"CREATE ROLE {BY_PASSWORD} LOGIN PASSWORD 'another'")
        made = Elsewhere(server, authority, tmp_path_factory.mktemp("client"))
        assert run(["migrate", "--config", made.settings(server.url("kouken")), "--grant", WORKER]) == ExitCode.DONE
        yield made


def test_who_has_a_certificate_of_the_authority_works_without_a_password(elsewhere: Elsewhere) -> None:
    url = elsewhere.url(signed(WORKER, elsewhere.authority))
    check_encrypted(Settings(data_dir=elsewhere.folder, store=StoreSettings(url=url)))
    with open_store(url) as store, store.reading() as connection:
        line = sa.text("SELECT ssl, client_dn, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert tuple(connection.execute(line).one()) == (True, f"/CN={WORKER}", WORKER)
    assert run(["audit", "verify", "--config", elsewhere.settings(url)]) == ExitCode.DONE


def known(there: Elsewhere) -> str:
    """Somebody whom the server lets in."""
    return there.url(signed(WORKER, there.authority))


def careless(there: Elsewhere) -> str:
    """Whose key others of the machine can read."""
    url = known(there)
    (there.folder / "sslkey").chmod(0o644)
    return url


REFUSED: dict[str, tuple[Callable[[Elsewhere], str], str]] = {
    "nobody": (lambda there: there.url(None), "証明書を認めません"),
    "a stranger": (lambda there: there.url(signed(WORKER, signed("another authority"))), "証明書を認めません"),
    "another role": (lambda there: there.url(signed("kouken_bi", there.authority)), "証明書を認めません"),
    "a key that others can read": (careless, "0600"),
    "a wrong password": (
        lambda there: there.url(None).replace(WORKER, f"{BY_PASSWORD}:{WRONG}"),
        "パスワードが違います",
    ),
    "no password": (lambda there: there.url(None).replace(WORKER, BY_PASSWORD), "パスワードが違います"),
    "a server unknown here": (
        lambda there: there.url(signed(WORKER, there.authority), trusted=signed("another authority")),
        "sslrootcert",
    ),
    "a server of another name": (lambda there: known(there).replace("127.0.0.1", "localhost"), "sslrootcert"),
    "without TLS": (lambda there: known(there).replace("verify-full", "disable"), "pg_hba.conf"),
    "a database that is not there": (lambda there: known(there).replace("/kouken?", "/nothing?"), "その名前の"),
    "a place where no server is": (
        lambda there: known(there).replace(f":{there.server.port}/", f":{free_port()}/"),
        "動いているか",
    ),
}


@pytest.mark.parametrize("who", list(REFUSED))
def test_who_cannot_name_himself_or_does_not_know_the_server_is_told_what_to_mend(
    elsewhere: Elsewhere, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url, remedy = REFUSED[who]
    assert run(["status", "--config", elsewhere.settings(url(elsewhere))]) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert remedy in told and "何も変更していません" in told and WRONG not in told
