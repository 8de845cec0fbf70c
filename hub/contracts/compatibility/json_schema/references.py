"""Where references lead within one document: pointers, ``$id``, ``$anchor``, ``$dynamicAnchor``. Nothing is fetched."""

from collections.abc import Iterator
from urllib.parse import unquote, urldefrag, urljoin

from hub.contracts.schema_keywords import LIST, MAP, ONE
from hub.core.values import JsonValue
from hub.reading.pointer import join, split, to_pointer

_NOTHING = object()
_HOLDERS = MAP | {"definitions"}
_NAMING = frozenset({"$id", "$anchor", "$dynamicAnchor"})


class References:
    """All places of a document that a reference can name."""

    def __init__(self, root: JsonValue) -> None:
        self._root = root
        self._resources: dict[str, str] = {"": ""}
        """Absolute addresses to the pointers of the schemas that bear them."""
        self._bases: dict[str, str] = {"": ""}
        self._anchors: dict[tuple[str, str], str] = {}
        if _mentions(root, _NAMING):
            for pointer, schema in _schemas(root):
                self._note(pointer, schema)

    @property
    def has_several_resources(self) -> bool:
        """Whether schemas inside have addresses of their own, so that ``$dynamicRef`` is not just ``$ref``."""
        return len(self._bases) > 1

    def has(self, pointer: str) -> bool:
        """Tell whether anything stands at a pointer."""
        return self._find(pointer) is not _NOTHING

    def get(self, pointer: str) -> JsonValue:
        """What stands at a pointer."""
        found = self._find(pointer)
        return None if found is _NOTHING else found

    def target(self, pointer: str, reference: str) -> str | None:
        """The pointer to what a reference at ``pointer`` names; None if that is not in this document."""
        resource, base = self._around(pointer)
        address, fragment = urldefrag(reference)
        if address:
            found = self._resources.get(urljoin(base, address))
            if found is None:
                return None
            resource = found
        fragment = unquote(fragment)
        if not fragment:
            return resource
        if not fragment.startswith("/"):
            return self._anchors.get((resource, fragment))
        target = resource + to_pointer(split(fragment))
        return target if self.has(target) else None

    def _note(self, pointer: str, schema: dict[str, JsonValue]) -> None:
        identifier = schema.get("$id")
        if isinstance(identifier, str):
            address = urldefrag(urljoin(self._around(pointer)[1], identifier))[0]
            self._bases[pointer] = address
            self._resources[address] = pointer
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(keyword), str):
                self._anchors[self._around(pointer)[0], schema[keyword]] = pointer

    def _around(self, pointer: str) -> tuple[str, str]:
        """The nearest schema with an address of its own, and that address."""
        current = pointer
        while current not in self._bases:
            current = current.rpartition("/")[0]
        return current, self._bases[current]

    def _find(self, pointer: str) -> object:
        current = self._root
        for token in split(pointer):
            if isinstance(current, dict) and token in current:
                current = current[token]
            elif isinstance(current, list) and token.isdecimal() and int(token) < len(current):
                current = current[int(token)]
            else:
                return _NOTHING
        return current


def _mentions(root: JsonValue, keywords: frozenset[str]) -> bool:
    """Tell whether any object of a document has any of the keys: most have none, and need no closer look."""
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not keywords.isdisjoint(value):
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False


def _schemas(root: JsonValue) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """All schemas of a document that are objects, outer ones first."""
    waiting: list[tuple[str, JsonValue]] = [("", root)]
    while waiting:
        pointer, schema = waiting.pop()
        if not isinstance(schema, dict):
            continue
        yield pointer, schema
        for keyword, value in schema.items():
            below = join(pointer, keyword)
            if keyword in ONE:
                waiting.append((below, value))
            elif keyword in LIST and isinstance(value, list):
                waiting.extend((join(below, number), item) for number, item in enumerate(value))
            elif keyword in _HOLDERS and isinstance(value, dict):
                waiting.extend((join(below, name), item) for name, item in value.items())
