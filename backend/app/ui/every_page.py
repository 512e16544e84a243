"""What applies to every page: what a browser may load, and where it sends the referrer."""

from flask import Blueprint, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""Content Security Policy: nothing from elsewhere, nothing inline, and no framing."""


def hold_for_every_page(pages: Blueprint) -> None:
    """Send the headers."""

    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    pages.after_request(add)
