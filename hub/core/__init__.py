"""Types and ports that every other room leans on; standard library only."""
