"""Every adapter against a real partner that misbehaves on a real socket."""

from collections.abc import AsyncIterator

import pytest

from adapters.kit.conformance import (
    TROUBLES,
    Subject,
    Trouble,
    check_cancellation,
    check_life,
    check_limit,
    check_reused_connection,
    check_trouble,
    check_up,
)
from tests.adapters.conformance.partner import RealPartner, real_partner
from tests.adapters.conformance.subjects import SUBJECTS

pytestmark = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@pytest.fixture
async def partner(subject: Subject) -> AsyncIterator[RealPartner]:
    async with real_partner(subject.reply_wire, subject.reply_media_type) as running:
        yield running


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_each_trouble_has_its_code(subject: Subject, partner: RealPartner, trouble: Trouble) -> None:
    await check_trouble(subject, partner, trouble)


@pytest.mark.parametrize("how", ["up", "gzip"])
async def test_a_partner_that_is_up_is_understood(subject: Subject, partner: RealPartner, how: str) -> None:
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    partner.behave(how)
    await check_up(endpoint, subject)
    await endpoint.close()


async def test_the_partner_is_told_message_and_trace(subject: Subject, partner: RealPartner) -> None:
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    await check_up(endpoint, subject)
    await endpoint.close()
    head = partner.heads[0].decode().lower()
    assert "\r\npeyvand-message-id: message-1\r\n" in head
    assert f"\r\ntraceparent: 00-{'1' * 32}-{'2' * 16}-01\r\n" in head
    assert "cookie" not in head


async def test_calls_are_limited_and_never_queued(subject: Subject, partner: RealPartner) -> None:
    await check_limit(subject, partner)


async def test_cancelled_sends_leave_nothing_behind(subject: Subject, partner: RealPartner) -> None:
    await check_cancellation(subject, partner)


async def test_nothing_is_sent_twice_over_a_dropped_connection(
    subject: Subject, partner: RealPartner
) -> None:
    await check_reused_connection(subject, partner)


async def test_it_opens_without_a_partner_and_closes_twice(subject: Subject, partner: RealPartner) -> None:
    await check_life(subject, partner)
