"""``peyvand up``: a hub and the simulated partners together, until Ctrl-C."""

import asyncio
import os
import shlex
import signal
import socket
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.app.cli.children import Pair, running_pair, running_sandbox
from hub.app.cli.client import register
from hub.app.cli.ending import unreachable, unsuccessful
from hub.app.cli.http_call import HttpAnswer, call
from hub.app.cli.screen import write_line
from hub.app.cli.serve import SANDBOX_ENV_FILE
from hub.app.cli.settings import read_settings
from hub.app.cli.store import is_served
from hub.app.settings import Settings
from hub.app.setups import open_store
from hub.contracts.catalogue import load_catalogue
from hub.core.values import now_us

CLIENT = "demo"
CASE = "up-1"
_LATER_PARTNER = "registry-office-async"
"""The simulated partner that answers later; its own client is called the same."""
_SHOWN_CONTRACT = "registry.title-inquiry"
_SHOWN_VERSION = "1.1"
_SHOWN_EXAMPLE = "one-owner.request.json"


def up(
    sandbox_control_port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="The simulated partners' control port; 0 for any free one."
        ),
    ] = 9100,
) -> None:
    """Run a hub and the simulated partners until Ctrl-C or SIGTERM; when one ends, so does the other.

    PEYVAND_PORT and PEYVAND_MANAGEMENT_PORT choose the hub's ports. A client `demo` with a fresh key may use
    all contracts.
    """
    settings = read_settings(None)
    _refuse_a_second(settings, sandbox_control_port)
    asyncio.run(_up(settings, sandbox_control_port))


def _refuse_a_second(settings: Settings, control_port: int) -> None:
    """Say so in a sentence if what is needed is taken. Raises CommandError."""
    for host, port, remedy in (
        (settings.host, settings.port, "set PEYVAND_PORT to another"),
        (settings.management_host, settings.management_port, "set PEYVAND_MANAGEMENT_PORT to another"),
        ("127.0.0.1", control_port, "give --sandbox-control-port 0"),
    ):
        if _is_taken(host, port):
            raise unreachable(
                f"port {port} is in use, perhaps by another `peyvand up`: stop that one, or {remedy}"
            )
    if is_served(settings):
        raise unreachable(
            f"another hub serves {settings.data_dir}: stop it, or set PEYVAND_DATA_DIR to another folder"
        )


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError:
            return True
    return False


async def _up(settings: Settings, control_port: int) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        raise RuntimeError("this runs as a task")
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await _run(settings, control_port)
    except asyncio.CancelledError:
        write_line("Stopped. متوقف شد.")


async def _run(settings: Settings, control_port: int) -> None:
    """Raises CommandError once one of the two has ended."""
    env_file = settings.data_dir / SANDBOX_ENV_FILE
    write_line("Starting the simulated partners and the hub … در حال راه‌اندازی")
    async with running_sandbox(env_file, os.environ, control_port=control_port, log=None) as sandbox:
        key, partner_key = await _fresh_keys(settings)
        async with running_pair(sandbox, env_file, os.environ, log=None) as pair:
            await asyncio.to_thread(_let_answer_later, pair, partner_key)
            await asyncio.to_thread(_show, settings, pair, key)
            ends = {asyncio.ensure_future(child.ended()): child for child in (sandbox, pair.hub)}
            try:
                done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
            child, status = next((ends[end], end.result()) for end in done)
            other = pair.hub if child is sandbox else sandbox
            raise unsuccessful(f"{child.name} ended (status {status}), so {other.name} was stopped too")


async def _fresh_keys(settings: Settings) -> tuple[str, str]:
    """New keys for the client and for the partner that answers later; those of an earlier start are revoked."""
    contracts = load_catalogue(settings.contracts_dir).contracts.values()
    grants = [contract.name for contract in contracts if not contract.is_partner_format]
    async with open_store(settings) as store:
        for name in (CLIENT, _LATER_PARTNER):
            await store.clients.revoke(name, now_us())
        key = await register(store, CLIENT, grants)
        return key, await register(store, _LATER_PARTNER, [], partner=_LATER_PARTNER)


def _let_answer_later(pair: Pair, key: str) -> None:
    """Tell the simulated partner where its later answers go. Raises CommandError if it does not take that."""
    replies = f"{pair.public}/partners/{_LATER_PARTNER}/replies"
    body = orjson.dumps({"timing": "prompt", "url": replies, "key": key})
    answer = call("POST", pair.control, f"/{_LATER_PARTNER}/settings", body=body)
    if not answer.is_success:
        raise unsuccessful(f"the simulated {_LATER_PARTNER} cannot be set up (status {answer.status})")


def _show(settings: Settings, pair: Pair, key: str) -> None:
    """Make one exchange, so that it is known to work, and print commands that can be pasted as they are."""
    example = (
        settings.contracts_dir / _SHOWN_CONTRACT / "examples" / _SHOWN_VERSION / "valid" / _SHOWN_EXAMPLE
    ).absolute()
    path = f"/exchange/{_SHOWN_CONTRACT}/v{_SHOWN_VERSION.partition('.')[0]}"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Case-Id": CASE}
    answer = call("POST", pair.public, path, headers=headers, body=example.read_bytes())
    for line in (
        "Ready. آماده است.",
        f"  exchanges   {pair.public}",
        f"  management  {pair.management}",
        f'  partners    {pair.control} (simulated: POST /partners/registry_office/mode {{"mode": "down"}})',
        f"  key         {key} (client {CLIENT}, all contracts)",
        "",
        "Ask who owns a property. پرسش مالکیت ملک:",
        _curl(pair.public + path, headers, example),
        "",
        _of_the_first(answer),
        _curl(
            f"{pair.public}/exchanges/{answer.headers.get('exchange-id', 'ID')}",
            {"Authorization": f"Bearer {key}"},
        ),
        "",
        "Ctrl-C stops both. Ctrl-C هر دو را متوقف می‌کند.",
    ):
        write_line(line)


def _of_the_first(answer: HttpAnswer) -> str:
    if answer.is_success:
        return "It has been asked once already; see what is recorded of that. آنچه از آن ثبت شد:"
    document = answer.json()
    code = document.get("code", "") if isinstance(document, dict) else ""
    return f"Asked once for a trial, the answer was {answer.status} {code}; see what is recorded of it:"


def _curl(url: str, headers: dict[str, str], body: Path | None = None) -> str:
    """A command line for any POSIX shell, on one line."""
    words = ["curl", "-sS", url]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if body is not None:
        words += ["--data-binary", f"@{body}"]
    return shlex.join(words)
