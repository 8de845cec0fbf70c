"""Addresses, credentials and certificates are looked up when the hub starts; what is missing never stops it."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.kit.conformance import delivery
from adapters.rest.protocol import rest
from hub.core import codes
from hub.core.endpoint import Acknowledgement, OutboundEndpoint
from hub.core.errors import ExchangeError
from hub.core.message import Kind, Message
from hub.core.values import ContractRef
from tests.adapters.conformance.partner import RealPartner, real_partner
from tests.adapters.manifests import compile_condition, manifest

TEXT = """
protocol: rest
credentials: {user: env:LAND_USER, password: "file:%s"}
http: %s
endpoints:
  parcel:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 5s
    rest: {method: GET, path: /parcels, body: none}
"""
BASIC = "{basic: {username: credentials.user, password: credentials.password}}"
REQUEST = Message(ContractRef.parse("land-office.parcel@1.0"), Kind.REQUEST, {})


def endpoint(tmp_path: Path, http: str = BASIC, **environment: str) -> OutboundEndpoint:
    (tmp_path / "password").write_text("گذر واژه\n")
    text = TEXT % (tmp_path / "password", http)
    return rest(manifest(text), compile_condition, {"LAND_USER": "city", **environment})["land-office.parcel"]


async def send(made: OutboundEndpoint) -> Message | Acknowledgement:
    await made.open()
    try:
        return await made.send(REQUEST, delivery())
    finally:
        await made.close()


async def failure(made: OutboundEndpoint) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        await send(made)
    return caught.value


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "LAND_OFFICE_URL"),
        ({"LAND_OFFICE_URL": "http://127.0.0.1:1", "LAND_USER": ""}, "LAND_USER"),
        ({"LAND_OFFICE_URL": "http://127.0.0.1:1", "LAND_USER": "two\nlines"}, "LAND_USER"),
        ({"LAND_OFFICE_URL": "ftp://hunter2/"}, "LAND_OFFICE_URL"),
        ({"LAND_OFFICE_URL": "http://hunter2@host/"}, "LAND_OFFICE_URL"),
        ({"LAND_OFFICE_URL": "http://host:99999/hunter2"}, "LAND_OFFICE_URL"),
        ({"LAND_OFFICE_URL": "http://host/?hunter2"}, "LAND_OFFICE_URL"),
    ],
)
async def test_what_is_missing_is_named_and_its_value_never_shown(
    tmp_path: Path, environment: dict[str, str], named: str
) -> None:
    error = await failure(endpoint(tmp_path, **environment))
    assert error.code is codes.PARTNER_NOT_CONFIGURED
    assert named in error.detail
    assert "hunter2" not in error.detail


async def test_credentials_are_sent_as_the_manifest_says(tmp_path: Path) -> None:
    async with real_partner(b"{}", "application/json") as partner:
        await send(endpoint(tmp_path, LAND_OFFICE_URL=partner.address))
        await send(endpoint(tmp_path, "{bearer: credentials.user}", LAND_OFFICE_URL=partner.address))
    basic, bearer = partner.heads
    assert b"\r\nAuthorization: Basic Y2l0eTrar9iw2LEg2YjYp9qY2Yc=\r\n" in basic
    assert b"\r\nAuthorization: Bearer city\r\n" in bearer


async def test_a_name_that_does_not_resolve_is_unreachable(tmp_path: Path) -> None:
    error = await failure(endpoint(tmp_path, LAND_OFFICE_URL="http://nowhere.invalid/"))
    assert error.code is codes.PARTNER_UNREACHABLE


async def test_a_proxy_of_the_environment_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with real_partner(b"{}", "application/json") as partner:
        assert await send(endpoint(tmp_path, LAND_OFFICE_URL=partner.address))


@dataclass(frozen=True)
class Certified:
    partner: RealPartner
    ca: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.partner.port}"


@pytest.fixture
async def certified(tmp_path: Path) -> AsyncIterator[Certified]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "land office")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    async with real_partner(b"{}", "application/json", context) as partner:
        yield Certified(partner, tmp_path / "ca.pem")


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_sent(
    tmp_path: Path, certified: Certified
) -> None:
    error = await failure(endpoint(tmp_path, LAND_OFFICE_URL=certified.address))
    assert error.code is codes.PARTNER_TLS
    assert certified.partner.requests == 0


async def test_a_pinned_certificate_is_accepted(tmp_path: Path, certified: Certified) -> None:
    made = endpoint(tmp_path, f'{{ca: "file:{certified.ca}"}}', LAND_OFFICE_URL=certified.address)
    assert isinstance(await send(made), Message)


async def test_a_certificate_for_another_host_is_refused(tmp_path: Path, certified: Certified) -> None:
    address = certified.address.replace("127.0.0.1", "localhost")
    error = await failure(endpoint(tmp_path, f'{{ca: "file:{certified.ca}"}}', LAND_OFFICE_URL=address))
    assert error.code is codes.PARTNER_TLS


async def test_a_pinned_file_that_cannot_be_used_counts_as_not_configured(tmp_path: Path) -> None:
    made = endpoint(tmp_path, f'{{ca: "file:{tmp_path}/none.pem"}}', LAND_OFFICE_URL="https://127.0.0.1:1")
    assert (await failure(made)).code is codes.PARTNER_NOT_CONFIGURED
