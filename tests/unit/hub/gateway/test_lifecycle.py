"""A version that is going says so wherever it shows: in answers of both protocols and in the catalogue."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from hub.core.contract import Contract, Status
from hub.core.values import Version
from tests.unit.hub.gateway.soap.edge import PATH, SoapEdge, told, with_schemas
from tests.unit.hub.runtime.engine import engine


def going(**changes: object) -> Contract:
    made = with_schemas()
    end = {
        "status": Status.DEPRECATED,
        "deprecated": date(2026, 3, 1),
        "sunset": date(2999, 6, 30),
        "successor": Version(2, 0),
    }
    versions = {n: replace(v, **(end | changes)) for n, v in made.versions.items()}  # type: ignore[arg-type]  # by their names
    return replace(made, versions=MappingProxyType(versions))


@pytest.mark.parametrize(
    "path",
    [
        "/contracts/deeds.inquiry/v1",
        "/contracts/deeds.inquiry/v1/request.schema.json",
        "/contracts/deeds.inquiry/v1/openapi.json",
        "/contracts/deeds.inquiry/v1/asyncapi.json",
        "/contracts/deeds.inquiry/v1/service.wsdl",
        "/contracts/deeds.inquiry/v1/types.xsd",
        "/soap/deeds.inquiry/v1?wsdl",
    ],
)
async def test_pages_of_the_catalogue_say_when_their_version_goes(path: str) -> None:
    edge = SoapEdge(engine(contract_=going()))
    answer = await told(edge.app, "GET", path, [("Authorization", f"Bearer {edge.hub.key}")])
    assert answer.status == 200
    assert answer.headers["deprecation"] == "@1772323200"
    assert answer.headers["sunset"] == "Sun, 30 Jun 2999 00:00:00 GMT"
    assert answer.headers["link"] == '</contracts/deeds.inquiry/v2>; rel="successor-version"'


async def test_soap_answers_and_faults_say_it_too() -> None:
    edge = SoapEdge(engine(contract_=going()))
    good, bad = await edge.post(), await edge.post(b"<no/>")
    assert good.status == 200
    assert good.headers["deprecation"] == "@1772323200"
    assert "sunset" in good.headers
    assert bad.fault
    assert bad.headers["sunset"] == good.headers["sunset"]


async def test_after_its_sunset_soap_is_answered_with_a_fault_that_points_to_the_successor() -> None:
    edge = SoapEdge(engine(contract_=going(sunset=date(2026, 6, 30))))
    answer = await edge.post()
    assert answer.problem("Code") == "contract.retired"
    assert answer.headers["link"] == '</contracts/deeds.inquiry/v2>; rel="successor-version"'
    assert edge.hub.endpoint.calls == []


async def test_a_version_that_stays_says_nothing() -> None:
    edge = SoapEdge()
    answer = await told(edge.app, "GET", PATH + "?wsdl", [("Authorization", f"Bearer {edge.hub.key}")])
    assert not {"deprecation", "sunset", "link"} & set(answer.headers)
