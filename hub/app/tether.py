"""``python -m hub.app.tether PARENT COMMAND…``: becomes a command that ends when the process PARENT does.

Children of ``peyvand up`` and ``peyvand demo`` are started through this: they end even when their parent is
killed and can no longer end them. Linux tells a process of its parent's death; elsewhere the command merely runs.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, then become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit(1)  # it died before we could ask to be told
    os.execvp(command[0], command)  # noqa: S606 - the command is our caller's


if __name__ == "__main__":
    main(sys.argv[1:])
