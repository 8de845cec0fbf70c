"""Making checkpoints: never one that is not a continuation of the last."""

from collections.abc import Callable

from evidence_verifier.note import Key, Note, NoteError, TreeHead
from hub.core.evidence import Checkpoint, EvidenceLog, LogDamagedError
from hub.core.values import now_us
from hub.security.evidence.log_key import LogSigner
from hub.security.evidence.tree import Tree


class Checkpointer:
    """Signs one log's state. Several may work on a log at once: they can only sign what continues it."""

    def __init__(self, log: EvidenceLog, signer: LogSigner, clock_us: Callable[[], int] = now_us) -> None:
        self.log = log
        self.key = signer.key
        self._signer = signer
        self._clock_us = clock_us

    async def newest(self) -> Checkpoint | None:
        """The newest checkpoint there is."""
        found = await self.log.checkpoints(newest_first=True)
        return found[0] if found else None

    async def checkpoint(self) -> Checkpoint | None:
        """A checkpoint over everything that is recorded now; None for an empty log.

        Costs about a hash per new entry. Before anything is signed the last checkpoint is computed again from
        what the store says now: a log that was shortened or changed since is not signed. Raises LogDamagedError,
        NotRecordedError.
        """
        while True:
            last = await self.newest()
            last_size = last.size if last else 0
            size = await self.log.size()
            if size < last_size:
                raise LogDamagedError(
                    f"the log was shortened: {last_size} entries were signed, {size} are there"
                )
            if size == last_size:
                return last
            tree = Tree(self.log, size)
            nodes = await tree.grow(last_size)
            if last is not None:
                await self._check(last, tree)
            root = await tree.root(size)
            note = self._signer.sign(size, root)
            checkpoint = Checkpoint(size, root, self._clock_us(), str(self.key), note)
            if await self.log.keep(checkpoint, nodes):
                return checkpoint

    @staticmethod
    async def _check(last: Checkpoint, tree: Tree) -> None:
        head = head_of(last)
        if await tree.root(head.size) != head.root:
            raise LogDamagedError(f"the first {head.size} entries are not those that were signed")


def head_of(checkpoint: Checkpoint) -> TreeHead:
    """What a stored checkpoint says, if it is signed with the key it names. Raises LogDamagedError."""
    try:
        note = Note.parse(checkpoint.note)
        head = TreeHead.parse(note.text)
        key = Key.parse(checkpoint.key)
        is_signed = key.name == head.origin and note.signed_by(key) is not None
    except NoteError as error:
        raise LogDamagedError(f"the checkpoint at {checkpoint.size} entries: {error}") from error
    if not is_signed or (head.size, head.root) != (checkpoint.size, checkpoint.root):
        raise LogDamagedError(f"the checkpoint at {checkpoint.size} entries is not the one that was signed")
    return head


def stamped_text(checkpoint: Checkpoint) -> bytes:
    """What is given to a time-stamping authority: the note with the log's own signature alone.

    So that a cosignature that comes later changes nothing, and that the signature too is shown to be that old.
    """
    note = Note.parse(checkpoint.note)
    line = note.signed_by(Key.parse(checkpoint.key))
    if line is None:
        raise LogDamagedError(f"the checkpoint at {checkpoint.size} entries is not signed with its key")
    return note.only(line).encode()
