"""Simulated partners that speak the real wire formats, quirks included, as a process of their own."""
