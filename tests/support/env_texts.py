"""Makes texts of env files for property tests: mostly well-formed, with everything that readers disagree on."""

from hypothesis import strategies as st

NAMES = ("A", "B", "C_1", "outer", "x")
ODD_PIECES = (
    *("'", '"', "`", "\\", "\\\\", "\\n", "\\r", "\\t", '\\"', "\\'", "\\$", "\\ ", "\\x"),
    *("$", "$A", "${A}", "${B}", "${B:-x}", "${OUTER}", "$OUTER", "${A", "}", "{", "$$"),
    *("#", " #", "# A=1", "export ", "export", "=", ":", ": ", ";", "&", "(", ")", "~", "~/", "*", "?", "!"),
    *(" ", "  ", "\t", "\n", "\r\n", "\r", "\v", "\f", "\u2028", "\xa0", "\ufeff", "\x1b", "é", "\U0001f600"),
    *('"x"', "'y'", '"a\nb"', "''", "a b", "-", ".", "_", "[0]", "+"),
)


def _line(name: str, pieces: list[str]) -> str:
    return f"{name}={''.join(pieces)}\n"


pieces = st.sampled_from(("value", "1", *ODD_PIECES))
lines = st.builds(_line, st.sampled_from(NAMES), st.lists(pieces, max_size=4))
texts = st.lists(st.one_of(lines, lines, pieces), max_size=6).map("".join)
"""Texts of env files, most of whose lines are assignments of some kind."""

contents = st.one_of(
    texts.map(str.encode), st.lists(st.one_of(texts.map(str.encode), st.binary(max_size=5)), max_size=4).map(b"".join)
)
"""Contents of env files, bytes that are not UTF-8 included."""
