"""The demo's course: processes up, the case told step by step, what the journal says of it, processes down."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hub.app.cli.children import Pair, running_pair, running_sandbox
from hub.app.cli.client import register
from hub.app.cli.demo.judging import judge
from hub.app.cli.demo.story import CASE, REGISTRY_OFFICE, STEPS, TITLE, Step
from hub.app.cli.demo.telling import Told, line_of, say, tell_all, tell_end, tell_step
from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.http_call import HttpAnswer, call
from hub.app.cli.screen import err, out, write_json
from hub.app.cli.serve import SANDBOX_ENV_FILE
from hub.app.cli.settings import AsJson, read_settings
from hub.app.settings import Settings
from hub.app.setups import Store, open_store
from hub.core.values import Text

CLIENT = "demo"


def demo(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep the store here; by default it is temporary and goes at the end."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell one case from beginning to end, with a hub and simulated partners started for it on free ports.

    Exit 0 only if every step ended as told. With --json one line per exchange, and nothing else, is written.
    """
    console = err() if as_json else out()
    with _folder(data_dir) as folder:
        told = asyncio.run(_tell(_settings(folder), console))
        if as_json:
            for each in told:
                write_json(line_of(each))
        else:
            tell_all(console, told)
        failed = [each for each in told if each.deviations]
        if failed:
            console.print(f"{len(failed)} of {len(told)} steps did not end as told.", style="bold red")
            raise typer.Exit(ExitCode.UNSUCCESSFUL)
        say(
            console,
            Text("هر گام همان‌گونه که گفته شد پایان یافت.", "Every step ended as told."),
            style="bold green",
        )
        if data_dir is not None:
            console.print(f"Look closer: PEYVAND_DATA_DIR={folder} peyvand exchange list", soft_wrap=True)


@contextlib.contextmanager
def _folder(data_dir: Path | None) -> Iterator[Path]:
    """The folder of the demo's store; a temporary one stays only if something failed within."""
    if data_dir is not None:
        if data_dir.exists() and (not data_dir.is_dir() or any(data_dir.iterdir())):
            raise unusable(f"{data_dir} is not empty: the demo begins with an empty store")
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield data_dir.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="peyvand-demo-"))
    try:
        yield folder
    except BaseException as error:
        if isinstance(error, Exception):
            err().print(f"What the hub and the partners logged is kept in {folder}", soft_wrap=True)
        else:
            shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)


def _settings(folder: Path) -> Settings:
    """The data folders of this set-up, and everything else fresh: ports, store, keys."""
    given = read_settings(None)
    return Settings(
        contracts_dir=given.contracts_dir.absolute(),
        routes_dir=given.routes_dir.absolute(),
        adapters_dir=given.adapters_dir.absolute(),
        data_dir=folder,
        host="127.0.0.1",
        port=0,
        management_host="127.0.0.1",
        management_port=0,
        database_url=None,
        amqp_url=None,
        master_key=None,
    )


def _environment(settings: Settings) -> dict[str, str]:
    """What the processes are told: nothing that this machine's own hub is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEYVAND_")}
    fields = ("contracts_dir", "routes_dir", "adapters_dir", "data_dir", "host", "port", "management_host", "management_port")  # fmt: skip
    return kept | {f"PEYVAND_{name.upper()}": str(getattr(settings, name)) for name in fields}


async def _tell(settings: Settings, console: Console) -> list[Told]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        raise RuntimeError("this runs as a task")
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    environment = _environment(settings)
    env_file = settings.data_dir / SANDBOX_ENV_FILE
    log = settings.data_dir / "processes.log"
    say(
        console, Text("شبیه‌سازها و پیوند راه‌اندازی می‌شوند …", "Starting the simulated partners and the hub …")
    )
    async with (
        open_store(settings) as store,
        running_sandbox(env_file, environment, control_port=0, log=log) as sandbox,
    ):
        granted = sorted({step.contract for step in STEPS})
        key = await register(store, CLIENT, granted)
        async with running_pair(sandbox, env_file, environment, log=log) as pair:
            say(console, TITLE, style="bold")
            city = _City(settings, pair, key)
            return [
                await _take(number, step, city, store, console) for number, step in enumerate(STEPS, start=1)
            ]


@dataclass(frozen=True, slots=True)
class _City:
    """The client's side: a city system with its key, and what it reaches."""

    settings: Settings
    pair: Pair
    key: str

    def exchange(self, step: Step) -> HttpAnswer:
        """Send the step's message; before, put the registry office into the step's mode."""
        if step.partner_mode:
            body = orjson.dumps({"mode": step.partner_mode})
            json_type = {"Content-Type": "application/json"}
            call("POST", self.pair.control, f"/partners/{REGISTRY_OFFICE}/mode", headers=json_type, body=body)
        folder = self.settings.contracts_dir / step.contract / "examples" / step.version
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Contract-Version": step.version,
            "Case-Id": CASE,
        }
        path = f"/exchange/{step.contract}/v{step.version.partition('.')[0]}"
        message = (folder / f"{step.example}.request.json").read_bytes()
        return call("POST", self.pair.public, path, headers=headers, body=message)


async def _take(number: int, step: Step, city: _City, store: Store, console: Console) -> Told:
    """One step: what is about to happen, the exchange, how it ended."""
    tell_step(console, number, step)
    answer = await asyncio.to_thread(city.exchange, step)
    exchange_id = answer.headers.get("exchange-id", "")
    entries = await store.journal.history(exchange_id)
    deviations = judge(step, answer)
    state = entries[-1].state if entries else None
    if state is not step.state:
        deviations = (*deviations, f"the exchange was expected to end {step.state}, the journal says {state}")
    told = Told(number, step, exchange_id, deviations, entries)
    tell_end(console, told, answer)
    return told
