"""Loaded by schemathesis: how texts of the hub's own formats are drawn, and what a good answer is.

Its own rules for 2xx and 5xx know nothing of partners: a valid message may be refused by one, and its trouble is told
with a 5xx. The two rules here ask for more than they do: whose trouble an answer tells of.
"""

import json
from random import Random
from typing import Any

import schemathesis
from hypothesis import strategies as st

from hub.contracts.descriptions.sample_texts import FORMAT_TEXTS

NEVER_FOR_A_VALID_MESSAGE = ("request.", "contract.", "auth.", "method.", "path.")
REFUSED_BY_A_ROUTE = "request.refused"
FAULTS = ("hub.", "mapping.", "route.")
NO_FAULT = frozenset({"route.none"})
"""A provider that nobody has a route for is asked for by the message."""


def _texts(name: str) -> st.SearchStrategy[str]:
    make = FORMAT_TEXTS[name]
    return st.integers(0, 2**32).map(lambda seed: make(Random(seed)))  # noqa: S311 - invented data, no secret


for _name in FORMAT_TEXTS:
    if _name.startswith(("ir-", "jalali-", "persian-")):
        schemathesis.openapi.format(_name, _texts(_name))


def _code(response: schemathesis.Response) -> str:
    """The problem's code; empty for a success, and for HEAD, which is told none."""
    if response.status_code < 400 or not response.content:
        return ""
    return str(json.loads(response.content)["code"])


@schemathesis.check
def no_fault_of_the_hub(_context: Any, response: schemathesis.Response, _case: schemathesis.Case) -> None:
    """No message makes the hub fail, nor a mapping or a route: each makes of it what its contract says."""
    code = _code(response)
    if code.startswith(FAULTS) and code not in NO_FAULT:
        raise AssertionError(f"a fault of the hub: {response.status_code} {response.content.decode()}")


@schemathesis.check
def valid_messages_are_taken(_context: Any, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """What the description allows, the edge takes."""
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    code = _code(response)
    if is_valid and code.startswith(NEVER_FOR_A_VALID_MESSAGE) and code != REFUSED_BY_A_ROUTE:
        raise AssertionError(
            f"refused, though it is valid: {response.status_code} {response.content.decode()}"
        )
