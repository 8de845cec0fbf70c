"""``peyvand dead-letter``: what needs a person, and what a person does about it."""

from hub.app.cli.dead_letter.acting import discard, edit, redeliver, settle
from hub.app.cli.dead_letter.looking import dry_run, list_dead_letters, show

__all__ = ["discard", "dry_run", "edit", "list_dead_letters", "redeliver", "settle", "show"]
