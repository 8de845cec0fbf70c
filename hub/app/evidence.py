"""Evidence as the settings want it: keys, checkpointers, the time-stamping authority, the background work."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from evidence_verifier.certificates import ChainError, load_pem
from evidence_verifier.note import Key
from hub.app.settings import Settings
from hub.app.setups import Store
from hub.core.evidence import BodyReadings, EvidenceSource
from hub.core.ports import ClaimCheck
from hub.security.evidence.authority import HttpTimestampAuthority
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.export import Exporter
from hub.security.evidence.keeping import EvidenceKeeper, Rhythm
from hub.security.evidence.log_key import WHAT, LogSigner, default_origin
from hub.security.key_file import key_from_file, key_from_text

KEY_FILE = "log.key"
KEY_VARIABLE = "PEYVAND_EVIDENCE_KEY"
_READINGS = "/readings"
"""What the origin of the log of readings adds to the journal's."""


class EvidenceUnusableError(Exception):
    """Evidence cannot be kept as it is set up; the text says why and what to do. The hub does not start."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What keeps and gives evidence, put together."""

    journal: Checkpointer
    readings: Checkpointer
    source: EvidenceSource
    body_readings: BodyReadings
    claim_check: ClaimCheck
    authorities: tuple[x509.Certificate, ...]
    certificates: bytes
    """The same as PEM."""

    @property
    def key(self) -> Key:
        """The journal's public key, for everybody."""
        return self.journal.key

    def exporter(self) -> Exporter:
        """Makes evidence files."""
        return Exporter(
            self.journal, self.source, self.body_readings, self.claim_check, certificates=self.certificates
        )


def signers(settings: Settings) -> tuple[LogSigner, LogSigner]:
    """The journal's signer and that of the readings. Raises KeyUnusableError."""
    if settings.evidence_key is not None:
        seed = key_from_text(
            settings.evidence_key.get_secret_value(), f"the variable {KEY_VARIABLE}", what=WHAT
        )
    elif settings.evidence_key_file is not None:
        seed = key_from_file(settings.evidence_key_file, create=False, what=WHAT)
    else:
        seed = key_from_file(settings.data_dir / KEY_FILE, create=True, what=WHAT)
    origin = settings.evidence_origin or default_origin(seed)
    return LogSigner(seed, origin), LogSigner(seed, origin + _READINGS)


async def evidence_of(settings: Settings, store: Store) -> Evidence:
    """Put evidence together for an open store. Raises as ``put_together`` and ``check_keys`` do."""
    evidence = put_together(settings, store)
    await check_keys(settings, evidence)
    return evidence


def put_together(settings: Settings, store: Store) -> Evidence:
    """Evidence of a store that need not be open yet. Raises KeyUnusableError, EvidenceUnusableError."""
    journal, readings = signers(settings)
    certificates, authorities = _authorities(settings.timestamp_roots)
    return Evidence(
        journal=Checkpointer(store.journal_log, journal),
        readings=Checkpointer(store.reading_log, readings),
        source=store.evidence_source,
        body_readings=store.body_readings,
        claim_check=store.claim_check,
        authorities=authorities,
        certificates=certificates,
    )


async def check_keys(settings: Settings, evidence: Evidence) -> None:
    """Make sure that the store's checkpoints were signed with the same key.

    Raises EvidenceUnusableError, since a key that got lost must not be replaced without anybody noticing.
    """
    if settings.evidence_accept_new_key:
        return
    for checkpointer in (evidence.journal, evidence.readings):
        last = await checkpointer.newest()
        if last is not None and last.key != str(checkpointer.key):
            raise EvidenceUnusableError(
                f"the last checkpoint was signed with the key {last.key}, and now there is {checkpointer.key}: "
                "give the earlier key and origin, or set PEYVAND_EVIDENCE_ACCEPT_NEW_KEY=true once, "
                "publish the new public key, and keep the earlier one published"
            )


@contextlib.asynccontextmanager
async def kept_evidence(
    settings: Settings, evidence: Evidence, may_sign: Callable[[], bool]
) -> AsyncIterator[EvidenceKeeper]:
    """Keep evidence in the background, and sign what is left at the end. Raises EvidenceUnusableError."""
    if settings.timestamp_limit_s is not None and settings.timestamp_url is None:
        raise EvidenceUnusableError(
            "PEYVAND_TIMESTAMP_LIMIT_S is set without an authority: set PEYVAND_TIMESTAMP_URL too, or neither"
        )
    authority = (
        HttpTimestampAuthority(settings.timestamp_url, trusted=evidence.authorities)
        if settings.timestamp_url
        else None
    )
    rhythm = Rhythm(
        checkpoint_every_s=settings.checkpoint_every_s,
        checkpoint_every_entries=settings.checkpoint_every_entries,
        stamp_every_s=settings.timestamp_every_s,
        stamp_limit_s=settings.timestamp_limit_s,
    )
    keeper = EvidenceKeeper((evidence.journal, evidence.readings), authority, rhythm, may_sign=may_sign)
    task = asyncio.create_task(keeper.run(), name="evidence")
    try:
        yield keeper
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await keeper.finish()


def _authorities(path: Path | None) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    if path is None:
        return b"", ()
    try:
        text = path.read_bytes()
        return text, load_pem(text)
    except (OSError, ChainError) as error:
        raise EvidenceUnusableError(f"PEYVAND_TIMESTAMP_ROOTS, {path}, cannot be used: {error}") from error
