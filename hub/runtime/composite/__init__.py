"""Composite inquiries at work: a composite begins its parts, each an exchange of its own, and gathers their ends."""
