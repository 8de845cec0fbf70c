from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.modes import (
    REFUSALS,
    WORK_IS_OPTIONAL,
    InvalidSettingError,
    Mode,
    ModeSetting,
    ModeSwitch,
    parse_setting,
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["mode", "times", "delay_s", "size_mb", "retry_after_s", "reason", "work", "x"])


def test_a_switch_begins_up() -> None:
    assert ModeSwitch().take() == ModeSetting()


def test_a_counted_setting_holds_for_its_calls_and_then_the_partner_is_up() -> None:
    switch = ModeSwitch()
    switch.set(parse_setting({"mode": "empty", "times": 2}))
    assert [switch.take().mode for _ in range(3)] == [Mode.EMPTY, Mode.EMPTY, Mode.UP]


def test_an_uncounted_setting_holds_until_another_is_set() -> None:
    switch = ModeSwitch()
    switch.set(parse_setting({"mode": "fault"}))
    assert {switch.take().mode for _ in range(5)} == {Mode.FAULT}
    switch.set(parse_setting({"mode": "up"}))
    assert switch.take().mode is Mode.UP


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_can_be_set_and_shown(mode: Mode) -> None:
    shown = parse_setting({"mode": mode.value}).as_json()
    assert parse_setting(shown).as_json() == shown


@pytest.mark.parametrize("mode", sorted(WORK_IS_OPTIONAL))
def test_the_work_behind_an_independent_answer_can_be_chosen(mode: Mode) -> None:
    assert parse_setting({"mode": mode.value}).work is False
    assert parse_setting({"mode": mode.value, "work": True}).work is True


@pytest.mark.parametrize("mode", [Mode.LOST_REPLY, Mode.RESET, Mode.SLOW, Mode.TRUNCATED, Mode.RUBBISH])
def test_a_spoilt_answer_comes_after_the_work(mode: Mode) -> None:
    assert parse_setting({"mode": mode.value}).work is True


@pytest.mark.parametrize("mode", sorted(REFUSALS))
def test_a_refusal_leaves_the_work(mode: Mode) -> None:
    assert parse_setting({"mode": mode.value}).work is False


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ([], "object"),
        ({}, "mode"),
        ({"mode": "odd"}, "mode"),
        ({"mode": ["up"]}, "mode"),
        ({"mode": "up", "time": 1}, "unknown fields: time"),
        ({"mode": "fault", "times": 0}, "times"),
        ({"mode": "fault", "times": True}, "times"),
        ({"mode": "down", "times": 1}, "cannot be counted"),
        ({"mode": "slow", "delay_s": -1}, "delay_s"),
        ({"mode": "slow", "delay_s": float("nan")}, "delay_s"),
        ({"mode": "slow", "delay_s": "1"}, "delay_s"),
        ({"mode": "huge", "size_mb": 5000}, "size_mb"),
        ({"mode": "http_503", "retry_after_s": 1.5}, "retry_after_s"),
        ({"mode": "closed", "reason": "rain"}, "reason"),
        ({"mode": "fault", "work": 1}, "work"),
        ({"mode": "lost_reply", "work": False}, "work"),
    ],
)
def test_a_doubtful_setting_is_refused_by_field(document: Any, text: str) -> None:
    with pytest.raises(InvalidSettingError, match=text):
        parse_setting(document)


@given(st.dictionaries(FIELDS, JSON_VALUES | st.sampled_from([mode.value for mode in Mode])))
def test_any_document_gives_a_setting_or_a_refusal(document: dict[str, Any]) -> None:
    try:
        setting = parse_setting(document)
    except InvalidSettingError:
        return
    assert setting.mode.value == document["mode"]
