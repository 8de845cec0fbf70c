"""A sealer that is there before its keys can be reached."""

from hub.core.errors import NotRecordedError
from hub.core.ports import Sealer


class LateSealer:
    """The Sealer port; until ``begin`` it raises NotRecordedError, as the store does that the keys lie in."""

    def __init__(self) -> None:
        self._sealer: Sealer | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it seals."""
        return self._sealer is not None

    def begin(self, sealer: Sealer) -> None:
        """Seal and open with that one from now on."""
        self._sealer = sealer

    def seal(self, plain: bytes, context: bytes) -> bytes:
        return self._begun().seal(plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        return self._begun().open(sealed, context)

    def _begun(self) -> Sealer:
        if self._sealer is None:
            raise NotRecordedError("the database has not been reached yet")
        return self._sealer
