"""One operation of a partner's OpenAPI document as a contract and an endpoint."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from hub.contracts.drafting.draft import UndraftableError
from hub.contracts.drafting.openapi_schema import OpenApiSchemas
from hub.core.values import JsonValue

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class RestOperation:
    """What the drafted endpoint and its contract say."""

    name: str
    title: str
    method: str
    path: str
    body: str
    """``json``, ``form`` or ``none``."""
    request: dict[str, JsonValue]
    reply: dict[str, JsonValue]
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def read_operation(document: JsonValue, wanted: str, ask: Callable[[str], None]) -> RestOperation:
    """The operation of that id, or the only one. Raises UndraftableError, RemoteReferenceError."""
    schemas = OpenApiSchemas(document, ask)
    found = {name: where for name, *where in _operations(document, schemas)}
    if not found:
        raise UndraftableError("the document describes no operation")
    if not wanted and len(found) > 1:
        raise UndraftableError(f"name the operation, one of: {', '.join(sorted(found))}")
    if wanted and wanted not in found:
        raise UndraftableError(f"there is no operation {wanted!r}; there are {', '.join(sorted(found))}")
    name = wanted or next(iter(found))
    path, method, item = found[name]
    return _Operation(schemas, ask, name, path, method).read(item)


def _operations(document: JsonValue, schemas: OpenApiSchemas) -> Iterator[tuple[str, str, str, Any]]:
    paths = document.get("paths") if isinstance(document, dict) else None
    for path, given in (paths if isinstance(paths, dict) else {}).items():
        item = schemas.resolved(given)
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict):
                shared = item.get("parameters", [])
                merged = {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
                yield str(operation.get("operationId") or f"{method} {path}"), path, method, merged


class _Operation:
    def __init__(
        self, schemas: OpenApiSchemas, ask: Callable[[str], None], name: str, path: str, method: str
    ) -> None:
        self._schemas = schemas
        self._ask = ask
        self._name = name
        self._path = path
        self._method = method.upper()

    def read(self, item: dict[str, Any]) -> RestOperation:
        """Parameters become fields of the request document, beside those of its body."""
        body, request = self._body(item)
        properties: dict[str, JsonValue] = {}
        required: list[str] = []
        query: dict[str, str] = {}
        for given in item["parameters"]:
            parameter = self._schemas.resolved(given)
            name, where = str(parameter.get("name")), parameter.get("in")
            if where not in {"path", "query"}:
                self._ask(
                    f"the {where} parameter {name!r} is no part of the document: say it in the manifest"
                )
                continue
            properties[name] = self._schemas.self_contained(parameter.get("schema", {}))
            is_needed = where == "path" or parameter.get("required") is True
            if is_needed:
                required.append(name)
            if where == "query":
                query[name] = f"{{{name}}}" if is_needed else f"{{{name}?}}"
        if properties:
            request = self._joined(request, properties, required)
        title = str(item.get("summary") or self._name)
        return RestOperation(
            self._name, title, self._method, self._path, body, request, self._reply(item), query
        )

    def _body(self, item: dict[str, Any]) -> tuple[str, dict[str, JsonValue]]:
        empty: dict[str, JsonValue] = {"type": "object", "additionalProperties": False}
        given = self._schemas.resolved(item.get("requestBody"))
        if not isinstance(given, dict):
            return "none", empty
        content = given.get("content", {})
        for media_type, word in ((_JSON, "json"), (_FORM, "form")):
            if media_type in content:
                return word, self._schemas.self_contained(content[media_type].get("schema", {}))
        raise UndraftableError(
            f"{self._name} takes neither JSON nor a form: {', '.join(content) or 'nothing'}"
        )

    def _joined(
        self, request: dict[str, JsonValue], properties: dict[str, JsonValue], required: list[str]
    ) -> dict[str, JsonValue]:
        if "$ref" in request and isinstance(request.get("$defs"), dict):
            definitions = dict(request["$defs"])
            request = {**definitions[request["$ref"].rpartition("/")[2]], "$defs": definitions}
        own = request.get("properties", {})
        doubled = own.keys() & properties.keys()
        if doubled:
            self._ask(f"{', '.join(sorted(doubled))} stands in the body and among the parameters: rename one")
        definitions = dict(request.get("$defs", {}))
        for schema in properties.values():
            definitions |= schema.pop("$defs", {})
        joined = {
            **request,
            "type": "object",
            "required": [*request.get("required", []), *required],
            "properties": {**properties, **own},
        }
        return joined | ({"$defs": definitions} if definitions else {})

    def _reply(self, item: dict[str, Any]) -> dict[str, JsonValue]:
        for status in ("200", "201", "203", "2XX", "default"):
            response = self._schemas.resolved(item.get("responses", {}).get(status))
            content = response.get("content", {}) if isinstance(response, dict) else {}
            if _JSON in content:
                return self._schemas.self_contained(content[_JSON].get("schema", {}))
        self._ask(f"{self._name} describes no JSON reply: say what it answers")
        return {"type": "object"}
