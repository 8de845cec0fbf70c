"""All commands with their examples. Read it and you know what ``peyvand`` can do."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import typer

SUMMARY = """The exchange hub of a municipality. پیوند، سامانه‌ی تبادل شهرداری

Exit codes: 0 done; 1 it did not succeed (findings, failed tests, a problem for an answer);
2 what was given cannot be used; 3 the hub or the store cannot be reached or started.
"""


@dataclass(frozen=True, slots=True)
class Function:
    """A command's function, imported when it is needed: each brings along no more than it uses."""

    module: str
    name: str

    def load(self) -> Callable[..., None]:
        """The function itself."""
        function: Callable[..., None] = getattr(
            importlib.import_module(f"hub.app.cli.{self.module}"), self.name
        )
        return function


class _Module:
    """A module of commands, of which only the names of its functions are told."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Function:
        return Function(self._name, name)


chaos = _Module("chaos")
client = _Module("client")
contract = _Module("contract")
contract_import = _Module("contract_import")
contract_versions = _Module("contract_versions")
dead_letter = _Module("dead_letter")
demo = _Module("demo")
evidence = _Module("evidence")
exchange = _Module("exchange")
explain = _Module("explain")
inbox = _Module("inbox")
lint = _Module("lint")
lock = _Module("lock")
migrate = _Module("migrate")
mock = _Module("mock")
new = _Module("new")
send = _Module("send")
serve = _Module("serve")
settings = _Module("settings")
subscription = _Module("subscription")
testing = _Module("testing")
up = _Module("up")
usage = _Module("usage")


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and how it is called; the examples are run through its own parser by the tests."""

    name: str
    run: Function
    examples: tuple[str, ...]
    passes_on: bool = False
    """Whether options that it does not know are handed to another program."""


COMMANDS: tuple[Command, ...] = (
    Command("demo", demo.demo, ("peyvand demo", "peyvand demo --json")),
    Command("up", up.up, ("peyvand up", "PEYVAND_PORT=8081 PEYVAND_MANAGEMENT_PORT=9091 peyvand up")),
    Command("serve", serve.serve, ("peyvand serve --env-file var/sandbox.env", "peyvand serve --json")),
    Command(
        "sandbox", serve.sandbox, ("peyvand sandbox", "peyvand sandbox --control-port 9200"), passes_on=True
    ),
    Command(
        "send",
        send.send,
        (
            "peyvand send registry.title-inquiry inquiry.json --case 1405-17",
            "peyvand send registry.title-inquiry@1.1 - --async --json < inquiry.json",
        ),
    ),
    Command("lint", lint.lint, ("peyvand lint", "peyvand lint --json")),
    Command("lock", lock.lock, ("peyvand lock",)),
    Command("test", testing.run, ("peyvand test", "peyvand test --json")),
    Command(
        "explain",
        explain.explain,
        (
            "peyvand explain registry.title-inquiry inquiry.json",
            "peyvand explain payment.verify@1.0 - --json < payment.json",
        ),
    ),
    Command(
        "chaos",
        chaos.chaos,
        (
            "peyvand chaos --messages 2000",
            "peyvand chaos --set-up clustered --fault database-fail-over --fault broker-leader-kill --json",
        ),
    ),
    Command("migrate", migrate.migrate, ("peyvand migrate", "peyvand migrate --json")),
    Command("reload", serve.reload, ("peyvand reload", "peyvand reload --url http://127.0.0.1:9090")),
    Command(
        "settings", settings.settings, ("peyvand settings", "peyvand settings --env-file var/sandbox.env")
    ),
)

GROUPS: dict[str, tuple[str, tuple[Command, ...]]] = {
    "contract": (
        "Whether versions of a contract get along, and how a draft is released.",
        (
            Command(
                "compat",
                contract.compat,
                (
                    "peyvand contract compat old.schema.json new.schema.json",
                    "peyvand contract compat old.xsd new.xsd --mode full --format json",
                ),
            ),
            Command(
                "diff",
                contract.diff,
                (
                    "peyvand contract diff registry.title-inquiry@1.0 registry.title-inquiry@1.1",
                    "peyvand contract diff old.xsd new.xsd",
                ),
            ),
            Command(
                "check",
                contract_versions.check,
                ("peyvand contract check", "peyvand contract check --json"),
            ),
            Command(
                "release",
                contract_versions.release,
                ("peyvand contract release registry.title-inquiry@1.2 --date 2027-01-20",),
            ),
            Command(
                "import",
                contract_import.import_,
                (
                    "peyvand contract import service.wsdl --partner fire-department --operation GetApproval",
                    "peyvand contract import openapi.json --partner water --for utility.debt-inquiry@1.0",
                ),
            ),
            Command(
                "mock",
                mock.mock,
                (
                    "peyvand contract mock registry.title-inquiry@1.1",
                    "peyvand contract mock payment.verify --port 0",
                ),
            ),
            Command(
                "usage", usage.usage, ("peyvand contract usage", "peyvand contract usage --days 30 --json")
            ),
        ),
    ),
    "new": (
        "Folders to begin with: they lint, and are to be filled in.",
        (
            Command("contract", new.contract, ("peyvand new contract fire.safety-approval",)),
            Command(
                "route",
                new.route,
                (
                    "peyvand new route title-inquiry-2 --from registry.title-inquiry@1 --to registry-office.ownership-inquiry",
                ),
            ),
        ),
    ),
    "client": (
        "Who may call the hub, and with which contracts.",
        (
            Command(
                "add",
                client.add,
                (
                    "peyvand client add portal --grant registry.title-inquiry@1 --grant payment.verify",
                    "peyvand client add omid --officer fire-prevention",
                ),
            ),
            Command("list", client.list_clients, ("peyvand client list", "peyvand client list --json")),
            Command("revoke", client.revoke, ("peyvand client revoke portal",)),
        ),
    ),
    "inbox": (
        "An officer's work items: what waits for an answer by hand.",
        (
            Command(
                "list",
                inbox.list_items,
                ("peyvand inbox list", "peyvand inbox list --mine --json"),
            ),
            Command("show", inbox.show, ("peyvand inbox show 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",)),
            Command("claim", inbox.claim, ("peyvand inbox claim 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",)),
            Command(
                "release", inbox.release, ("peyvand inbox release 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",)
            ),
            Command(
                "answer",
                inbox.answer,
                ("peyvand inbox answer 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 answer.json",),
            ),
            Command(
                "return",
                inbox.give_back,
                (
                    "peyvand inbox return 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason 'the plans are missing'",
                ),
            ),
            Command(
                "reassign",
                inbox.reassign,
                (
                    "peyvand inbox reassign 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --to-officer parvin --reason 'on leave'",
                    "peyvand inbox reassign 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --to-office fire-prevention-headquarters --reason 'above eight floors'",
                ),
            ),
        ),
    ),
    "evidence": (
        "What can be proved to whoever trusts nobody: keys, checkpoints, evidence files.",
        (
            Command(
                "export",
                evidence.export,
                (
                    "peyvand evidence export 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --out title.evidence.zip",
                    "peyvand evidence export --case 1405-17 --out case.evidence.zip --purpose court-order-12",
                ),
            ),
            Command(
                "verify",
                evidence.verify,
                (
                    "peyvand evidence verify case.evidence.zip --key log.pub --tsa-root tsa.pem",
                    "peyvand evidence verify case.evidence.zip --json",
                ),
            ),
            Command(
                "verifier", evidence.verifier, ("peyvand evidence verifier --out evidence_verifier.pyz",)
            ),
            Command(
                "check",
                evidence.check,
                ("peyvand evidence check", "peyvand evidence check --against kept.checkpoint --key log.pub"),
            ),
            Command("key", evidence.key, ("peyvand evidence key",)),
            Command(
                "checkpoint",
                evidence.checkpoint,
                ("peyvand evidence checkpoint", "peyvand evidence checkpoint --old 20852014"),
            ),
            Command(
                "cosign",
                evidence.cosign,
                ("peyvand evidence cosign answer.txt --size 20852163 --witness witness.pub",),
            ),
        ),
    ),
    "dead-letter": (
        "What needs a person: by cause, and what is decided about it.",
        (
            Command(
                "list",
                dead_letter.list_dead_letters,
                ("peyvand dead-letter list", "peyvand dead-letter list --group 3f0c5d7a91be --json"),
            ),
            Command(
                "show", dead_letter.show, ("peyvand dead-letter show 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",)
            ),
            Command(
                "dry-run",
                dead_letter.dry_run,
                (
                    "peyvand dead-letter dry-run 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",
                    "peyvand dead-letter dry-run 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 corrected.json",
                ),
            ),
            Command(
                "redeliver",
                dead_letter.redeliver,
                (
                    "peyvand dead-letter redeliver 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason 'certificate renewed'",
                    "peyvand dead-letter redeliver --group 3f0c5d7a91be --per-second 5 --reason 'password set anew'",
                    "peyvand dead-letter redeliver 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --outcome-known not-done --reason 'bank says no'",
                ),
            ),
            Command(
                "edit",
                dead_letter.edit,
                (
                    "peyvand dead-letter edit 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason 'wrong office'",
                    "peyvand dead-letter edit 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 request.json --reason 'wrong office'",
                ),
            ),
            Command(
                "settle",
                dead_letter.settle,
                (
                    "peyvand dead-letter settle 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 reply.json --reason 'the bank says it was paid'",
                ),
            ),
            Command(
                "discard",
                dead_letter.discard,
                (
                    "peyvand dead-letter discard 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason 'sent by mistake'",
                ),
            ),
        ),
    ),
    "subscription": (
        "Who is told of which events, and how far they have come.",
        (
            Command(
                "list",
                subscription.list_subscriptions,
                ("peyvand subscription list", "peyvand subscription list --state parked --json"),
            ),
            Command(
                "show",
                subscription.show,
                ("peyvand subscription show 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",),
            ),
            Command(
                "pause",
                subscription.pause,
                (
                    'peyvand subscription pause 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason "their server moves"',
                ),
            ),
            Command(
                "resume",
                subscription.resume,
                (
                    'peyvand subscription resume 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason "it is there again"',
                ),
            ),
            Command(
                "replay",
                subscription.replay,
                (
                    'peyvand subscription replay 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --from 2026-11-20T00:00:00+03:30 --reason "they lost a day"',
                ),
            ),
            Command(
                "remove",
                subscription.remove,
                (
                    'peyvand subscription remove 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 --reason "contract ended"',
                ),
            ),
        ),
    ),
    "exchange": (
        "What happened to every exchange: the operator's view.",
        (
            Command(
                "list",
                exchange.list_exchanges,
                (
                    "peyvand exchange list --case 1405-17",
                    "peyvand exchange list --state dead_lettered --json",
                ),
            ),
            Command(
                "show",
                exchange.show,
                ("peyvand exchange show 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10",),
            ),
        ),
    ),
}


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line as typer runs it; given what is to be run, with no more commands than that takes."""
    app = _group(SUMMARY)
    first, second = (*arguments, "", "")[:2]
    alone = next((command for command in COMMANDS if command.name == first), None)
    for command in COMMANDS if alone is None else (alone,):
        if first not in GROUPS:
            _add(app, command)
    for name, (summary, commands) in GROUPS.items():
        if alone is not None or (first in GROUPS and first != name):
            continue
        group = _group(summary)
        one = [command for command in commands if first == name and command.name == second]
        for command in one or commands:
            _add(group, command)
        app.add_typer(group, name=name)
    return app


def all_commands() -> Iterator[tuple[str, Command]]:
    """Every command with its full name, in the order of the help."""
    for command in COMMANDS:
        yield command.name, command
    for group, (_, commands) in GROUPS.items():
        for command in commands:
            yield f"{group} {command.name}", command


_HELP = {"terminal_width": 100}
"""Help looks the same on every terminal, and in docs/reference/cli.md."""


def _group(summary: str) -> typer.Typer:
    group = typer.Typer(
        help="\b\n" + summary,
        context_settings=_HELP,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
    )
    group.callback()(_nothing)  # a group stays one, however few commands it has
    return group


def _nothing() -> None:
    pass


def _add(app: typer.Typer, command: Command) -> None:
    shown = "\b\nExamples:\n" + "\n".join(f"  {example}" for example in command.examples)
    passing_on = {"ignore_unknown_options": True, "allow_extra_args": True} if command.passes_on else {}
    function = command.run.load()
    first_line = (function.__doc__ or "").partition("\n")[0]
    decorate = app.command(
        command.name, short_help=first_line, epilog=shown, context_settings={**_HELP, **passing_on}
    )
    decorate(function)
