"""What callers must show, from the environment or made up, and the file that tells them."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z0-9_./:@%+-]*")


def _secret() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True)
class Credentials:
    """Each field ``x`` is the environment variable ``PEYVAND_X``."""

    registry_office_username: str
    registry_office_password: str
    civil_registry_username: str
    civil_registry_password: str
    civil_registry_organisation: str
    civil_registry_service: str
    behpardakht_terminal_id: str
    behpardakht_username: str
    behpardakht_password: str

    def as_environment(self) -> dict[str, str]:
        """The values by the names of their environment variables."""
        return {variable(each.name): str(getattr(self, each.name)) for each in fields(self)}


def variable(field_name: str) -> str:
    """The environment variable of a field."""
    return f"PEYVAND_{field_name.upper()}"


def from_environment(environment: Mapping[str, str]) -> Credentials:
    """The values set in the environment; what is not set, or empty, is drawn at random."""

    def value(field_name: str, drawn: str) -> str:
        return environment.get(variable(field_name)) or drawn

    terminal_id = value("behpardakht_terminal_id", str(secrets.randbelow(9_000_000) + 1_000_000))
    if not re.fullmatch(r"[1-9][0-9]{0,17}", terminal_id):
        raise ValueError(
            f"{variable('behpardakht_terminal_id')} must be a whole number without leading zeros"
        )
    return Credentials(
        registry_office_username=value("registry_office_username", "city"),
        registry_office_password=value("registry_office_password", _secret()),
        civil_registry_username=value("civil_registry_username", "city"),
        civil_registry_password=value("civil_registry_password", _secret()),
        civil_registry_organisation=value("civil_registry_organisation", "1207"),
        civil_registry_service=value("civil_registry_service", "33"),
        behpardakht_terminal_id=terminal_id,
        behpardakht_username=value("behpardakht_username", "city"),
        behpardakht_password=value("behpardakht_password", _secret()),
    )


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Writes dotenv lines for its owner only; a reader sees the old file or the whole new one."""
    text = "".join(f"{name}={_quoted(name, value)}\n" for name, value in values.items())
    # a name of its own beside the target: created fresh, with its final rights, on the same file system
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _quoted(name: str, value: str) -> str:
    if _NEEDS_NO_QUOTES.fullmatch(value):
        return value
    if "'" in value or "\\" in value or not value.isprintable():
        raise ValueError(f"{name}: cannot be written to an env file; use no quote, backslash or line break")
    return f"'{value}'"
