"""``peyvand lock``: puts released schemas under lock, so that they never change again."""

from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import placed_path, placing
from hub.contracts.catalogue import load_catalogue
from hub.contracts.lock import LOCK_FILE, write_lock


def lock(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Lock the schemas of all released versions; exit 1, and change nothing, if a locked one has changed."""
    folder = read_settings(env_file).contracts_dir
    with placing(folder):
        added = write_lock(folder, load_catalogue(folder).contracts.values())
    paths = [placed_path(path, folder) for path in added]
    if as_json:
        write_json({"locked": paths})
        return
    console = out()
    for path in paths:
        console.print(f"locked {path}", soft_wrap=True)
    console.print(f"{len(paths)} schemas locked anew in {placed_path(LOCK_FILE, folder)}", soft_wrap=True)
