"""An error tracker that sends the local variables of every frame sends no secret of a refused start."""

import json
from typing import Any

import pytest

from support.app_projects import Copies, leaked

# Whatever the SDK turns on by itself stays on; only the way out is another one.
TRACKED = """\
import json, sys
import sentry_sdk
from sentry_sdk.transport import Transport


class Printed(Transport):
    def capture_envelope(self, envelope):
        print(json.dumps(envelope.get_event()))


sentry_sdk.init("http://key@tracker.invalid/1", transport=Printed, include_local_variables=True)


def start():
    {start}


try:
    start()
except SystemExit as end:
    sentry_sdk.capture_exception()
    sys.exit(end.code)
"""

TRIES_FIRST = """\
from config.env import Environment
    try:
        Environment()
    except ValueError:
        __import__("setpoint").load(Environment)
"""

STARTS = [
    ("flask_shop", "import shop.web"),
    pytest.param("fastapi_tickets", "import app.main", marks=pytest.mark.long),
    pytest.param(
        "django_magazine",
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup()",
        marks=pytest.mark.long,
    ),
    ("django_magazine", TRIES_FIRST),
]


def _frames_of_setpoint(event: Any) -> list[tuple[str, list[str]]]:
    """Return each frame of the library in `event`: its function, and the names of the variables that are sent."""
    frames = [frame for each in event["exception"]["values"] for frame in each["stacktrace"]["frames"]]
    ours = [frame for frame in frames if (frame["module"] or "").startswith("setpoint")]
    return [(frame["function"], sorted(frame["vars"])) for frame in ours]


@pytest.mark.parametrize(("name", "start"), STARTS)
def test_no_frame_of_a_refused_start_holds_a_secret(name: str, start: str, copy: Copies) -> None:
    """Neither of the env file, nor of the process environment, nor of what was tried before."""
    project = copy(name)
    project.adopt()
    project.take("bad.env")
    secrets = {key: value for key, value in project.environment("prod.env").items() if "zQ7" in value}
    environment = {"AWS_SECRET_ACCESS_KEY": next(iter(secrets.values())), **secrets}
    result = project.python("-c", TRACKED.format(start=start), environment=environment)
    assert result.returncode == 78
    assert leaked(result.stdout.decode(), project) == []
    event = json.loads(result.stdout)
    assert _frames_of_setpoint(event) == [("load", ["settings", "settings_class"])]
    assert [each["type"] for each in event["exception"]["values"]] == ["SystemExit"]
