"""Composites nest once, and every part has a route."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hub.core.scatter import Gather, GatherRule, PartSpec, Scatter
from hub.core.values import ContractRef, Version
from hub.reading.files import read_yaml_file
from hub.routing.plan import Plan
from hub.routing.scatter import PartPlan, ScatterPlan, gathered_schema
from hub.routing.scatter_compile import nesting
from tests.unit.hub.routing.plans import Needs, contract_version, plan

TEXT = "scatter:\n  parts:\n    - contract: x\n"


def composite(name: str, asked: str) -> Plan:
    """A route that takes the contract ``shop.NAME`` and asks the contract ``shop.ASKED``."""
    source, part = (
        contract_version(ContractRef(f"shop.{each}", Version(1, 0)), Needs(), Needs())
        for each in (name, asked)
    )
    spec = PartSpec("one", part.ref.name, 1, "", 0, is_required=False)
    scatter = Scatter((spec,), GatherRule(Gather.ALL), cancels_rest=False)
    parts = (PartPlan(spec, part, "request-reply", 0, None, ()),)
    return replace(plan(name), source=source, scatter=ScatterPlan(scatter, parts, source.ref, ()))


def simple(name: str) -> Plan:
    source = contract_version(ContractRef(f"shop.{name}", Version(1, 0)), Needs(), Needs())
    return replace(plan(name), source=source)


def found(folder: Path, *plans: Plan) -> list[str]:
    documents: Mapping = {}
    for each in plans:
        (folder / f"{each.route.name}.yaml").write_text(TEXT, encoding="utf-8")
        document = read_yaml_file(folder / f"{each.route.name}.yaml", folder)
        documents = {**documents, each.route.name: document}
    return [f"{finding.path} {finding.rule}" for finding in nesting(plans, documents)]


def test_a_part_may_be_a_composite_whose_parts_are_none(tmp_path: Path) -> None:
    assert found(tmp_path, composite("a", "b"), composite("b", "c"), simple("c")) == []


def test_deeper_it_may_not(tmp_path: Path) -> None:
    plans = composite("a", "b"), composite("b", "c"), composite("c", "d"), simple("d")
    assert found(tmp_path, *plans) == ["a.yaml route.nested-too-deep"]


def test_a_circle_is_too_deep(tmp_path: Path) -> None:
    assert "a.yaml route.nested-too-deep" in found(tmp_path, composite("a", "b"), composite("b", "a"))


def test_a_part_that_no_route_takes(tmp_path: Path) -> None:
    assert found(tmp_path, composite("a", "b")) == ["a.yaml route.part-unrouted"]


def test_references_of_a_reply_s_schema_lead_to_where_it_stands_in_the_gathered_one() -> None:
    schema = {"properties": {"x": {"$ref": "#/$defs/x"}, "self": {"$ref": "#"}}, "$defs": {"x": {}}}
    made = gathered_schema({"deed": schema, "note": None})
    assert made["$defs"]["deed"]["properties"] == {
        "x": {"$ref": "#/$defs/deed/$defs/x"},
        "self": {"$ref": "#/$defs/deed"},
    }
    parts = made["properties"]["parts"]["properties"]
    assert parts["deed"]["properties"]["reply"] == {"$ref": "#/$defs/deed"}
    assert "reply" not in parts["note"]["properties"]
