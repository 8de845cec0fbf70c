"""The ledger outside the hub: what clients were told, and what partners saw."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a message asks for."""

    INQUIRY = "inquiry"
    """Goes to a partner that takes repetitions and knows them by their message id."""
    PAYMENT = "payment"
    """Goes to a partner that must never be asked twice."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A 2xx answer with an Exchange-Id: from then on the exchange is the hub's to bring to its end."""

    number: int
    """The message's."""
    kind: Kind
    status: int


@dataclass(frozen=True, slots=True)
class PartnerCall:
    """One call that delivered a message, as a partner wrote it down."""

    partner: str
    message_id: str
    subject: str


@dataclass(slots=True)
class Ledger:
    """Everything that was seen from outside. Filled while messages are sent, judged afterwards."""

    promises: dict[str, Promise] = field(default_factory=dict)
    """By exchange id."""
    told: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Every exchange id that was named for a message, with whatever status."""
    answers: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How often each answer was given: a status, a status with a problem's code, or ``no answer``."""
    calls: list[PartnerCall] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    """The state in which the hub says each exchange is, whether a client was told of it or not."""
    given_up: set[int] = field(default_factory=set)
    """Messages whose sender got no answer that it could act on."""

    def hear(self, number: int, kind: Kind, status: int, exchange_id: str, code: str = "") -> None:
        """Write down an answer. ``exchange_id`` is empty where the answer names no recorded exchange."""
        self.answers[f"{status} {code}".strip()] += 1
        if not exchange_id:
            return
        self.told[number].add(exchange_id)
        if 200 <= status < 300:  # noqa: PLR2004 - success, as HTTP has it
            before = self.promises.get(exchange_id)
            if before is None or status < before.status:  # a reply promises more than an acceptance
                self.promises[exchange_id] = Promise(number, kind, status)

    def hear_nothing(self) -> None:
        """Write down that the connection went away before the answer came."""
        self.answers["no answer"] += 1

    def calls_by_subject(self) -> Iterator[tuple[str, str, list[PartnerCall]]]:
        """Partner, subject and calls, for every message that a partner saw."""
        found: defaultdict[tuple[str, str], list[PartnerCall]] = defaultdict(list)
        for call in self.calls:
            found[call.partner, call.subject].append(call)
        for (partner, subject), calls in found.items():
            yield partner, subject, calls
