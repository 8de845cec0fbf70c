"""Writes flow.json: the same job, with the nodes that Node-RED offers for it (function, template, http request, xml)."""

import json
from pathlib import Path

TO_PARTNER = """
const inquiry = msg.payload;
const isValid = global.get("isValid");
if (!isValid(inquiry)) {
    msg.statusCode = 422;
    msg.payload = isValid.errors;
    return [null, msg];
}
msg.type = inquiry.subject.type.toUpperCase();
msg.inquiry = inquiry;
msg.url = global.get("backend");
msg.headers = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"urn:bench:title:v2:TitleInquiry"',
};
return [msg, null];
"""

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:bench:title:v2"><soapenv:Body>\
<t:TitleInquiry><t:CorrelationId>{{inquiry.correlationId}}</t:CorrelationId><t:SentAt>{{inquiry.sentAt}}</t:SentAt>\
{{#inquiry.requester}}<t:Requester><t:Organization>{{organization}}</t:Organization><t:BranchCode>{{branchCode}}</t:BranchCode>\
<t:OfficerName>{{officer.firstName}} {{officer.lastName}}</t:OfficerName>\
<t:OfficerNationalId>{{officer.nationalId}}</t:OfficerNationalId></t:Requester>{{/inquiry.requester}}\
<t:Subject><t:Type>{{type}}</t:Type>{{#inquiry.subject}}<t:NationalId>{{nationalId}}</t:NationalId>\
<t:FirstName>{{firstName}}</t:FirstName><t:LastName>{{lastName}}</t:LastName><t:BirthDate>{{birthDate}}</t:BirthDate>{{/inquiry.subject}}</t:Subject>\
{{#inquiry.property}}<t:Property><t:MainPlate>{{mainPlate}}</t:MainPlate><t:SubPlate>{{subPlate}}</t:SubPlate>\
<t:Section>{{section}}</t:Section><t:Province>{{zone.province}}</t:Province><t:City>{{zone.city}}</t:City>\
<t:District>{{zone.district}}</t:District><t:Area unit="{{area.unit}}">{{area.value}}</t:Area>\
{{#usage}}<t:Usage>{{.}}</t:Usage>{{/usage}}<t:PostalCode>{{postalCode}}</t:PostalCode>\
<t:Address>{{address}}</t:Address></t:Property>{{/inquiry.property}}\
<t:IncludeEncumbrances>{{inquiry.options.includeEncumbrances}}</t:IncludeEncumbrances>\
<t:MaxResults>{{inquiry.options.maxResults}}</t:MaxResults></t:TitleInquiry></soapenv:Body></soapenv:Envelope>"""

FROM_PARTNER = """
const reply = msg.payload["soapenv:Envelope"]["soapenv:Body"][0]["t:TitleInquiryResponse"][0];
const text = (from, name) => from["t:" + name] && (from["t:" + name][0]._ || from["t:" + name][0]);
const all = (from, list, one) => from["t:" + list] ? from["t:" + list][0]["t:" + one] || [] : [];
const title = reply["t:Title"][0];
msg.payload = {
    status: text(reply, "Status"),
    inquiryNo: text(reply, "InquiryNo"),
    titleNo: text(title, "TitleNo"),
    mainPlate: text(title, "MainPlate"),
    subPlate: text(title, "SubPlate"),
    section: text(title, "Section"),
    area: Number(text(title, "Area")),
    issuedAt: text(title, "IssuedAt"),
    owners: all(title, "Owners", "Owner").map(owner => ({
        nationalId: text(owner, "NationalId"), name: text(owner, "Name"), share: Number(text(owner, "Share")),
    })),
    encumbrances: all(reply, "Encumbrances", "Encumbrance").map(one => ({
        kind: text(one, "Kind"), beneficiary: text(one, "Beneficiary"),
        amount: Number(text(one, "Amount")), registeredAt: text(one, "RegisteredAt"),
    })),
};
msg.headers = { "Content-Type": "application/json" };
msg.statusCode = 200;
return msg;
"""


def node(id_: str, kind: str, *wires: list[str], **more: object) -> dict[str, object]:
    """One node of the flow."""
    return {"id": id_, "type": kind, "z": "tab", "name": id_, "wires": list(wires), "x": 0, "y": 0, **more}


FLOW = [
    {"id": "tab", "type": "tab", "label": "title-inquiry"},
    node("in", "http in", ["toPartner"], url="/", method="post"),
    node("toPartner", "function", ["envelope"], ["out"], func=TO_PARTNER, outputs=2),
    node("envelope", "template", ["call"], template=ENVELOPE, syntax="mustache", field="payload", fieldType="msg", output="str", format="handlebars"),
    node("call", "http request", ["parse"], method="POST", ret="txt", url="", persist=True),
    node("parse", "xml", ["fromPartner"], property="payload", attr="", chr=""),
    node("fromPartner", "function", ["out"], func=FROM_PARTNER, outputs=1),
    node("out", "http response", statusCode="", headers={}),
]  # fmt: skip

if __name__ == "__main__":
    path = Path(__file__).with_name("flow.json")
    path.write_text(json.dumps(FLOW, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
