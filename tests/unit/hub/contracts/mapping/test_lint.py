import pytest

from tests.unit.hub.contracts.folders import NUMBER, TEXT, Folder, obj

OWNER = obj(Name=TEXT, Share=NUMBER)
SOURCE = obj(
    id=TEXT, count=NUMBER, person=obj(first=TEXT, last=TEXT), owners={"type": "array", "items": OWNER},
    flag={"type": ["boolean", "null"]},
)  # fmt: skip
TARGET = obj(
    ["id"], id=TEXT, num=NUMBER, name=obj(["first"], first=TEXT, last=TEXT), note=TEXT,
    people={"type": "array", "items": obj(["name"], name=TEXT, share=NUMBER)},
)  # fmt: skip
REST = "ignores: [/id, /count, /person, /owners, /flag]\n"


def found(folder: Folder, body: str) -> list[tuple[int, str, str]]:
    folder.contract("s", SOURCE).contract("t", TARGET).mapping("s@1.0", "t@1.0", body)
    return [(finding.line, finding.rule, finding.hint) for finding in folder.findings()]


def fields(*lines: str) -> str:
    return "fields:\n" + "".join(f"  {line}\n" for line in lines)


ID = "id: '\"x\"'"  # line 5 of every file below, so that the line under test is the 6th


@pytest.mark.parametrize(
    ("line", "rule", "hint"),
    [
        ("nmu: source.count", "mapping.target-unknown", "did you mean 'num'?"),
        ("name.frist: source.id", "mapping.target-unknown", "did you mean 'first'?"),
        ("num: source.cuont", "mapping.source-unknown", "did you mean 'count'?"),
        ("note: source.person.lst", "mapping.source-unknown", "did you mean 'last'?"),
        ("note: source.id.x", "mapping.source-unknown", ""),
        ("note: source.id[0]", "mapping.source-unknown", ""),
        ("note: source.count", "mapping.type", ""),
        ("num: source.id", "mapping.type", ""),
        ("num: '\"text\"'", "mapping.type", ""),
        ("num: true", "mapping.type", ""),
        ("note: source.person", "mapping.type", ""),
        ("num: source.count +", "mapping.expression", ""),
        ("num: sorce.count", "mapping.expression", ""),
        ("note: normalize(source.id)", "mapping.expression", ""),
        ("note: item.Name", "mapping.expression", ""),
        ("note: {from: source.id, when: source.cuont +}", "mapping.condition", ""),
        ("note: {from: source.id, when: '\"text\"'}", "mapping.condition", ""),
        ("note: {from: source.?id, when: has(source.id)}", "mapping.expression", "orValue"),
        ("note?: source.id + 'x'", "mapping.optional-expression", "optMap"),
        ("note?: normalise(source.id + 'x')", "mapping.optional-expression", "optMap"),
        ("note?: has(source.id)", "mapping.optional-expression", "optMap"),
        ("note?: normalise(source.idd)", "mapping.source-unknown", "did you mean 'id'?"),
        ("note?: normalise(item.Name)", "mapping.expression", ""),
        ("people[]?: normalise(source.id)", "mapping.list-without-fields", ""),
        ("id?: normalise(source.id)", "mapping.target-conflict", ""),
        ("note: {from: source.id, codes: nowhere}", "mapping.codes-unknown", ""),
        ("note: {from: source.id, otherwise: x}", "mapping.otherwise-without-codes", ""),
        ("note: {form: source.id}", "mapping.unknown-key", "did you mean 'from'?"),
        ("note: [source.id]", "mapping.field-form", ""),
        ("note:", "mapping.field-form", ""),
        ("note: exchange.idd", "mapping.exchange-field", "did you mean 'id'?"),
        ("note: constants.x", "mapping.constant-unknown", ""),
        ("no te: source.id", "mapping.target-syntax", ""),
        ("note.: source.id", "mapping.target-syntax", ""),
        ("no?te: source.id", "mapping.target-syntax", ""),
        ("id.x: source.id", "mapping.target-conflict", ""),
        ("id?: source.id", "mapping.target-conflict", ""),
        ("people[].name: source.id", "mapping.list-undeclared", "people[]:"),
        ("people[]: source.owners", "mapping.list-without-fields", "write people:"),
        ("name.last: source.id", "mapping.required-missing", ""),
    ],
)
def test_a_line_that_cannot_be_right_is_refused(folder: Folder, line: str, rule: str, hint: str) -> None:
    result = found(folder, fields(ID, line) + REST)
    assert (6, rule) in [(at, what) for at, what, _ in result]
    assert hint in next(text for at, what, text in result if (at, what) == (6, rule))


@pytest.mark.parametrize(
    ("lines", "at", "rule"),
    [
        (["note: source.id"], 5, "mapping.required-missing"),
        (["id?: source.id"], 5, "mapping.required-left-out"),
        (["id: {from: source.id, when: has(source.id)}"], 5, "mapping.required-left-out"),
        ([ID, "people[]: source.id", "people[].name: item.Name"], 6, "mapping.type"),
        ([ID, "people[]: source.owners", "people[].name: item.Nam"], 7, "mapping.source-unknown"),
        ([ID, "people[]: source.owners", "people[].share: item.Share"], 6, "mapping.required-missing"),
        ([ID, "people[]: source.owners", "people[].name?: item.Name"], 7, "mapping.required-left-out"),
        ([ID, "people[]: source.owners", "people[].name: item.Share"], 7, "mapping.type"),
        ([ID, "people[]: source.owners", "people[].name: outer.Name"], 7, "mapping.expression"),
        ([ID, "people: source.owners", "people[].name: item.Name"], 7, "mapping.target-conflict"),
    ],
)
def test_lines_that_do_not_go_together_are_refused(
    folder: Folder, lines: list[str], at: int, rule: str
) -> None:
    assert (at, rule) in [(line, what) for line, what, _ in found(folder, fields(*lines) + REST)]


def test_source_fields_that_nobody_reads_are_listed_topmost_first(folder: Folder) -> None:
    folder.contract("s", SOURCE).contract("t", TARGET)
    lines = fields(
        ID, "name.first: source.person.first", "people[]: source.owners", "people[].name: item.Name"
    )
    folder.mapping("s@1.0", "t@1.0", lines + "ignores: [/flag]\n")
    messages = [finding.message for finding in folder.findings()]
    unread = ["/count", "/id", "/owners/0/Share", "/person/last"]
    assert messages == [f"no field reads {pointer} of the source" for pointer in unread]


def test_asking_whether_something_is_there_is_not_reading_it(folder: Folder) -> None:
    line = "name.first: {from: source.person.first, when: has(source.person)}"
    result = found(folder, fields("id: source.id", line) + "ignores: [/count, /owners, /flag]\n")
    assert [(rule) for _, rule, _ in result] == ["mapping.source-unread"]


@pytest.mark.parametrize(
    ("ignores", "rule"),
    [
        ("[/id, /count, /person, /owners, /flag, /nothing]", "mapping.ignore-unknown"),
        ("[id, /id, /count, /person, /owners, /flag]", "mapping.ignore-unknown"),
        ("[/note, /count, /person, /owners, /flag]", "mapping.ignore-unknown"),
    ],
)
def test_ignores_name_what_is_there(folder: Folder, ignores: str, rule: str) -> None:
    assert (6, rule) in [
        (line, what) for line, what, _ in found(folder, fields(ID) + f"ignores: {ignores}\n")
    ]


def test_what_is_read_cannot_be_ignored_too(folder: Folder) -> None:
    result = found(folder, fields("id: source.id") + REST)
    assert [(line, rule) for line, rule, _ in result] == [(6, "mapping.ignore-read")]


def test_code_lists_that_nobody_uses_are_refused(folder: Folder) -> None:
    result = found(folder, "codes:\n  x: {'1': a}\n" + fields(ID) + REST)
    assert (5, "mapping.codes-unused") in [(line, rule) for line, rule, _ in result]


def test_a_code_lists_values_must_fit_the_target(folder: Folder) -> None:
    body = "codes: {x: {'1': a, '2': 2}}\n" + fields(ID, "num: {from: source.id, codes: x}")
    result = found(folder, body + "ignores: [/count, /person, /owners, /flag]\n")
    assert [(line, rule) for line, rule, _ in result] == [(7, "mapping.type")]


def test_the_file_lies_where_its_head_says(folder: Folder) -> None:
    folder.contract("s", SOURCE).contract("t", TARGET)
    body = fields("id: source.id") + "ignores: [/count, /person, /owners, /flag]\n"
    folder.write("t/mappings/1.0/from-other-1.0.yaml", f"from: s@1.0\nto: t@1.0\nkind: request\n{body}")
    folder.write("t/mappings/1.1/from-s-1.0.yaml", f"from: s@1.0\nto: t@1.0\nkind: request\n{body}")
    folder.mapping("s@1.0", "t@1.0", body).mapping("s@1.0", "t@1.0", body, suffix=".request")
    folder.write("t/mappings/1.0/from-s.tests.yaml", "[]").write("t/mappings/1.0/x.json", "{}")
    folder.write("t/mappings/readme", "")
    assert [(f.path.removeprefix("t/mappings/"), f.line, f.rule) for f in folder.findings()] == [
        ("1.0/from-other-1.0.yaml", 1, "mapping.file-name"),
        ("1.0/from-s-1.0.yaml", 0, "mapping.duplicate"),
        ("1.0/from-s.tests.yaml", 0, "mapping.stray-file"),
        ("1.0/x.json", 0, "mapping.stray-file"),
        ("1.1/from-s-1.0.yaml", 2, "mapping.file-name"),
        ("readme", 0, "mapping.stray-file"),
    ]


def test_versions_that_do_not_exist_are_named(folder: Folder) -> None:
    folder.contract("s", SOURCE).contract("t", TARGET, pattern="publish-subscribe")
    folder.mapping("s@1.1", "t@1.0", fields(ID)).mapping("z@1.0", "t@1.0", fields(ID))
    folder.mapping("s@1.0", "t@1.0", fields(ID), kind="reply")
    assert [(f.line, f.rule) for f in folder.findings()] == [
        (3, "mapping.kind-unknown"),
        (1, "mapping.contract-unknown"),
        (1, "mapping.contract-unknown"),
    ]


def test_the_original_is_held_against_the_source_s_schema(folder: Folder) -> None:
    source, target = obj(name=TEXT, note=TEXT), obj(name=NUMBER, note=TEXT, typed=TEXT)
    folder.contract("s", source).contract("t", target)
    folder.mapping(
        "s@1.0", "t@1.0", "fields: {note: original.note, name: original.name, typed: original.nam}"
    )
    rules = {(finding.rule, finding.message) for finding in folder.findings()}
    assert ("mapping.type", "original.name is string, but name must be integer") in rules
    assert any(rule == "mapping.source-unknown" and "original.nam" in text for rule, text in rules)
    assert not any(rule == "mapping.source-unread" for rule, _ in rules)
