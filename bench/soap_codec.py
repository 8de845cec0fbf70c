"""What the compiled SOAP codec costs: ``python bench/soap_codec.py``.

CPU time of the best of many short runs, so that other work on the machine counts little; beside it two known
operations, by which machines can be compared (2.0 and 8.7 µs where the peers were measured).
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters.kit.http import HttpReply
from adapters.soap.protocol import compiled
from adapters.soap.section import SoapEndpoint
from adapters.soap.wsdl import Wsdl
from hub.core.values import ContractRef
from tests.adapters.soap.title_inquiry import REPLY, REPLY_WIRE, REQUEST, WSDL

RUNS, CALLS = 60, 1000


def best_us(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(CALLS):
            call()
        best = min(best, time.process_time() - begun)
    return best / CALLS * 1e6


def main() -> None:
    wsdl = Wsdl(WSDL, WSDL.parent, WSDL.parent)
    operation = wsdl.operation("TitleInquiry", None)
    contract, section = ContractRef.parse("bench.title@1.0"), SoapEndpoint(operation="TitleInquiry")
    validating = compiled(contract, section, operation, wsdl.validator()).codec
    trusting = compiled(contract, section, operation, None).codec
    reply = HttpReply(200, "text/xml", "utf-8", REPLY_WIRE)
    assert validating.decode(reply) == REPLY
    request = orjson.dumps(REQUEST)
    rows: dict[str, Callable[[], object]] = {
        "orjson.loads of the request": lambda: orjson.loads(request),
        "lxml parse of the reply": lambda: etree.fromstring(REPLY_WIRE),
        "write the request": lambda: validating.encode("", REQUEST),
        "read the reply": lambda: trusting.decode(reply),
        "read and validate the reply": lambda: validating.decode(reply),
    }
    for name, call in rows.items():
        print(f"{name:30} {best_us(call):6.1f} µs")


if __name__ == "__main__":
    main()
