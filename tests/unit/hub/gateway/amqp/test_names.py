"""What a message says of itself, and what a client's own things are called."""

import pytest

from hub.gateway.amqp.names import contract_of, from_hub, place_of, to_hub


def test_a_client_has_one_way_in_and_one_way_out():
    assert (to_hub("portal"), from_hub("portal")) == ("peyvand.to-hub.portal", "peyvand.from-hub.portal")
    assert place_of("portal") == "amqp:portal"


def test_a_type_names_contract_and_major():
    assert contract_of("registry.title-inquiry/v1") == ("registry.title-inquiry", "1")


@pytest.mark.parametrize("text", ["", "registry.title-inquiry", "/v1", "a/b/v1", "a b/v1", "a/v", "a/v1\n"])
def test_anything_else_names_nothing(text):
    assert contract_of(text) == ("", "")
