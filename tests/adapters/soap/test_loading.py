"""A WSDL or a manifest that cannot be used is refused at load, by file and line."""

import shutil
from pathlib import Path

import pytest

from adapters.soap.protocol import soap
from hub.core.findings import Finding, LintError
from tests.adapters.manifests import compile_condition, manifest
from tests.adapters.soap.shapes import WSDL

MANIFEST = """
protocol: soap
credentials: {secret: env:SECRET}
soap: {wsdl: wsdl/shapes.wsdl}
endpoints:
  ask:
    contract: shapes.ask@1.0
    idempotent: true
    timeout: 5s
    soap: %s
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "land_office" / "wsdl").mkdir(parents=True)
    shutil.copy(WSDL, tmp_path / "land_office" / "wsdl" / "shapes.wsdl")
    return tmp_path / "land_office"


def findings(folder: Path, section: str = "{operation: Ask, port: Eleven}") -> tuple[Finding, ...]:
    with pytest.raises(LintError) as caught:
        soap(manifest(MANIFEST % section, folder), compile_condition, {})
    return caught.value.findings


def replace(folder: Path, before: str, after: str) -> None:
    path = folder / "wsdl" / "shapes.wsdl"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


@pytest.mark.parametrize(
    ("section", "rule", "words"),
    [
        ("{operation: Aks, port: Eleven}", "soap.operation-unknown", "'Aks'"),
        ("{operation: Ask}", "soap.port-ambiguous", "Eleven | Twelve"),
        ("{operation: Ask, port: Elven}", "soap.port-unknown", "did you mean 'Eleven'?"),
        ("{operation: Open}", "soap.unsupported", "any element"),
        ("{operation: Grow}", "soap.unsupported", "contains itself"),
        ("{operation: Ask, port: Eleven, header: {Outh: {Secret: x}}}", "soap.header-unknown", "Auth"),
        ("{operation: Ask, port: Eleven, header: {Auth: {Sekret: x}}}", "soap.field-unknown", "Sekret"),
        ("{operation: Ask, port: Eleven, body: {part: x}}", "soap.field-unknown", "part"),
        (
            "{operation: Ask, port: Eleven, body: {person: credentials.sekret}}",
            "soap.credential-unknown",
            "secret",
        ),
        ("{operation: Ask, port: Eleven, wsdl: wsdl/other.wsdl}", "file.missing", "not there"),
        ("{operation: Ask, port: Eleven, colour: red}", "soap.unknown-key", "colour"),
        ("{port: Eleven}", "soap.missing-key", "operation"),
    ],
)
def test_mistakes_of_a_manifest_are_found(folder: Path, section: str, rule: str, words: str) -> None:
    (finding,) = findings(folder, section)
    assert finding.rule == rule
    assert words in str(finding)


@pytest.mark.parametrize(
    ("before", "after", "rule", "line"),
    [
        ('<xs:import namespace="urn:shapes:b"/>', '<xs:import namespace="urn:shapes:b" schemaLocation="http://example.org/b.xsd"/>', "soap.wsdl-remote-import", 14),
        ('<xs:import namespace="urn:shapes:b"/>', '<xs:include schemaLocation="../../../other.xsd"/>', "soap.wsdl-outside", 14),
        ('<xs:import namespace="urn:shapes:b"/>', '<xs:include schemaLocation="missing.xsd"/>', "file.missing", 0),
        ("<wsdl:types>", "<wsdl:types", "soap.wsdl-xml", 6),
        ("?>", '?><!DOCTYPE x SYSTEM "file:///etc/passwd">', "soap.wsdl-doctype", 1),
        ('type="a:Everything"', 'type="a:Nothing"', "soap.wsdl-broken", 0),
        ('<xs:complexType name="Everything">', '<xs:complexType name="Everything" mixed="true">', "soap.unsupported", 15),
        ('<xs:complexType name="Everything">', '<xs:complexType name="Everything" abstract="true">', "soap.unsupported", 15),
        ('<xs:sequence minOccurs="0">', '<xs:sequence minOccurs="0" maxOccurs="2">', "soap.unsupported", 23),
        ('name="ratio" type="xs:double"', 'name="ratio" type="xs:anyType"', "soap.unsupported", 20),
        ('name="ratio" type="xs:double"', 'name="ratio"', "soap.unsupported", 20),
    ],
)  # fmt: skip
def test_mistakes_of_a_wsdl_are_found(folder: Path, before: str, after: str, rule: str, line: int) -> None:
    replace(folder, before, after)
    found = findings(folder)
    assert {(finding.rule, finding.line) for finding in found} == {(rule, line)}
    assert all(finding.path.startswith("land_office/wsdl/") for finding in found)


def test_schemas_may_lie_in_files_of_their_own(folder: Path) -> None:
    schema = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shapes:b">'
        '<xs:include schemaLocation="more/common.xsd"/></xs:schema>'
    )
    common = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>'
    text = (folder / "wsdl" / "shapes.wsdl").read_text()
    begin = text.index('<xs:schema targetNamespace="urn:shapes:b"')
    end = text.index("</xs:schema>", begin) + len("</xs:schema>")
    inner = text[text.index(">", begin) + 1 : end - len("</xs:schema>")]
    text = text[:begin] + text[end:]
    text = text.replace(
        '<xs:import namespace="urn:shapes:b"/>',
        '<xs:import namespace="urn:shapes:b" schemaLocation="b.xsd"/>',
    )
    (folder / "wsdl" / "shapes.wsdl").write_text(text)
    (folder / "wsdl" / "b.xsd").write_text(schema)
    (folder / "wsdl" / "more").mkdir()
    (folder / "wsdl" / "more" / "common.xsd").write_text(common % inner)
    made = soap(manifest(MANIFEST % "{operation: Ask, port: Eleven}", folder), compile_condition, {})
    assert list(made) == ["land-office.ask"]


def test_documents_are_not_sent_with_envelopes(folder: Path) -> None:
    section = "{operation: Ask, port: Eleven}\n    documents: {parts: [{part: map, field: plan}]}"
    [finding] = findings(folder, section)
    assert finding.rule == "soap.documents-unsupported"
