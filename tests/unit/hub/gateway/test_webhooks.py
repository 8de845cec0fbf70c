"""Webhooks: signatures that others verify, and addresses that lead nowhere inside."""

import ipaddress
import socket
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from hub.core.events import EventForm
from hub.gateway.webhook_address import AddressRefusedError, AddressRules, GuardedResolver
from hub.gateway.webhooks import in_form, signatures

OPEN = AddressRules()
EVENT = b'{"specversion":"1.0","id":"1","source":"/r","type":"t","subject":"\xd9\xbe 7%","urgent":true,"data":{"a":1}}'


def test_a_signature_is_what_the_standard_s_own_library_verifies():
    now = int(datetime.now(UTC).timestamp())
    signed = signatures([b"n" * 32, b"o" * 32], "msg-1", now, EVENT)
    headers = {"webhook-id": "msg-1", "webhook-timestamp": str(now), "webhook-signature": signed}
    for secret in (b"n" * 32, b"o" * 32):
        assert Webhook(secret).verify(EVENT.decode(), headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(b"x" * 32).verify(EVENT.decode(), headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(b"n" * 32).verify(EVENT.decode().replace("1", "2"), headers)


def test_an_event_in_binary_form_has_its_attributes_in_headers():
    headers, body = in_form(EVENT, EventForm.BINARY)
    assert body == b'{"a":1}'
    assert headers["ce-subject"] == "%D9%BE%207%25"
    assert headers["ce-urgent"] == "true"
    assert headers["content-type"] == "application/json"


def test_a_structured_event_goes_as_it_is_recorded():
    assert in_form(EVENT, EventForm.STRUCTURED)[1] == EVENT


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://user@example.com/",
        "https://example.com:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://100.64.0.1/",
        "https://[fe80::1%25eth0]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
    ],
)
def test_an_address_that_leads_inside_or_is_open_to_readers_is_refused(url: str):
    assert OPEN.complaint_about(url) is not None


def test_the_open_internet_over_tls_is_not():
    assert OPEN.complaint_about("https://example.com/events?x=1") is None
    assert OPEN.complaint_about("https://93.184.216.34/") is None


def test_what_an_operator_allows_is_allowed():
    rules = AddressRules.parse("10.20.0.0/16, 127.0.0.1/32", "planning.city")
    assert rules.complaint_about("https://10.20.3.4/") is None
    assert rules.complaint_about("https://10.21.3.4/") is not None
    assert rules.complaint_about("http://planning.city/") is None
    assert rules.allows(ipaddress.ip_address("::ffff:10.20.0.1"))
    with pytest.raises(ValueError, match="host bits"):
        AddressRules.parse("10.20.0.1/16", "")


async def test_a_name_that_stands_for_an_inner_address_is_refused():
    with pytest.raises(AddressRefusedError):
        await GuardedResolver(OPEN).resolve("localhost", 443)


@pytest.mark.parametrize("name", ["127.1", "0x7f000001", "2130706433"])
async def test_other_spellings_of_an_inner_address_are_refused(name: str):
    with pytest.raises(AddressRefusedError):
        await GuardedResolver(OPEN).resolve(name, 443)


async def test_connections_go_to_what_was_judged():
    rules = AddressRules.parse("127.0.0.0/8,::1/128", "")
    found = await GuardedResolver(rules).resolve("localhost", 8443)
    assert found
    assert all(result["flags"] == socket.AI_NUMERICHOST for result in found)
    assert {result["host"] for result in found} <= {"127.0.0.1", "::1"}
