"""The command line, ``peyvand``: one small module per group of commands, put together in ``commands``."""

import asyncio
import sys
from collections.abc import Sequence

import typer

from hub.app.cli.commands import application
from hub.app.cli.ending import CommandError, ExitCode
from hub.app.cli.screen import write_findings
from hub.core.errors import NotRecordedError
from hub.core.findings import LintError

_INTERRUPTED = 130
"""What shells expect of a command that a signal ended: Ctrl-C, and SIGTERM as well."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; see ``ExitCode``.

    Whatever is wrong is told on standard error in a sentence that says what to do.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = application(given)(given, prog_name="peyvand", standalone_mode=False)
    except typer.TyperException as error:  # the arguments cannot be used
        return _complain(error.format_message(), ExitCode.USAGE)
    except LintError as error:
        write_findings(error.findings, stderr=True)
        return ExitCode.UNSUCCESSFUL
    except CommandError as error:
        return _complain(str(error), error.exit_code)
    except NotRecordedError as error:
        return _complain(f"the store does not answer: {error}", ExitCode.UNREACHABLE)
    except (KeyboardInterrupt, typer.Abort, asyncio.CancelledError):
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read has had enough, as `peyvand exchange list | head` does
        sys.stderr.close()
        return ExitCode.OK
    except Exception as error:
        if not _is_about_starting(error):
            raise
        return _complain(str(error), ExitCode.UNREACHABLE)
    return code if isinstance(code, int) else ExitCode.OK


def _is_about_starting(error: Exception) -> bool:
    """Whether it says why a hub or a store cannot be started."""
    # Here, because what can raise them takes half a second to import, and most commands need nothing of it.
    from hub.app.evidence import EvidenceUnusableError  # noqa: PLC0415
    from hub.app.setups import UnusableError  # noqa: PLC0415
    from hub.security.key_file import KeyUnusableError  # noqa: PLC0415
    from hub.store.unusable import StoreUnusableError  # noqa: PLC0415

    return isinstance(error, UnusableError | KeyUnusableError | EvidenceUnusableError | StoreUnusableError)


def _complain(sentence: str, code: ExitCode) -> ExitCode:
    sys.stderr.write(f"peyvand: {sentence}\n")
    return code
