"""The sandbox as a process, and an outsider's way to talk to it: zeep on the published WSDL, JSON on the control port."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from zeep.transports import Transport

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 60
CALL_TIMEOUT_S = 10
EVERY_PARTNER = ("registry_office", "civil_registry", "behpardakht")
WSDL = {
    "registry_office": "adapters/registry_office/wsdl/ownership.wsdl",
    "civil_registry": "adapters/civil_registry/wsdl/estelam3.wsdl",
    "behpardakht": "adapters/behpardakht/wsdl/payment.wsdl",
}
BINDING = {
    "registry_office": "{urn:ssaa:estate:ownership:v1}OwnershipBinding",
    "civil_registry": "{http://est}EstelamPortBinding",
    "behpardakht": "{http://interfaces.core.sw.bps.com/}PaymentGatewayImplPortBinding",
}
CLEAN_ESTATE = "1402203010000000010"


@dataclass
class Partners:
    """The running sandbox as an outsider sees it: addresses, credentials, control API."""

    environment: dict[str, str]
    sessions: list[requests.Session]

    def service(self, name: str, timeout_s: float = CALL_TIMEOUT_S) -> Any:
        session = requests.Session()
        session.trust_env = False
        self.sessions.append(session)
        transport = Transport(session=session, timeout=timeout_s, operation_timeout=timeout_s)
        client = zeep.Client(str(ROOT / WSDL[name]), transport=transport)
        return client.create_service(BINDING[name], self.environment[f"PEYVAND_{name.upper()}_URL"])

    def url(self, name: str) -> str:
        return self.environment[f"PEYVAND_{name.upper()}_URL"]

    def control(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's own
            self.environment["PEYVAND_SANDBOX_CONTROL_URL"] + path, data=body, method=method
        )
        with urllib.request.urlopen(request, timeout=CALL_TIMEOUT_S) as response:  # noqa: S310 - as above
            return json.load(response)

    def refused_control(self, method: str, path: str, document: Any = None) -> tuple[int, str]:
        with pytest.raises(urllib.error.HTTPError) as caught:
            self.control(method, path, document)
        with caught.value as error:
            return error.code, json.load(error)["error"]

    def mode(self, name: str, mode: str, **parameters: Any) -> None:
        self.control("POST", f"/partners/{name}/mode", {"mode": mode, **parameters})

    def calls(self, name: str, query: str = "") -> Any:
        return self.control("GET", f"/partners/{name}/calls{query}")

    def ask_owner(self, note_number: str = CLEAN_ESTATE, request_id: str = "r-1", **changes: Any) -> Any:
        timeout_s = changes.pop("timeout_s", CALL_TIMEOUT_S)
        header = {
            "UserName": self.environment["PEYVAND_REGISTRY_OFFICE_USERNAME"],
            "Password": changes.pop("password", self.environment["PEYVAND_REGISTRY_OFFICE_PASSWORD"]),
        }
        inquiry = {
            "Requester": {
                "Name": "سارا",
                "Family": "کارمند",
                "NationalCode": "9990000085",
                "ProvinceCode": "07",
                "OfficeCode": "1207",
                "OfficeNumber": "12",
            },
            "RuleId": self.environment["PEYVAND_REGISTRY_OFFICE_RULE_ID"],
            "RequestId": request_id,
            "EstateNoteNumber": note_number,
        } | changes
        service = self.service("registry_office", timeout_s)
        return service.OwnershipInquiry(**inquiry, _soapheaders={"AuthHeader": header})

    def ask_person(self, nin: str, birth_date: int, password: str | None = None) -> Any:
        environment = self.environment
        answers = self.service("civil_registry").getEstelam3(
            arg0=environment["PEYVAND_CIVIL_REGISTRY_USERNAME"],
            arg1=environment["PEYVAND_CIVIL_REGISTRY_PASSWORD"] if password is None else password,
            arg2=environment["PEYVAND_CIVIL_REGISTRY_ORGANISATION"],
            arg3=environment["PEYVAND_CIVIL_REGISTRY_SERVICE"],
            arg4={"nin": nin, "birthDate": birth_date},
        )
        assert len(answers) == 1
        return answers[0]

    def pay(self, operation: str, order_id: int, *, reference_id: int | None = None, **changes: Any) -> str:
        arguments: dict[str, Any] = {
            "terminalId": int(self.environment["PEYVAND_BEHPARDAKHT_TERMINAL_ID"]),
            "userName": self.environment["PEYVAND_BEHPARDAKHT_USERNAME"],
            "userPassword": self.environment["PEYVAND_BEHPARDAKHT_PASSWORD"],
            "orderId": order_id,
        }
        if operation == "bpPayRequest":
            arguments |= {
                "amount": 17_000_000,
                "localDate": "20240101",
                "localTime": "101500",
                "additionalData": "عوارض نوسازی",
                "callBackUrl": "http://city.invalid/payment/callback",
                "payerId": "0",
            }
        else:
            seeded = 170_000_000_000 + order_id
            arguments |= {
                "saleOrderId": order_id,
                "saleReferenceId": seeded if reference_id is None else reference_id,
            }
        return str(getattr(self.service("behpardakht"), operation)(**(arguments | changes)))

    def ask(self, name: str, timeout_s: float = CALL_TIMEOUT_S) -> Any:
        """One ordinary call whose answer is known to be good."""
        if name == "registry_office":
            return self.ask_owner(timeout_s=timeout_s)
        if name == "civil_registry":
            return self.ask_person("9990000018", 13620417)
        return self.pay("bpVerifyRequest", 140400001)

    def post(self, name: str, timeout_s: float = CALL_TIMEOUT_S) -> requests.Response:
        """The same call as bytes, so that the raw answer can be seen."""
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Content-Type": "text/xml; charset=utf-8"}
            if name == "registry_office":
                headers["SOAPAction"] = '"urn:ssaa:estate:ownership:v1/OwnershipInquiry"'
            return session.post(self.url(name), data=self.envelope(name), headers=headers, timeout=timeout_s)

    def envelope(self, name: str) -> bytes:
        environment = self.environment
        payload = {
            "registry_office": "<OwnershipInquiry xmlns='urn:ssaa:estate:ownership:v1'>"
            "<RequestId>raw-1</RequestId><EstateNoteNumber>1</EstateNoteNumber></OwnershipInquiry>",
            "civil_registry": "<e:getEstelam3 xmlns:e='http://est'>"
            f"<arg0>{environment['PEYVAND_CIVIL_REGISTRY_USERNAME']}</arg0>"
            f"<arg1>{environment['PEYVAND_CIVIL_REGISTRY_PASSWORD']}</arg1>"
            f"<arg2>{environment['PEYVAND_CIVIL_REGISTRY_ORGANISATION']}</arg2>"
            f"<arg3>{environment['PEYVAND_CIVIL_REGISTRY_SERVICE']}</arg3>"
            "<arg4><nin>9990000018</nin><birthDate>13620417</birthDate></arg4></e:getEstelam3>",
            "behpardakht": "<b:bpInquiryRequest xmlns:b='http://interfaces.core.sw.bps.com/'>"
            f"<terminalId>{environment['PEYVAND_BEHPARDAKHT_TERMINAL_ID']}</terminalId>"
            f"<userName>{environment['PEYVAND_BEHPARDAKHT_USERNAME']}</userName>"
            f"<userPassword>{environment['PEYVAND_BEHPARDAKHT_PASSWORD']}</userPassword>"
            "<orderId>7</orderId><saleOrderId>140400003</saleOrderId>"
            "<saleReferenceId>170140400003</saleReferenceId></b:bpInquiryRequest>",
        }[name]
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        return f"<s:Envelope xmlns:s='{soap}'><s:Body>{payload}</s:Body></s:Envelope>".encode()


def start(env_file: Path) -> subprocess.Popen[bytes]:
    """Starts a sandbox on free ports and returns when it has said that it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PEYVAND_")}
    ports = [f"--{name}-port=0" for name in ("control", "registry-office", "civil-registry", "behpardakht")]
    command = [sys.executable, "-m", "sandbox", *ports, f"--env-file={env_file}", "--seed=7"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    deadline = time.monotonic() + START_WITHIN_S
    said = b""
    while not said.endswith(b"sandbox ready\n"):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 65_536) if readable else b""
        if not piece:
            process.kill()
            process.communicate()
            pytest.fail(f"the sandbox did not become ready: {said!r}")
        said += piece
    return process


def stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=START_WITHIN_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return process.returncode


def read_env_file(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())


@contextmanager
def running_partners(folder: Path) -> Iterator[Partners]:
    """A sandbox of one's own, ended at the end."""
    env_file = folder / "sandbox.env"
    process = start(env_file)
    try:
        yield Partners(read_env_file(env_file), [])
    finally:
        assert stop(process) == 0


@contextmanager
def fresh(partners: Partners) -> Iterator[Partners]:
    """The partners with their seed data, mode up, empty ledgers and the machine's time."""
    for name in EVERY_PARTNER:
        partners.control("POST", f"/partners/{name}/reset")
    partners.control("POST", "/clock", {"offset_s": 0})
    try:
        yield partners
    finally:
        for session in partners.sessions:
            session.close()
        partners.sessions.clear()
