"""``peyvand send``: uses a contract as a client does, over HTTP."""

from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console

from hub.app.cli.contract_argument import ContractArgument, FileArgument, read_contract, read_message
from hub.app.cli.ending import ExitCode, unsuccessful, unusable
from hub.app.cli.explain import unknown_contract
from hub.app.cli.http_call import HttpAnswer, call
from hub.app.cli.screen import out, show_document, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.settings import Settings
from hub.core import codes
from hub.core.values import JsonValue
from hub.security.access import Grant

_IF_LOST = (
    "the hub may have recorded the message and go on with it; see peyvand exchange list before you send it "
    "again (with the same --idempotency-key it can be sent again at any time)"
)


def send(  # noqa: PLR0917 - typer reads the options from the signature
    contract: ContractArgument,
    file: FileArgument,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The hub's address; by default that of the settings.")
    ] = None,
    key: Annotated[
        str, typer.Option(envvar="PEYVAND_KEY", metavar="KEY", help="The client's key.", show_default=False)
    ] = "",
    case: Annotated[str | None, typer.Option(metavar="ID", help="The case that it belongs to.")] = None,
    wait: Annotated[
        int | None, typer.Option(min=0, metavar="SECONDS", help="Wait for the reply at most so long.")
    ] = None,
    is_async: Annotated[bool, typer.Option("--async", help="Do not wait for the reply.")] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="However often it is sent, one exchange.")
    ] = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Send a message to a hub and show the reply; exit 1 if the answer is a problem."""
    wanted = read_contract(contract)
    raw = read_message(file)
    base_url = url or address(read_settings(env_file))
    if not key:
        raise unusable("a key is needed: give --key or set PEYVAND_KEY (peyvand client add makes one)")
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept-Language": "fa",
    }
    if wanted.minor is not None:
        headers["Contract-Version"] = f"{wanted.major}.{wanted.minor}"
    if case is not None:
        headers["Case-Id"] = case
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    preferences = (["respond-async"] if is_async else []) + ([] if wait is None else [f"wait={wait}"])
    if preferences:
        headers["Prefer"] = ", ".join(preferences)
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise unusable("key, case and idempotency key are sent as headers: only printable ASCII can be used")
    major = wanted.major if wanted.major is not None else _newest_major(wanted, base_url, headers)
    path = f"/exchange/{quote(wanted.contract)}/v{major}"
    answer = call("POST", base_url, path, headers=headers, body=raw, if_lost=_IF_LOST)
    if as_json:
        write_json(_view(answer))
    else:
        print_answer(out(), answer)
    if not answer.is_success:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def address(settings: Settings) -> str:
    """The public port of the hub that these settings describe."""
    return _url(settings.host, settings.port)


def management_address(settings: Settings) -> str:
    """The management port of the hub that these settings describe."""
    return _url(settings.management_host, settings.management_port)


def _url(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read here, not bound to
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _newest_major(wanted: Grant, base_url: str, headers: dict[str, str]) -> int:
    """The newest major of a contract that the client may use. Raises CommandError."""
    answer = call("GET", base_url, "/contracts", headers={"Authorization": headers["Authorization"]})
    listed = answer.json()
    if not answer.is_success or not isinstance(listed, dict) or "contracts" not in listed:
        detail = listed.get("code", "") if isinstance(listed, dict) else ""
        raise unsuccessful(f"{base_url} does not tell its contracts: {answer.status} {detail}".rstrip())
    versions = {
        each["name"]: [int(version["version"].split(".")[0]) for version in each["versions"]]
        for each in listed["contracts"]
    }
    if wanted.contract not in versions:
        if not versions:
            raise unsuccessful("this client may use no contract: it has no grant")
        raise unknown_contract(wanted.contract, versions)
    return max(versions[wanted.contract])


def print_answer(console: Console, answer: HttpAnswer) -> None:
    """A reply, a promise or a problem for people."""
    exchange_id = answer.headers.get("exchange-id", "")
    document = answer.json()
    if not answer.is_success:
        _print_problem(console, answer, document)
        return
    if answer.status == 202:  # noqa: PLR2004 - Accepted
        console.print(f"accepted; exchange {exchange_id} goes on by itself", style="green")
        return
    version = answer.headers.get("contract-version", "")
    console.print(f"answered; exchange {exchange_id}, contract version {version}", style="green")
    if "deprecation" in answer.headers:
        sunset = answer.headers.get("sunset", "")
        console.print(
            "this version is deprecated" + (f" and will be gone on {sunset}" if sunset else ""),
            style="yellow",
        )
    show_document(console, document)


def _print_problem(console: Console, answer: HttpAnswer, document: JsonValue) -> None:
    if not isinstance(document, dict) or "code" not in document:
        console.print(f"HTTP {answer.status} without a problem document: is this a hub?", style="bold red")
        return
    code = codes.CATALOGUE.get(str(document["code"]))
    console.print(f"{document['code']} ({answer.status})", style="bold red")
    console.print(code.title.fa if code else str(document.get("title", "")))
    if code:
        console.print(code.title.en)
    if "detail" in document:
        console.print(str(document["detail"]), soft_wrap=True)
    for error in document.get("errors", ()):
        console.print(f"  {error['pointer'] or '(the message)'}: {error['code']}", soft_wrap=True)
        console.print(f"    {error['detail']}", soft_wrap=True)
    console.print(
        "The same may be sent again."
        if document.get("retryable")
        else "Sending the same again will not help."
    )
    if "retry-after" in answer.headers:
        console.print(f"Try again in {answer.headers['retry-after']} s.")
    if document.get("exchange_id"):
        console.print(f"exchange {document['exchange_id']}")


def _view(answer: HttpAnswer) -> JsonValue:
    """An answer for scripts."""
    document = answer.json()
    view: dict[str, JsonValue] = {
        "exchange_id": answer.headers.get("exchange-id"),
        "status": answer.status,
        "version": answer.headers.get("contract-version"),
    }
    if not answer.is_success:
        view["problem"] = document
    elif answer.status == 202:  # noqa: PLR2004 - Accepted
        view["state"] = document.get("state") if isinstance(document, dict) else None
    else:
        view["reply"] = document
    return view
