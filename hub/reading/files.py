"""Files below a folder, read strictly; findings name them relative to it."""

from pathlib import Path

from hub.core.findings import Finding, LintError
from hub.reading.document import Document
from hub.reading.json_text import read_json
from hub.reading.yaml_text import read_yaml


def shown(path: Path, root: Path) -> str:
    """How findings name a file: relative to the folder that was loaded, with ``/``."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_bytes(path: Path, root: Path) -> bytes:
    """A file's bytes. Raises LintError if it is not there or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LintError([Finding(shown(path, root), 0, "file.missing", "the file is not there")]) from None
    except OSError as error:
        finding = Finding(
            shown(path, root), 0, "file.unreadable", f"the file cannot be read: {error.strerror}"
        )
        raise LintError([finding]) from None


def read_yaml_file(path: Path, root: Path) -> Document:
    """A YAML file. Raises LintError."""
    return read_yaml(read_bytes(path, root), shown(path, root))


def read_json_file(path: Path, root: Path) -> Document:
    """A JSON file. Raises LintError."""
    return read_json(read_bytes(path, root), shown(path, root))
