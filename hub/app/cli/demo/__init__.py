"""``peyvand demo``: the hub's main job, told as it goes."""

from hub.app.cli.demo.command import demo

__all__ = ["demo"]
