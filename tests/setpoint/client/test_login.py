"""Where the address of the service and the token come from."""

import json
from pathlib import Path

import pytest

from setpoint.client.login import Login, find_login, login_path, save_login, valid_url
from setpoint.errors import UnableError

TOKEN = "sp_0123456789_secret"
STORED = Login("https://setpoint.example", TOKEN)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a configuration directory of its own."""
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def _store(environment: dict[str, str], login: Login = STORED) -> Path:
    path = login_path(environment)
    save_login(login, path)
    return path


def test_a_stored_login_is_for_its_owner_alone(environment: dict[str, str]) -> None:
    """It holds a token."""
    path = _store(environment)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert find_login(environment) == STORED


def test_a_login_is_replaced_as_a_whole(environment: dict[str, str]) -> None:
    """No half of one is left beside it."""
    path = _store(environment)
    _store(environment, Login("http://localhost:8000", TOKEN))
    assert find_login(environment).url == "http://localhost:8000"
    assert [each.name for each in path.parent.iterdir()] == ["login.json"]


def test_the_environment_wins(environment: dict[str, str]) -> None:
    """CI has no configuration directory."""
    _store(environment)
    found = find_login({**environment, "SETPOINT_URL": "http://localhost:8000/", "SETPOINT_TOKEN": "sp_other"})
    assert found == Login("http://localhost:8000", "sp_other", is_from_environment=True)


def test_a_stored_token_goes_to_no_other_service(environment: dict[str, str]) -> None:
    """Whoever sets an address would get it otherwise."""
    _store(environment)
    with pytest.raises(UnableError, match="no login for the service in `SETPOINT_URL`"):
        find_login({**environment, "SETPOINT_URL": "https://elsewhere.example"})


def test_a_token_is_not_in_what_is_printed_of_a_login() -> None:
    """Tracebacks and logs print objects."""
    assert TOKEN not in repr(STORED)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": 1, "token": "a"}', '{"url": "https://a", "token": 1}'])
def test_a_file_that_is_no_login_says_what_to_do(environment: dict[str, str], content: str) -> None:
    """It is most often half an edit."""
    _store(environment).write_text(content)
    with pytest.raises(UnableError, match="run `setpoint login URL` to write it again"):
        find_login(environment)


def test_a_file_that_others_can_read_is_not_trusted(environment: dict[str, str]) -> None:
    """As ssh does with its keys."""
    path = _store(environment)
    path.chmod(0o644)
    with pytest.raises(UnableError, match="chmod 600"):
        find_login(environment)


def test_no_login_says_how_to_get_one(environment: dict[str, str]) -> None:
    """It is the first thing that a newcomer sees."""
    with pytest.raises(UnableError, match="run `setpoint login URL`"):
        find_login(environment)


@pytest.mark.parametrize("token", ["", " ", "two words", "sp_\n_x", "sp_é"])
def test_what_cannot_be_in_a_header_is_no_token(environment: dict[str, str], token: str) -> None:
    """It would be a second header otherwise."""
    path = _store(environment)
    path.write_text(json.dumps({"url": "https://a.example", "token": token}))
    with pytest.raises(UnableError):
        find_login(environment)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000",
        "ftp://a",
        "https://",
        "https://u:p@a",
        "https://a?x=1",
        "https://a#b",
        "http://a:x",
        "http://[1",
        "http://a b",
        "http://a\\b",
        "http://\x1b[2J",
        "https://b\u00fccher.example",
        "http://a:0",
    ],
)
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    """The message says what one looks like."""
    with pytest.raises(UnableError, match="the address of a service is"):
        valid_url(url)


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("https://setpoint.example", False),
        ("http://localhost:8000", False),
        ("http://setpoint.localhost", False),
        ("http://127.1.2.3:8000", False),
        ("http://[::1]:8000", False),
        ("http://setpoint.example", True),
        ("http://10.0.0.1", True),
        ("http://127.0.0.1.example", True),
    ],
)
def test_a_token_that_leaves_the_machine_unencrypted_is_known(url: str, *, readable: bool) -> None:
    """Who sends it says so."""
    assert Login(url, TOKEN).is_readable_on_the_way is readable


def test_a_folder_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    """And no half of a login is left."""
    (tmp_path / "setpoint").write_text("a file")
    with pytest.raises(UnableError, match=r"cannot write `.*login.json`: "):
        save_login(STORED, tmp_path / "setpoint" / "login.json")


def test_a_home_that_nobody_knows_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container with a user id of its own."""
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    with pytest.raises(UnableError, match="set `HOME` or `XDG_CONFIG_HOME`"):
        login_path({})
