"""What every store says when it cannot be used as it is."""


class StoreUnusableError(Exception):
    """The store cannot be used; the text says why and what to do. The hub does not start."""
