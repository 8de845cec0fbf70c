"""JSON bodies of requests that are no exchanges: bounded, an object, and every fault named by its place."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request

from hub.contracts.json_body import JsonLimits, decode_json
from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.values import MAX_REASON, JsonValue, Text

_BODY_WITHIN_S = 30.0
_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Persian is not written without them, though Unicode counts them as control characters."""
_NO_JSON = Text("بدنه باید یک شیء JSON باشد", "the body must be a JSON object")


async def read_object(
    request: Request, limits: JsonLimits, *, may_be_empty: bool = False
) -> Mapping[str, JsonValue]:
    """The request's body.

    Raises ExchangeError: REQUEST_TOO_LARGE, REQUEST_TIMEOUT, REQUEST_INCOMPLETE, REQUEST_INVALID if it is no
    object, and as ``decode_json``.
    """
    raw = await _read(request, limits)
    if may_be_empty and not raw.strip():
        return {}
    document = decode_json(raw, limits)
    if not isinstance(document, dict):
        raise ExchangeError(codes.REQUEST_INVALID, errors=(FieldError("", "type", _NO_JSON),))
    return document


async def _read(request: Request, limits: JsonLimits) -> bytes:
    raw = bytearray()
    try:
        async with asyncio.timeout(_BODY_WITHIN_S):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > limits.max_bytes:
                    detail = f"at most {limits.max_bytes} bytes are taken"
                    raise ExchangeError(codes.REQUEST_TOO_LARGE, detail, headers={"Connection": "close"})
    except TimeoutError as error:
        raise ExchangeError(codes.REQUEST_TIMEOUT, headers={"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise ExchangeError(codes.REQUEST_INCOMPLETE) from error
    return bytes(raw)


class Members:
    """An object's members, taken one by one; ``check`` then complains of everything at once."""

    def __init__(self, given: Mapping[str, JsonValue]) -> None:
        self.given = given
        self.errors: list[FieldError] = []

    def text(self, name: str, *, is_required: bool = True, most: int = MAX_REASON) -> str:
        """A text of one line, without blanks around it."""
        value = self.given.get(name)
        if value is None and not is_required:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.complain(name, "required", "متنی ناتهی لازم است", "a text that is not empty is needed")
            return ""
        if len(value.strip()) > most:
            self.complain(name, "maxLength", f"حداکثر {most} نویسه", f"at most {most} characters")
        if not value.strip().translate(_JOINERS).isprintable():
            self.complain(name, "format", "متن باید یک سطر خوانا باشد", "the text must be one readable line")
        return value.strip()

    def integer(self, name: str, *, least: int, most: int, default: int) -> int:
        """A whole number within bounds."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            said = f"{least} to {most}"
            self.complain(name, "range", f"عدد درست از {least} تا {most}", f"a whole number from {said}")
            return default
        return value

    def number(self, name: str, *, most: float, default: float) -> float:
        """A number above 0."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            self.complain(
                name, "range", f"عددی بزرگ‌تر از ۰ تا {most:g}", f"a number above 0 and at most {most:g}"
            )
            return default
        return float(value)

    def texts(self, name: str, *, most: int) -> tuple[str, ...]:
        """A list of texts; empty if there is none."""
        value = self.given.get(name, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(each, str) for each in value)
        ):
            self.complain(name, "type", f"فهرستی از حداکثر {most} متن", f"a list of at most {most} texts")
            return ()
        return tuple(value)

    def flag(self, name: str) -> bool:
        """Yes or no; no if it is not there."""
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            self.complain(name, "type", "درست یا نادرست", "true or false")
        return value is True

    def document(self, name: str) -> Any:
        """Any JSON value, which must be there."""
        if name not in self.given:
            self.complain(name, "required", "این عضو لازم است", "this member is needed")
        return self.given.get(name)

    def complain(self, name: str, rule: str, fa: str, en: str) -> None:
        """Note what is wrong with a member."""
        self.errors.append(FieldError(f"/{name}", rule, Text(fa, en)))

    def check(self, known: Collection[str]) -> None:
        """Raises ExchangeError REQUEST_INVALID if anything was wrong, or there are members that nobody knows."""
        for name in self.given:
            if name not in known:
                self.complain(name[:80], "additionalProperties", "چنین عضوی نیست", "there is no such member")
        if self.errors:
            raise ExchangeError(codes.REQUEST_INVALID, errors=tuple(self.errors))
