"""The servers that a PostgreSQL address names: ``postgresql://a,b/hub?target_session_attrs=read-write``."""

from urllib.parse import urlsplit, urlunsplit

_FOR_WRITING, _FOR_LEADING = "target_session_attrs=read-write", "target_session_attrs=primary"


def one_by_one(url: str) -> tuple[str, ...]:
    """An address for each server that an address names, in its order; the address itself where it names one or none.

    So each server can be given a time of its own: one that has vanished without a word must not use up the
    time in which another would have answered.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url,)  # connecting says what is wrong with it
    login, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return (url,)
    return tuple(urlunsplit(parts._replace(netloc=f"{login}{at}{host}")) for host in hosts.split(","))


def for_reading(url: str) -> str:
    """The same servers, for connections that are set to read only.

    The client library takes such a connection for one to a server that takes no writes, and would find none.
    """
    return url.replace(_FOR_WRITING, _FOR_LEADING)
