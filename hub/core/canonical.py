"""One spelling inside the hub: what senders write in many ways is canonical from decoding on."""

from dataclasses import dataclass

from hub.core.contract import Normaliser
from hub.core.values import JsonValue


@dataclass(frozen=True, slots=True)
class Original:
    """A document as its sender wrote it, kept beside its canonical form."""

    document: JsonValue
    pointers: tuple[str, ...]
    """The fields that were written otherwise, in the document's order; never their values (G10)."""

    _MOST_SHOWN = 20

    def __str__(self) -> str:
        """The pointers on one line, as the journal keeps them."""
        more = ("…",) if len(self.pointers) > self._MOST_SHOWN else ()
        return " ".join((*self.pointers[: self._MOST_SHOWN], *more))


def canonical(document: JsonValue, normaliser: Normaliser | None) -> tuple[JsonValue, Original | None]:
    """The document as the hub sees it, and as it was written if that differs. Never raises."""
    if normaliser is None:
        return document, None
    result, pointers = normaliser(document)
    return (result, Original(document, pointers)) if pointers else (document, None)
