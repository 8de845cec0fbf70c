"""Partners that speak JSON over HTTP."""
