"""Tries addresses before gunicorn does, which goes on trying for seconds, or closes its old sockets first."""

import socket


def why_not(address: object) -> str | None:
    """Return why nobody can listen on an address of gunicorn's; None if somebody can, or if it is a file."""
    if not isinstance(address, tuple):
        return None
    host, port = address
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return f"cannot listen on {host}:{port}: {error.strerror}"
    return None
