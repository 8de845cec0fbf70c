"""Keeping the garbage collector away from what stays."""

import gc

ROUNDS = (10_000, 20, 20)
"""Python's own (700, 10, 10) are for programs that make few objects at a time."""


def set_apart_what_stays() -> None:
    """Take everything that is there now (contracts, routes, compiled plans) out of the collector's rounds.

    Going through it again and again took an eighth of the time of an exchange, and made the slowest ones
    slower. Called again after a reload, it lets go of what was replaced.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*ROUNDS)
