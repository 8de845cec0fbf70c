"""What translating and asking cost: ``python bench/mapping.py``.

CPU time of the best of many short runs, so that other work on the machine counts little; beside it two known
operations, by which machines can be compared (2.0 and 8.7 µs where the peers were measured).
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from hub.contracts.catalogue import load_catalogue
from hub.core.message import Kind
from hub.expressions import compile_condition, compile_expressions
from tests.adapters.soap.title_inquiry import REPLY_WIRE, REQUEST

ROOT = Path(__file__).parents[1]
RUNS, CALLS = 60, 200
EXCHANGE = {
    "id": "01933c5e-1234-7abc-8000-0123456789ab",
    "case_id": "case-7",
    "sender": "portal",
    "on_behalf_of": "",
    "begun_at": "2026-11-22T08:30:00.000Z",
}
TWENTY = {
    "name": "normalise(source.person.name)",
    "family": "source.?person.?family.optMap(f, normalise(f))",
    "full": "source.person.name + ' ' + source.person.family",
    "nid": "national_code(source.person.nid)",
    "city": "source.?address.?city",
    "street": "source.?address.?street.orValue('')",
    "postal": "optional.ofNonZeroValue(source.?address.?postal.orValue('')).optMap(p, postal_code(p))",
    "size": "size(source.rooms)",
    "area": "source.area * 2",
    "price": "rial_from_toman(source.price)",
    "dear": "source.price > 1000",
    "kind": "source.kind == 'flat' ? 'F' : 'H'",
    "known": "source.kind in ['flat', 'house', 'shop']",
    "large": "source.rooms.exists(r, r.area > 20)",
    "areas": "source.rooms.map(r, r.area)",
    "wide": "source.rooms.filter(r, r.area > 10).size()",
    "first": "source.rooms[0].name",
    "phone": "digits(source.phone)",
    "short": "source.note.trim().substring(0, 4)",
    "text": "string(source.area) + ' m2'",
}
HOME = {
    "person": {"name": "زهرا", "family": "نیک‌نام", "nid": "0499370899"},
    "address": {"city": "تهران", "postal": "1193653471"},
    "rooms": [{"name": "a", "area": 12}, {"name": "b", "area": 30}, {"name": "c", "area": 8}],
    "area": 50, "price": 1700, "kind": "flat", "phone": "۰۹۱۲", "note": " یادداشت ",
}  # fmt: skip


def best_us(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(CALLS):
            call()
        best = min(best, time.process_time() - begun)
    return best / CALLS * 1e6


def translation(source: str, target: str, example: str) -> Callable[[], object]:
    """Translating one example of a contract."""
    catalogue = load_catalogue(ROOT / "contracts")
    kind = Kind(example.rsplit(".", 1)[1])
    translator = next(
        one
        for one in catalogue.mappings
        if (str(one.source), str(one.target), one.kind) == (source, target, kind)
    )
    name, _, version = source.partition("@")
    path = ROOT / "contracts" / name / "examples" / version / "valid" / f"{example}.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    return lambda: translator.translate(body, EXCHANGE)


def main() -> None:
    request = orjson.dumps(REQUEST)
    twenty = compile_expressions(TWENTY, ["source"])
    code = compile_condition('!reply.Successful && reply.Code == "201"', ["reply"])
    quantifier = compile_condition(
        'reply.return.exists(r, r.message.exists(m, m == "login.lock.user"))', ["reply"]
    )
    pattern = compile_condition('request.reference.matches("^[1-9][0-9]{0,17}$")', ["request"])
    refusal: dict[str, Any] = {"reply": {"Successful": False, "Code": "201"}}
    lists = {"reply": {"return": [{"message": ["a", "b"]}]}}
    asked = {"request": {"reference": "135292000143"}}
    ownership, estelam3 = "registry-office.ownership@1.0", "civil-registry.estelam3@1.0"
    title, identity = "registry.title-inquiry@1.1", "civil.identity-inquiry@1.0"
    rows: dict[str, tuple[Callable[[], object], float | None]] = {
        "orjson.loads of a request": (lambda: orjson.loads(request), None),
        "lxml parse of a reply": (lambda: etree.fromstring(REPLY_WIRE), None),
        "20 mixed fields": (lambda: twenty({"source": HOME}), 60),
        "ownership request": (translation(title, ownership, "one-owner.request"), None),
        "ownership reply": (translation(ownership, title, "one-owner.reply"), 100),
        "ownership reply, two owners, Arabic letters": (
            translation(ownership, title, "mortgaged-arabic-letters.reply"), None,
        ),
        "estelam3 request": (translation(identity, estelam3, "alive.request"), None),
        "estelam3 reply": (translation(estelam3, identity, "alive.reply"), 60),
        "a condition on two fields": (lambda: code(refusal), 3),
        "a condition with two exists()": (lambda: quantifier(lists), 3),
        "a condition with matches()": (lambda: pattern(asked), None),
    }  # fmt: skip
    for name, (call, target) in rows.items():
        print(f"{name:45} {best_us(call):6.1f} µs" + (f"   of {target:g}" if target else ""))


if __name__ == "__main__":
    main()
