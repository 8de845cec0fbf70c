"""Chains of certificates behind a time stamp, judged as of the stamp's time.

Revocation is not asked for: that needs the network. What is proved says so.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

_LONGEST = 8
_KNOWN_CRITICAL = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}


class ChainError(ValueError):
    """A certificate that may not stand where it stands; the text says which and why."""


def load_pem(text: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM file. Raises ChainError."""
    try:
        return tuple(x509.load_pem_x509_certificates(text))
    except (ValueError, x509.InvalidVersion) as error:
        raise ChainError(f"not certificates in PEM: {error}") from error


def name_of(certificate: x509.Certificate) -> str:
    """Whose certificate it is, for people."""
    return certificate.subject.rfc4514_string()


def fingerprint(certificate: x509.Certificate) -> str:
    """Hex SHA-256 of the certificate, to be compared with what the authority publishes."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def chain_of(
    signer: x509.Certificate,
    pool: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[tuple[x509.Certificate, ...], bool]:
    """From the signer up to a trusted certificate, and whether one was reached.

    Without one the chain goes as far as the pool does. Raises ChainError if the signer may not stamp time, or
    a certificate was not valid at that moment.
    """
    _check_stamps(signer)
    chain = [signer]
    while True:
        top = chain[-1]
        _check_valid(top, at)
        if top in trusted:
            return tuple(chain), True
        issuer = _issuer_of(top, [*trusted, *pool], len(chain) - 1)
        if issuer is None or issuer in chain or len(chain) == _LONGEST:
            return tuple(chain), False
        chain.append(issuer)


def _issuer_of(
    certificate: x509.Certificate, candidates: Sequence[x509.Certificate], below: int
) -> x509.Certificate | None:
    for candidate in candidates:
        if candidate.subject == certificate.issuer and _may_issue(candidate, below):
            try:
                certificate.verify_directly_issued_by(candidate)
            except (InvalidSignature, ValueError, TypeError):
                continue
            return candidate
    return None


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is an authority's; ``below`` certificates of authorities stand under it already."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        signs = certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        signs = True
    return basic.ca and signs and (basic.path_length is None or basic.path_length >= below)


def _check_stamps(signer: x509.Certificate) -> None:
    """RFC 3161, 2.3: a certificate for time stamping and nothing else, critically so."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise ChainError(f"{name_of(signer)} is not a certificate for time stamping") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ChainError(f"{name_of(signer)} is not a certificate for time stamping alone")


def _check_valid(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise ChainError(f"{name_of(certificate)} was not valid at {at.isoformat()}")
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _KNOWN_CRITICAL:
            raise ChainError(f"{name_of(certificate)} has a critical extension that is not known here")
