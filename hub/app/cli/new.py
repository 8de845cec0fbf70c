"""``peyvand new``: folders to begin with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import Finder, Loaded, load, placed_path
from hub.contracts.descriptions.samples import NoSampleError, sample
from hub.contracts.drafting.scaffold import new_contract, new_route
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.message import Kind
from hub.core.values import JsonValue, is_name
from hub.reading.model import closest
from hub.security.access import Grant

NewName = Annotated[
    str, typer.Argument(metavar="NAME", help="Lower-case words joined by - or .", show_default=False)
]


def contract(name: NewName, env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Begin a contract: a draft of 1.0 with schemas and examples that lint, to be filled in."""
    folder = read_settings(env_file).contracts_dir
    _refuse_name(name)
    if "." not in name:
        raise unusable(f"{name!r} names no contract: write its owner first, as in registry.title-inquiry")
    paths = write_new(folder, new_contract(name))
    _tell(paths, as_json, f"fill it in, then run peyvand lint; peyvand contract mock {name} serves it")


def route(
    name: NewName,
    from_: Annotated[
        str, typer.Option("--from", metavar="CONTRACT@MAJOR", help="What it takes.", show_default=False)
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="PARTNER.ENDPOINT", help="Where it leads.", show_default=False)
    ],
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Begin a route that lints and takes no message yet, with a test that is red until it is filled in."""
    settings = read_settings(env_file)
    _refuse_name(name)
    loaded = load(settings)
    found, version = _source(from_, loaded)
    _refuse_endpoint(to, loaded, version)
    major = version.ref.version.major
    rivals = [each.priority for each in loaded.routes if (each.contract, each.major) == (found.name, major)]
    files = new_route(
        name,
        contract=found.name,
        major=major,
        endpoint=to,
        version=str(version.ref.version),
        request=_request(version, loaded),
        priority=max(rivals) + 1 if rivals else 0,
    )
    paths = write_new(settings.routes_dir, files)
    _tell(paths, as_json, "say what it takes and what must arrive, then run peyvand lint and peyvand test")


def write_new(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files that must all be new; none is written if one is there. Raises CommandError."""
    paths = {folder / name: content for name, content in files.items()}
    there = [path for path in paths if path.exists()]
    if there:
        raise unsuccessful(f"{placed_path(str(there[0]), folder)} is there already: nothing was written")
    for path, content in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(paths)


def _refuse_name(name: str) -> None:
    if not is_name(name):
        raise unusable(f"{name!r} is no name: use lower-case letters and digits in words joined by - or .")


def _source(text: str, loaded: Loaded) -> tuple[Contract, ContractVersion]:
    """The contract, and the newest version of the major that is asked for."""
    try:
        wanted = Grant.parse(text)
    except ValueError:
        raise unusable(f"{text!r} is no contract: write it like registry.title-inquiry@1") from None
    contracts = loaded.catalogue.contracts
    found = contracts.get(wanted.contract)
    if found is None or found.is_partner_format:
        offered = [each.name for each in contracts.values() if not each.is_partner_format]
        raise unusable(
            f"clients have no contract {wanted.contract!r} ({closest(wanted.contract, offered) or ', '.join(offered)})"
        )
    versions = [
        version
        for number, version in sorted(found.versions.items())
        if wanted.major in {None, number.major} and version.status is not Status.RETIRED
    ]
    if not versions:
        raise unusable(f"{found.name} has no served version of major {wanted.major}")
    return found, versions[-1]


def _refuse_endpoint(name: str, loaded: Loaded, version: ContractVersion) -> None:
    facts = loaded.facts
    if name not in facts:
        hint = closest(name, facts) or f"there are {', '.join(sorted(facts))}"
        raise unusable(f"no manifest names an endpoint {name!r} ({hint})")
    partner, find = facts[name].contract, Finder(loaded.catalogue)
    ways = ((Kind.REQUEST, version.ref, partner), (Kind.REPLY, partner, version.ref))
    for kind, source, target in ways:
        if find(kind, source, target) is None:
            raise unsuccessful(
                f"no mappings lead from {source} to {target} for the {kind}: write them first, "
                f"as contracts/{target.name}/mappings/{target.version}/from-{source.name}-{source.version}.yaml "
                "(peyvand contract import --for drafts them)"
            )


def _request(version: ContractVersion, loaded: Loaded) -> JsonValue:
    """A valid request to begin with: an example, or an invented one."""
    examples = loaded.examples.get((version.ref, Kind.REQUEST), {})
    if examples:
        return examples[min(examples)]
    try:
        return sample(version.schemas[Kind.REQUEST], "1")
    except NoSampleError as error:
        raise unsuccessful(f"{version.ref} has no example, and {error}: add an example first") from None


def _tell(paths: list[Path], as_json: bool, then: str) -> None:
    shown = [placed_path(str(path), path.parent) for path in paths]
    if as_json:
        write_json({"written": shown})
        return
    for path in shown:
        out().print(f"wrote {path}", soft_wrap=True)
    out().print(f"Now {then}.", soft_wrap=True)
