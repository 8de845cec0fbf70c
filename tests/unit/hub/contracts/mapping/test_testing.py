import pytest

from hub.contracts.mapping.testing import CaseResult, run_mapping_tests
from hub.core.findings import LintError
from tests.unit.hub.contracts.folders import NUMBER, TEXT, Folder, obj

TESTS = "t/mappings/1.0/from-s-1.0.tests.yaml"


def run(folder: Folder, tests: str | None) -> tuple[CaseResult, ...]:
    folder.contract("s", obj(x=TEXT)).contract("t", obj(a=NUMBER, id=TEXT))
    folder.mapping("s@1.0", "t@1.0", "fields: {a: int(source.x), 'id?': exchange.case_id}\n")
    if tests is not None:
        folder.write(TESTS, tests)
    return run_mapping_tests(folder.root, folder.load().mappings[0])


def test_cases_pass_when_the_translation_is_as_expected(folder: Folder) -> None:
    folder.write("t/mappings/1.0/fixtures/given.json", {"x": "7"})
    results = run(
        folder,
        """\
- name: a number
  given: {x: "5"}
  expect: {a: 5, id: ""}
- name: from a file, in a case
  given: fixtures/given.json
  exchange: {case_id: c-1}
  expect: {a: 7, id: c-1}
- name: no number
  given: {x: five}
  expect_error: {code: mapping.failed, field: a}
""",
    )
    assert [(r.path, r.line, r.name, r.passed) for r in results] == [
        (TESTS, 1, "a number", True),
        (TESTS, 4, "from a file, in a case", True),
        (TESTS, 8, "no number", True),
    ]


@pytest.mark.parametrize(
    ("case", "difference"),
    [
        ("given: {x: '5'}, expect: {a: 6, id: ''}", "/a: expected 6, got 5"),
        ("given: {x: '5'}, expect: {id: ''}", "/a: unexpected 5"),
        ("given: {x: '5'}, expect: {a: 5, id: '', b: 1}", "/b: missing, expected 1"),
        ("given: {x: '5'}, expect_error: {code: mapping.failed}", "expected mapping.failed, but the message was translated"),
        ("given: {x: five}, expect_error: {code: mapping.failed, field: id}", "expected the field id to fail, got a"),
        ("given: {x: five}, expect_error: {code: route.none}", "expected route.none, got mapping.failed"),
        ("given: {x: five}, expect: {a: 5}", "mapping.failed: t/mappings/1.0/from-s-1.0.yaml: a:"),
    ],
)  # fmt: skip
def test_a_case_that_fails_says_where(folder: Folder, case: str, difference: str) -> None:
    (result,) = run(folder, f"- {{name: x, {case}}}\n")
    assert not result.passed
    assert difference in result.differences[0]


@pytest.mark.parametrize(
    ("tests", "line", "rule"),
    [
        ("- {name: x, given: {}}", 1, "mapping-test.expectation"),
        ("- {name: x, given: {}, expect: {}, expect_error: {code: x}}", 1, "mapping-test.expectation"),
        ("- {given: {}, expect: {}}", 1, "mapping-test.missing-key"),
        ("- {name: x, given: {}, expect: {}, exchange: {idd: x}}", 1, "mapping-test.exchange-field"),
        (
            "- {name: x, given: {}, expect: {}}\n- {name: x, given: {}, expect: {}}",
            2,
            "mapping-test.duplicate-name",
        ),
        ("- {name: x, given: none.json, expect: {}}", 0, "file.missing"),
    ],
)
def test_tests_that_say_nothing_are_refused(folder: Folder, tests: str, line: int, rule: str) -> None:
    with pytest.raises(LintError) as caught:
        run(folder, tests)
    assert [(f.line, f.rule) for f in caught.value.findings] == [(line, rule)]


def test_a_mapping_without_tests_has_no_results(folder: Folder) -> None:
    assert run(folder, None) == ()
