"""``peyvand contract usage``: who still uses which version, so that one can be retired without surprise."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final

import typer
from rich.table import Table

from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store
from hub.app.loading import placing
from hub.app.settings import Settings
from hub.contracts.catalogue import load_catalogue
from hub.core.contract import Contract, ContractVersion
from hub.core.exchange import State
from hub.core.ports import Journal, Query, Summary
from hub.core.values import US_PER_S, JsonValue, Version, now_us
from hub.gateway.views import iso

_PAGE: Final = 1000
_DAY_US: Final = 86_400 * US_PER_S


@dataclass(slots=True)
class Use:
    """How one client used one version."""

    exchanges: int = 0
    refused: int = 0
    """Those of them that were refused before anything was done."""
    last_used_us: int = 0


Uses = dict[tuple[str, str, str], Use]
"""By contract, version and client."""


def usage(
    days: Annotated[int, typer.Option(min=1, help="How far to look back.")] = 90,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell which client used which contract version, how often, and when last; from the journal.

    A version that is not listed was used by nobody in that time: it can go.
    """
    settings = read_settings(env_file)
    with placing(settings.contracts_dir):
        contracts = load_catalogue(settings.contracts_dir).contracts
    uses = asyncio.run(_read(settings, now_us() - days * _DAY_US))
    rows = [_view(key, uses[key], contracts.get(key[0])) for key in sorted(uses, key=_order)]
    if as_json:
        write_json({"days": days, "usage": rows})
        return
    if not rows:
        out().print(f"Nobody used any contract in the last {days} days.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("contract", "version", "status", "sunset", "client", "exchanges", "refused", "last used"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out().print(table)


async def _read(settings: Settings, since_us: int) -> Uses:
    async with existing_store(settings) as store:
        return await uses_since(store.journal, since_us)


async def uses_since(journal: Journal, since_us: int) -> Uses:
    """All uses since a moment. Reads the journal page by page and keeps only the counts."""
    uses: Uses = {}
    query = Query(after=_first_id(since_us), limit=_PAGE)
    while found := await journal.find(query):
        for summary in found:
            _count(uses, summary)
        query = Query(after=found[-1].exchange_id, limit=_PAGE)
    return uses


def _count(uses: Uses, summary: Summary) -> None:
    opening = summary.opening
    if not opening.sender:
        return  # nobody known asked
    use = uses.setdefault((opening.contract, opening.version, opening.sender), Use())
    use.exchanges += 1
    use.refused += summary.state is State.REJECTED
    use.last_used_us = max(use.last_used_us, summary.begun_us)


def _first_id(since_us: int) -> str:
    """What comes before every exchange id of that moment and later: ids begin with their time (UUID version 7)."""
    text = f"{max(since_us, 0) // 1000:012x}"
    return f"{text[:8]}-{text[8:]}"


def _order(key: tuple[str, str, str]) -> tuple[str, Version, str]:
    return key[0], _number(key[1]), key[2]


def _number(text: str) -> Version:
    try:
        return Version.parse(text)
    except ValueError:  # a refused message may have named none
        return Version(-1, 0)


def _view(key: tuple[str, str, str], use: Use, contract: Contract | None) -> dict[str, JsonValue]:
    name, version, client = key
    known: ContractVersion | None = contract.versions.get(_number(version)) if contract else None
    return {
        "contract": name,
        "version": version or None,
        "status": str(known.status) if known else None,
        "sunset": known.sunset.isoformat() if known and known.sunset else None,
        "client": client,
        "exchanges": use.exchanges,
        "refused": use.refused,
        "last_used": iso(use.last_used_us),
    }
