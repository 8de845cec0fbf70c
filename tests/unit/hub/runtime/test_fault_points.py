"""A hub dies on purpose where it was told to, and nowhere else."""

import os
from collections.abc import Iterator

import pytest

from hub.core.exchange import State
from hub.runtime import fault_points
from hub.runtime.fault_points import FaultPoint, FaultPointError, arm, reach, watched
from tests.conformance.samples import begin
from tests.fakes.journal import FakeJournal


@pytest.fixture(autouse=True)
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    died: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: died.append(number))
    yield died
    arm({})


def armed(point: str) -> None:
    arm({"PEYVAND_FAULT_POINT": point, "PEYVAND_FAULT_POINTS_ALLOWED": "1"})


def test_nothing_is_watched_unless_somebody_asks() -> None:
    journal = FakeJournal()
    assert watched(journal) is journal
    reach(FaultPoint.AFTER_ACCEPTED)


def test_it_dies_the_so_manieth_time(deaths: list[int]) -> None:
    armed("after-answered:3")
    for passes in range(2):
        reach(FaultPoint.AFTER_ANSWERED)
        reach(FaultPoint.AFTER_COMPLETED)
        assert deaths == [], passes
    reach(FaultPoint.AFTER_ANSWERED)
    assert len(deaths) == 1


@pytest.mark.parametrize(("when", "is_recorded"), [("before", False), ("after", True)])
async def test_it_dies_before_or_after_a_state_is_recorded(
    monkeypatch: pytest.MonkeyPatch, when: str, is_recorded: bool
) -> None:
    journal, found = FakeJournal(), []
    armed(f"{when}-recording-received")
    _, transition = begin()

    async def look() -> bool:
        return bool(await journal.history(transition.entry.exchange_id))

    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    monkeypatch.setattr(os, "kill", die)
    with pytest.raises(DiedError):
        await watched(journal).append([transition])
    found.append(await look())
    assert found == [is_recorded]


@pytest.mark.parametrize("state", State)
def test_every_state_is_a_point(state: State) -> None:
    armed(f"before-recording-{state}")
    armed(f"after-recording-{state}:2")
    assert fault_points.VARIABLE == "PEYVAND_FAULT_POINT"


@pytest.mark.parametrize(
    "point", ["nowhere", "after-recording-nothing", "after-accepted:0", "after-accepted:x"]
)
def test_a_point_that_is_none_is_refused(point: str) -> None:
    with pytest.raises(FaultPointError, match="after-recording-STATE"):
        armed(point)
