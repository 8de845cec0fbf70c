"""A disk that takes nothing more."""

import resource

from scripts.chaos.faults.fault import EMBEDDED, Fault
from scripts.chaos.town import Town

_NOTHING_BEYOND = 16 * 1024


class Full(Fault):
    """Files of a node's process cannot be written beyond their first few pages, as on a disk that is full.

    A limit on the process does it, so no right to mount anything is needed; a disk that is really full is filled
    by ``tests/faults/test_full_disk.py``.
    """

    set_ups = EMBEDDED

    async def begin(self, town: Town) -> None:
        for node in town.nodes:
            _limit_files(node.pid, _NOTHING_BEYOND)

    async def end(self, town: Town) -> None:
        for node in town.nodes:
            _limit_files(node.pid, resource.RLIM_INFINITY)


def _limit_files(pid: int, size: int) -> None:
    """Let a process write no file beyond a size, until it is told otherwise."""
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    wanted = most if size == resource.RLIM_INFINITY else size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (wanted, most))


FAULTS: tuple[Fault, ...] = (Full("disk-full"),)
