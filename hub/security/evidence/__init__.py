"""Evidence (G7): the Merkle trees over the store's logs, their signed checkpoints, time stamps and exports."""
