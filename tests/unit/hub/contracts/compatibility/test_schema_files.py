"""Files that cannot be compared are refused in one sentence that says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.schema_files import MAX_BYTES, compare_files
from hub.contracts.compatibility.unusable import UnusableFileError

XSD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"/></xs:schema>'
XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def refusal(folder: Path, old: bytes, new: bytes, end: str = ".json") -> str:
    for name, content in (("old", old), ("new", new)):
        (folder / f"{name}{end}").write_bytes(content)
    with pytest.raises(UnusableFileError) as caught:
        compare_files(folder / f"old{end}", folder / f"new{end}")
    return str(caught.value)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (b"", "not JSON that can be used: there is nothing to read"),
        (b"{", "not JSON that can be used: this is not JSON"),
        (b'{"type": "string", "type": "integer"}', "a key stands twice"),
        (b'{"minimum": 1e999}', "a number is not finite"),
        (b"\xff", "not UTF-8"),
        (b"[]", "must be an object or true or false"),
        (b'{"type": "text"}', "not a valid JSON Schema 2020-12: /type"),
        (b'{"properties": {"a": {"minLength": -1}}}', "/properties/a/minLength"),
        (b'{"items": [{}]}', "not a valid JSON Schema 2020-12: /items"),
        (b'{"pattern": "("}', "no regular expression"),
        (b'{"patternProperties": {"[": {}}}', "no regular expression"),
        (b'{"$schema": "http://json-schema.org/draft-07/schema#"}', "another dialect"),
        (b'{"$schema": "https://json-schema.org/draft/2019-09/schema"}', "another dialect"),
        (b'{"$vocabulary": {"https://city.example/v": true}}', "vocabulary of its own"),
        (b'{"dependencies": {"a": ["b"]}}', "dependentRequired or dependentSchemas"),
        (b'{"properties": {"a": {"additionalItems": false}}}', "at /properties/a uses 'additionalItems'"),
        (b'{"$ref": "https://city.example/other.json"}', "never fetched"),
        (b'{"$ref": "other.json"}', "never fetched"),
        (b'{"$ref": "#/$defs/a"}', "leads to no schema of this file"),
        (b'{"$ref": "#"}', "leads back to itself"),
    ],
)
def test_a_json_schema_that_cannot_be_used_is_refused(tmp_path: Path, schema: bytes, reason: str) -> None:
    said = refusal(tmp_path, b"{}", schema)
    assert reason in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (b"", "not XML that can be used"),
        (b"<a", "not XML that can be used"),
        (b"<a/>", "no XML Schema: its root is a"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + XSD, "DOCTYPE"),
        (XSD.replace(b"<xs:element", b'<xs:include schemaLocation="other.xsd"/><xs:element'), "xs:include"),
        (
            XSD.replace(b"<xs:element", b'<xs:import namespace="urn:a" schemaLocation="http://x.example/"/><xs:element'),
            "xs:import",
        ),
        (XSD.replace(b'name="r"', b'name="r" type="nothing"'), "not a valid XML Schema 1.0"),
        (XSD.replace(b'name="r"', b'name="r" type="xs:strin"'), "not a valid XML Schema 1.0"),
    ],
)  # fmt: skip
def test_an_xml_schema_that_cannot_be_used_is_refused(tmp_path: Path, schema: bytes, reason: str) -> None:
    said = refusal(tmp_path, XSD, schema, ".xsd")
    assert reason in said
    assert "\n" not in said


def test_files_of_different_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(b"{}")
    (tmp_path / "new.xsd").write_bytes(XSD)
    with pytest.raises(UnusableFileError, match="of different kinds"):
        compare_files(tmp_path / "old.json", tmp_path / "new.xsd")


@pytest.mark.parametrize("name", ["schema.yaml", "schema", "schema.wsdl"])
def test_other_kinds_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(UnusableFileError, match=r"neither a \.json nor an \.xsd file"):
        compare_files(tmp_path / name, tmp_path / name)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    there, missing, large = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json"
    there.write_bytes(b"{}")
    large.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(UnusableFileError, match=r"b\.json cannot be read: no such file"):
        compare_files(there, missing)
    with pytest.raises(UnusableFileError, match="more than 5000000 bytes"):
        compare_files(there, large)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (True, {}),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, {}),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema#"}, {}),
        ({"type": "string", "javaType": "Text"}, {"type": "string"}),
        ({"type": "string", "pattern": "^(?=a)"}, {"type": "string", "pattern": "^(?=a)"}),
    ],
)
def test_what_only_looks_different_is_compatible(tmp_path: Path, old: Any, new: Any) -> None:
    for name, schema in (("old", old), ("new", new)):
        (tmp_path / f"{name}.json").write_text(json.dumps(schema))
    assert compare_files(tmp_path / "old.json", tmp_path / "new.json").is_compatible(Mode.FULL)
