import pytest

from hub.contracts.examples import lint_examples, valid_examples
from hub.core.message import Kind
from hub.core.values import ContractRef
from tests.unit.hub.contracts.folders import TEXT, Folder, obj

PLACE = "a/examples/1.0"


@pytest.fixture
def contract(folder: Folder) -> Folder:
    return folder.contract("a", obj(["x"], x=TEXT))


def found(folder: Folder) -> list[tuple[str, int, str]]:
    findings = lint_examples(folder.root, folder.load().contracts.values())
    return [(f.path.removeprefix("a/examples/"), f.line, f.rule) for f in findings]


def test_good_examples_are_not_spoken_of(contract: Folder) -> None:
    contract.write(f"{PLACE}/valid/one.request.json", {"x": "1"}).write(f"{PLACE}/valid/one.reply.json", {})
    contract.write(f"{PLACE}/invalid/two.request.json", {"y": 1})
    contract.write(
        f"{PLACE}/invalid/two.expect.yaml",
        "- {pointer: /x, code: required}\n- {pointer: /y, code: additionalProperties}\n",
    )
    assert found(contract) == []


def test_a_valid_example_that_is_not_is_told_line_by_line(contract: Folder) -> None:
    contract.write(f"{PLACE}/valid/one.request.json", '{\n "x": 5,\n "y": 1\n}')
    assert found(contract) == [
        ("1.0/valid/one.request.json", 2, "example.invalid"),
        ("1.0/valid/one.request.json", 3, "example.invalid"),
    ]


def test_an_invalid_example_must_fail_exactly_as_it_says(contract: Folder) -> None:
    for name, document, expectation in [
        ("none", {}, None),
        ("other", {}, "- {pointer: /x, code: type}"),
        ("more", {"y": 1}, "- {pointer: /x, code: required}"),
        ("passes", {"x": "1"}, "- {pointer: /x, code: required}"),
        ("typo", {}, "- {pionter: /x, code: required}"),
    ]:
        contract.write(f"{PLACE}/invalid/{name}.request.json", document)
        if expectation:
            contract.write(f"{PLACE}/invalid/{name}.expect.yaml", expectation)
    assert found(contract) == [
        ("1.0/invalid/more.expect.yaml", 1, "example.other-errors"),
        ("1.0/invalid/none.expect.yaml", 0, "file.missing"),
        ("1.0/invalid/other.expect.yaml", 1, "example.other-errors"),
        ("1.0/invalid/passes.request.json", 0, "example.valid"),
        ("1.0/invalid/typo.expect.yaml", 1, "example.missing-key"),
        ("1.0/invalid/typo.expect.yaml", 1, "example.unknown-key"),
    ]


def test_examples_lie_where_they_belong(contract: Folder) -> None:
    contract.write("a/examples/1.1/valid/x.request.json", {}).write("a/examples/one/x.json", {})
    contract.write(f"{PLACE}/good/x.request.json", {}).write(f"{PLACE}/valid/x.json", {})
    contract.write(f"{PLACE}/invalid/y.expect.yaml", "[]").write(f"{PLACE}/valid/z.request.json", "{")
    assert found(contract) == [
        ("1.0/good", 0, "example.stray-file"),
        ("1.0/invalid/y.expect.yaml", 0, "example.stray-file"),
        ("1.0/valid/x.json", 0, "example.stray-file"),
        ("1.0/valid/z.request.json", 1, "json.malformed"),
        ("1.1", 0, "example.version-unknown"),
        ("one", 0, "example.version-unknown"),
    ]


def test_valid_examples_can_be_had(contract: Folder) -> None:
    contract.write(f"{PLACE}/valid/b.request.json", {"x": "2"}).write(
        f"{PLACE}/valid/a.request.json", {"x": "1"}
    )
    version = contract.load().version(ContractRef.parse("a@1.0"))
    examples = valid_examples(contract.root, version, Kind.REQUEST)
    assert [example.document for example in examples] == [{"x": "1"}, {"x": "2"}]
