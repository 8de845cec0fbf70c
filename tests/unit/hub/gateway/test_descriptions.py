"""Descriptions over HTTP: made once for all who are offered the same, anew for a new configuration."""

from hub.runtime.configuration import Configuration
from tests.unit.hub.gateway.test_queries import Desk


async def test_a_description_follows_the_configuration_in_force():
    desk = Desk()
    before = await desk.get("/openapi.json")
    assert (before.status, before.json["openapi"]) == (200, "3.1.0")
    assert (await desk.get("/openapi.json")).body == before.body
    now = desk.hub.configuration.now
    desk.hub.configuration.replace(Configuration({}, now.routing, now.endpoints))
    after = await desk.get("/openapi.json")
    assert [path for path in after.json["paths"] if path.startswith("/exchange/")] == []
    assert [path for path in before.json["paths"] if path.startswith("/exchange/")] != []


async def test_what_one_client_is_told_is_not_told_to_another():
    desk = Desk()
    mine = await desk.get("/openapi.json")
    theirs = await desk.get("/openapi.json", key=desk.other_key)
    assert mine.json["paths"].keys() - theirs.json["paths"].keys() != set()
    assert not any(path.startswith("/exchange/") for path in theirs.json["paths"])
