"""Several hubs on one store, each in a folder of its own as if on a machine of its own."""

import base64
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.setups import Clustered, standing_on
from tests.system.hub_process import INQUIRY, TITLE, Answer, Outside, outside
from tests.system.peyvand_process import WITHIN_S, City, Hub, end, start_hub

KEYS = {
    "PEYVAND_MASTER_KEY": base64.b64encode(b"m" * 32).decode(),
    "PEYVAND_EVIDENCE_KEY": base64.b64encode(b"e" * 32).decode(),
}
"""What the nodes of a cluster share."""
_LOOK_AGAIN_AFTER_S = 0.05


@dataclass
class Cluster:
    """Two nodes and their partners. Each node is an ``Outside`` of its own."""

    one: Outside
    other: Outside

    def restart(self, node: Outside, **environment: str) -> None:
        """Start a node again that has ended."""
        node.hub = start_hub(node.where, partners=environment)


@contextmanager
def cluster(folder: Path, clustered: Clustered) -> Iterator[Cluster]:
    """Two nodes with one store, and a client ``portal`` that may use everything."""
    with standing_on(clustered), outside(folder, **KEYS) as one:
        second = City(folder / "second", dict(one.where.environment))
        second.folder.mkdir()
        second.environment["PEYVAND_DATA_DIR"] = str(second.data_dir)
        other = replace(one, where=second, hub=start_hub(second))
        try:
            other.until_known("portal")
            yield Cluster(one, other)
        finally:
            end(other.hub.process)


def inquire(node: Outside, key: str, *headers: tuple[str, str]) -> Answer | None:
    """One inquiry under an idempotency key; None if the hub hung up."""
    try:
        return node.post(TITLE, INQUIRY, ("Idempotency-Key", key), ("Case-Id", key), *headers)
    except (OSError, http.client.HTTPException):
        return None


LATER = ("Prefer", "respond-async")


def readiness(hub: Hub) -> tuple[int, Any]:
    """What a hub says about itself."""
    try:
        with urllib.request.urlopen(hub.management + "/readyz", timeout=WITHIN_S) as answer:  # noqa: S310 - our own
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def until(holds: Callable[[], Any], what: str) -> Any:
    """Wait until something is true, and give it; fails the test if it never is."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := holds()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited in vain: {what}")
        time.sleep(_LOOK_AGAIN_AFTER_S)
    return found


def calls_made_by(hub: Hub) -> int:
    """How many calls of partners a hub has counted."""
    with urllib.request.urlopen(hub.management + "/metrics", timeout=WITHIN_S) as answer:  # noqa: S310 - our own
        text = answer.read().decode()
    counted = re.findall(r"(?m)^\w*partner\w*_count\{.*?\} ([0-9.e+]+)$", text)
    return int(sum(float(number) for number in counted))
