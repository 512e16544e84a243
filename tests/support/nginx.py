"""Debian's nginx before a service, with the configuration that a page shows, at a free port and without TLS."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.free_port import free_port
from support.waiting import eventually

HOW_TO_INSTALL = "there is no nginx, which this test needs: `make nginx` installs it"
_AROUND = """
daemon off;
{user}
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {inside}
}}
"""


@contextmanager
def nginx(folder: Path, configuration: str, upstream: tuple[str, int]) -> Iterator[str]:
    """Run nginx with what would be a file of `conf.d`; give its address.

    Args:
        folder: Where it may write.
        configuration: Of one server, which listens on 443 with TLS and passes on to port 8000.
        upstream: Where that really is.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, HOW_TO_INSTALL
    port = free_port()
    inside = configuration.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    inside = re.sub(r"^ *ssl_.*\n", "", inside, flags=re.MULTILINE)
    inside = inside.replace("127.0.0.1:8000", f"{upstream[0]}:{upstream[1]}")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, inside=inside, user=user))
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _listens(port), f"nginx listens; {folder}/error.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
