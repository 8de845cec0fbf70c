"""A running hub with its partners, for SOAP clients of other makers; and those makers' tools."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.peyvand_process import City, Hub, city, running_hub
from tests.system.sandbox_process import Partners, running_partners

CONTRACT = "registry.title-inquiry"
CLIENTS = Path(__file__).parent / "soap_clients"
_WITHIN_S = 300


@dataclass
class SoapHub:
    where: City
    hub: Hub
    partners: Partners
    key: str
    user: str = "portal"

    @property
    def url(self) -> str:
        return f"{self.hub.public}/soap/{CONTRACT}/v1"

    @property
    def wsdl(self) -> str:
        """Its newest version's, so that the replies are of the form that the client was made for."""
        return f"{self.url}?wsdl"

    def wsdl_with_credentials(self) -> str:
        return self.wsdl.replace("://", f"://{self.user}:{self.key}@")


@contextmanager
def running_soap_hub(folder: Path) -> Iterator[SoapHub]:
    (folder / "sandbox").mkdir()
    with running_partners(folder / "sandbox") as partners:
        where = city(folder)
        with running_hub(where, partners=partners.environment) as hub:
            grants = ("--grant", CONTRACT, "--grant", "payment.verify")
            yield SoapHub(where, hub, partners, where.json("client", "add", "portal", *grants)["key"])


def need(command: str, *packages: str) -> str:
    """A tool of another maker, installed from the distribution if need be; a test without it fails, and says so."""
    if shutil.which(command) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            command_line = [shutil.which("apt-get") or "apt-get", "-qq", *step]
            subprocess.run(command_line, env=quiet, capture_output=True, timeout=_WITHIN_S, check=False)
    found = shutil.which(command)
    if found is None:
        pytest.fail(f"{command} is needed, and is not there: apt-get install {' '.join(packages)}")
    return found


def run(command: list[str], cwd: Path) -> str:
    """What a tool writes; fails the test with all its complaints if it ends badly."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=_WITHIN_S, check=False)
    said = done.stdout.decode()
    if done.returncode:
        pytest.fail(f"{Path(command[0]).name} ended with {done.returncode}:\n{said}\n{done.stderr.decode()}")
    return said
