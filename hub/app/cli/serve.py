"""``peyvand serve``, ``sandbox`` and ``reload``: the processes themselves."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from hub.app.bootstrap import Hub
from hub.app.cli.ending import ExitCode
from hub.app.cli.http_call import call
from hub.app.cli.screen import out, write_json, write_line
from hub.app.cli.send import management_address
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.server import serve as serve_hub
from hub.app.setups import store_name
from monitoring.logs import set_up_logs

SANDBOX_ENV_FILE = "sandbox.env"


def serve(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Run the hub until SIGTERM or Ctrl-C; SIGHUP reloads contracts, routes and manifests.

    It prints its addresses once both ports answer; with --json as one line of JSON. Findings stop the start,
    one line each: path:line: rule: message (hint).
    """
    settings = read_settings(env_file)
    set_up_logs(settings.log_format, settings.log_level)

    def started(hub: Hub, public: str, management: str) -> None:
        loaded = hub.loaded
        if as_json:
            write_json(
                {"public": public, "management": management, "taken_up": hub.taken_up, "pid": os.getpid()}
            )
            return
        counts = (len(loaded.catalogue.contracts), len(loaded.routes), len(loaded.manifests))
        for line in (
            "peyvand is serving. پیوند آماده است.",
            f"  exchanges   {public}",
            f"  management  {management}",
            f"  store       {store_name(settings)}",
            "  loaded      {} contracts, {} routes, {} partners".format(*counts),
        ):
            write_line(line)
        if hub.taken_up:
            write_line(f"  taken up    {hub.taken_up} exchanges that an earlier run left under way")
        for warning in loaded.warnings:
            write_line(f"  warning     {warning}")

    uvloop.run(serve_hub(settings, started))


def sandbox(
    context: typer.Context,
    env_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write addresses and credentials for the hub."),
    ] = None,
) -> None:
    """Run the simulated partners; other options are handed on (python -m sandbox --help lists them).

    The env file is sandbox.env in the data folder unless another is named.
    """
    settings = read_settings(None)
    file = env_file or settings.data_dir / SANDBOX_ENV_FILE
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sandbox", "--env-file", str(file.absolute()), *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - the command is ours; its signals and status become our own


def reload(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The management port; by default that of the settings.")
    ] = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a running hub load contracts, routes and manifests anew; the old set stays if the new one is bad."""
    base_url = url or management_address(read_settings(env_file))
    answer = call("POST", base_url, "/reload")
    document = answer.json()
    findings = document.get("findings", []) if isinstance(document, dict) else []
    if as_json:
        write_json(document)
    elif answer.is_success:
        out().print("Reloaded: the new set is in force for every exchange that begins from now on.")
        for finding in findings:
            write_line(f"warning: {finding}")
    else:
        for finding in findings:
            write_line(finding)
        out().print("Not reloaded: the hub goes on with what it had.", style="red")
    if not answer.is_success:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)
