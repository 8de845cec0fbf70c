"""A value that does not fit the partner's schema, and where it stands."""

from hub.core.errors import FieldError
from hub.core.values import Text


class UnfitError(Exception):
    """Raised at the value; each level around it puts its own key in front. Never holds the value (G10)."""

    def __init__(self, rule: str, fa: str, en: str) -> None:
        super().__init__(en)
        self.rule = rule
        self.detail = Text(fa, en)
        self.keys: list[str | int] = []

    def inside(self, *keys: str | int) -> "UnfitError":
        """Put the keys of the level around it in front."""
        self.keys[:0] = keys
        return self

    def field_error(self) -> FieldError:
        """As an error of the exchange."""
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.keys)
        return FieldError(pointer, self.rule, self.detail)
