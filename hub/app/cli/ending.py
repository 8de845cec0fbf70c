"""How a command ends: exit codes that scripts may build on, and errors as one readable sentence."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code says."""

    OK = 0
    UNSUCCESSFUL = 1  # the thing asked for did not succeed: findings, failed tests, a problem for an answer
    USAGE = 2  # what was given cannot be used: arguments, files, settings
    UNREACHABLE = 3  # the hub or the store cannot be reached or started


class CommandError(Exception):
    """Ends a command with a sentence on standard error that says what is wrong and what to do."""

    def __init__(self, sentence: str, exit_code: ExitCode) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def unsuccessful(sentence: str) -> CommandError:
    """The thing asked for did not succeed."""
    return CommandError(sentence, ExitCode.UNSUCCESSFUL)


def unusable(sentence: str) -> CommandError:
    """What was given cannot be used."""
    return CommandError(sentence, ExitCode.USAGE)


def unreachable(sentence: str) -> CommandError:
    """The hub or the store cannot be reached or started."""
    return CommandError(sentence, ExitCode.UNREACHABLE)
