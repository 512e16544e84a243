"""What a log line costs, from the call to the file, beside what one would use otherwise; the same record for all."""

import base64
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rounds import limit, table

LINES = 20_000
ROUNDS = 9
_FOLDER = Path(__file__).resolve().parent
_BACKEND = _FOLDER.parent / "backend"
_PEERS = _FOLDER.parent / ".venv-peers" / "bin" / "python"

MESSAGE = "request served"
FIELDS = {
    "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "http.request.method": "GET",
    "http.route": "/v1/settings",
    "url.path": "/v1/settings",
    "http.response.status_code": 200,
    "http.response.body.size": 1834,
    "duration_ms": 1.234,
}
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s " + " ".join(f"{name}=%({name})s" for name in FIELDS)


def stdlib_text() -> Callable[[], None]:
    """Return a call that writes the line with the standard library alone, with the same fields."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(_TEXT))
    logging.basicConfig(handlers=[handler], level="INFO")
    return lambda: logging.getLogger("bench").info(MESSAGE, extra=FIELDS)


def setpoint_json() -> Callable[[], None]:
    """Return a call that writes the line as the service does, with a DSN to mask."""
    sys.path.insert(0, str(_BACKEND))
    os.environ["ENV_FILE"] = os.devnull
    os.environ["ENCRYPTION_KEYS"] = "bench:" + base64.b64encode(os.urandom(32)).decode()
    from config.settings import Settings  # noqa: PLC0415 - one subject is measured in a process
    from observability.known_secrets import know_secrets_of_the_process  # noqa: PLC0415
    from observability.set_up import set_up_observability  # noqa: PLC0415

    set_up_observability(Settings())
    know_secrets_of_the_process(["https://0123456789abcdef@sentry.example/42", "0123456789abcdef"])
    return lambda: logging.getLogger("bench").info(MESSAGE, extra=FIELDS)


def python_json_logger() -> Callable[[], None]:
    """Return a call that writes the line with python-json-logger."""
    from pythonjsonlogger.json import JsonFormatter  # type: ignore[import-not-found]  # noqa: PLC0415

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level="INFO")
    return lambda: logging.getLogger("bench").info(MESSAGE, extra=FIELDS)


def structlog_native() -> Callable[[], None]:
    """Return a call that writes the line with structlog past the standard library's logging."""
    import structlog  # type: ignore[import-not-found]  # noqa: PLC0415

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(json.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    log = structlog.get_logger("bench")
    return lambda: log.info(MESSAGE, **FIELDS)


SUBJECTS = {
    "stdlib text": (stdlib_text, sys.executable),
    "Setpoint": (setpoint_json, sys.executable),
    "python-json-logger": (python_json_logger, str(_PEERS)),
    "structlog native": (structlog_native, str(_PEERS)),
}


def main() -> None:
    """Measure each in a process of its own, in turns, and print."""
    times: dict[str, list[float]] = {name: [] for name in SUBJECTS}
    for _ in range(ROUNDS):
        for name, (_make, python) in SUBJECTS.items():
            command = [python, __file__, name]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
            times[name].append(float(done.stderr))
    figures = {name: statistics.median(each) for name, each in times.items()}
    table("CPU time of a log line, from the call to the file", figures, "µs", "stdlib text")
    limit("A JSON line over the standard library's text line", figures["Setpoint"] / figures["stdlib text"], 0.8)


def _measure(name: str) -> None:
    """Print the CPU time of one line in microseconds to standard error."""
    write = SUBJECTS[name][0]()
    for _ in range(LINES // 10):
        write()
    began = time.process_time()
    for _ in range(LINES):
        write()
    sys.stderr.write(f"{(time.process_time() - began) / LINES * 1e6}\n")


if __name__ == "__main__":
    _measure(sys.argv[1]) if len(sys.argv) > 1 else main()
