"""Other ways to do the same job, measured beside the hub. None of them records, authenticates, seals or proves anything."""
