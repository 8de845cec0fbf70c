"""The garbage collector's rounds."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_rounds() -> Iterator[None]:
    """Make many objects that stay, without the collector going through them again and again meanwhile.

    Loading a large catalogue takes more than twice as long with its rounds.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
