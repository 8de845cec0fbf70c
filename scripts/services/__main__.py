"""``python -m scripts.services``: both services until Ctrl-C, with their addresses as environment lines."""

import signal
import sys
import threading

from scripts.services import postgresql, rabbitmq
from scripts.services.throwaway import UnavailableError


def main() -> int:
    """Start, print, wait, remove; gives the exit status."""
    database, broker = postgresql.ThrowAwayPostgreSQL(), rabbitmq.ThrowAwayRabbitMQ()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        database.start()
        broker.start()
        sys.stdout.write(f"{postgresql.VARIABLE}={database.url}\n{rabbitmq.VARIABLE}={broker.url}\n")
        sys.stdout.flush()
        stop.wait()
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        broker.remove()
        database.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
