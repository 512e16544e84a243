"""The answers of the service: JSON, text, or a refusal with its reasons; and responses that don't come from it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import ceil
from typing import Any, NoReturn

from setpoint.errors import UnableError

Json = dict[str, Any]

_PROBLEM = "application/problem+json"
_GATEWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_LONGEST_IN_SECONDS = 120
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class RefusedError(Exception):
    """The service refuses a request, for reasons that it gives (RFC 9457).

    Attributes:
        status: The HTTP status.
        detail: What is wrong, in one sentence from the service.
        problem: The whole problem document.
    """

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.problem = problem
        self.detail = str(problem.get("detail") or problem.get("title") or f"status {status}")
        super().__init__(self.detail)

    @property
    def is_not_found(self) -> bool:
        """Whether there is nothing at the path, or nothing that the token may know of."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def errors(self) -> list[Json]:
        """Return each thing that is wrong."""
        found = self.problem.get("errors")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


class WaitError(UnableError):
    """The service, or a proxy in front of it, asks its client to come back later.

    Attributes:
        seconds: After how many seconds at the earliest; 0 if it does not say.
    """

    def __init__(self, message: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response from the address of a service.

    Attributes:
        url: The address of the service.
        status: The HTTP status.
        headers: The headers, with names in lower case.
        body: The bytes.
        other_token: Where another token comes from if the service does not accept this one.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    other_token: str

    @property
    def json(self) -> Json:
        """Return the body as a JSON object.

        Raises:
            UnableError: It is not one, so something other than Setpoint answers there.
        """
        content = self._object("application/json")
        if content is None:
            raise self._not_setpoint()
        return content

    @property
    def revision(self) -> int:
        """Return the revision of the answer, from `Config-Revision`.

        Raises:
            UnableError: There is none, so something other than Setpoint answers there.
        """
        number = self.headers.get("config-revision", "")
        if not re.fullmatch(r"[1-9][0-9]{0,17}", number):
            raise self._not_setpoint()
        return int(number)

    def json_with(self, *keys: str) -> Json:
        """Return the body as a JSON object that has `keys`.

        Raises:
            UnableError: It is not one, so something other than Setpoint answers there.
        """
        content = self.json
        if not content.keys() >= set(keys):
            raise self._not_setpoint()
        return content

    def objects(self, key: str) -> list[Json]:
        """Return the objects in the array under `key` in the body.

        Raises:
            UnableError: There is none, so something other than Setpoint answers there.
        """
        found = self.json.get(key)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self._not_setpoint()
        return found

    def integer(self, key: str, of: Json | None = None) -> int:
        """Return the integer under `key` in the body, or in one of its objects.

        Raises:
            UnableError: There is none, so something other than Setpoint answers there.
        """
        found = (self.json if of is None else of).get(key)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self._not_setpoint()
        return found

    def of_type(self, content_type: str) -> bytes:
        """Return the body if it has the given `content_type`.

        Raises:
            UnableError: It has another one, so something other than Setpoint answers there.
        """
        if self._type != content_type:
            raise self._not_setpoint()
        return self.body

    def check(self) -> None:
        """Let an answer pass that reports success.

        Raises:
            RefusedError: The service refuses it.
            UnableError: The service does not know the token, fails, or is not Setpoint.
        """
        if HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES or self.status == HTTPStatus.NOT_MODIFIED:
            return
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST:
            message = f"`{self.url}` redirects to another address, which was not sent the token; log in to that one"
            raise UnableError(message)
        problem = self._object(_PROBLEM)
        if problem is None:
            raise self._unavailable() if self.status in {*_GATEWAY, *_LATER} else self._not_setpoint()
        self._refuse(RefusedError(self.status, problem))

    def _refuse(self, refusal: RefusedError) -> NoReturn:
        if self.status == HTTPStatus.UNAUTHORIZED:
            message = f"the service at `{self.url}` does not accept the token; {self.other_token}"
            raise UnableError(message)
        if self.status in _LATER:
            message = f"the service at `{self.url}` asks you to wait: {refusal.detail}; {self._when}"
            raise WaitError(message, self._seconds_to_wait)
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            message = f"the service at `{self.url}` could not do it: {refusal.detail}{self._request}"
            raise UnableError(message)
        raise refusal

    @property
    def _type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def _seconds_to_wait(self) -> float:
        """Return how long to wait (RFC 9110, section 10.2.3); 0 if there is no readable value."""
        told = self.headers.get("retry-after", "")
        if re.fullmatch(r"[0-9]{1,9}", told):
            return float(told)
        try:  # by the server's clock
            until, now = map(parsedate_to_datetime, (told, self.headers.get("date", "")))
            return max(0.0, (until - now).total_seconds())
        except (ValueError, TypeError):  # a time without a time zone can't be compared
            return 0.0

    @property
    def _when(self) -> str:
        seconds = ceil(self._seconds_to_wait)
        if not seconds:
            return "try again later"
        return (
            f"try again in {seconds} s" if seconds <= _LONGEST_IN_SECONDS else f"try again in {ceil(seconds / 60)} min"
        )

    @property
    def _request(self) -> str:
        request_id = self.headers.get("x-request-id")
        return f" (request `{request_id}`)" if request_id else ""

    def _object(self, content_type: str) -> Json | None:
        if self._type != content_type:
            return None
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return content if isinstance(content, dict) else None

    def _not_setpoint(self) -> UnableError:
        what = f"status {self.status}, {self._type}" if self._type else f"status {self.status}"
        return UnableError(f"what answers at `{self.url}` is not Setpoint ({what})")

    def _unavailable(self) -> UnableError:
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            message = f"the proxy in front of the service at `{self.url}` asks you to wait; {self._when}"
        else:
            message = f"the service at `{self.url}` can't be reached by the proxy in front of it ({self.status})"
        return WaitError(message, self._seconds_to_wait)
