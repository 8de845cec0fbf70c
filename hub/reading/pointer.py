"""JSON pointers (RFC 6901)."""

from collections.abc import Iterable


def escape(token: str | int) -> str:
    """One reference token as it stands in a pointer."""
    return str(token).replace("~", "~0").replace("/", "~1")


def join(pointer: str, *tokens: str | int) -> str:
    """The pointer to something inside."""
    return pointer + "".join(f"/{escape(token)}" for token in tokens)


def to_pointer(tokens: Iterable[str | int]) -> str:
    """A pointer from the document's root."""
    return join("", *tokens)


def split(pointer: str) -> tuple[str, ...]:
    """A pointer's tokens. Raises ValueError for what is no pointer."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"not a JSON pointer: {pointer!r}")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))
