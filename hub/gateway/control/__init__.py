"""The control API: what operators do about the hub, under ``/admin/`` of the management port."""
