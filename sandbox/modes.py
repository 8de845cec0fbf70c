"""How a partner behaves on the wire, switchable while it runs."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar


class Mode(StrEnum):
    """One way to behave; the README's table tells what each does on the wire."""

    UP = "up"
    DOWN = "down"
    SLOW = "slow"
    SILENT = "silent"
    RESET = "reset"
    RUBBISH = "rubbish"
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    BOMB = "bomb"
    XXE = "xxe"
    HUGE = "huge"
    FAULT = "fault"
    HTTP_500 = "http_500"
    HTTP_503 = "http_503"
    WRONG_NAMESPACE = "wrong_namespace"
    EXTRA_ELEMENT = "extra_element"
    QUOTA = "quota"
    CLOSED = "closed"
    LOST_REPLY = "lost_reply"


class ClosedReason(StrEnum):
    """Why a partner is closed."""

    HOURS = "hours"
    HOLIDAY = "holiday"


# The answer of these modes does not come from the partner's work, so the work may be done or left.
WORK_IS_OPTIONAL = frozenset({Mode.SILENT, Mode.HTML, Mode.FAULT, Mode.HTTP_500, Mode.HTTP_503})
REFUSALS = frozenset({Mode.QUOTA, Mode.CLOSED})

_WORK_LEFT_BY_DEFAULT = WORK_IS_OPTIONAL | REFUSALS | {Mode.DOWN}
_KNOWN_FIELDS = frozenset({"mode", "times", "delay_s", "size_mb", "retry_after_s", "reason", "work"})
_LARGEST_SIZE_MB = 4096
_Choice = TypeVar("_Choice", bound=StrEnum)


class InvalidSettingError(Exception):
    """A setting that the control API refuses; its text says which field and why."""


@dataclass(frozen=True)
class ModeSetting:
    """A mode with its parameters; parameters of other modes are carried but mean nothing.

    ``times`` is the number of calls it still holds for, None for every call.
    ``work`` tells whether the partner does its work before the mode shows.
    """

    mode: Mode = Mode.UP
    times: int | None = None
    delay_s: float = 5.0
    size_mb: int = 64
    retry_after_s: int = 30
    reason: ClosedReason = ClosedReason.HOURS
    work: bool = True

    def as_json(self) -> dict[str, object]:
        """The setting as the control API shows it."""
        return {
            "mode": self.mode.value,
            "times": self.times,
            "delay_s": self.delay_s,
            "size_mb": self.size_mb,
            "retry_after_s": self.retry_after_s,
            "reason": self.reason.value,
            "work": self.work,
        }


class ModeSwitch:
    """Holds one partner's current setting and counts down a setting that holds for some calls only."""

    def __init__(self) -> None:
        self._setting = ModeSetting()

    @property
    def current(self) -> ModeSetting:
        """The setting for the next call."""
        return self._setting

    def set(self, setting: ModeSetting) -> None:
        """Puts a setting in force from the next call on."""
        self._setting = setting

    def take(self) -> ModeSetting:
        """The setting for this call; after the last of its ``times`` the partner is up again."""
        setting = self._setting
        if setting.times is not None:
            left = setting.times - 1
            self._setting = replace(setting, times=left) if left else ModeSetting()
        return setting


def parse_setting(document: Any) -> ModeSetting:
    """The setting in a control request's JSON; raises InvalidSettingError for anything doubtful."""
    if not isinstance(document, dict):
        raise InvalidSettingError("a JSON object is expected")
    unknown = sorted(set(document) - _KNOWN_FIELDS)
    if unknown:
        raise InvalidSettingError(f"unknown fields: {', '.join(unknown)}")
    mode = _choice(document, "mode", Mode, None)
    times = document.get("times")
    if times is not None:
        times = _whole(document, "times", default=1, least=1, most=1_000_000)
        if mode is Mode.DOWN:
            raise InvalidSettingError("times: refused connections cannot be counted, so down has no times")
    return ModeSetting(
        mode=mode,
        times=times,
        delay_s=_seconds(document, "delay_s", default=5.0),
        size_mb=_whole(document, "size_mb", default=64, least=1, most=_LARGEST_SIZE_MB),
        retry_after_s=_whole(document, "retry_after_s", default=30, least=0, most=86_400),
        reason=_choice(document, "reason", ClosedReason, ClosedReason.HOURS),
        work=_work(document, mode),
    )


def _choice(document: dict[str, Any], field: str, kind: type[_Choice], default: _Choice | None) -> _Choice:
    value = document.get(field, default)
    for member in kind:
        if member == value:
            return member
    raise InvalidSettingError(f"{field}: one of {', '.join(kind)}")


def _whole(document: dict[str, Any], field: str, *, default: int, least: int, most: int) -> int:
    value = document.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidSettingError(f"{field}: a whole number from {least} to {most}")
    return value


def _seconds(document: dict[str, Any], field: str, *, default: float) -> float:
    value = document.get(field, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
        raise InvalidSettingError(f"{field}: a number of seconds, not negative")
    return float(value)


def _work(document: dict[str, Any], mode: Mode) -> bool:
    by_default = mode not in _WORK_LEFT_BY_DEFAULT
    value = document.get("work", by_default)
    if not isinstance(value, bool):
        raise InvalidSettingError("work: true or false")
    if value != by_default and mode not in WORK_IS_OPTIONAL:
        allowed = ", ".join(sorted(WORK_IS_OPTIONAL))
        raise InvalidSettingError(f"work: can be chosen for {allowed} only")
    return value
