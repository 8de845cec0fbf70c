"""The namespaces and elements that all contracts have in common in SOAP, and their schemas."""

from typing import Final

from hub.contracts.xml.schema_text import XSD

EXCHANGE_NS: Final = "urn:peyvand:exchange:v1"
PROBLEM_NS: Final = "urn:peyvand:problem:v1"
WSA_NS: Final = "http://www.w3.org/2005/08/addressing"
WSSE_NS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_TOKEN: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#"  # noqa: S105 - a name
PASSWORD_TEXT: Final = f"{_TOKEN}PasswordText"
PASSWORD_DIGEST: Final = f"{_TOKEN}PasswordDigest"

EXCHANGE: Final = f"{{{EXCHANGE_NS}}}Exchange"
HEADERS: Final = {
    "CaseId": "case-id",
    "OnBehalfOf": "on-behalf-of",
    "IdempotencyKey": "idempotency-key",
    "Prefer": "prefer",
    "ContractVersion": "contract-version",
}
"""What may stand in the header ``Exchange``, in this order, and the HTTP header that says the same."""

_HEADER_FIELDS: Final = "".join(
    f'    <xs:element name="{name}" type="xs:string" minOccurs="0"/>\n' for name in HEADERS
)
EXCHANGE_SCHEMA: Final = f"""\
<xs:schema xmlns:xs="{XSD}" xmlns:x="{EXCHANGE_NS}" targetNamespace="{EXCHANGE_NS}" elementFormDefault="qualified">
  <xs:element name="Exchange" type="x:Exchange"/>
  <xs:complexType name="Exchange">
    <xs:annotation>
      <xs:documentation xml:lang="fa">همان سرآیندهای HTTP؛ همه اختیاری‌اند. در پاسخ، ExchangeId شناسه‌ی تبادل است.</xs:documentation>
      <xs:documentation xml:lang="en">The same as the HTTP headers; all optional. In an answer ExchangeId names the exchange.</xs:documentation>
    </xs:annotation>
    <xs:sequence>
{_HEADER_FIELDS}    <xs:element name="ExchangeId" type="xs:string" minOccurs="0"/>
    </xs:sequence>
  </xs:complexType>
  <xs:element name="Accepted" type="x:Accepted"/>
  <xs:complexType name="Accepted">
    <xs:annotation>
      <xs:documentation xml:lang="fa">ثبت شد و تحویل خواهد شد؛ نتیجه را از Location بپرسید.</xs:documentation>
      <xs:documentation xml:lang="en">It is recorded and will be delivered; ask at Location how it ended.</xs:documentation>
    </xs:annotation>
    <xs:sequence>
    <xs:element name="ExchangeId" type="xs:string"/>
    <xs:element name="State" type="xs:string"/>
    <xs:element name="Location" type="xs:string"/>
    </xs:sequence>
  </xs:complexType>
</xs:schema>
"""
PROBLEM_SCHEMA: Final = f"""\
<xs:schema xmlns:xs="{XSD}" xmlns:p="{PROBLEM_NS}" targetNamespace="{PROBLEM_NS}" elementFormDefault="qualified">
  <xs:element name="Problem" type="p:Problem"/>
  <xs:complexType name="Problem">
    <xs:annotation>
      <xs:documentation xml:lang="fa">خطا: با code تصمیم بگیرید، نه با متن‌ها.</xs:documentation>
      <xs:documentation xml:lang="en">An error: decide by its code, never by the texts.</xs:documentation>
    </xs:annotation>
    <xs:sequence>
      <xs:element name="Code" type="xs:string"/>
      <xs:element name="Status" type="xs:int"/>
      <xs:element name="Origin" type="xs:string"/>
      <xs:element name="Retryable" type="xs:boolean"/>
      <xs:element name="TitleFa" type="xs:string"/>
      <xs:element name="TitleEn" type="xs:string"/>
      <xs:element name="Detail" type="xs:string" minOccurs="0"/>
      <xs:element name="ExchangeId" type="xs:string" minOccurs="0"/>
      <xs:element name="RetryAfter" type="xs:int" minOccurs="0"/>
      <xs:element name="Error" type="p:FieldError" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="FieldError">
    <xs:sequence>
      <xs:element name="Pointer" type="xs:string"/>
      <xs:element name="Code" type="xs:string"/>
      <xs:element name="DetailFa" type="xs:string"/>
      <xs:element name="DetailEn" type="xs:string"/>
    </xs:sequence>
  </xs:complexType>
</xs:schema>
"""


def action_of(namespace: str, operation: str) -> str:
    """The SOAPAction of an operation; that of its reply has ``Response`` behind it."""
    return f"{namespace}:{operation}"
