"""REST in, SOAP out, REST back, with the libraries that come to mind first. Serves ``POST /``.

``BACKEND`` is the partner's address, ``WORKLOAD`` the folder of the common workload.
"""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import zeep
from fastapi import FastAPI, HTTPException, Request
from lxml import etree

WORKLOAD = Path(os.environ["WORKLOAD"])
BACKEND = os.environ["BACKEND"]
SCHEMA = json.loads(
    (WORKLOAD / "contracts/bench.title-inquiry/1.0.request.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SOAP = zeep.Client(str(WORKLOAD / "adapters/title_office/wsdl/title.wsdl"))
OPERATION = SOAP.service._binding._operations["TitleInquiry"]  # noqa: SLF001 - zeep has no public way to it
HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"urn:bench:title:v2:TitleInquiry"',
}

app = FastAPI()
http = httpx.AsyncClient(limits=httpx.Limits(max_connections=200, max_keepalive_connections=200))


@app.post("/")
async def title_inquiry(request: Request) -> dict[str, Any]:
    """The whole job."""
    inquiry = await request.json()
    errors = [error.message for error in VALIDATOR.iter_errors(inquiry)]
    if errors:
        raise HTTPException(422, errors)
    envelope = SOAP.create_message(SOAP.service, "TitleInquiry", **to_partner(inquiry))
    answer = await http.post(BACKEND, content=etree.tostring(envelope), headers=HEADERS)
    answer.raise_for_status()
    body = etree.fromstring(answer.content).find("{*}Body")
    if body is None:
        raise HTTPException(502, "no SOAP body")
    reply = OPERATION.output.body.parse(body[0], SOAP.wsdl.types)
    return from_partner(reply)


def to_partner(inquiry: dict[str, Any]) -> dict[str, Any]:
    """The inquiry in the partner's words."""
    requester, subject, estate = inquiry["requester"], inquiry["subject"], inquiry["property"]
    officer, area = requester["officer"], estate["area"]
    return {
        "CorrelationId": inquiry["correlationId"],
        "SentAt": inquiry["sentAt"],
        "Requester": {
            "Organization": requester["organization"],
            "BranchCode": requester["branchCode"],
            "OfficerName": f"{officer['firstName']} {officer['lastName']}",
            "OfficerNationalId": officer["nationalId"],
        },
        "Subject": {
            "Type": subject["type"].upper(),
            "NationalId": subject["nationalId"],
            "FirstName": subject.get("firstName"),
            "LastName": subject.get("lastName"),
            "BirthDate": subject.get("birthDate"),
        },
        "Property": {
            "MainPlate": estate["mainPlate"],
            "SubPlate": estate["subPlate"],
            "Section": estate.get("section"),
            "Province": estate["zone"]["province"],
            "City": estate["zone"]["city"],
            "District": estate["zone"].get("district"),
            "Area": {"_value_1": area["value"], "unit": area["unit"]},
            "Usage": estate.get("usage", []),
            "PostalCode": estate.get("postalCode"),
            "Address": estate.get("address"),
        },
        "IncludeEncumbrances": inquiry["options"]["includeEncumbrances"],
        "MaxResults": inquiry["options"]["maxResults"],
    }


def from_partner(reply: Any) -> dict[str, Any]:
    """The partner's answer in the city's words."""
    title, found = reply.Title, reply.Encumbrances
    return {
        "status": reply.Status,
        "inquiryNo": reply.InquiryNo,
        "titleNo": title.TitleNo,
        "mainPlate": title.MainPlate,
        "subPlate": title.SubPlate,
        "section": title.Section,
        "area": float(title.Area._value_1),  # noqa: SLF001 - what zeep calls an element's text
        "issuedAt": title.IssuedAt,
        "owners": [
            {"nationalId": owner.NationalId, "name": owner.Name, "share": owner.Share}
            for owner in title.Owners.Owner
        ],
        "encumbrances": [
            {
                "kind": one.Kind,
                "beneficiary": one.Beneficiary,
                "amount": one.Amount,
                "registeredAt": one.RegisteredAt,
            }
            for one in (found.Encumbrance if found else [])
        ],
    }
