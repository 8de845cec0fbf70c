"""What judging a large catalogue costs: ``python bench/catalogue.py [CONTRACTS] [VERSIONS]``.

Contracts grown out of the project's own title inquiry (some 40 fields deep into the document): every version
has other texts, each request takes a little more than the one before, each reply says a little less, and each
is held against all earlier ones. One contract in fifty breaks the rule in its last version.
"""

import copy
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hub.contracts.catalogue import load_catalogue
from hub.contracts.compatibility.versions import check_versions

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "contracts" / "registry.title-inquiry"
HEAD = """\
name: {name}
title: {{fa: پرسش, en: Question}}
description: {{fa: شرح, en: Description}}
owner: planning
pattern: request-reply
deadline: 30s
legal_basis: to be given by the owner
classification: internal
retention: 30d
evidence: modelled
versions:
"""


def grown(request: Any, reply: Any, number: int, version: int) -> tuple[Any, Any]:
    """Both schemas of one version of one contract."""
    request, reply = copy.deepcopy(request), copy.deepcopy(reply)
    request["description"] = f"contract {number}, version 1.{version}"
    name = request["properties"]["requester"]["properties"]["officer"]["properties"]["first_name"]
    name["maxLength"] = 100 + number + version
    for more in range(version):
        request["properties"][f"extra_{more}"] = {"type": "string", "minLength": 1, "maxLength": 50}
    owner = reply["$defs"]["owner"]["properties"]
    owner["name"]["maxLength"] = 900 + number - version
    reply["$defs"]["estate"]["properties"]["owners"]["maxItems"] = 1_000 - version
    return request, reply


def write(folder: Path, contracts: int, versions: int) -> None:
    """The catalogue's files."""
    request = json.loads((SOURCE / "1.1.request.schema.json").read_bytes())
    reply = json.loads((SOURCE / "1.1.reply.schema.json").read_bytes())
    for number in range(contracts):
        place = folder / f"city.service-{number}"
        place.mkdir()
        lines = [
            f'  "1.{version}": {{status: released, released: 2026-11-22}}\n' for version in range(versions)
        ]
        (place / "contract.yaml").write_text(HEAD.format(name=place.name) + "".join(lines), encoding="utf-8")
        for version in range(versions):
            both = grown(request, reply, number, version)
            if number % 50 == 0 and version == versions - 1:
                both[0]["required"].append("extra_0")
            for kind, schema in zip(("request", "reply"), both, strict=True):
                (place / f"1.{version}.{kind}.schema.json").write_text(
                    json.dumps(schema, ensure_ascii=False, indent=2), encoding="utf-8"
                )


def main() -> None:
    contracts, versions = (int(text) for text in (*sys.argv[1:], "500", "5")[:2])
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), contracts, versions)
        started = time.process_time()
        catalogue = load_catalogue(Path(folder))
        loaded = time.process_time()
        findings = check_versions(catalogue.contracts.values())
        checked = time.process_time()
    pairs = contracts * versions * (versions - 1)
    print(f"{contracts} contracts of {versions} versions: {pairs} pairs of schemas, {len(findings)} findings")
    print(f"loading  {loaded - started:6.1f} s of CPU")
    print(f"checking {checked - loaded:6.1f} s of CPU, {(checked - loaded) / pairs * 1e3:.2f} ms a pair")


if __name__ == "__main__":
    main()
