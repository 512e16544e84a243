"""Sends one webhook: a POST to a checked address, over verified TLS, within a time limit."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event, Timer

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from app.domain.webhooks.outgoing import Answered
from app.receivers.receiver import Receiver, UnfitReceiverError, addresses_of, parse_receiver

SECONDS = 15.0
"""How long a receiver may take in total; Standard Webhooks suggests 15 to 30."""

_SECONDS_TO_CONNECT = 5.0
_MOST_ADDRESSES = 3
_LATE = Answered(None, "no answer came in time")


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Sends only to public addresses, unless all are allowed; redirects are not followed.

    Attributes:
        allow_private: Whether private addresses, and `http`, are allowed.
        seconds: How long a receiver may take in total.
        authorities: The file with the trusted certificates; None for those of the system.
    """

    allow_private: bool = False
    seconds: float = SECONDS
    authorities: str | None = None

    def refusal(self, url: str) -> str:
        """Return why nothing is ever sent to this address, judging by its text; empty if something may be sent."""
        try:
            parse_receiver(url, allow_private=self.allow_private)
        except UnfitReceiverError as error:
            return str(error)
        return ""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Return the result of a POST; it takes a bounded time, and raises nothing."""
        try:
            receiver = parse_receiver(url, allow_private=self.allow_private)
            addresses = addresses_of(receiver, allow_private=self.allow_private)
        except UnfitReceiverError as error:
            return Answered(None, str(error))
        answered = Answered(None, "the host has no address")
        for address in addresses[:_MOST_ADDRESSES]:
            connection = self._connection(receiver, address)
            with self._deadline(connection) as passed:
                try:
                    connection.connect()
                except (OSError, HTTPError, ValueError) as error:
                    answered = self._failed(error, passed)
                    continue
                return self._answer(connection, receiver, headers, body, passed)
        return answered

    def _answer(
        self, connection: HTTPConnection, receiver: Receiver, headers: Mapping[str, str], body: bytes, passed: Event
    ) -> Answered:
        try:
            sent = {**headers, "Host": receiver.authority}
            connection.request("POST", receiver.target, body=body, headers=sent, preload_content=False)
            status = connection.getresponse().status
        except (OSError, HTTPError, HTTPException, ValueError) as error:
            return self._failed(error, passed)
        return Answered(status) if not passed.is_set() else _LATE

    def _connection(self, receiver: Receiver, address: str) -> HTTPConnection:
        if receiver.scheme != "https":
            return HTTPConnection(address, receiver.port, timeout=_SECONDS_TO_CONNECT)
        return HTTPSConnection(
            address,
            receiver.port,
            timeout=_SECONDS_TO_CONNECT,
            server_hostname=receiver.host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self.authorities,
        )

    @contextmanager
    def _deadline(self, connection: HTTPConnection) -> Iterator[Event]:
        """Close `connection` after the block, or once the time is up: a receiver may send one byte per second."""
        passed = Event()

        def hang_up() -> None:
            passed.set()
            with suppress(OSError, ValueError):
                if connection.sock is not None:
                    connection.sock.shutdown(socket.SHUT_RDWR)

        timer = Timer(self.seconds, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield passed
        finally:
            timer.cancel()
            connection.close()

    def _failed(self, error: Exception, passed: Event) -> Answered:
        if passed.is_set() or isinstance(error, TimeoutError):
            return _LATE
        causes = {type(each) for each in (error, error.__cause__, *error.args)}
        if any(issubclass(each, ssl.SSLError) for each in causes):
            return Answered(None, "the connection is not secure: its certificate is not valid for this host")
        return Answered(None, "no connection, or it was cut before an answer came")
