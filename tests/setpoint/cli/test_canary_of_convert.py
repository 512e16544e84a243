"""What `convert` says of bad lines shows no secret: not in part, and not by its length."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.cli.convert import add_arguments, run
from setpoint.envfile.loaders import LOADERS, PORTABLE
from setpoint.errors import UnableError

SECRET, LONGER = "kX7wvQz4mNcRt9pL", "kX7wvQz4mNcRt9pLABCDEFGH7z"
PIECES = [SECRET[at : at + 4] for at in range(len(SECRET) - 3)]
FORMS = {
    "a line without a name": "A=1\n{}\nB=2\n",
    "a name": "{}=1\n",
    "a name that few take": "{}.x-y=1\n",
    "a name that is no text": "{}\udcff=1\n",
    "a blank name": "={}\n",
    "an open quote": 'A=1\nAPI_TOKEN="{}\nB=1\n',
    "after a quote": 'API_TOKEN="a"{}\n',
    "several lines": "API_TOKEN='{}\nx x'\n",
    "all quotes": "API_TOKEN='{}\"\\'x'\n",
    "a NUL": "API_TOKEN={}\0x\n",
    "no UTF-8": "API_TOKEN={}\udcff\n",
    "a reference": "A=${{{}}}\n",
    "an open reference": "A=${{{}\n",
    "a command": "A=$({})\n",
    "a colon": "API_TOKEN: {}\n",
    "blanks": "API_TOKEN = {} x\n",
    "a key over lines": 'K="-----BEGIN\n{}\n-----END"\n',
    "words of a shell": "if {}; then\nA=1\n",
    "a heredoc": "A<<{}\nx\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_bad_line_shows_a_secret(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same is said of a longer one."""
    monkeypatch.chdir(tmp_path)
    for reader in LOADERS:
        said, of_a_longer_one = (list(_said(form.format(secret), reader, capsys)) for secret in (SECRET, LONGER))
        assert not [line for line in said if any(piece in line for piece in PIECES)]
        assert said == of_a_longer_one


def test_what_is_wrong_with_a_bad_line_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is, too."""
    monkeypatch.chdir(tmp_path)
    said = "".join(_said(f"A=1\n{SECRET}\n", "docker", capsys))
    assert said == snapshot("""\
f.env:2:1: error: `********`: the line has no `=` and the process has no such variable, so it is ignored
nothing was written
f.env:2:1: error: `********`: the line has no `=` and the process has no such variable, so it is ignored
nothing was written
""")


def _said(text: str, reader: str, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    Path("f.env").write_bytes(text.encode("utf-8", "surrogateescape"))
    for writer in ("docker", PORTABLE.name):
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        try:
            run(parser.parse_args(["f.env", "--from", reader, "--to", writer, "--output", "out.env"]))
        except UnableError as error:
            yield str(error)
        yield capsys.readouterr().err
