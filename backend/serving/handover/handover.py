"""What a master hands over to its workers, and what it needs itself before there is an app."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class ServerValues:
    """The settings of the server itself."""

    host: str
    port: int
    workers: int
    max_streams: int
    log_format: str
    log_level: str
    exception_text: str


@dataclass(frozen=True)
class Handover:
    """An environment with which the service can start.

    Attributes:
        server: What the server must know.
        variables: The variables that come from the env file, secrets included; never shown.
        origins: Where each variable comes from, in the form that `setpoint` reads.
    """

    server: ServerValues
    variables: Mapping[str, str] = field(repr=False)
    origins: str

    def to_json(self) -> str:
        """Return this handover as the text that another process reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Handover":
        """Return the handover that another process wrote."""
        parts = json.loads(text)
        return cls(ServerValues(**parts["server"]), parts["variables"], parts["origins"])
