"""Checking a whole log against everything that was ever signed about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography import x509

from evidence_verifier.merkle import leaf_hash
from evidence_verifier.note import Key, Note, NoteError, TreeHead
from evidence_verifier.timestamp import TimestampError
from evidence_verifier.timestamp import judge as judge_stamp
from hub.core.evidence import TILE, Checkpoint, EvidenceLog, LogDamagedError, NodeHash, Row
from hub.security.evidence.checkpointing import head_of, stamped_text
from hub.security.evidence.tree import Frontier

_ROWS = 500
_CHECKPOINTS = 500
_FINDINGS_KEPT = 1000


class Known(NamedTuple):
    """A root of the log that somebody outside the store knows."""

    size: int
    root: bytes
    source: str


class Finding(NamedTuple):
    """Something that is wrong with a log, and where."""

    first: int
    last: int
    """The entries that it is about; 0 for none in particular."""
    what: str

    def __str__(self) -> str:
        if not self.last:
            return self.what
        place = f"entry {self.first}" if self.first == self.last else f"entries {self.first} to {self.last}"
        return f"{place}: {self.what}"


@dataclass(slots=True)
class Checked:
    """What came of checking one log."""

    entries: int = 0
    bodies: int = 0
    lost: int = 0
    checkpoints: int = 0
    timestamps: int = 0
    outside: int = 0
    """How many roots known outside were compared."""
    unsigned: int = 0
    """Entries after the last checkpoint."""
    keys: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0

    def find(self, what: str, first: int = 0, last: int = 0) -> None:
        """Add a finding; beyond the first thousand they are only counted."""
        if len(self.findings) < _FINDINGS_KEPT:
            self.findings.append(Finding(first, last, what))
        else:
            self.more_findings += 1


class Check:
    """One walk through a log. Memory stays bounded, whatever the log's size."""

    def __init__(
        self,
        log: EvidenceLog,
        *,
        outside: Sequence[Known] = (),
        keys: Sequence[Key] = (),
        authorities: Sequence[x509.Certificate] = (),
        with_bodies: bool = True,
    ) -> None:
        """``keys``, if given, are the only ones that checkpoints may be signed with."""
        self._log = log
        self._outside = sorted(
            known for known in outside if known.size
        )  # of an empty log nothing can be wrong
        self._keys = {str(key) for key in keys}
        self._authorities = authorities
        self._with_bodies = with_bodies
        self._checked = Checked()
        self._frontier = Frontier()
        self._pending: list[Checkpoint] = []
        self._seen_up_to = 0
        self._is_whole = True
        """Whether every place so far has had its entry: else the tree cannot be compared any more."""
        self._agreed = 0
        self._is_split = False

    async def run(self) -> Checked:
        """Check everything. Raises NotRecordedError if the store does not answer."""
        checked, after = self._checked, 0
        await self._load_checkpoints()
        while rows := await self._log.rows(after, _ROWS, with_bodies=self._with_bodies):
            for row in rows:
                if row.seq != after + 1:
                    checked.find("missing from the log", after + 1, row.seq - 1)
                    self._is_whole = False
                after = row.seq
                self._look_at(row)
                if self._is_whole:
                    await self._compare(self._frontier.add(leaf_hash(row.record)))
        await self._end(after)
        return checked

    def _look_at(self, row: Row) -> None:
        checked = self._checked
        checked.entries += 1
        checked.bodies += row.bodies
        checked.lost += row.lost
        if leaf_hash(row.record) != row.leaf:
            checked.find("its record is not the one it was entered with (leaf differs)", row.seq, row.seq)
        for fault in row.faults:
            checked.find(fault, row.seq, row.seq)

    async def _compare(self, completed: Sequence[NodeHash]) -> None:
        """Compare the tree so far with kept nodes, checkpoints and what is known outside."""
        size = self._frontier.size
        for node in completed:
            kept = await self._log.hashes(node.level, node.place, node.place + 1)
            covered = TILE**node.level
            if kept and kept[0] != node.hash:
                first = node.place * covered + 1
                self._checked.find("not what was there when they were signed", first, first + covered - 1)
        while self._pending and self._pending[0].size == size:
            checkpoint = self._pending.pop(0)
            if not self._pending:
                await self._load_checkpoints()
            self._compare_root(size, checkpoint.root, f"the checkpoint at {size} entries")
        while self._outside and self._outside[0].size <= size:
            known = self._outside.pop(0)
            self._checked.outside += 1
            if known.size == size:
                self._compare_root(size, known.root, known.source)

    def _compare_root(self, size: int, root: bytes, source: str) -> None:
        if self._frontier.root() == root:
            self._agreed = size
        elif not self._is_split:
            self._is_split = True
            what = f"something was changed, removed or moved: {source} says so, and what was signed before it agrees"
            self._checked.find(what, self._agreed + 1, size)
        else:
            self._checked.find(f"{source} disagrees too")

    async def _load_checkpoints(self) -> None:
        """The next page of checkpoints, each judged by itself."""
        page = await self._log.checkpoints(at_least=self._seen_up_to + 1, limit=_CHECKPOINTS)
        for checkpoint in page:
            self._seen_up_to = checkpoint.size
            self._pending.append(checkpoint)
            self._judge(checkpoint)

    def _judge(self, checkpoint: Checkpoint) -> None:
        checked = self._checked
        checked.checkpoints += 1
        if checkpoint.key not in checked.keys:
            checked.keys.append(checkpoint.key)
            if self._keys and checkpoint.key not in self._keys:
                checked.find(
                    f"the checkpoint at {checkpoint.size} entries is signed with another key: {checkpoint.key}"
                )
        try:
            head_of(checkpoint)
            text = stamped_text(checkpoint)
        except (LogDamagedError, NoteError) as error:
            checked.find(str(error))
            return
        for timestamp in checkpoint.timestamps:
            checked.timestamps += 1
            try:
                judge_stamp(timestamp.token, text, trusted=self._authorities)
            except TimestampError as error:
                checked.find(f"a time stamp of the checkpoint at {checkpoint.size} entries: {error}")

    async def _end(self, last: int) -> None:
        checked = self._checked
        newest = await self._log.checkpoints(newest_first=True)
        size = newest[0].size if newest else 0
        if size > last:
            checked.find("removed from the end: they were signed and are not there any more", last + 1, size)
        checked.unsigned = max(0, last - size)
        for known in self._outside:
            checked.outside += 1
            if known.size > last:
                what = f"removed from the end: {known.source} knows them"
                checked.find(what, last + 1, known.size)
            else:
                checked.find(f"{known.source} cannot be compared, because entries before it are missing")


def known_from(note: str, origin: str, keys: Sequence[Key], source: str) -> Known:
    """What a checkpoint that was kept outside says, if the log signed it with one of its keys. Raises NoteError."""
    parsed = Note.parse(note)
    head = TreeHead.parse(parsed.text)
    if head.origin != origin:
        raise NoteError(f"{source} is of another log: {head.origin}, not {origin}")
    if not any(parsed.signed_by(key) for key in keys):
        raise NoteError(f"{source} is signed with none of this log's keys")
    return Known(head.size, head.root, source)
