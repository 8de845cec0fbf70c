"""How the hub and a partner's server prove to each other who they are."""

import ssl
from pathlib import Path


def context(
    ca_file: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Give a context for calls: TLS 1.2 or newer, host names checked.

    With ``ca_file`` only certificates that it vouches for are accepted, and the system's are not. With
    ``certificate`` (and ``key``, where it is not in the same file) the hub shows one of its own.
    Raises OSError (ssl.SSLError is one) for files that cannot be used.
    """
    made = ssl.create_default_context(cafile=ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        made.load_cert_chain(certificate, key)
    return made
