"""What every keeper of subscriptions promises."""

from dataclasses import replace

import pytest

from hub.core.errors import StateConflictError
from hub.core.events import (
    DeliveryKind,
    EventForm,
    Move,
    RetryPolicy,
    SealedSecret,
    Subscription,
    Subscriptions,
    SubscriptionState,
)
from hub.core.values import Version, new_id
from tests.conformance.samples import T0_US


def subscription(client: str = "urban-planning") -> Subscription:
    return Subscription(
        id=new_id(),
        client=client,
        contract="registry.ownership-changed",
        major=2,
        version=Version(2, 0),
        kind=DeliveryKind.WEBHOOK,
        created_us=T0_US,
        run_us=T0_US,
        position=7,
        filter="event.parcel == '۱۲/۳۴۵'",
        ordering_key="/parcel",
        url="https://planning.example/events",
        form=EventForm.BINARY,
        retry=RetryPolicy(0.5, 60.0, 3600.0),
        secrets=(SealedSecret(b"\x00\xff", 0), SealedSecret(b"old", T0_US + 9)),
        changed_us=T0_US,
    )


async def test_what_was_added_is_found(subscriptions: Subscriptions) -> None:
    one = subscription()
    await subscriptions.add(one)

    assert await subscriptions.get(one.id) == one
    assert await subscriptions.get(new_id()) is None
    assert await subscriptions.get("no id") is None


async def test_each_client_has_its_own(subscriptions: Subscriptions) -> None:
    ours, theirs = subscription("urban-planning"), subscription("archive")
    for one in (ours, theirs):
        await subscriptions.add(one)

    assert await subscriptions.list("archive") == (theirs,)
    assert await subscriptions.list() == tuple(sorted((ours, theirs), key=lambda one: one.id))


async def test_a_change_replaces_the_one_before(subscriptions: Subscriptions) -> None:
    one = subscription()
    await subscriptions.add(one)
    paused = replace(one, state=SubscriptionState.PAUSED, code="x", number=2, position=3, run_us=T0_US + 1)
    await subscriptions.replace(paused)

    assert await subscriptions.get(one.id) == paused


async def test_of_two_changes_at_once_one_is_refused(subscriptions: Subscriptions) -> None:
    one = subscription()
    await subscriptions.add(one)
    await subscriptions.replace(replace(one, number=2))

    with pytest.raises(StateConflictError):
        await subscriptions.replace(replace(one, number=2, filter="false"))


async def test_a_position_moves_forward_only(subscriptions: Subscriptions) -> None:
    one = subscription()
    await subscriptions.add(one)

    assert await subscriptions.advance([Move(one.id, T0_US, 12)]) == {one.id}
    assert await subscriptions.advance([Move(one.id, T0_US, 9)]) == {one.id}
    found = await subscriptions.get(one.id)
    assert found is not None
    assert found.position == 12
    assert found.number == one.number


async def test_a_position_of_another_run_counts_for_nothing(subscriptions: Subscriptions) -> None:
    one, other = subscription(), subscription()
    for kept in (one, other):
        await subscriptions.add(kept)

    moved = await subscriptions.advance([Move(one.id, T0_US - 1, 12), Move(other.id, T0_US, 12)])

    assert moved == {other.id}
    assert await subscriptions.get(one.id) == one
    assert await subscriptions.advance([]) == frozenset()


async def test_a_removed_one_is_gone(subscriptions: Subscriptions) -> None:
    one = subscription()
    await subscriptions.add(one)

    assert await subscriptions.remove(one.id)
    assert not await subscriptions.remove(one.id)
    assert await subscriptions.get(one.id) is None
    with pytest.raises(StateConflictError):
        await subscriptions.replace(replace(one, number=2))
