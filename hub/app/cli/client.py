"""``peyvand client``: who may call the hub. Works on the store, also while a hub serves it."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import orjson
import typer
from rich.table import Table

from adapters.inbox.protocol import offices_of
from adapters.kit.manifest_file import load_manifests
from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.screen import err, out, write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store, is_served
from hub.app.loading import placing
from hub.app.settings import Settings
from hub.app.setups import Store, open_store
from hub.contracts.catalogue import load_catalogue
from hub.core.contract import Contract
from hub.core.ports import ClientExistsError, ClientRecord
from hub.core.values import is_name, now_us
from hub.gateway.views import iso
from hub.reading.model import closest
from hub.security.access import Grant
from hub.security.apikeys import new_key

SEEN_WITHIN_S = 0.5
"""Hubs look twice as often (``hub/store``)."""
Name = Annotated[str, typer.Argument(metavar="NAME", help="The client's name.", show_default=False)]
Grants = Annotated[
    list[str] | None,
    typer.Option(
        "--grant",
        metavar="CONTRACT[@VERSION]",
        help="What it may use: all of a contract, @1, or @1.2. Repeatable.",
    ),
]
Partner = Annotated[
    str,
    typer.Option("--partner", metavar="PARTNER", help="The partner in whose name it posts later replies."),
]
Office = Annotated[
    str, typer.Option("--officer", metavar="OFFICE", help="The office whose work items it deals with.")
]


def add(  # noqa: PLR0917 - typer reads the options from the signature
    name: Name,
    grant: Grants = None,
    partner: Partner = "",
    officer: Office = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Register a client and write its key, once, as JSON: {"client", "key", "grants"}, and "partner" or "office".

    A hub that runs knows the client once the command has returned.
    """
    settings, grants = read_settings(env_file), grant or []
    with placing(settings.contracts_dir):
        contracts = load_catalogue(settings.contracts_dir).contracts
    check_grants(grants, contracts)
    if partner:
        _check_partner(partner, settings)
    if officer:
        _check_office(officer, settings)
    if not (partner or officer or grants):
        raise unusable(
            "say what it is for: --grant CONTRACT[@VERSION], --partner PARTNER or --officer OFFICE"
        )
    _check_name(name)

    async def run() -> str:
        async with open_store(settings) as store:
            return await register(store, name, grants, partner, officer)

    try:
        key = asyncio.run(run())
    except ClientExistsError:
        raise unsuccessful(
            f"there is a client named {name} already: revoke it first (peyvand client revoke {name})"
        ) from None
    _let_hubs_see(settings)
    document: dict[str, object] = {"client": name, "key": key, "grants": grants}
    if partner:
        document["partner"] = partner
    if officer:
        document["office"] = officer
    if as_json:
        write_json(document)
    else:
        write_line(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        if sys.stderr.isatty():
            err().print(
                "Keep the key now: it is shown once and stored nowhere. کلید را نگه دارید؛ دوباره نشان داده نمی‌شود."
            )


def _let_hubs_see(settings: Settings) -> None:
    """Wait until every hub on this store has looked at its clients again, so that what follows finds it so."""
    if is_served(settings):
        time.sleep(SEEN_WITHIN_S)


async def register(
    store: Store, name: str, grants: Sequence[str], partner: str = "", office: str = ""
) -> str:
    """Add a client and give its key. Raises ClientExistsError."""
    key = new_key()
    await store.clients.add(
        ClientRecord(name, key.prefix, key.hash, tuple(grants), now_us(), partner=partner, office=office)
    )
    return key.key


def _check_name(name: str) -> None:
    if not is_name(name):
        raise unusable(
            f"{name!r} cannot name a client: use lower-case letters and digits in words joined by - or ."
        )


def _check_partner(partner: str, settings: Settings) -> None:
    """Refuse a partner that no manifest describes. Raises CommandError, LintError."""
    with placing(settings.adapters_dir):
        known = [manifest.partner for manifest in load_manifests(settings.adapters_dir)]
    if partner not in known:
        hint = closest(partner, known) or f"there are {', '.join(known)}"
        raise unusable(f"there is no partner {partner!r} ({hint})")


def _check_office(office: str, settings: Settings) -> None:
    """Refuse an office that no inbox has. Raises CommandError, LintError."""
    with placing(settings.adapters_dir):
        known = offices_of(load_manifests(settings.adapters_dir))
    if office not in known:
        hint = closest(office, known) or (
            f"there are {', '.join(known)}" if known else "no partner has an inbox"
        )
        raise unusable(f"there is no office {office!r} ({hint})")


def check_grants(grants: Sequence[str], contracts: Mapping[str, Contract]) -> None:
    """Refuse grants that would grant nothing, or a partner's own format. Raises CommandError."""
    complaints = [complaint for grant in grants if (complaint := _complaint(grant, contracts))]
    if complaints:
        raise unusable("\n".join(complaints))


def _complaint(text: str, contracts: Mapping[str, Contract]) -> str:
    offered = [name for name, contract in contracts.items() if not contract.is_partner_format]
    try:
        grant = Grant.parse(text)
    except ValueError:
        return f"{text!r} is no grant: write CONTRACT, CONTRACT@1 or CONTRACT@1.2"
    contract = contracts.get(grant.contract)
    if contract is None:
        hint = closest(grant.contract, offered) or f"there are {', '.join(offered)}"
        return f"there is no contract {grant.contract!r} ({hint})"
    if contract.is_partner_format:
        return (
            f"{grant.contract} is a partner's own format, which no client is granted "
            f"(clients use {', '.join(offered)})"
        )
    if not any(grant.covers(contract.name, version) for version in contract.versions):
        versions = ", ".join(str(version) for version in sorted(contract.versions))
        return f"{contract.name} has no version {text.partition('@')[2]} (there are {versions})"
    return ""


def list_clients(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """List all clients, revoked ones too; of a key only its beginning is known."""
    settings = read_settings(env_file)
    records = asyncio.run(_all(settings))
    if as_json:
        write_json({"clients": [_view(record) for record in records]})
        return
    if not records:
        out().print("There are no clients yet: peyvand client add NAME --grant CONTRACT")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("client", "key", "grants", "partner", "office", "since", "revoked"):
        table.add_column(title, overflow="fold")
    for record in records:
        view = _view(record)
        table.add_row(
            record.name,
            str(view["key_prefix"]),
            "\n".join(record.grants),
            record.partner,
            record.office,
            str(view["created_at"]),
            str(view["revoked_at"] or ""),
        )
    out().print(table)


async def _all(settings: Settings) -> tuple[ClientRecord, ...]:
    async with existing_store(settings) as store:
        return await store.clients.list()


def _view(record: ClientRecord) -> dict[str, object]:
    return {
        "client": record.name,
        "key_prefix": f"pvd_{record.key_prefix}_…",
        "grants": list(record.grants),
        "partner": record.partner or None,
        "office": record.office or None,
        "created_at": iso(record.created_us),
        "revoked_at": iso(record.revoked_us) if record.revoked_us else None,
    }


def revoke(name: Name, env_file: EnvFile = None) -> None:
    """Revoke a client's key. A hub that runs refuses it once the command has returned."""
    settings = read_settings(env_file)

    async def run() -> tuple[bool, list[str]]:
        async with existing_store(settings) as store:
            revoked = await store.clients.revoke(name, now_us())
            return revoked, [record.name for record in await store.clients.list() if not record.revoked_us]

    revoked, others = asyncio.run(run())
    if not revoked:
        hint = closest(name, others) or "see peyvand client list"
        raise unsuccessful(f"there is no unrevoked client named {name!r} ({hint})")
    _let_hubs_see(settings)
    out().print(f"{name} is revoked.")
