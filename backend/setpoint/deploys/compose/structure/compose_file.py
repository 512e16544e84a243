"""What docker compose 2.40 accepts in a compose file outside the services (the Compose Specification)."""

from setpoint.deploys.compose.structure.service import SERVICE
from setpoint.deploys.compose.structure.shapes import (
    BOOLEAN,
    NAMES,
    NULL,
    OPTIONS,
    STRING,
    STRING_OR_LIST,
    STRINGS,
    VARIABLES,
    Each,
    Either,
    Keys,
    Named,
    One,
    alike,
    strings,
)

_EXTERNAL = Either((BOOLEAN, Keys({"name": STRING})))
_IPAM = Keys(
    {
        "driver": STRING,
        "config": Each(Keys({**strings("subnet", "ip_range", "gateway"), "aux_addresses": Named(STRING)})),
        "options": Named(STRING),
    }
)
_NETWORK = Keys(
    {
        **strings("name", "driver"),
        "driver_opts": OPTIONS,
        "ipam": _IPAM,
        "external": _EXTERNAL,
        **alike(BOOLEAN, "internal", "enable_ipv4", "enable_ipv6", "attachable"),
        "labels": VARIABLES,
    }
)
_VOLUME = Keys({**strings("name", "driver"), "driver_opts": OPTIONS, "external": _EXTERNAL, "labels": VARIABLES})
_SECRET = Keys(
    {
        **strings("name", "environment", "file", "driver", "template_driver"),
        "external": _EXTERNAL,
        "labels": VARIABLES,
        "driver_opts": OPTIONS,
    }
)
_CONFIG = Keys(
    {
        **strings("name", "content", "environment", "file", "template_driver"),
        "external": _EXTERNAL,
        "labels": VARIABLES,
    }
)
_MODEL = Keys(
    {**strings("name", "model"), "context_size": One(("integer",)), "runtime_flags": STRINGS}, required=("model",)
)
_INCLUDE = Each(
    Either(
        (
            STRING,
            Keys({**alike(STRING_OR_LIST, "path", "env_file"), "project_directory": STRING}, extensible=False),
        )
    )
)

COMPOSE_FILE = Keys(
    {
        **strings("version", "name"),
        "include": _INCLUDE,
        "services": Named(SERVICE, names=NAMES),
        "models": Named(_MODEL, names=NAMES, closed=False),
        "networks": Named(Either((_NETWORK, NULL)), names=NAMES, closed=False),
        "volumes": Named(Either((_VOLUME, NULL)), names=NAMES),
        "secrets": Named(_SECRET, names=NAMES),
        "configs": Named(_CONFIG, names=NAMES),
    }
)
"""A whole compose file."""
