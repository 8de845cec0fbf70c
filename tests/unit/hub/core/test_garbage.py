"""The collector pauses while much is made that stays, and goes on as before."""

import gc

import pytest

from hub.core.garbage import without_rounds


@pytest.fixture(autouse=True)
def as_before():
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("is_on", [True, False])
def test_it_is_left_as_it_was_found(is_on):
    (gc.enable if is_on else gc.disable)()
    with without_rounds():
        assert not gc.isenabled()
    assert gc.isenabled() is is_on


def test_a_fault_does_not_leave_it_off():
    gc.enable()
    with pytest.raises(ValueError, match="broken"), without_rounds():
        raise ValueError("broken")
    assert gc.isenabled()
