"""Folders that a store keeps its files in: for nobody else to read, and durable by name too."""

import os
from pathlib import Path

FOLDER_MODE = 0o700


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable, not only its content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
