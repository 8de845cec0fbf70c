"""An observer that remembers."""


class FakeObserver:
    """``ended`` holds contract, state and code of each exchange; ``called`` endpoint and code of each call."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str, str]] = []
        self.called: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.reminders: list[tuple[str, str]] = []

    def exchange_ended(
        self, *, contract: str, version: str, sender: str, state: str, code: str, seconds: float
    ) -> None:
        self.ended.append((contract, state, code))

    def partner_called(self, *, partner: str, endpoint: str, code: str, seconds: float) -> None:
        self.called.append((endpoint, code))

    def reminded(self, *, contract: str, version: str, to: str) -> None:
        self.reminders.append((contract, to))

    def refused_unrecorded(self, code: str) -> None:
        self.refused.append(code)
