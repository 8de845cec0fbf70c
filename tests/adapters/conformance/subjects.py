"""The adapters that the suite runs on."""

import orjson

from adapters.kit.conformance import Subject
from adapters.rest.protocol import rest
from adapters.soap.protocol import soap
from hub.core.endpoint import OutboundEndpoint
from hub.core.message import Kind, Message
from hub.core.values import ContractRef
from tests.adapters.manifests import compile_condition, manifest
from tests.adapters.soap import title_inquiry

REST = """
protocol: rest
endpoints:
  parcel:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 5s
    rest: {method: %s, path: "/parcels/{id}", body: %s}
"""
CONTRACT = ContractRef.parse("land-office.parcel@1.0")
PARCEL = {"id": "12/7", "owner": "مریم حسینی‌نژاد"}


def rest_endpoint(address: str) -> OutboundEndpoint:
    made = rest(manifest(REST % ("POST", "json")), compile_condition, {"LAND_OFFICE_URL": address})
    return made["land-office.parcel"]


def idempotent_rest_endpoint(address: str) -> OutboundEndpoint:
    made = rest(manifest(REST % ("GET", "none")), compile_condition, {"LAND_OFFICE_URL": address})
    return made["land-office.parcel"]


REST_POST = Subject(
    "rest-post", rest_endpoint, Message(CONTRACT, Kind.REQUEST, {"id": "12/7"}), orjson.dumps(PARCEL), "application/json", PARCEL
)  # fmt: skip
REST_GET = Subject(
    "rest-get", idempotent_rest_endpoint, REST_POST.request, REST_POST.reply_wire, "application/json", PARCEL
)  # fmt: skip

SOAP = """
protocol: soap
soap: {wsdl: title.wsdl}
endpoints:
  title:
    contract: land-office.title@1.0
    idempotent: true
    timeout: 5s
    soap: {operation: TitleInquiry}
"""


def soap_endpoint(address: str) -> OutboundEndpoint:
    read = manifest(SOAP, title_inquiry.WSDL.parent)
    return soap(read, compile_condition, {"LAND_OFFICE_URL": address})["land-office.title"]


SOAP_11 = Subject(
    "soap-11",
    soap_endpoint,
    Message(ContractRef.parse("land-office.title@1.0"), Kind.REQUEST, title_inquiry.REQUEST),
    title_inquiry.REPLY_WIRE,
    "text/xml",
    title_inquiry.REPLY,
)

SUBJECTS = (REST_POST, REST_GET, SOAP_11)
