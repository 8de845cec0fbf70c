"""Time-stamp tokens after RFC 3161 (CMS, RFC 5652; signing certificates, RFC 2634 and RFC 5816)."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from evidence_verifier import der
from evidence_verifier.certificates import chain_of, fingerprint, name_of

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_DIGESTS: Mapping[str, str] = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA = "1.2.840.113549.1.1.1"
_SIGNATURES: Mapping[str, str] = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_TIME = re.compile(r"(\d{14})(?:\.(\d{1,6})\d*)?Z\Z", re.ASCII)
_CONTEXT_0, _CONTEXT_1 = 0xA0, 0xA1
_IMPLICIT_0, _IMPLICIT_1 = 0x80, 0x81
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What reading hostile certificates may raise, our own errors included."""


class TimestampError(ValueError):
    """This token does not prove a time for these bytes; the text says why."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token proves: these bytes existed at that time, says that authority."""

    at: datetime
    accuracy: timedelta
    nonce: int | None
    authority: str
    fingerprint: str
    """Of the certificate at the chain's top: what to compare with the authority's own publication."""
    is_trusted: bool
    """Whether the chain ends in one of the certificates that the judge trusts."""

    @property
    def at_latest(self) -> datetime:
        """The latest moment that the authority vouches for."""
        return self.at + self.accuracy


@dataclass(frozen=True, slots=True)
class _Info:
    """The stamped statement itself (TSTInfo)."""

    algorithm: str
    imprint: bytes
    at: datetime
    accuracy: timedelta
    nonce: int | None


@dataclass(frozen=True, slots=True)
class _Signer:
    """The token's one signature (SignerInfo)."""

    issuer: bytes | None
    serial: int | None
    key_id: bytes | None
    digest: str
    attributes: Mapping[str, der.Value]
    signed: bytes
    algorithm: str
    signature: bytes


def judge(
    token: bytes,
    data: bytes,
    *,
    trusted: Sequence[x509.Certificate] = (),
    extra: Sequence[x509.Certificate] = (),
) -> Stamp:
    """Verify a token over ``data``. Raises TimestampError.

    The authority's certificates are taken from the token and from ``extra``; whether they may be believed is
    for ``trusted`` to say.
    """
    try:
        content, certificates, signer = _take_apart(token)
        info = _info(content)
        if info.imprint != hashlib.new(info.algorithm, data).digest():
            raise TimestampError("the stamp is about something else")
        pool = [*certificates, *extra]
        certificate = _certificate_of(signer, pool)
        _check_attributes(signer, content, certificate)
        _check_signature(signer, certificate)
        chain, is_trusted = chain_of(certificate, pool, trusted, info.at)
    except _UNREADABLE as error:
        raise TimestampError(str(error)) from error
    return Stamp(info.at, info.accuracy, info.nonce, name_of(certificate), fingerprint(chain[-1]), is_trusted)


def _take_apart(token: bytes) -> tuple[bytes, list[x509.Certificate], _Signer]:
    wrapper = der.Fields(der.read(token, der.SEQUENCE))
    if wrapper.take(der.OID).oid() != _SIGNED_DATA:
        raise TimestampError("this is not signed data")
    data = der.Fields(der.read(wrapper.take(_CONTEXT_0).content, der.SEQUENCE))
    data.take(der.INTEGER)
    data.take(der.SET)
    inner = der.Fields(data.take(der.SEQUENCE))
    if inner.take(der.OID).oid() != _TST_INFO:
        raise TimestampError("what is signed is not a time stamp")
    content = der.read(inner.take(_CONTEXT_0).content, der.OCTET_STRING).content
    embedded = data.take_if(_CONTEXT_0)
    data.take_if(_CONTEXT_1)
    signers = list(data.take(der.SET).children())
    if len(signers) != 1:
        raise TimestampError("a time stamp has exactly one signature")
    certificates = []
    for value in embedded.children() if embedded else ():
        if value.tag == der.SEQUENCE:
            try:
                certificates.append(x509.load_der_x509_certificate(value.whole))
            except ValueError as error:
                raise TimestampError(f"a certificate in the token cannot be read: {error}") from error
    return content, certificates, _signer(signers[0])


def _info(content: bytes) -> _Info:
    fields = der.Fields(der.read(content, der.SEQUENCE))
    fields.take(der.INTEGER)
    fields.take(der.OID)
    imprint = der.Fields(fields.take(der.SEQUENCE))
    algorithm = _digest(imprint.take(der.SEQUENCE))
    hashed = imprint.take(der.OCTET_STRING).content
    fields.take(der.INTEGER)
    at = _time(fields.take(der.GENERALIZED_TIME).content)
    accuracy = fields.take_if(der.SEQUENCE)
    fields.take_if(0x01)  # ordering
    nonce = fields.take_if(der.INTEGER)
    return _Info(algorithm, hashed, at, _accuracy(accuracy), nonce.integer() if nonce else None)


def _signer(value: der.Value) -> _Signer:
    fields = der.Fields(value)
    fields.take(der.INTEGER)
    issuer: bytes | None = None
    serial: int | None = None
    key_id = fields.take_if(_IMPLICIT_0)
    if key_id is None:
        named = der.Fields(fields.take(der.SEQUENCE))
        issuer, serial = named.take(der.SEQUENCE).whole, named.take(der.INTEGER).integer()
    digest = _digest(fields.take(der.SEQUENCE))
    attributes = fields.take(_CONTEXT_0)
    algorithm = der.Fields(fields.take(der.SEQUENCE)).take(der.OID).oid()
    signature = fields.take(der.OCTET_STRING).content
    found: dict[str, der.Value] = {}
    for attribute in attributes.children():
        parts = der.Fields(attribute)
        name = parts.take(der.OID).oid()
        if name in found:
            raise TimestampError("a signed attribute stands twice")
        found[name] = parts.take(der.SET)
    # What is signed is the attributes as a SET (RFC 5652, 5.4), though they are sent under another tag.
    signed = bytes((der.SET,)) + attributes.whole[1:]
    return _Signer(
        issuer, serial, key_id.content if key_id else None, digest, found, signed, algorithm, signature
    )


def _certificate_of(signer: _Signer, pool: Sequence[x509.Certificate]) -> x509.Certificate:
    for certificate in pool:
        if signer.key_id is not None:
            try:
                own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            except x509.ExtensionNotFound:
                continue
            if own == signer.key_id:
                return certificate
        elif (
            certificate.serial_number == signer.serial and certificate.issuer.public_bytes() == signer.issuer
        ):
            return certificate
    raise TimestampError("the certificate of the authority is not there")


def _check_attributes(signer: _Signer, content: bytes, certificate: x509.Certificate) -> None:
    if _only(signer.attributes, _CONTENT_TYPE).oid() != _TST_INFO:
        raise TimestampError("the signature is about something other than a time stamp")
    digest = _only(signer.attributes, _MESSAGE_DIGEST)
    if digest.content != hashlib.new(signer.digest, content).digest():
        raise TimestampError("the stamp was changed after it was signed")
    if _SIGNING_CERTIFICATE_V2 in signer.attributes:
        first = _first_certificate_id(signer.attributes, _SIGNING_CERTIFICATE_V2)
        algorithm = first.take_if(der.SEQUENCE)
        name = _digest(algorithm) if algorithm else "sha256"
        expected = certificate.fingerprint(_HASHES[name])
    else:
        first = _first_certificate_id(signer.attributes, _SIGNING_CERTIFICATE)
        expected = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - what RFC 2634 names certificates by
    if first.take(der.OCTET_STRING).content != expected:
        raise TimestampError("the stamp names another certificate as its signer's")


def _first_certificate_id(attributes: Mapping[str, der.Value], name: str) -> der.Fields:
    certificates = der.Fields(_only(attributes, name)).take(der.SEQUENCE)
    return der.Fields(der.Fields(certificates).take(der.SEQUENCE))


def _check_signature(signer: _Signer, certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    digest = _SIGNATURES.get(signer.algorithm) or (signer.digest if signer.algorithm == _RSA else None)
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(signer.signature, signer.signed, padding.PKCS1v15(), _HASHES[digest])
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(signer.signature, signer.signed, ec.ECDSA(_HASHES[digest]))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, signer.signed)
        else:
            raise TimestampError(f"signatures of the kind {signer.algorithm} are not known here")
    except InvalidSignature:
        raise TimestampError("the authority's signature is wrong") from None


def _only(attributes: Mapping[str, der.Value], name: str) -> der.Value:
    values = list(attributes[name].children()) if name in attributes else []
    if len(values) != 1:
        raise TimestampError(f"the signed attribute {name} is missing")
    return values[0]


def _digest(algorithm: der.Value) -> str:
    name = der.Fields(algorithm).take(der.OID).oid()
    if name not in _DIGESTS:
        raise TimestampError(f"digests of the kind {name} are not accepted")
    return _DIGESTS[name]


def _time(text: bytes) -> datetime:
    match = _TIME.match(text.decode("ascii", errors="replace"))
    if match is None:
        raise TimestampError("the stamp's time cannot be read")
    try:
        moment = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise TimestampError("the stamp's time is none") from error
    return moment + timedelta(microseconds=int((match[2] or "0").ljust(6, "0")))


def _accuracy(value: der.Value | None) -> timedelta:
    if value is None:
        return timedelta()
    fields = der.Fields(value)
    seconds = fields.take_if(der.INTEGER)
    millis, micros = fields.take_if(_IMPLICIT_0), fields.take_if(_IMPLICIT_1)
    return timedelta(
        seconds=seconds.integer() if seconds else 0,
        milliseconds=int.from_bytes(millis.content, "big") if millis else 0,
        microseconds=int.from_bytes(micros.content, "big") if micros else 0,
    )
