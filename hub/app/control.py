"""The control API put together: its token, its routes, and where a running hub serves it."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import structlog
from starlette.routing import BaseRoute

from hub.app.settings import Settings
from hub.app.setups import Store
from hub.contracts.json_body import JsonLimits
from hub.gateway.control.dead_letters import DeadLetterControl
from hub.gateway.control.door import Door
from hub.gateway.soap.codec import recorded_requests
from hub.reading.json_text import MAX_DEPTH
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.dead_letters.desk import DeadLetters, Offer
from hub.runtime.recorder import Recorder
from hub.security.control_token import FILE, control_token_from_file, control_token_from_text

log = structlog.get_logger(__name__)

ADDRESS_FILE: Final = "control.address"
_AROUND_A_DOCUMENT: Final = 64 * 1024


def control_token(settings: Settings, *, create: bool) -> str:
    """The token that the settings give, or that of the data folder. Raises ControlTokenError."""
    if settings.control_token is not None:
        return control_token_from_text(settings.control_token.get_secret_value(), "PEYVAND_CONTROL_TOKEN")
    return control_token_from_file(settings.data_dir / FILE, create=create)


def control_routes(
    settings: Settings,
    store: Store,
    recorder: Recorder,
    configuration: CurrentConfiguration,
    *,
    offer: Offer,
    token: str,
) -> Sequence[BaseRoute]:
    """Everything below ``/admin``."""
    limits = JsonLimits(settings.max_body_bytes, settings.max_depth)
    desk = DeadLetters(recorder, configuration, store.body_readings, recorded_requests(limits), offer)
    bodies = JsonLimits(settings.max_body_bytes + _AROUND_A_DOCUMENT, min(settings.max_depth + 1, MAX_DEPTH))
    return DeadLetterControl(desk, Door(token), bodies).routes()


@contextlib.contextmanager
def told_address(data_dir: Path, address: str) -> Iterator[None]:
    """While a hub serves, its data folder tells at which address: commands need not be told the port."""
    file = data_dir / ADDRESS_FILE
    new = file.with_name(f"{ADDRESS_FILE}.{os.getpid()}")
    try:
        new.write_text(address + "\n", encoding="ascii")
        new.replace(file)  # whole or not at all: a command may be reading it
    except OSError as error:  # a full disk: the hub serves, and commands are told its address
        log.warning("the control port's address could not be noted", file=str(file), reason=str(error))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def address_told(data_dir: Path) -> str:
    """The address that a hub has told here; empty if there is none. One that was killed leaves its last one behind."""
    try:
        return (data_dir / ADDRESS_FILE).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
