"""A value or an element that does not fit, and where it stands."""

from hub.core.errors import Code, ExchangeError, FieldError
from hub.core.values import Text
from hub.reading.pointer import to_pointer


class UnfitError(Exception):
    """Raised where it is found; each level around it puts its own key in front. Never holds a value (G10)."""

    def __init__(self, code: Code, rule: str, fa: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.rule = rule
        self.text = Text(fa, en)
        self.keys: list[str | int] = []

    def inside(self, *keys: str | int) -> "UnfitError":
        """Put the keys of the level around it in front."""
        self.keys[:0] = keys
        return self

    def as_problem(self) -> ExchangeError:
        """As an error of the exchange."""
        finding = FieldError(to_pointer(self.keys), self.rule, self.text)
        return ExchangeError(self.code, errors=(finding,))
