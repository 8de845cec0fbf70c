"""What judging, normalising and binding a message of about one kilobyte costs: ``python bench/validation.py``.

CPU time of the best of many short runs, so that other work on the machine counts little; beside it two known
operations, by which machines can be compared.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from hub.contracts.catalogue import load_catalogue
from hub.core.canonical import canonical
from hub.core.message import Kind
from hub.core.values import ContractRef

ROOT = Path(__file__).parents[1]
NAME = "registry.title-inquiry"
EXAMPLES = ROOT / "contracts" / NAME / "examples"
RUNS, CALLS = 40, 500
PERSIAN = str.maketrans("0123456789یک", "۰۱۲۳۴۵۶۷۸۹يك")
MAX_DEPTH = 64


def best_us(call: Callable[[], object]) -> float:
    """Microseconds of CPU of one call."""
    best = float("inf")
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(CALLS):
            call()
        best = min(best, time.process_time() - begun)
    return best / CALLS * 1e6


def example(version: str, name: str) -> Any:
    """One of the contract's valid examples."""
    return orjson.loads((EXAMPLES / version / "valid" / f"{name}.json").read_bytes())


def main() -> None:
    """Measure and print."""
    catalogue = load_catalogue(ROOT / "contracts")
    version = catalogue.version(ContractRef.parse(f"{NAME}@2.1"))
    request, reply = example("2.1", "with-plaque.request"), example("2.1", "one-owner.reply")
    asked, told = version.schemas[Kind.REQUEST], version.schemas[Kind.REPLY]
    form = version.xml
    if asked.normaliser is None or form is None:
        raise RuntimeError(f"{version.ref} has a normaliser and an XML form")
    typed = orjson.loads(orjson.dumps(request))
    officer = typed["requester"]["officer"]
    officer.update({name: text.translate(PERSIAN) for name, text in officer.items()})
    wires = {Kind.REQUEST: form.encode(Kind.REQUEST, request), Kind.REPLY: form.encode(Kind.REPLY, reply)}
    raw = {kind: wire.encode() for kind, wire in wires.items()}
    json_reply = orjson.dumps(reply)

    def there_and_back() -> None:
        """A client of SOAP: its request is read, its reply written."""
        form.decode(Kind.REQUEST, raw[Kind.REQUEST], MAX_DEPTH)
        form.encode(Kind.REPLY, reply)

    def round_trip() -> None:
        """JSON → XML → JSON of one document."""
        orjson.dumps(
            form.decode(Kind.REPLY, form.encode(Kind.REPLY, orjson.loads(json_reply)).encode(), MAX_DEPTH)
        )

    print(
        f"{len(orjson.dumps(request))} and {len(json_reply)} bytes of JSON, {len(raw[Kind.REPLY])} bytes of XML"
    )
    rows: dict[str, tuple[Callable[[], object], float | None]] = {
        "orjson.loads of the reply": (lambda: orjson.loads(json_reply), None),
        "lxml parse of the reply": (lambda: etree.fromstring(raw[Kind.REPLY]), None),
        "validate request and reply": (
            lambda: (asked.validator.is_valid(request), told.validator.is_valid(reply)), 30,
        ),
        "normalise, ten fields, nothing to do": (lambda: canonical(request, asked.normaliser), None),
        "normalise, three fields changed": (lambda: canonical(typed, asked.normaliser), None),
        "without a normaliser": (lambda: canonical(reply, told.normaliser), None),
        "XML in, XML out, as the SOAP facade": (there_and_back, None),
        "JSON → XML → JSON of the reply": (round_trip, 100),
    }  # fmt: skip
    for name, (call, target) in rows.items():
        print(f"{name:40} {best_us(call):6.1f} µs" + (f"   of {target:g}" if target else ""))


if __name__ == "__main__":
    main()
