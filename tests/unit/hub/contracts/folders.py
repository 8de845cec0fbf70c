"""Builds small invented contract folders."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.core.findings import Finding, LintError

CONTRACT = """\
name: {name}
title: {{fa: پرسش, en: Question}}
description: {{fa: شرح, en: Description}}
owner: planning
pattern: {pattern}
deadline: 30s
legal_basis: to be given by the owner
classification: internal
retention: 30d
evidence: modelled
versions:
{versions}
"""
RELEASED = "{status: released, released: 2026-11-22}"


def obj(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    """A closed object schema."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required} if required else {})


TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


class Folder:
    """A folder of contracts in the making."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, content: Any) -> "Folder":
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
            target.write_text(text, encoding="utf-8")
        return self

    def contract(
        self,
        name: str,
        request: Any,
        reply: Any = None,
        *,
        versions: dict[str, str] | None = None,
        pattern: str = "request-reply",
    ) -> "Folder":
        numbers = versions or {"1.0": RELEASED}
        lines = "\n".join(f'  "{number}": {entry}' for number, entry in numbers.items())
        self.write(f"{name}/contract.yaml", CONTRACT.format(name=name, pattern=pattern, versions=lines))
        for number in numbers:
            self.write(f"{name}/{number}.request.schema.json", request)
            if pattern == "request-reply":
                self.write(f"{name}/{number}.reply.schema.json", reply or {"type": "object"})
        return self

    def mapping(
        self, source: str, target: str, body: str, kind: str = "request", suffix: str = ""
    ) -> "Folder":
        name, _, version = target.partition("@")
        head = f"from: {source}\nto: {target}\nkind: {kind}\n"
        return self.write(
            f"{name}/mappings/{version}/from-{source.replace('@', '-')}{suffix}.yaml", head + body
        )

    def load(self) -> Catalogue:
        return load_catalogue(self.root)

    def findings(self) -> list[Finding]:
        with pytest.raises(LintError) as caught:
            self.load()
        return list(caught.value.findings)
