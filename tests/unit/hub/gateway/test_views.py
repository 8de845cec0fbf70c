"""What is shown of the project's own contracts can be written as JSON, whatever they use."""

from pathlib import Path

import orjson
import pytest

from hub.contracts.catalogue import load_catalogue
from hub.gateway.views import contract_view

CONTRACTS = load_catalogue(Path(__file__).parents[4] / "contracts").contracts


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_can_be_shown(name: str) -> None:
    contract = CONTRACTS[name]
    shown = orjson.loads(orjson.dumps(contract_view(contract, list(contract.versions.values()))))
    assert shown["name"] == name
    for version in shown["versions"]:
        assert set(version.get("normalised", {})) <= {"request", "reply"}
