"""What is sent: each message is about a thing of its own, so that partners' ledgers tell whose it was."""

import random
from dataclasses import dataclass

from scripts.chaos.ledger import Kind

INQUIRY_CONTRACT, PAYMENT_CONTRACT = "registry.title-inquiry", "payment.verify"
PARTNERS = {Kind.INQUIRY: "registry_office", Kind.PAYMENT: "behpardakht"}
PER_CASE = 25
_FIRST_ORDER = 800_000_000_000
_PAYMENTS = 0.2
_LATER = 0.5
_WITHOUT_KEY = 0.1
_FOLLOWED = 0.5


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """One message and how its sender goes about it."""

    number: int
    kind: Kind
    is_later: bool
    """Whether the sender asks for an acceptance only."""
    has_key: bool
    """Whether it may be sent again after a lost answer."""
    is_followed: bool
    """Whether the sender of an accepted message asks for its end."""
    case_id: str

    @property
    def contract(self) -> str:
        """The contract it is sent under."""
        return INQUIRY_CONTRACT if self.kind is Kind.INQUIRY else PAYMENT_CONTRACT

    @property
    def subject(self) -> str:
        """What it is about, as the partner's ledger names it."""
        if self.kind is Kind.INQUIRY:
            return f"99{self.number:017d}"
        return str(_FIRST_ORDER + self.number)

    @property
    def document(self) -> object:
        """The message itself; the persons are invented."""
        if self.kind is Kind.PAYMENT:
            order = _FIRST_ORDER + self.number
            reference = str(order + 1)
            return {
                "provider": "behpardakht", "order_id": order, "reference": reference, "amount_rial": 170_000,
            }  # fmt: skip
        officer = {"first_name": "رها", "last_name": "کیانی‌فر", "national_code": "9990000085"}
        office = {"province_code": "07", "code": "1402", "number": "12"}
        return {
            "requester": {"officer": officer, "office": office},
            "deed": {"estate_note_number": self.subject},
        }


def message(number: int, run: str, seed: int) -> ClientMessage:
    """The message of that number: the same one for the same seed."""
    draw = random.Random(f"{seed}/{number}")  # noqa: S311 - a choice, not a secret
    kind = Kind.PAYMENT if draw.random() < _PAYMENTS else Kind.INQUIRY
    return ClientMessage(
        number=number,
        kind=kind,
        is_later=draw.random() < _LATER,
        has_key=draw.random() >= _WITHOUT_KEY,
        is_followed=draw.random() < _FOLLOWED,
        case_id=f"{run}-{number // PER_CASE}",
    )
