"""What the engine tells whoever watches it. Carries no body, personal data or secret (G10)."""

from typing import Protocol


class Observer(Protocol):
    """Told of what happens, on the exchange path: must be quick and must not raise.

    Labels are of bounded number: contracts, versions, routes, partners and codes that are loaded, and
    clients that are registered; anything else is told as an empty text.
    """

    def exchange_ended(
        self, *, contract: str, version: str, sender: str, state: str, code: str, seconds: float
    ) -> None:
        """An exchange's caller has been answered, or a worker brought it to a final state."""
        ...

    def partner_called(self, *, partner: str, endpoint: str, code: str, seconds: float) -> None:
        """A call to a partner ended; ``code`` is empty if it went well."""
        ...

    def reminded(self, *, contract: str, version: str, to: str) -> None:
        """An answer is still missing while its deadline comes near; ``to`` is whom that is escalated to, if anybody."""
        ...

    def refused_unrecorded(self, code: str) -> None:
        """A caller was turned away without a record, because the hub was full, stopping or unable to."""
        ...


class Silent:
    """An observer that looks away."""

    def exchange_ended(
        self, *, contract: str, version: str, sender: str, state: str, code: str, seconds: float
    ) -> None:
        """Look away."""

    def partner_called(self, *, partner: str, endpoint: str, code: str, seconds: float) -> None:
        """Look away."""

    def reminded(self, *, contract: str, version: str, to: str) -> None:
        """Look away."""

    def refused_unrecorded(self, code: str) -> None:
        """Look away."""
