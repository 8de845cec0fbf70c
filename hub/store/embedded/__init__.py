"""The embedded store: everything on one machine's disk, in SQLite and files, with no server to start."""

from hub.store.embedded.store import EmbeddedStore
from hub.store.in_process_channel import InProcessChannel
from hub.store.unusable import StoreUnusableError

__all__ = ["EmbeddedStore", "InProcessChannel", "StoreUnusableError"]
