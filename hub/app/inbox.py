"""Puts together what officers do with work items."""

from typing import Final

from starlette.routing import Route

from hub.app.settings import Settings
from hub.app.setups import Store
from hub.contracts.json_body import JsonLimits
from hub.gateway.work_items import WorkItems
from hub.reading.json_text import MAX_DEPTH
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.inbox.answering import Ending
from hub.runtime.inbox.desk import Desk
from hub.runtime.recorder import Recorder
from hub.runtime.settling import Settler
from hub.security.access import Access

_AROUND_AN_ANSWER: Final = 64 * 1024


def work_item_routes(
    settings: Settings,
    store: Store,
    recorder: Recorder,
    access: Access,
    *,
    configuration: CurrentConfiguration,
    settler: Settler,
) -> list[Route]:
    """Everything below ``/work-items``."""
    desk = Desk(recorder, configuration, store.body_readings, store.clients, store.claim_check.registry)
    limits = JsonLimits(settings.max_body_bytes + _AROUND_AN_ANSWER, min(settings.max_depth + 1, MAX_DEPTH))
    return WorkItems(access, configuration, desk, Ending(desk, recorder, settler), limits).routes()
