"""One file per migration; released ones are never edited."""
