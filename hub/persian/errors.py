"""The one error of the Persian data functions."""

from hub.core.values import Text


class IdentifierError(ValueError):
    """A text is not what it should be: which rule it breaks, in words for the clerk who typed it.

    ``rule`` is stable and names the kind and the rule, ``national-code.check-digit``. The texts never
    repeat what was given (G10), so they may be logged and sent back.
    """

    def __init__(self, rule: str, text: Text) -> None:
        super().__init__(f"{rule}: {text.en}")
        self.rule = rule
        self.text = text
