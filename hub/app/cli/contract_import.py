"""``peyvand contract import``: from what a partner gives to a draft of contract, adapter and mappings."""

from pathlib import Path
from typing import Annotated

import typer

from hub.app.checking import check
from hub.app.cli.contract_argument import read_contract
from hub.app.cli.ending import unusable
from hub.app.cli.explain import unknown_contract
from hub.app.cli.new import write_new
from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.importing import Wish, draft
from hub.app.loading import placed_path, placing
from hub.app.settings import Settings
from hub.contracts.catalogue import load_catalogue
from hub.contracts.drafting.draft import Draft, UndraftableError
from hub.core.contract import ContractVersion
from hub.core.findings import Finding
from hub.core.values import is_name


def import_(  # noqa: PLR0917 - typer reads the options from the signature
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A .wsdl, .xsd, or OpenAPI as .json or .yaml.", show_default=False
        ),
    ],
    partner: Annotated[
        str, typer.Option(metavar="NAME", help="What the partner is called here.", show_default=False)
    ],
    operation: Annotated[
        str, typer.Option(metavar="NAME", help="Which operation; of an XSD the request's element.")
    ] = "",
    reply: Annotated[str, typer.Option(metavar="ELEMENT", help="Of an XSD the reply's element.")] = "",
    port: Annotated[
        str, typer.Option(metavar="NAME", help="Of a WSDL, where several ports offer the operation.")
    ] = "",
    for_: Annotated[
        str, typer.Option("--for", metavar="CONTRACT@VERSION", help="Draft the mappings to and from it too.")
    ] = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Draft a partner's contract, adapter and mappings; list what a person has to decide in them.

    Nothing is overwritten, and nothing is fetched: what the file refers to must lie beside it.
    """
    settings = read_settings(env_file)
    if not is_name(partner):
        raise unusable(f"{partner!r} is no name: use lower-case letters and digits in words joined by - or .")
    if not file.is_file():
        raise unusable(f"{file} cannot be read: there is no such file")
    wish = Wish(file, partner, operation, reply, port, _city(for_, settings) if for_ else None)
    with placing(file.resolve().parent):
        try:
            made = draft(wish)
        except UndraftableError as error:
            raise unusable(str(error)) from None
    written = _write(made, settings)
    open_ = [finding for finding in check(settings).findings if finding.path in written]
    _tell(made, written, open_, settings, as_json=as_json)


def _city(text: str, settings: Settings) -> ContractVersion:
    wanted = read_contract(text)
    folder = settings.contracts_dir
    with placing(folder):
        contracts = load_catalogue(folder).contracts
    contract = contracts.get(wanted.contract)
    if contract is None:
        raise unknown_contract(wanted.contract, contracts)
    found = [v for number, v in sorted(contract.versions.items()) if wanted.covers(contract.name, number)]
    if not found:
        raise unusable(
            f"{contract.name} has no such version (there are {', '.join(map(str, contract.versions))})"
        )
    return found[-1]


def _write(made: Draft, settings: Settings) -> list[str]:
    """Write all or nothing; gives the files as findings name them. Raises CommandError."""
    contracts, adapters = settings.contracts_dir, settings.adapters_dir
    together: dict[str, str | bytes] = {
        str((contracts / path).absolute()): text for path, text in made.contracts.items()
    }
    together |= {str((adapters / path).absolute()): text for path, text in made.adapters.items()}
    write_new(Path("/"), together)
    return [
        *(placed_path(path, contracts) for path in made.contracts),
        *(placed_path(path, adapters) for path in made.adapters),
    ]


def _tell(
    made: Draft, written: list[str], findings: list[Finding], settings: Settings, *, as_json: bool
) -> None:
    decisions = [
        (placed_path(each.path, _folder(each.path, made, settings)), each.question) for each in made.decisions
    ]
    if as_json:
        write_json(
            {
                "written": written,
                "decisions": [{"path": path, "question": question} for path, question in decisions],
                "findings": [str(finding) for finding in findings],
            }
        )
        return
    console = out()
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True)
    console.print("To be decided by a person. تصمیم با شماست:", style="bold")
    for path, question in decisions:
        console.print(f"  {path}: {question}", soft_wrap=True)
    elsewhere = [finding for finding in findings if not finding.rule.startswith("mapping.")]
    for finding in elsewhere:
        console.print(f"  {finding}", soft_wrap=True)
    if len(findings) > len(elsewhere):
        left = len(findings) - len(elsewhere)
        console.print(f"Until then peyvand lint names {left} places in the mappings.", soft_wrap=True)


def _folder(path: str, made: Draft, settings: Settings) -> Path:
    return settings.adapters_dir if path in made.adapters else settings.contracts_dir
