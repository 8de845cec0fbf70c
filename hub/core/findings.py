"""What lint has to say of a file: where, which rule, what is wrong, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong with one place of one file."""

    path: str
    """The file, relative to the folder that was loaded where it lies below it."""
    line: int
    """From 1; 0 where the finding is about the file as a whole."""
    rule: str
    """The broken rule's stable id, ``area.rule``: ``contract.unknown-key``, ``mapping.field-missing``."""
    message: str
    """What is wrong, in one English sentence that names the thing."""
    hint: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.rule}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class LintError(Exception):
    """Files that cannot be used; the hub does not start with them, nor reload them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings)))
        super().__init__("\n".join(str(finding) for finding in self.findings))
