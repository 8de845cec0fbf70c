"""Strict YAML: the part of YAML 1.2 that means the same to every reader, with positions.

Refused, each by a rule of its own: anchors, aliases, merge keys, tags, several documents, duplicate keys,
keys that are not texts, plain words that other YAML readers take for something else (``yes``, ``0123``,
``1:30``), and whatever is too large or too deep. A date stays the text that it is written as.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from hub.core.findings import Finding, LintError
from hub.core.values import JsonValue
from hub.reading.document import Document, Location

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}\Z")
_AMBIGUOUS = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null)\Z"  # written otherwise than true, false, null: see _WORDS
    r"|[-+]?0[0-9_]+\Z|[-+]?0[xob][0-9a-f_]+\Z|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"
    r"|[-+]?[0-9][0-9_]*\.?[0-9_]*(?:e[-+]?[0-9]+)?\Z|[-+]?\.[0-9][0-9_]*(?:e[-+]?[0-9]+)?\Z"
    r"|[-+]?\.inf\Z|\.nan\Z",
    re.ASCII | re.IGNORECASE,
)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_yaml(raw: bytes, path: str) -> Document:
    """Read one document. ``path`` is how findings name the file. Raises LintError with all findings."""
    if len(raw) > MAX_BYTES:
        raise LintError([Finding(path, 0, "yaml.too-large", f"the file has more than {MAX_BYTES} bytes")])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise LintError(
            [Finding(path, line, "yaml.encoding", "the file is not UTF-8", "save it as UTF-8")]
        ) from None
    if text.startswith("\ufeff"):
        finding = Finding(
            path, 1, "yaml.encoding", "the file begins with a byte order mark", "save it without"
        )
        raise LintError([finding])
    reader = _Reader(path)
    loader = yaml.CSafeLoader(text)
    try:
        value = reader.read(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = " ".join(part for part in (error.context, error.problem) if part)
        finding = Finding(path, line, "yaml.syntax", f"this is not YAML: {what}")
        raise LintError([*reader.findings, finding]) from None
    except yaml.YAMLError:
        finding = Finding(path, 0, "yaml.syntax", "the file holds a character that YAML forbids")
        raise LintError([*reader.findings, finding]) from None
    except _TooDeepError:
        raise LintError(reader.findings) from None
    finally:
        loader.dispose()
    if reader.findings:
        raise LintError(reader.findings)
    return Document(path, value, reader.lines)


class _TooDeepError(Exception):
    """There is no use in reading on."""


@dataclass
class _Reader:
    path: str
    findings: list[Finding] = field(default_factory=list)
    lines: dict[Location, int] = field(default_factory=dict)

    def read(self, loader: Any) -> JsonValue:
        loader.get_event()  # the stream begins
        if isinstance(loader.peek_event(), yaml.StreamEndEvent):
            self._found(0, "yaml.empty", "the file is empty")
            return None
        loader.get_event()  # the document begins
        value = self._node(loader, (), 0)
        loader.get_event()  # the document ends
        event = loader.peek_event()
        if not isinstance(event, yaml.StreamEndEvent):
            self._found(_line(event), "yaml.several-documents", "the file holds a second document")
        return value

    def _found(self, line: int, rule: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(self.path, line, rule, message, hint))

    def _node(self, loader: Any, location: Location, depth: int) -> JsonValue:
        event = loader.get_event()
        line = _line(event)
        self.lines.setdefault(location, line)
        if depth > MAX_DEPTH:
            self._found(line, "yaml.too-deep", f"the file is nested more than {MAX_DEPTH} deep")
            raise _TooDeepError
        if isinstance(event, yaml.AliasEvent):
            self._found(line, "yaml.anchor", f"the alias *{event.anchor} is not allowed", "write it out")
            return None
        if event.anchor is not None:
            self._found(line, "yaml.anchor", f"the anchor &{event.anchor} is not allowed", "write it out")
        if event.tag is not None:
            self._found(line, "yaml.tag", f"the tag {event.tag} is not allowed", "leave it out")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(loader, location, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[JsonValue] = []
            while not isinstance(loader.peek_event(), yaml.SequenceEndEvent):
                items.append(self._node(loader, (*location, len(items)), depth + 1))
            loader.get_event()
            return items
        return self._scalar(event, line)

    def _mapping(self, loader: Any, location: Location, depth: int) -> dict[str, JsonValue]:
        result: dict[str, JsonValue] = {}
        while not isinstance(loader.peek_event(), yaml.MappingEndEvent):
            line = _line(loader.peek_event())
            key = self._key(loader, location, depth)
            if key is None:
                self._node(loader, (*location, ""), depth + 1)
                continue
            if key in result:
                first = self.lines[(*location, key)]
                self._found(line, "yaml.duplicate-key", f"the key {key!r} stands on line {first} already")
            self.lines.setdefault((*location, key), line)
            result[key] = self._node(loader, (*location, key), depth + 1)
        loader.get_event()
        return result

    def _key(self, loader: Any, location: Location, depth: int) -> str | None:
        event = loader.peek_event()
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            loader.get_event()
            self._found(_line(event), "yaml.merge-key", "the merge key << is not allowed", "write it out")
            return None
        before = len(self.findings)
        key = self._node(loader, (*location, ""), depth + 1)
        if isinstance(key, str):
            return key
        if len(self.findings) == before:
            written = event.value if isinstance(event, yaml.ScalarEvent) else ""
            hint = f'quote it: "{written}"' if written else "give it a name"
            self._found(_line(event), "yaml.key-type", "a key is not a text", hint)
        return None

    def _scalar(self, event: Any, line: int) -> JsonValue:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return float(text)
        if _AMBIGUOUS.match(text):
            message = f"{text!r} means different things to different YAML readers"
            self._found(line, "yaml.ambiguous", message, f'quote it: "{text}"')
        return text


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
