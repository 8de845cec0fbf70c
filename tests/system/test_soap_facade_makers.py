"""Clients of other makers, generated from the WSDL alone: PHP's SoapClient and JAX-WS (Metro)."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub.contracts.catalogue import load_catalogue
from hub.gateway.soap.wsdl import wsdl_of
from tests.system.peyvand_process import INQUIRY, ROOT
from tests.system.soap_hub import CLIENTS, SoapHub, need, run, running_soap_hub

pytestmark = pytest.mark.system

REFUSED = "request.invalid /requester/officer/national_code format"
JARS = (
    "jaxws-rt", "javax.activation", "jaxb-runtime", "istack-commons-runtime", "txw2", "jaxb-core",
    "glassfish-pfl-basic", "glassfish-pfl-tf", "metro-policy",
)  # fmt: skip
SERVED = [
    pytest.param(contract, version, id=str(version.ref))
    for contract in load_catalogue(ROOT / "contracts").contracts.values()
    for version in contract.versions.values()
    if version.xml is not None
]


@pytest.fixture(scope="module")
def soap_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoapHub]:
    with running_soap_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def test_php_s_soap_client(soap_hub: SoapHub, tmp_path: Path) -> None:
    php = need("php", "php-cli", "php-soap")
    if "soap" not in run([php, "-m"], tmp_path).split():
        pytest.fail("PHP's soap extension is needed, and is not there: apt-get install php-soap")
    script = str(CLIENTS / "inquiry.php")
    said = run([php, script, soap_hub.wsdl, soap_hub.user, soap_hub.key, str(INQUIRY)], tmp_path)
    found = {
        "result": "found", "owner": "9990000018", "area": "212.45", "mortgaged": False, "point": "51.4101",
    }  # fmt: skip
    refused = {"code": "request.invalid", "pointer": "/requester/officer/national_code"}
    assert [json.loads(line) for line in said.splitlines()] == [
        found, {"fault": "S:Client"} | refused, found, {"fault": "S:Sender"} | refused,
    ]  # fmt: skip
    cases = soap_hub.where.json("exchange", "list", "--case", "php-1")["exchanges"]
    assert {case["state"] for case in cases} == {"completed", "rejected"}


def test_jax_ws(soap_hub: SoapHub, tmp_path: Path) -> None:
    wsimport, javac, java = (
        need("wsimport", "jaxws", "default-jdk-headless"),
        need("javac", "default-jdk-headless"),
        need("java", "default-jdk-headless"),
    )
    (tmp_path / "auth").write_text(soap_hub.wsdl_with_credentials() + "\n")
    made = tmp_path / "made"
    made.mkdir()
    run(
        [
            wsimport,
            "-quiet",
            "-extension",
            "-p",
            "client",
            "-d",
            str(made),
            "-Xauthfile",
            "auth",
            soap_hub.wsdl,
        ],
        tmp_path,
    )
    classes = ":".join([str(made), *(f"/usr/share/java/{jar}.jar" for jar in JARS)])
    run(
        [javac, "-encoding", "UTF-8", "-cp", classes, "-d", str(made), str(CLIENTS / "Inquiry.java")],
        tmp_path,
    )
    # The generated service reads the WSDL once more when it starts, where nobody asks it for credentials.
    wsdl = tmp_path / "service.wsdl"
    wsdl.write_text(_fetched(soap_hub))
    said = run([java, "-cp", classes, "Inquiry", wsdl.as_uri(), soap_hub.user, soap_hub.key], tmp_path)
    assert said.splitlines() == ["found 9990000018 212.45 0", REFUSED] * 3


def _fetched(soap_hub: SoapHub) -> str:
    place = urlsplit(soap_hub.wsdl)
    with closing(http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)) as connection:
        headers = {"Authorization": f"Bearer {soap_hub.key}"}
        connection.request("GET", f"{place.path}?wsdl", headers=headers)
        return connection.getresponse().read().decode()


@pytest.mark.parametrize(("contract", "version"), SERVED)
def test_wsimport_makes_classes_of_every_contract(contract, version, tmp_path: Path) -> None:
    """Names that clash, types that it does not know: it stops at what other generators pass over."""
    wsimport = need("wsimport", "jaxws", "default-jdk-headless")
    (tmp_path / "service.wsdl").write_text(
        wsdl_of(contract, version, version.xml, "https://hub.example/soap")
    )
    run([wsimport, "-quiet", "-extension", "-p", "client", "-d", ".", "service.wsdl"], tmp_path)
    assert (tmp_path / "client" / f"{version.xml.operation}Service.class").exists()
