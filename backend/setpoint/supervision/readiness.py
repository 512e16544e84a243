"""Asks a command over HTTP whether it is up."""

from http import HTTPStatus

import urllib3
from urllib3.exceptions import HTTPError

_SECONDS = 1.0


def is_ready(url: str) -> bool:
    """Return whether a GET of `url` is answered with a 2xx within a second."""
    try:
        answer = urllib3.request("GET", url, retries=False, redirect=False, timeout=_SECONDS, preload_content=False)
    except HTTPError:
        return False
    answer.close()  # its body, which does not matter, may be endless
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
