"""The text of ``contract.yaml`` and of schema files, as they are drafted."""

import json

from hub.contracts.schema_keywords import DIALECT
from hub.core.values import JsonValue

TO_BE_WRITTEN = "to be written"


def contract_yaml(name: str, *, evidence: str, partner_format: bool, about_fa: str, about_en: str) -> str:
    """A draft's ``contract.yaml``: it lints, and what it says of people and law is still to be said."""
    return f"""name: {name}
title: {{fa: {quoted(about_fa)}, en: {quoted(about_en)}}}
description: {{fa: باید نوشته شود, en: {TO_BE_WRITTEN}}}
owner: {TO_BE_WRITTEN} # who answers for it
pattern: request-reply
deadline: 30s
legal_basis: to be given by the owner
classification: personal # public | internal | personal | secret
retention: 3650d
evidence: {evidence}
partner_format: {"true" if partner_format else "false"}
versions:
  "1.0": {{status: draft}} # released: write the day, then run `peyvand lock`
"""


def quoted(text: str) -> str:
    """A text as YAML that means the same to every reader."""
    return json.dumps(text, ensure_ascii=False)


def schema_text(schema: dict[str, JsonValue]) -> str:
    """A schema's file."""
    return json.dumps({"$schema": DIALECT, **schema}, ensure_ascii=False, indent=2) + "\n"


def example_text(document: JsonValue) -> str:
    """An example's file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
