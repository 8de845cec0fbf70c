"""What the judge believes from outside the file."""

from dataclasses import dataclass

from cryptography import x509

from evidence_verifier.note import Key


@dataclass(frozen=True, slots=True)
class Trust:
    """Public keys and certificates that came to the judge by another way than the file."""

    keys: tuple[Key, ...] = ()
    """The log's keys, as the hub's owner published them."""
    witnesses: tuple[Key, ...] = ()
    authorities: tuple[x509.Certificate, ...] = ()
    """Root certificates of time-stamping authorities."""
