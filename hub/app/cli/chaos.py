"""``peyvand chaos``: hands over to a program that stands outside the hub and judges it by a ledger of its own."""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from hub.app.cli.ending import unreachable
from hub.app.cli.settings import AsJson
from hub.app.settings import CHECKOUT

_PROGRAM = "scripts.chaos"


class SetUp(StrEnum):
    """Which set-up is hurt."""

    EMBEDDED = "embedded"
    CLUSTERED = "clustered"


def chaos(
    messages: Annotated[int, typer.Option(min=1, metavar="N", help="How many messages to send.")] = 2000,
    set_up: Annotated[SetUp, typer.Option(help="Which set-up to hurt.")] = SetUp.EMBEDDED,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this fault; repeatable. By default all that the set-up can suffer."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Makes what is drawn by lot repeat.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Hurt a hub of its own under load, and judge by a ledger outside whether anything was lost or done twice.

    It starts what it needs itself: hubs, simulated partners, and for the clustered set-up PostgreSQL and RabbitMQ
    of its own. Nothing that runs on this machine is touched. With --json the last line is
    {"accepted", "final", "lost", "duplicates", "faults", …}; exit 0 only if accepted = final, nothing is lost, and
    nothing was delivered twice to a partner that takes no repetitions. A wrong --fault lists the right ones.
    """
    if not (CHECKOUT / "scripts" / "chaos").is_dir():
        raise unreachable(
            "peyvand chaos runs from a clone only: its program is not part of what is installed"
        )
    options = [f"--messages={messages}", f"--set-up={set_up.value}", f"--seed={seed}"]
    options += [f"--fault={name}" for name in fault or ()]
    os.chdir(CHECKOUT)
    command = [sys.executable, "-m", _PROGRAM, *options, *(["--json"] if as_json else [])]
    os.execv(sys.executable, command)  # noqa: S606 - the command is ours; its signals and status become our own
