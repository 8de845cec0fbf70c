"""``python -m sandbox``: the composition root of the simulated partners."""

import argparse
import asyncio
import os
import random
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox import later_answers as registry_office_async
from sandbox import map_approvals as registry_office_maps
from sandbox.behpardakht import Behpardakht
from sandbox.civil_registry import CivilRegistry
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.credentials import Credentials, from_environment, variable, write_env_file
from sandbox.later_answers import LaterAnswers
from sandbox.map_approvals import MapApprovals
from sandbox.registry_office import RULE_ID, RegistryOffice
from sandbox.wire import SHUTDOWN_TIMEOUT_S, PartnerServer


@dataclass(frozen=True)
class Options:
    """Where to listen, what to write, and the seed of everything random but the secrets."""

    host: str
    control_port: int
    registry_office_port: int
    civil_registry_port: int
    behpardakht_port: int
    env_file: Path | None
    seed: int


def parse_options(arguments: list[str]) -> Options:
    """The options on the command line; exits with usage and status 2 when they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Simulated partners of the hub.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    for name, port in (
        ("control", 9100),
        ("registry-office", 9101),
        ("civil-registry", 9102),
        ("behpardakht", 9103),
    ):
        parser.add_argument(
            f"--{name}-port", type=_port, default=port, help="0 is any free port (default: %(default)s)"
        )
    parser.add_argument(
        "--env-file", type=Path, help="where to write addresses and credentials for the hub, as dotenv lines"
    )
    parser.add_argument("--seed", type=int, default=0, help="makes drawn ids and bytes repeat (default: 0)")
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    highest = 65_535
    if not (text.isascii() and text.isdigit() and int(text) <= highest):
        raise argparse.ArgumentTypeError(f"a port from 0 to {highest}")
    return int(text)


async def serve(options: Options, credentials: Credentials) -> None:
    """Runs until SIGTERM or SIGINT; announces itself only when every port listens."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = Clock()
    gateway = Behpardakht(
        credentials.behpardakht_terminal_id,
        credentials.behpardakht_username,
        credentials.behpardakht_password,
        clock,
        random.Random(options.seed),
    )
    registry_office = RegistryOffice(
        credentials.registry_office_username, credentials.registry_office_password, clock
    )
    civil_registry = CivilRegistry(
        (
            credentials.civil_registry_username,
            credentials.civil_registry_password,
            credentials.civil_registry_organisation,
            credentials.civil_registry_service,
        ),
        clock,
    )
    servers = {
        partner.name: PartnerServer(partner, options.host, port, random.Random(options.seed))
        for partner, port in (
            (registry_office, options.registry_office_port),
            (civil_registry, options.civil_registry_port),
            (gateway, options.behpardakht_port),
        )
    }
    later_answers = LaterAnswers(credentials.registry_office_password, RULE_ID, clock)
    map_approvals = MapApprovals(credentials.registry_office_password)
    control = web.AppRunner(
        Control(servers, gateway, clock, later_answers, map_approvals).application(),
        access_log=None,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
    )
    try:
        for server in servers.values():
            await server.start()
        await control.setup()
        await web.TCPSite(control, options.host, options.control_port, reuse_address=True).start()
        host = f"[{options.host}]" if ":" in options.host else options.host
        control_url = f"http://{host}:{control.addresses[0][1]}"
        if options.env_file is not None:
            write_env_file(options.env_file, _environment(servers, control_url, credentials))
        _announce(servers, control_url, options.env_file)
        await stopping.wait()
    finally:
        await later_answers.close()
        await control.cleanup()
        for server in servers.values():
            await server.stop()


def _environment(
    servers: dict[str, PartnerServer], control_url: str, credentials: Credentials
) -> dict[str, str]:
    """What the hub needs to reach the sandbox, by environment variable."""
    addresses = {variable(f"{name}_url"): server.url for name, server in servers.items()}
    return {
        **addresses,
        **credentials.as_environment(),
        variable("registry_office_rule_id"): RULE_ID,
        variable("registry_office_async_url"): control_url + registry_office_async.PLACE,
        variable("registry_office_maps_url"): control_url + registry_office_maps.PLACE,
        variable("sandbox_control_url"): control_url,
    }


def _announce(servers: dict[str, PartnerServer], control_url: str, env_file: Path | None) -> None:
    lines = [f"{name:<16} {server.url}  {server.partner.title}" for name, server in servers.items()]
    lines.append(f"{'control':<16} {control_url}")
    if env_file is None:
        lines.append("credentials come from PEYVAND_* variables or were drawn; --env-file writes them down")
    else:
        lines.append(f"{'credentials':<16} {env_file}")
    lines.append("sandbox ready")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Reads the command line and the environment once, then serves."""
    options = parse_options(sys.argv[1:])
    try:
        credentials = from_environment(os.environ)
        asyncio.run(serve(options, credentials))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
