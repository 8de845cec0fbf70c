"""``peyvand chaos``: hurts a hub under load and judges it by a ledger of its own.

It stands outside: it knows the hub by its command line, its ports and its exit codes alone, so nothing that is
wrong in the hub can hide in here.
"""
