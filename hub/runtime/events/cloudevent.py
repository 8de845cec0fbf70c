"""CloudEvents 1.0: what an event says beside its document, and how both are read and written as JSON.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

import orjson

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.message import JSON
from hub.core.values import ContractRef, JsonValue, Text
from hub.runtime.media_type import is_json

CLOUDEVENTS_JSON: Final = "application/cloudevents+json"
SPECVERSION: Final = "1.0"
HUBS_OWN: Final = frozenset({"contractversion", "publisher", "exchangeid"})
"""Extensions that the hub gives each event on its way out: nobody else may."""

_MOST_CHARACTERS: Final = 500
_MOST_EXTENSIONS: Final = 20
_NAME: Final = re.compile(r"[a-z0-9]{1,20}\Z", re.ASCII)
_NO_TEXT: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\ud800-\udfff\ufffe\uffff]")
_CORE: Final = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"}
)
_DATA: Final = frozenset({"data", "data_base64"})
_NONE: Final[Mapping[str, JsonValue]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One event: its attributes, and the document that the contract is about."""

    id: str
    source: str
    type: str
    data: JsonValue
    subject: str = ""
    time: str = ""
    extensions: Mapping[str, JsonValue] = field(default_factory=lambda: _NONE)

    def attributes(self) -> dict[str, JsonValue]:
        """All attributes by name, those that are not given left out."""
        optional = {"subject": self.subject, "time": self.time}
        return {
            "specversion": SPECVERSION,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            **{name: value for name, value in optional.items() if value},
            "datacontenttype": JSON,
            **self.extensions,
        }

    def structured(self) -> bytes:
        """The event as one JSON document."""
        return orjson.dumps({**self.attributes(), "data": self.data})


def type_of(ref: ContractRef) -> str:
    """The event type of a contract's major: what a consumer tells events apart by."""
    return f"{ref.name}.v{ref.version.major}"


def read_event(document: JsonValue) -> CloudEvent:
    """Read a structured event whose JSON has been parsed. Raises ExchangeError REQUEST_INVALID naming what is wrong."""
    if not isinstance(document, dict):
        raise ExchangeError(
            codes.REQUEST_INVALID, errors=(_wrong("", "type", "یک شیء JSON", "a JSON object"),)
        )
    attributes = {name: value for name, value in document.items() if name not in _DATA and value is not None}
    errors = list(_faults(attributes))
    if "data_base64" in document or "data" not in document:
        errors.append(_wrong("/data", "required", "سند رویداد به صورت JSON", "the event's document, as JSON"))
    if errors:
        raise ExchangeError(codes.REQUEST_INVALID, errors=tuple(errors))
    return event_of(attributes, document["data"])


def check_attributes(attributes: Mapping[str, JsonValue]) -> None:
    """Judge attributes as they were given. Raises ExchangeError REQUEST_INVALID."""
    errors = tuple(_faults(attributes))
    if errors:
        raise ExchangeError(codes.REQUEST_INVALID, errors=errors)


def event_of(attributes: Mapping[str, JsonValue], data: JsonValue) -> CloudEvent:
    """The event with these attributes, which have been judged. A sender's ``dataschema`` is not passed on."""
    return CloudEvent(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        subject=attributes.get("subject", ""),
        time=attributes.get("time", ""),
        extensions={name: value for name, value in attributes.items() if name not in _CORE},
    )


def _faults(attributes: Mapping[str, JsonValue]) -> Iterator[FieldError]:
    if attributes.get("specversion") != SPECVERSION:
        yield _wrong("/specversion", "const", "«1.0»", "`1.0`")
    for name in ("id", "source", "type"):
        if name not in attributes:
            yield _wrong(f"/{name}", "required", "این ویژگی لازم است", "this attribute is needed")
    for name, value in attributes.items():
        yield from _core_faults(name, value) if name in _CORE else _extension_faults(name, value)
    if len(attributes) - len(_CORE & attributes.keys()) > _MOST_EXTENSIONS:
        most = _MOST_EXTENSIONS
        yield _wrong("", "maxProperties", f"بیش از {most} ویژگی افزوده", f"more than {most} extensions")


def _core_faults(name: str, value: JsonValue) -> Iterator[FieldError]:
    if not isinstance(value, str) or not _is_text(value):
        yield _wrong(f"/{name}", "type", *_TEXT)
    elif name == "time" and not _is_moment(value):
        moment = "2026-11-22T08:30:00Z"
        yield _wrong("/time", "date-time", f"زمانی مانند {moment}", f"a time like {moment}")
    elif name == "datacontenttype" and not is_json(value):
        yield _wrong("/datacontenttype", "const", f"رویداد {JSON} است", f"events are {JSON}")


def _extension_faults(name: str, value: JsonValue) -> Iterator[FieldError]:
    if _NAME.match(name) is None or name in HUBS_OWN:
        yield _wrong(f"/{name[:20]}", "name", *_EXTENSION_NAME)
    elif not isinstance(value, str | int) or (isinstance(value, str) and not _is_text(value)):
        yield _wrong(f"/{name}", "type", *_EXTENSION_VALUE)


_TEXT: Final = (f"متنی از ۱ تا {_MOST_CHARACTERS} نویسه", f"a text of 1 to {_MOST_CHARACTERS} characters")
_EXTENSION_NAME: Final = (
    f"نام ویژگی افزوده ۱ تا ۲۰ حرف کوچک یا رقم است، و نه یکی از {'، '.join(sorted(HUBS_OWN))}",
    f"an extension's name is 1 to 20 lower-case letters or digits, and none of {', '.join(sorted(HUBS_OWN))}",
)
_EXTENSION_VALUE: Final = (
    "ویژگی افزوده متن، عدد صحیح یا بولی است",
    "an extension is a text, an integer or a boolean",
)


def _wrong(pointer: str, code: str, fa: str, en: str) -> FieldError:
    return FieldError(pointer, code, Text(fa, en))


def _is_text(value: str) -> bool:
    return 0 < len(value) <= _MOST_CHARACTERS and _NO_TEXT.search(value) is None


def _is_moment(text: str) -> bool:
    try:
        return "T" in text.upper() and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
