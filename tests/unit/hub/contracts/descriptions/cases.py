"""The catalogue's own contracts as offers."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.contracts.descriptions.offer import Offer
from hub.contracts.examples import catalogue_examples
from hub.core.contract import Contract
from hub.core.errors import Code

ROOT = Path(__file__).parents[5] / "contracts"
DAY = date(2026, 11, 22)


@cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


def offer(name: str, *numbers: str, change: Callable[[Contract], Contract] = lambda same: same) -> Offer:
    """A contract with those of its versions; all examples."""
    contract = change(catalogue().contracts[name])
    examples, left_out = catalogue_examples(ROOT, [contract])
    assert left_out == ()
    versions = tuple(v for number, v in sorted(contract.versions.items()) if str(number) in numbers)
    assert len(versions) == len(numbers)
    return Offer(contract, versions, examples, DAY)


def all_offers() -> list[Offer]:
    """Every major that clients may be granted."""
    return [
        offer(contract.name, *(str(number) for number in contract.versions if number.major == major))
        for contract in catalogue().contracts.values()
        if not contract.is_partner_format
        for major in sorted({number.major for number in contract.versions})
    ]


def problem(code: Code) -> Any:
    return {
        "type": f"/problems/{code.id}",
        "title": code.title.fa,
        "status": code.status,
        "code": code.id,
        "origin": str(code.origin),
        "retryable": code.retryable,
    }
