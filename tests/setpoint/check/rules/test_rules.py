"""Each rule fires where its condition holds, at the exact place, and nowhere else."""

import pytest

from support.checking import checked, marks

DSN = "https://key@sentry.example/1"

FIRES = {
    "not UTF-8, in UTF-16 with a mark": (
        "PORT=80\n".encode("utf-16"),
        ["1.env:1:1-1:2 error SP003 not-utf-8 None"],
    ),
    "not UTF-8, in UTF-16 without a mark": (
        "PORT=80\n".encode("utf-16-be"),
        ["1.env:1:1-1:2 error SP003 not-utf-8 None"],
    ),
    "not UTF-8, in UTF-32": ("PORT=80\n".encode("utf-32"), ["1.env:1:1-1:2 error SP003 not-utf-8 None"]),
    "not UTF-8, in Latin-1": (
        "PORT=80\nSENTRY_ENVIRONMENT=caf\u00e9\n".encode("latin-1"),
        ["1.env:2:23-2:24 error SP003 not-utf-8 None"],
    ),
    "a byte order mark": (b"\xef\xbb\xbfPORT=80\n", ["1.env:1:1-1:2 warning SP004 byte-order-mark None"]),
    "a NUL byte": (b"PORT=80\nHOST=a\0b\n", ["1.env:2:7-2:8 error SP005 nul-byte None"]),
    "a line that is nothing": ("PORT=80\n= 5\n", ["1.env:2:1-2:2 error SP101 malformed-line None"]),
    "a bare name": ("PORT\n", ["1.env:1:1-1:5 error SP101 malformed-line PORT"]),
    "text behind a closing quote": ('PORT="80" x\n', ["1.env:1:6-1:7 error SP101 malformed-line PORT"]),
    "two words": ("PORT 80\n", ["1.env:1:1-1:5 error SP101 malformed-line PORT"]),
    "an unclosed quote": ('HOST="a\nPORT=80\n', ["1.env:1:6-1:7 error SP102 unclosed-quote HOST"]),
    "a quote that another value closes": (
        'HOST="a\nLOG_FORMAT=yaml\nLOG_LEVEL="INFO"\n',
        [
            "1.env:1:6-1:7 error SP102 unclosed-quote HOST",
            "1.env:2:12-2:16 error SP401 invalid-value LOG_FORMAT",
        ],
    ),
    "a single quote left open": (
        "HOST=it\nLOG_LEVEL='INFO\n",
        ["1.env:2:11-2:12 error SP102 unclosed-quote LOG_LEVEL"],
    ),
    "a variable set twice": ("PORT=80\n\nport=81\n", ["1.env:3:1-3:5 warning SP103 duplicate-variable port"]),
    "a variable set three times": (
        "PORT=80\nPORT=81\nPORT=82\n",
        [
            "1.env:2:1-2:5 warning SP103 duplicate-variable PORT",
            "1.env:3:1-3:5 warning SP103 duplicate-variable PORT",
        ],
    ),
    "an undefined reference": (
        "HOST=a${NOWHERE}b\n",
        ["1.env:1:7-1:17 warning SP104 undefined-reference HOST"],
    ),
    "a transposed name": ("SENTRY_DNS=x\n", ["1.env:1:1-1:11 error SP301 unknown-variable SENTRY_DNS"]),
    "a name in another case and misspelt": ("prot=80\n", ["1.env:1:1-1:5 error SP301 unknown-variable prot"]),
    "a name that begins like others": (
        "SENTRY_SERVER_NAME=x\n",
        ["1.env:1:1-1:19 warning SP301 unknown-variable SENTRY_SERVER_NAME"],
    ),
    "a name of nobody": (
        "AWS_REGION=eu\n",
        ["1.env:1:1-1:11 warning SP301 unknown-variable AWS_REGION"],
    ),
    "a name that begins like a limit": (
        "MAX_CONNECTIONS=5\n",
        ["1.env:1:1-1:16 warning SP301 unknown-variable MAX_CONNECTIONS"],
    ),
    "the env file names itself": (
        "ENV_FILE=prod.env\n",
        ["1.env:1:1-1:9 warning SP305 misplaced-variable ENV_FILE"],
    ),
    "no number": (
        "SENTRY_TRACES_SAMPLE_RATE=ten\n",
        ["1.env:1:27-1:30 error SP401 invalid-value SENTRY_TRACES_SAMPLE_RATE"],
    ),
    "a number out of range": (
        "SENTRY_TRACES_SAMPLE_RATE=1.5\n",
        ["1.env:1:27-1:30 error SP401 invalid-value SENTRY_TRACES_SAMPLE_RATE"],
    ),
    "a DSN without scheme": (
        "SENTRY_DSN=key@sentry.example/1\n",
        ["1.env:1:12-1:13 error SP401 invalid-value SENTRY_DSN"],
    ),
    "no choice": ("LOG_FORMAT=yaml\n", ["1.env:1:12-1:16 error SP401 invalid-value LOG_FORMAT"]),
    "a quoted value, with its quotes": ('PORT="x"\n', ["1.env:1:6-1:9 error SP401 invalid-value PORT"]),
    "a value behind export and blanks": (
        "export  PORT = x # why\n",
        ["1.env:1:16-1:17 error SP401 invalid-value PORT"],
    ),
    "a value over two lines": ('PORT="8\n0"\n', ["1.env:1:6-2:3 error SP401 invalid-value PORT"]),
    "a value behind wide characters": (
        "SENTRY_RELEASE=\u6f22\u5b57\nSENTRY_ENVIRONMENT='\u6f22 \u5b57'\n",
        ["1.env:2:20-2:25 error SP401 invalid-value SENTRY_ENVIRONMENT"],
    ),
    "CRLF": ("HOST=a\r\nPORT=x\r\n", ["1.env:2:6-2:7 error SP401 invalid-value PORT"]),
    "CR alone": ("HOST=a\rPORT=x\r", ["1.env:2:6-2:7 error SP401 invalid-value PORT"]),
    "an empty value": ("PORT=\n", ["1.env:1:6-1:6 warning SP402 empty-value PORT"]),
    "an empty value in quotes": ("PORT=''\n", ["1.env:1:6-1:8 warning SP402 empty-value PORT"]),
    "a placeholder": (
        "SENTRY_ENVIRONMENT=changeme\n",
        ["1.env:1:20-1:28 error SP403 placeholder-value SENTRY_ENVIRONMENT"],
    ),
    "a placeholder that is invalid, too": (
        "SENTRY_DSN=<your-dsn>\n",
        [
            "1.env:1:12-1:13 error SP401 invalid-value SENTRY_DSN",
            "1.env:1:12-1:13 error SP403 placeholder-value SENTRY_DSN",
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), FIRES.values(), ids=FIRES.keys())
def test_a_rule_fires_at_the_exact_place(content: str | bytes, expected: list[str]) -> None:
    """Editors jump to the place, and pipelines filter by code and name."""
    assert marks(checked(content)) == expected


SILENT = {
    "an empty file": "",
    "blank lines and comments": "\n# PORT=x\n   \n\t# \u6f22\n",
    "every value plain": f"SENTRY_DSN={DSN}\nPORT=8080\nLOG_FORMAT=text\nSENTRY_TRACES_SAMPLE_RATE=0\n",
    "another case": "port=80\nLog_Format=json\n",
    "exported": "export PORT=80\n",
    "quoted": "PORT='80'\nHOST=\"0.0.0.0\"\n",
    "a comment behind a value": "PORT=80 # changeme\n",
    "a comment behind an equal sign": "LOG_LEVEL=INFO #\n",
    "a value with a hash": "SENTRY_ENVIRONMENT=blue#green\n",
    "a reference to the file itself": "HOST=localhost\nSENTRY_ENVIRONMENT=${HOST}\n",
    "a reference with a default": "HOST=${NOWHERE:-localhost}\n",
    "a dollar without a name": "SENTRY_ENVIRONMENT=a$b\n",
    "no line end": "PORT=80",
    "CRLF": "PORT=80\r\nHOST=a\r\n",
    "edges of ranges": "PORT=65535\nSENTRY_TRACES_SAMPLE_RATE=1.0\nWEB_CONCURRENCY=1\n",
    "words that only begin like placeholders": "SENTRY_ENVIRONMENT=xx\nSENTRY_RELEASE=todoist@1\nHOST=changemaker\n",
    "a word that stands in for secrets alone": "SENTRY_ENVIRONMENT=dummy\n",
    "UTF-8 beyond ASCII": "SENTRY_ENVIRONMENT=\u6f22\u5b57\n",
}


@pytest.mark.parametrize("content", SILENT.values(), ids=SILENT.keys())
def test_no_rule_fires_without_cause(content: str) -> None:
    """A checker that cries wolf gets switched off."""
    assert marks(checked(content)) == []


def test_one_file_can_hold_all_faults_at_once() -> None:
    """Nothing hides anything: each deploy that fails for one more reason costs a deploy."""
    lines = [
        b"\xef\xbb\xbfSENTRY_DNS=https://key@sentry.example/1",
        b"SENTRY_TRACES_SAMPLE_RATE=ten",
        b'SENTRY_ENVIRONMENT="blue',
        b"LOG_FORMAT=yaml",
        b"PORT=80",
        b"PORT=0",
        b"BARE",
        b"SENTRY_DSN=key@sentry.example/1",
        b"HOST=",
        b"MAX_STREAMS=changeme",
        b"SENTRY_RELEASE=a${NOWHERE}",
        b"ENV_FILE=x",
        b"LOG_LEVEL=a\0b",
        b"STREAM_MAX_AGE='5' 6",
        b"OTHER=caf\xe9",
        b'WEB_CONCURRENCY="two"',
    ]
    assert marks(checked(b"\n".join(lines))) == [
        "1.env:1:1-1:2 warning SP004 byte-order-mark None",
        "1.env:1:2-1:12 error SP301 unknown-variable SENTRY_DNS",
        "1.env:2:27-2:30 error SP401 invalid-value SENTRY_TRACES_SAMPLE_RATE",
        "1.env:3:20-3:21 error SP102 unclosed-quote SENTRY_ENVIRONMENT",
        "1.env:4:12-4:16 error SP401 invalid-value LOG_FORMAT",
        "1.env:6:1-6:5 warning SP103 duplicate-variable PORT",
        "1.env:6:6-6:7 error SP401 invalid-value PORT",
        "1.env:7:1-7:5 error SP101 malformed-line BARE",
        "1.env:8:12-8:13 error SP401 invalid-value SENTRY_DSN",
        "1.env:9:6-9:6 warning SP402 empty-value HOST",
        "1.env:10:13-10:21 error SP401 invalid-value MAX_STREAMS",
        "1.env:10:13-10:21 error SP403 placeholder-value MAX_STREAMS",
        "1.env:11:17-11:27 warning SP104 undefined-reference SENTRY_RELEASE",
        "1.env:12:1-12:9 warning SP305 misplaced-variable ENV_FILE",
        "1.env:13:12-13:13 error SP005 nul-byte None",
        "1.env:14:16-14:17 error SP101 malformed-line STREAM_MAX_AGE",
        "1.env:15:1-15:6 warning SP301 unknown-variable OTHER",
        "1.env:15:7-15:8 error SP003 not-utf-8 None",
        "1.env:16:17-16:22 error SP401 invalid-value WEB_CONCURRENCY",
    ]


def test_a_later_file_wins_and_is_where_the_finding_stands() -> None:
    """What is said of a value that no process gets would send people to the wrong file."""
    report = checked("PORT=80\nHOST=a\n", "PORT=x\n")
    assert marks(report) == ["2.env:1:6-1:7 error SP401 invalid-value PORT"]
    assert marks(checked("PORT=x\n", "PORT=80\n")) == []


def test_the_same_variable_in_two_files_is_no_duplicate() -> None:
    """Layering files is how one overrides the other."""
    assert marks(checked("PORT=80\n", "PORT=81\n")) == []


def test_the_process_environment_wins_over_the_files() -> None:
    """That is how a twelve-factor app reads them, too."""
    assert marks(checked("PORT=x\n", environment={"PORT": "80"})) == []
    assert marks(checked("PORT=80\n", environment={"PORT": "x"})) == ["nowhere error SP401 invalid-value PORT"]


def test_findings_are_sorted_by_path_line_and_column() -> None:
    """Whoever mends a file goes through it from top to bottom."""
    report = checked("PORT=x\nFOO=1\n", "HOSTT=1\nMAX_STREAMS=x\n", environment={"LOG_FORMAT": "yaml"})
    places = [mark.partition(" ")[0] for mark in marks(report)]
    assert places == ["1.env:1:6-1:7", "1.env:2:1-2:4", "2.env:1:1-1:6", "2.env:2:13-2:14", "nowhere"]


@pytest.mark.parametrize("name", ["SENTRY_DNS", "SENTRY_DS", "PROT", "LOG_FROMAT", "WEB_CONCURENCY", "HOSTS"])
def test_a_near_miss_in_the_process_environment_is_found(name: str) -> None:
    """The setting that was meant keeps its default, and nobody notices."""
    assert marks(checked(environment={name: "1"})) == [f"nowhere error SP301 unknown-variable {name}"]


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "HOSTNAME",
        "SENTRY_AUTH_TOKEN",
        "SENTRY_PORT",
        "SENTRY_ORG",
        "SENTRY_SERVICE_HOST",
        "LOGNAME",
        "LOG",
        "PORT_80_TCP",
        "PWD",
        "MAX",
        "LOG_DIR",
        "SENTRY_PROJECT",
        "LS_COLORS",
        "_",
        "WEB_HOST",
    ],
)
def test_another_programs_variable_in_the_process_environment_is_left_alone(name: str) -> None:
    """The environment is full of names that are not ours."""
    assert marks(checked(environment={name: "1"})) == []


@pytest.mark.parametrize("pattern", ["AWS_REGION", "AWS_*", "*"])
def test_a_project_can_name_variables_of_other_programs(pattern: str) -> None:
    """One env file often serves several programs."""
    assert marks(checked("AWS_REGION=eu\n", ignored=[pattern])) == []
    assert marks(checked("AWS_REGION=eu\n", ignored=["AZURE_*"])) != []


def test_the_place_of_the_variable_that_was_meant_is_told() -> None:
    """Where both stand, one of the two lines has to go."""
    here, there = checked("PORT=80\nPROT=81\n"), checked("PORT=80\n", "PROT=81\n")
    assert [each.label for each in here.diagnostics] == ["did you mean `PORT`? (set on line 1)"]
    assert [each.label for each in there.diagnostics] == ["did you mean `PORT`? (set at 1.env:1)"]


def test_a_file_that_references_the_next_line_is_told_so() -> None:
    """References look upwards only."""
    assert [each.name for each in checked("HOST=${PORT}x\nPORT=80\n").diagnostics] == ["undefined-reference"]


def test_a_value_that_the_same_file_sets_again_is_checked_too() -> None:
    """It is what the process gets once somebody takes out the other line."""
    report = checked("PORT=x\nport=y\nPORT=0\nLOG_FORMAT=yaml\nLOG_FORMAT=\nENV_FILE=a\nENV_FILE=b\n")
    assert [mark for mark in marks(report) if "invalid-value" in mark] == [
        "1.env:1:6-1:7 warning SP401 invalid-value PORT",
        "1.env:2:6-2:7 warning SP401 invalid-value PORT",
        "1.env:3:6-3:7 error SP401 invalid-value PORT",
        "1.env:4:12-4:16 warning SP401 invalid-value LOG_FORMAT",
    ]
    assert report.status == "failed"
    assert checked("PORT=x\nPORT=80\n").status == "passed"
