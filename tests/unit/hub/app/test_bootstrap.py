"""Endpoints of a replaced configuration live as long as somebody may be using them, and no longer than the hub."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from hub.app.bootstrap import _Endpoints
from hub.app.loading import Loaded
from hub.core.calendar import EVERY_DAY


class FakeEndpoint:
    def __init__(self) -> None:
        self.calls: list[str] = []

    async def open(self) -> None:
        self.calls.append("open")

    async def send(self, message: Any, delivery: Any) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        self.calls.append("close")


def loaded(endpoints: Mapping[str, FakeEndpoint]) -> Loaded:
    catalogue = SimpleNamespace(contracts={})
    return cast(
        "Loaded",
        SimpleNamespace(
            catalogue=catalogue,
            routing=None,
            endpoints=endpoints,
            examples={},
            later_replies={},
            inboxes={},
            consents={},
            calendar=EVERY_DAY,
        ),
    )


async def test_what_was_retired_is_closed_after_the_longest_call() -> None:
    old, new = FakeEndpoint(), FakeEndpoint()
    endpoints = _Endpoints()
    await endpoints.put_in_force(loaded({"a": old}))
    await endpoints.put_in_force(loaded({"a": new}))
    endpoints.retire_all_but_newest(0)
    assert old.calls == ["open"]
    await asyncio.gather(*endpoints._retired)
    assert (old.calls, new.calls) == (["open", "close"], ["open"])
    await endpoints.close()
    assert (old.calls, new.calls) == (["open", "close"], ["open", "close"])


async def test_a_hub_that_stops_closes_what_was_retired_and_still_had_time() -> None:
    old, new = FakeEndpoint(), FakeEndpoint()
    endpoints = _Endpoints()
    await endpoints.put_in_force(loaded({"a": old}))
    await endpoints.put_in_force(loaded({"a": new}))
    endpoints.retire_all_but_newest(3600)
    await endpoints.close()
    assert (old.calls, new.calls) == (["open", "close"], ["open", "close"])
