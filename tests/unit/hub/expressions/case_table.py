"""The tables in cases.yaml and conformance.yaml."""

from pathlib import Path
from typing import Any

import yaml

CASES: list[dict[str, Any]] = [
    case
    for name in ("cases.yaml", "conformance.yaml")
    for case in yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
]


def title(case: dict[str, Any]) -> str:
    return f"{case['expr']} over {case.get('source', 'nothing')}"


def variables(case: dict[str, Any]) -> dict[str, Any]:
    if "source" not in case:
        return {}
    source = case["source"]
    if isinstance(source, dict) and isinstance(source.get("l"), str):
        return {"source": {"l": list(range(int(source["l"].removeprefix("range "))))}}
    return {"source": source}
