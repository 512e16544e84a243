"""The env files on which checkers are tried: a good one, one for each fault, and those that hold a canary."""

from dataclasses import dataclass

GOOD = """\
SENTRY_DSN=https://9c1c7e2f@o1.ingest.sentry.io/42
SENTRY_TRACES_SAMPLE_RATE=0.2
SENTRY_ENVIRONMENT=production
LOG_FORMAT=json
PORT=8000
"""

# A secret as they look. What a program shows of it is found by its pieces: no other text of a trial holds one.
CANARY = "q7Zk3vXw9RmT4bHs"
_PIECE = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A file with one thing wrong.

    Attributes:
        name: What is wrong, in a few words.
        variable: The variable that a finding has to name.
        content: The file.
    """

    name: str
    variable: str
    content: str


def good_but(variable: str, value: str | None) -> str:
    """Return the good file with another value of `variable`, or without it."""
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{variable}=")]
    return "\n".join([*lines, *([] if value is None else [f"{variable}={value}"]), ""])


def pieces() -> tuple[str, ...]:
    """Return every part of the canary that gives some of it away."""
    return tuple(CANARY[start : start + _PIECE] for start in range(len(CANARY) - _PIECE + 1))


def _value(variable: str, value: str, name: str) -> Fault:
    return Fault(name, variable, good_but(variable, value))


VALUES = (
    _value("SENTRY_TRACES_SAMPLE_RATE", "ten", "no number"),
    _value("SENTRY_TRACES_SAMPLE_RATE", "1.5", "a number that is too large"),
    _value("PORT", "80.5", "no integer"),
    _value("PORT", "70000", "an integer that is too large"),
    _value("LOG_FORMAT", "xml", "none of the choices"),
    _value("SENTRY_DSN", "sentry", "no URL"),
)
ACROSS = (
    Fault("production without a DSN", "SENTRY_DSN", good_but("SENTRY_DSN", None)),
    Fault("text logs in production", "LOG_FORMAT", good_but("LOG_FORMAT", "text")),
)
MISSPELT = Fault(
    "a misspelt name",
    "SENTRY_DNS",
    "SENTRY_DNS=https://9c1c7e2f@o1.ingest.sentry.io/42\nSENTRY_ENVIRONMENT=staging\nLOG_FORMAT=json\nPORT=8000\n",
)
MALFORMED = Fault("a line without `=`", "LOG_LEVEL", f"{GOOD}LOG_LEVEL INFO\n")

FAULTS = (MISSPELT, MALFORMED, *VALUES, *ACROSS)

# Everything at once: the four faults that `TOGETHER` holds, and how it looks with a line that nothing can read.
AT_ONCE = (MISSPELT, VALUES[0], VALUES[3], VALUES[4])
TOGETHER = """\
SENTRY_DNS=https://9c1c7e2f@o1.ingest.sentry.io/42
SENTRY_TRACES_SAMPLE_RATE=ten
SENTRY_ENVIRONMENT=staging
LOG_FORMAT=xml
PORT=70000
"""
WITH_MALFORMED = f"{TOGETHER}LOG_LEVEL INFO\n"

# Findings of three kinds, in lines and columns that no report holds by chance: a value, a name, a blank.
PLACES = ((41, 27), (42, 1), (43, 1))
DEEP = "#\n" * 40 + "SENTRY_TRACES_SAMPLE_RATE=ten\nSENTRY_DNS=a\nSENTRY_ENVIRONMENT = staging\n"

# A working file for python-dotenv; docker keeps the quotes, node cuts at `#`, and compose puts a variable in.
MISREAD = (
    ("quotes", good_but("SENTRY_DSN", '"https://9c1c7e2f@o1.ingest.sentry.io/42"')),
    ("comment", good_but("SENTRY_ENVIRONMENT", "production # the live one")),
    ("reference", good_but("SENTRY_ENVIRONMENT", "${LOG_FORMAT}-live")),
)

_DSN = f"https://{CANARY}@o1.ingest.sentry.io/42"
LEAKS = (
    Fault("the secret is no URL", "SENTRY_DSN", good_but("SENTRY_DSN", CANARY)),
    Fault("another value is wrong", "PORT", good_but("SENTRY_DSN", _DSN).replace("8000", "70000")),
    Fault("a rule across variables is broken", "LOG_FORMAT", good_but("SENTRY_DSN", _DSN).replace("json", "text")),
    Fault("the secret's name is misspelt", "SENTRY_DNS", good_but("SENTRY_DSN", None) + f"SENTRY_DNS={_DSN}\n"),
    Fault("the secret's line has no `=`", "SENTRY_DSN", good_but("SENTRY_DSN", None) + f"SENTRY_DSN {_DSN}\n"),
    Fault("a quote is not closed", "SENTRY_DSN", f'SENTRY_DSN="{_DSN}\n' + good_but("SENTRY_DSN", None)),
)
ASKED = good_but("SENTRY_DSN", _DSN)
BEHIND_ANOTHER_NAME = Fault("the secret stands behind another name", "PORT", good_but("PORT", CANARY))
