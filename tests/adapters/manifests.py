"""Manifests written in tests, and conditions without CEL."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from adapters.kit.manifest import Manifest
from adapters.kit.manifest_file import read_manifest
from hub.core.expressions import ExpressionError, ExpressionSyntaxError, Variables
from hub.core.expressions import Path as FieldPath
from hub.core.values import Text
from hub.reading.yaml_text import read_yaml

HEAD = """
partner: land-office
title: {fa: اداره‌ی زمین, en: Land office}
evidence: modelled
address: env:LAND_OFFICE_URL
connect_timeout: 1s
max_connections: 2
max_concurrent: 4
max_reply: 100kB
"""


def manifest(text: str, folder: Path = Path("adapters/land_office"), head: str = HEAD) -> Manifest:
    return read_manifest(read_yaml((head + text).encode(), "land_office/manifest.yaml"), folder)


@dataclass(frozen=True)
class Equals:
    """``reply.Code == "201"``, the one condition that these tests need."""

    text: str
    key: str
    value: str
    paths: frozenset[FieldPath] = frozenset()

    def __call__(self, variables: Variables, /) -> bool:
        document = variables["reply"]
        if not isinstance(document, dict) or self.key not in document:
            raise ExpressionError("missing-field", Text("نیست", "is missing"), expression=self.text)
        return bool(document[self.key] == self.value)


def compile_condition(text: str, variables: Collection[str], /) -> Equals:
    left, sign, right = text.partition(" == ")
    if not sign or list(variables) != ["reply"]:
        raise ExpressionSyntaxError("syntax", "no condition")
    return Equals(text, left.removeprefix("reply."), right.strip('"'))
