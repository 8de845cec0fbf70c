"""Puts together what takes, gives and removes large documents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.app.settings import Settings
from hub.app.setups import SetUp
from hub.core.observer import Observer
from hub.gateway.admission import Admission
from hub.gateway.attachments.path import AttachmentPath
from hub.gateway.http import HttpLimits
from hub.runtime.collecting import Collector
from hub.runtime.uploads import UploadLimits, Uploads
from hub.security.access import Access


@asynccontextmanager
async def attachments_of(
    settings: Settings, stands_on: SetUp, access: Access, observer: Observer, limits: HttpLimits
) -> AsyncIterator[AttachmentPath]:
    """What serves documents, over a store that need not be open yet; what nobody keeps is removed meanwhile."""
    store = stands_on.store
    uploads = Uploads(
        store.claim_check,
        UploadLimits(
            document_bytes=settings.documents_max_bytes,
            client_bytes=settings.documents_client_bytes,
            reserve_bytes=settings.documents_reserve_bytes,
            unused_s=settings.documents_unused_s,
            unfinished_s=settings.documents_unfinished_s,
        ),
    )
    path = AttachmentPath(
        access,
        uploads,
        store.claim_check,
        readings=store.body_readings,
        admission=Admission(observer, limits, settings.documents_transfers),
        pause_s=settings.body_timeout_s,
    )
    collector = Collector(store.claim_check, settings.documents_collect_s, stands_on.may_sweep)
    collector.start()
    try:
        yield path
    finally:
        await collector.stop()
