"""A time-stamping authority of one's own: ``openssl ts`` behind HTTP, with certificates made for the occasion."""

import datetime as dt
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
OPENSSL = shutil.which("openssl") or "openssl is needed by these tests"
_CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def new_key(kind: str) -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def certificate(
    subject: str,
    key: PrivateKey,
    issuer: str,
    issuer_key: PrivateKey,
    *,
    is_authority: bool,
    usage: bool = True,
    critical: bool = True,
    days: tuple[int, int] = (-10, 3650),
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if not is_authority and usage:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=critical
        )
    return builder.sign(issuer_key, hashes.SHA256())


class LocalAuthority:
    """Root, intermediate and stamping certificate in a folder, and answers to RFC 3161 queries."""

    def __init__(self, folder: Path, *, kind: str = "rsa", ess: str = "sha256") -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        root_key, middle_key, own_key = (new_key(kind) for _ in range(3))
        self.root = certificate("Root", root_key, "Root", root_key, is_authority=True)
        self.middle = certificate("Middle", middle_key, "Root", root_key, is_authority=True)
        self.own = certificate("City time", own_key, "Middle", middle_key, is_authority=False)
        self.root_pem = folder / "root.pem"
        self.root_pem.write_bytes(pem(self.root))
        (folder / "tsa.pem").write_bytes(pem(self.own))
        (folder / "chain.pem").write_bytes(pem(self.middle))
        (folder / "tsa.key").write_bytes(
            own_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (folder / "serial").write_text("01\n")
        (folder / "openssl.cnf").write_text(_CONFIG.format(folder=folder, ess=ess))
        self.is_down = False
        self._lock = threading.Lock()

    def answer(self, query: bytes) -> bytes:
        """The response to a query."""
        with self._lock:
            (self.folder / "query.tsq").write_bytes(query)
            self._openssl("-reply", "-config", "openssl.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr")
            return (self.folder / "answer.tsr").read_bytes()

    def token(self, data: bytes) -> bytes:
        """A token over data, asked for by openssl itself."""
        (self.folder / "data").write_bytes(data)
        self._openssl("-query", "-data", "data", "-sha256", "-cert", "-out", "own.tsq")
        self.answer((self.folder / "own.tsq").read_bytes())
        self._openssl("-reply", "-in", "answer.tsr", "-token_out", "-out", "token.tst")
        return (self.folder / "token.tst").read_bytes()

    def agrees(self, token: bytes, data: bytes) -> bool:
        """What openssl says of a token."""
        (self.folder / "judged.tst").write_bytes(token)
        (self.folder / "judged").write_bytes(data)
        done = subprocess.run(
            [OPENSSL, "ts", "-verify", "-token_in", "-in", "judged.tst", "-data", "judged",
             "-CAfile", "root.pem", "-untrusted", "chain.pem"],
            cwd=self.folder, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def _openssl(self, *arguments: str) -> None:
        subprocess.run([OPENSSL, "ts", *arguments], cwd=self.folder, capture_output=True, check=True)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer over HTTP; gives the address. While ``is_down`` it answers 503."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                status, body = (503, b"") if authority.is_down else (200, authority.answer(query))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(serialization.Encoding.PEM)
