"""The WSDL 1.1 of one contract version: one operation, bound to SOAP 1.1 and 1.2, document/literal wrapped."""

from typing import Final

from hub.contracts.xml.names import reply_name
from hub.contracts.xml.text import attribute_text, escaped_text
from hub.core.contract import Contract, ContractVersion, Pattern, XmlForm
from hub.core.message import Kind
from hub.core.values import Text
from hub.gateway.soap.names import EXCHANGE_NS, EXCHANGE_SCHEMA, PROBLEM_NS, PROBLEM_SCHEMA, action_of

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"


def wsdl_of(contract: Contract, version: ContractVersion, form: XmlForm, address: str) -> str:
    """The description; ``address`` is where its ports are, made for this version alone."""
    namespace, name = form.namespace, form.operation
    is_answered = contract.pattern is Pattern.REQUEST_REPLY and Kind.REPLY in version.schemas
    reply = f"tns:{reply_name(name)}" if is_answered else "x:Accepted"
    action = action_of(namespace, name)
    return f"""{DECLARATION}\
<wsdl:definitions name="{name}" targetNamespace="{namespace}" xmlns:tns="{namespace}"
    xmlns:x="{EXCHANGE_NS}" xmlns:p="{PROBLEM_NS}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata">
  <wsdl:documentation>{_both(contract.title)}. {_both(contract.description)} ({version.ref})</wsdl:documentation>
  <wsdl:types>
{form.schema}{EXCHANGE_SCHEMA}{PROBLEM_SCHEMA}  </wsdl:types>
  <wsdl:message name="{name}Request"><wsdl:part name="parameters" element="tns:{name}"/></wsdl:message>
  <wsdl:message name="{name}Reply"><wsdl:part name="parameters" element="{reply}"/></wsdl:message>
  <wsdl:message name="ExchangeHeader"><wsdl:part name="exchange" element="x:Exchange"/></wsdl:message>
  <wsdl:message name="ProblemFault"><wsdl:part name="problem" element="p:Problem"/></wsdl:message>
  <wsdl:portType name="{name}PortType">
    <wsdl:operation name="{name}">
      <wsdl:documentation>{_both(contract.title)}</wsdl:documentation>
      <wsdl:input message="tns:{name}Request" wsam:Action="{action}"/>
      <wsdl:output message="tns:{name}Reply" wsam:Action="{action}Response"/>
      <wsdl:fault name="ProblemFault" message="tns:ProblemFault" wsam:Action="{action}Problem"/>
    </wsdl:operation>
  </wsdl:portType>
{_binding(name, "soap", action)}{_binding(name, "soap12", action)}\
  <wsdl:service name="{name}Service">
    <wsdl:documentation>{_both(contract.title)}</wsdl:documentation>
    <wsdl:port name="{name}Soap11" binding="tns:{name}Soap11">
      <soap:address location="{attribute_text(address)}"/>
    </wsdl:port>
    <wsdl:port name="{name}Soap12" binding="tns:{name}Soap12">
      <soap12:address location="{attribute_text(address)}"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""


def _binding(name: str, soap: str, action: str) -> str:
    version = {"soap": "Soap11", "soap12": "Soap12"}[soap]
    return f"""\
  <wsdl:binding name="{name}{version}" type="tns:{name}PortType">
    <{soap}:binding style="document" transport="{_HTTP}"/>
    <wsdl:operation name="{name}">
      <{soap}:operation soapAction="{action}" style="document"/>
      <wsdl:input>
        <{soap}:header message="tns:ExchangeHeader" part="exchange" use="literal"/>
        <{soap}:body use="literal"/>
      </wsdl:input>
      <wsdl:output><{soap}:body use="literal"/></wsdl:output>
      <wsdl:fault name="ProblemFault"><{soap}:fault name="ProblemFault" use="literal"/></wsdl:fault>
    </wsdl:operation>
  </wsdl:binding>
"""


def _both(text: Text) -> str:
    return escaped_text(" / ".join(dict.fromkeys(part for part in (text.fa, text.en) if part)))
