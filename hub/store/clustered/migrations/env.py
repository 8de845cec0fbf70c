"""What Alembic runs: the migrations that are missing, in one transaction, one process at a time."""

from alembic import context

_ONE_AT_A_TIME = 0x50564E44_0001
"""``PVND``, then the number of the lock; 0x50564E44_0002 is the log’s."""

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    # A second `peyvand migrate` waits here, and then finds it done.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
    # A statement that cannot have its lock soon gives up, instead of making every running hub queue behind it.
    connection.exec_driver_sql("SET lock_timeout = '3s'")
    context.run_migrations()
