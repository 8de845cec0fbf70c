"""A file that cannot be compared."""


class UnusableFileError(Exception):
    """A file that cannot be compared, and why, in one sentence."""
