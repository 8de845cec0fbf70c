from datetime import date

import pytest

from hub.contracts.catalogue import UnknownVersionError
from hub.core.contract import Pattern, Status
from hub.core.message import Kind
from hub.core.values import ContractRef, Text, Version
from tests.unit.hub.contracts.folders import RELEASED, TEXT, Folder, obj

COPY = "fields: {a: source.a}\n"


def ref(text: str) -> ContractRef:
    return ContractRef.parse(text)


def test_a_folder_becomes_contracts_with_all_their_versions(folder: Folder) -> None:
    sunset = "{status: deprecated, released: 2026-01-01, deprecated: 2026-06-01, sunset: 2027-01-01, successor: '1.10'}"
    folder.contract("a.b", obj(a=TEXT), versions={"1.2": sunset, "1.10": RELEASED, "2.0": "{status: draft}"})
    contract = folder.load().contracts["a.b"]
    assert contract.title == Text("پرسش", "Question")
    assert (contract.pattern, contract.deadline_s, contract.retention_days) == (Pattern.REQUEST_REPLY, 30, 30)
    assert [str(number) for number in contract.versions] == ["1.2", "1.10", "2.0"]
    old = contract.versions[Version(1, 2)]
    assert (old.status, old.sunset, old.successor) == (Status.DEPRECATED, date(2027, 1, 1), Version(1, 10))
    assert old.schemas[Kind.REQUEST].text == (folder.root / "a.b/1.2.request.schema.json").read_bytes()
    assert old.schemas[Kind.REQUEST].validator.is_valid({"a": "x"})


def test_versions_are_found_by_reference(folder: Folder) -> None:
    catalogue = folder.contract("a", obj()).load()
    assert catalogue.version(ref("a@1.0")).ref == ref("a@1.0")
    for unknown in ["a@1.1", "b@1.0"]:
        with pytest.raises(UnknownVersionError, match=unknown):
            catalogue.version(ref(unknown))


def test_one_way_messages_have_no_reply(folder: Folder) -> None:
    catalogue = folder.contract("news", obj(), pattern="publish-subscribe").load()
    assert set(catalogue.version(ref("news@1.0")).schemas) == {Kind.REQUEST}


def test_a_chain_of_mappings_is_the_shortest_and_always_the_same(folder: Folder) -> None:
    for name in ["a", "b", "c", "d", "z"]:
        folder.contract(name, obj(a=TEXT))
    for source, target in [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "a")]:
        folder.mapping(f"{source}@1.0", f"{target}@1.0", COPY)
    catalogue = folder.load()

    def chain(source: str, target: str, kind: Kind = Kind.REQUEST) -> list[str] | None:
        found = catalogue.translators(kind, ref(f"{source}@1.0"), ref(f"{target}@1.0"))
        return None if found is None else [str(step.target) for step in found]

    assert chain("a", "d") == ["b@1.0", "d@1.0"]
    assert chain("b", "c") == ["d@1.0", "a@1.0", "c@1.0"]
    assert chain("a", "a") == []
    assert chain("a", "z") is None
    assert chain("a", "b", Kind.REPLY) is None


@pytest.mark.parametrize(
    ("versions", "line", "rule"),
    [
        ("  1.0: {status: draft}", 12, "yaml.key-type"),
        ('  "1": {status: draft}', 12, "contract.version"),
        ('  "1.0": {status: gone}', 12, "contract.bad-value"),
        ('  "1.0": {status: released}', 12, "contract.lifecycle"),
        ('  "1.0": {status: draft, released: 2026-01-01}', 12, "contract.lifecycle"),
        ('  "1.0": {status: released, released: 2026-01-01, sunset: 2027-01-01}', 12, "contract.lifecycle"),
        ('  "1.0": {status: deprecated, released: 2026-01-01}', 12, "contract.lifecycle"),
        (
            '  "1.0": {status: deprecated, released: 2026-02-01, deprecated: 2026-01-01}',
            12,
            "contract.lifecycle",
        ),
        ('  "1.0": {status: retired, released: 2026-02-01}', 12, "contract.lifecycle"),
        ('  "1.0": {status: released, released: 2026-02-01, successor: "1.1"}', 12, "contract.successor"),
        ('  "1.0": {status: released, released: 2026-02-01, successor: "1.0"}', 12, "contract.successor"),
        ('  "1.0": {status: draft}\n  "1.0": {status: draft}', 13, "yaml.duplicate-key"),
        ("  {}", 11, "contract.bad-value"),
    ],
)
def test_versions_must_be_in_order(folder: Folder, versions: str, line: int, rule: str) -> None:
    folder.contract("a", obj())
    path = folder.root / "a/contract.yaml"
    text = path.read_text()
    path.write_text(text[: text.index('  "1.0"')] + versions + "\n")
    assert ("a/contract.yaml", line, rule) in [(f.path, f.line, f.rule) for f in folder.findings()]


def test_the_folder_and_the_name_must_agree(folder: Folder) -> None:
    folder.contract("a", obj())
    (folder.root / "a").rename(folder.root / "b")
    (finding,) = folder.findings()
    assert (finding.path, finding.line, finding.rule) == ("b/contract.yaml", 1, "contract.folder-name")


def test_the_files_and_the_versions_must_agree(folder: Folder) -> None:
    folder.contract("a", obj())
    (folder.root / "a/1.0.reply.schema.json").rename(folder.root / "a/1.0.repyl.schema.json")
    folder.write("a/1.1.request.schema.json", {}).write("a/exmples/x", "").write("a/README.md", "").write(
        "x.yaml", ""
    )
    assert [(f.path, f.line, f.rule) for f in folder.findings()] == [
        ("a/1.0.repyl.schema.json", 0, "contract.stray-file"),
        ("a/1.1.request.schema.json", 0, "contract.stray-file"),
        ("a/contract.yaml", 12, "contract.schema-missing"),
        ("a/exmples", 0, "contract.stray-file"),
        ("x.yaml", 0, "contract.stray-file"),
    ]


def test_a_folder_without_its_file_is_a_finding(folder: Folder) -> None:
    (folder.root / "empty").mkdir()
    assert [(f.path, f.rule) for f in folder.findings()] == [("empty/contract.yaml", "file.missing")]


def test_a_missing_folder_of_contracts_is_a_finding(folder: Folder) -> None:
    assert [f.rule for f in Folder(folder.root / "none").findings()] == ["file.missing"]


def test_all_files_are_judged_not_only_the_first(folder: Folder) -> None:
    folder.contract("a", {"type": "objekt"}).contract("b", obj(), {"format": "datte"}).contract("c", obj())
    folder.mapping("c@1.0", "c@1.0", "fields: {x: source.y}\n")
    folder.mapping("zz@1.0", "c@1.0", COPY)
    assert [(f.path, f.rule) for f in folder.findings()] == [
        ("a/1.0.request.schema.json", "schema.invalid"),
        ("b/1.0.reply.schema.json", "schema.unknown-format"),
        ("c/mappings/1.0/from-c-1.0.yaml", "mapping.to-itself"),
        ("c/mappings/1.0/from-c-1.0.yaml", "mapping.target-unknown"),
        ("c/mappings/1.0/from-zz-1.0.yaml", "mapping.contract-unknown"),
    ]
