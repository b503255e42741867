"""The product can name itself to a PostgreSQL elsewhere by a certificate that an authority signed for its role."""

import ipaddress
from collections.abc import Iterator
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
LETS_IN = b"local all postgres trust\nhostssl all all 127.0.0.1/32 cert\n"
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
    request = x509.CertificateBuilder(
        by.certificate.subject if by else subject, subject, key.public_key(), x509.random_serial_number()
    )
    request = request.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    request = request.add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    request = request.add_extension(here, critical=False)
    return Signed(request.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Elsewhere:
    """A server that lets nobody in over the network without a certificate of its authority."""

    server: Server
    authority: Signed
    folder: Path

    def url(self, own: Signed | None, trusted: Signed | None = None, role: str = WORKER) -> str:
        """As settings hold it, with the files it names."""
        files = {"sslrootcert": (trusted or self.authority).pem}
        if own:
            files |= {"sslcert": own.pem, "sslkey": own.key_pem}
        asked = "sslmode=verify-full"
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(0o600)
            asked += f"&{name}={self.folder / name}"
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.server.port}/kouken?{asked}"

    def settings(self, url: str) -> str:
        path = self.folder / "kouken.toml"
        path.write_text(f'data_dir = "{self.folder / "data"}"\n[store]\nurl = "{url}"\n', encoding="utf-8")
        return str(path)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """With the tables of this version, and a role that may read and write their rows."""
    authority = signed("authority")
    own = signed("server", authority)
    files = {"ca.pem": authority.pem, "server.pem": own.pem, "server.key": own.key_pem, "pg_hba.conf": LETS_IN}
    with running_server(files, free_port(), "listen_addresses=127.0.0.1", *TLS) as server:
        server.run("CREATE DATABASE kouken")
        server.run(f"CREATE ROLE {WORKER} LOGIN")
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


REFUSED = {
    "nobody": "sslcert",
    "a stranger": "sslcert",
    "another role": "sslcert",
    "a key that others can read": "0600",
    "a server unknown here": "sslrootcert",
    "a server of another name": "sslrootcert",
    "without TLS": "pg_hba.conf",
    "a database that is not there": "その名前のデータベース",
    "a place where no server is": "動いているか",
}


@pytest.mark.parametrize("who", list(REFUSED))
def test_who_cannot_name_himself_or_does_not_know_the_server_is_told_what_to_mend(
    elsewhere: Elsewhere, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger, known = signed("another authority"), signed(WORKER, elsewhere.authority)
    match who:
        case "nobody":
            url = elsewhere.url(None)
        case "a stranger":
            url = elsewhere.url(signed(WORKER, stranger))
        case "another role":
            url = elsewhere.url(signed("kouken_bi", elsewhere.authority))
        case "a server unknown here":
            url = elsewhere.url(known, trusted=stranger)
        case _:
            url = elsewhere.url(known)
    match who:
        case "a key that others can read":
            (elsewhere.folder / "sslkey").chmod(0o644)
        case "a server of another name":
            url = url.replace("127.0.0.1", "localhost")
        case "without TLS":
            url = url.replace("verify-full", "disable")
        case "a database that is not there":
            url = url.replace("/kouken?", "/kouken2?")
        case "a place where no server is":
            url = url.replace(f":{elsewhere.server.port}/", f":{free_port()}/")
    assert run(["status", "--config", elsewhere.settings(url)]) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert REFUSED[who] in told and "何も変更していません" in told
