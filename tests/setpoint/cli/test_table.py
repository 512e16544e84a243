"""Tables for people."""

from inline_snapshot import snapshot

from setpoint.cli.service.table import table


def test_columns_are_as_wide_as_they_look() -> None:
    """Letters of some scripts are two columns wide, marks have no width, and what is not there is a dash."""
    rows: list[list[object]] = [
        ["billing", None, "a\nb"],
        ["e\u0301te\u0301", "", ["one", "two"]],
        ["\u65e5\u672c", 0, "\x1b[2J"],
    ]
    assert table(["app", "revision", "message"], rows) == snapshot("""\
app      revision  message
billing  -         a b
été      -         one, two
日本     0         \\x1b[2J
""")
