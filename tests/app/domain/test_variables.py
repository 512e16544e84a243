import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app.domain.variables import Variables, fit_to_show, limit_problems
from setpoint.contract.limits import UNCHANGED, dangerous_names
from setpoint.text.guarded import MASK

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
CANARY = "c4n4ry-of-the-variables"


@given(st.dictionaries(NAMES, TEXTS.filter(lambda text: UNCHANGED not in text and MASK not in text)))
def test_any_text_that_an_environment_can_hold_is_taken(texts: dict[str, str]) -> None:
    """Values are nobody's business here: line ends, quotes and all of Unicode stay as they were sent."""
    assert limit_problems(texts, allow_dangerous=True) == ()
    assert dict(Variables(texts)) == texts


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({f"A{number}": "" for number in range(1_001)}, "too-many-variables"),
        ({"A": "x" * 65_537}, "value-too-large"),
        ({f"A{number}": "x" * 60_000 for number in range(20)}, "set-too-large"),
        ({"A" * 300: ""}, "name-too-long"),
        ({"CAFÉ": ""}, "name-not-allowed"),
        ({"CAFE\u0301": ""}, "name-not-allowed"),
        ({"\u0410PP": ""}, "name-not-allowed"),
        ({"\uff21": ""}, "name-not-allowed"),
        ({"": ""}, "name-not-allowed"),
        ({"A=B": ""}, "name-not-allowed"),
        ({"A\n": ""}, "name-not-allowed"),
        ({"1A": ""}, "name-not-allowed"),
        ({f"ghp_{'x1' * 18}": ""}, "name-is-a-token"),
        ({f"sp_{'x1' * 6}_{'y2' * 25}": ""}, "name-is-a-token"),
        ({"A": "a\0b"}, "value-not-text"),
        ({"A": "\ud800"}, "value-not-text"),
        ({"LD_PRELOAD": "/x.so"}, "dangerous-name"),
        ({"A": "********"}, "masked-value"),
        ({"A": "https://********@host/1"}, "masked-value"),
        ({"A": "setpoint:unchanged"}, "masked-value"),
        ({"A": "before setpoint:unchanged"}, "masked-value"),
    ],
)
def test_what_can_never_be_stored_is_named(variables: dict[str, str], code: str) -> None:
    """Each limit says which one it is."""
    assert [problem.code for problem in limit_problems(variables)] == [code]


def test_all_problems_are_told_at_once_and_none_holds_a_value() -> None:
    """Who sends a set gets one answer, which may be logged."""
    problems = limit_problems({"PATH": CANARY, CANARY: CANARY, "TEXT": CANARY + "\0"})
    assert [(each.variable, each.message) for each in problems] == snapshot(
        [
            ("PATH", "`PATH` makes programs run code other than their own"),
            (None, "the name of variable 2 contains something other than ASCII letters, digits and `_`"),
            ("TEXT", "the value of `TEXT` contains a NUL, which an environment can't hold"),
        ]
    )
    assert CANARY not in repr(problems)


@pytest.mark.parametrize(
    "name",
    [
        *("LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "BASH_ENV", "IFS", "NODE_OPTIONS", "GIT_SSH"),
        *("PYTHONWARNINGS", "GLIBC_TUNABLES", "OPENSSL_CONF", "CLASSPATH", "DOTNET_STARTUP_HOOKS", "CORECLR_PROFILER"),
        *("COR_PROFILER_PATH", "PHPRC", "LUA_INIT", "LUA_INIT_5_4", "ERL_AFLAGS", "LESSOPEN", "SSH_ASKPASS"),
    ],
)
def test_names_that_make_programs_run_other_code_need_a_word(name: str) -> None:
    """They are refused by default, and taken if somebody asks for it."""
    assert dangerous_names({name: "", "PORT": ""}) == (name,)
    assert limit_problems({name: ""}, allow_dangerous=True) == ()


@pytest.mark.parametrize("name", ["ENV", "HOME_URL", "MY_PATH", "PYTHONUNBUFFERED", "NODE_ENV", "JAVA_HOME"])
def test_ordinary_names_are_not_dangerous(name: str) -> None:
    """A policy that refuses what everybody uses would be switched off."""
    assert limit_problems({name: ""}) == ()


def test_a_set_of_variables_shows_no_value() -> None:
    """What ends up in a traceback by accident tells how many there are."""
    assert repr(Variables({"A": CANARY})) == "<1 variables>"


def test_a_merge_patch_sets_and_removes() -> None:
    """RFC 7396 for a flat object of text."""
    before = Variables({"A": "1", "B": "2"})
    assert dict(before.merged({"B": None, "C": "3", "D": None})) == {"A": "1", "C": "3"}
    assert dict(before) == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("text", "secret", "is_hidden"),
    [
        (CANARY, CANARY, True),
        (f"say {CANARY}", CANARY, True),
        (f"postgresql://app:{CANARY}@db/app", CANARY, True),
        ("say hello", CANARY, False),
        (CANARY, f"postgresql://app:{CANARY}@db/app", True),
        ("say h@nter-of-2", "amqps://app:h%40nter-of-2@mq", True),
        ("say h%40nter-of-2", "amqps://app:h%40nter-of-2@mq", True),
        (CANARY, f"https://{CANARY}@errors.example/1", True),
        ("errors.example", f"https://{CANARY}@errors.example/1", False),
        ("http://[", "http://[", True),
        (CANARY, f"{CANARY}!", False),
        ("postgres", "postgres", False),
        ("8080", "8080", False),
        ("", "", False),
    ],
)
def test_a_text_that_holds_a_secret_of_another_name_is_hidden(text: str, secret: str, is_hidden: bool) -> None:  # noqa: FBT001 - a row
    """Except for one that is there by chance: a word, or a few characters."""
    sets = {"MOTTO": text, "PORT": "80"}, {"API_KEY": secret, "PORT": "81"}
    expected = {"PORT"} if is_hidden else {"PORT", "MOTTO"}
    assert fit_to_show({"MOTTO", "PORT"}, *sets) == expected
    assert fit_to_show({"MOTTO", "PORT"}, {**sets[1], **sets[0]}) == expected


def test_in_huge_sets_nothing_shows_that_could_hold_a_secret() -> None:
    """To look for hundreds of long texts in all others could take a second, which nobody else should wait."""
    secrets = {f"TOKEN_{number}": f"{'a' * 500}{number}{'a' * 490}" for number in range(500)}
    others = {f"MOTTO_{number}": "a" * 1000 for number in range(498)}
    copied = {"COPIED": f"say {secrets['TOKEN_7']}", "PORT": "8000"}
    assert fit_to_show({*others, *copied}, {**secrets, **others, **copied}) == {"PORT"}
