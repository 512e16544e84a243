"""Recognizes placeholders that were never replaced."""

import re

_AROUND = " \t\r\n\"'*_<>[]{}()#%$@!?.:=~-"
# Patterns are for lower-case text with `_` between words: ignoring case and separators would take twice as long.
_BETWEEN_WORDS = str.maketrans("- ", "__")
_TO_BE_DONE = (
    r"(?:(?:please|must|need|needs)_?)?(?:to_?be_?)?{}_?"
    r"(?:me|this|it|in|here|before[a-z_]*|by[a-z_]*)(?:_?(?:please|now|in(?:_prod(?:uction)?)?|[0-9]+))*"
)
_VERBS = ("edit", "modify", "generate", "update", "set", "insert", "enter", "override", "overwrite")
_THING = (
    r"(?:api|app|auth|key|token|secret|password|passphrase|dsn|url|uri|id|value|host|hostname|name|username|user|email"
    r"|domain|project)"
)
_PLACES = ("vault", "1password", "bitwarden", "lastpass", "keepass", "dashboard", "secret_manager", "secrets_manager")
_WHOLE = {"fixme", "t.b.d", "t.bd", "tb.d", "tbd", "to_do", "todo", "your_own", "yourown"}
# Each after a substring that it must contain: searching for one is quick, and most values contain none.
_WORDS = (
    ("change", rf"{_TO_BE_DONE.format('changed?')}|change_?(?:me|this|it)_[a-z0-9_]*"),
    ("replace", rf"{_TO_BE_DONE.format('replaced?')}|replace_?(?:me|with|in)_[a-z0-9_]*"),
    ("fill", rf"{_TO_BE_DONE.format('fill(?:ed)?')}|fill_?(?:me|with|in)_[a-z0-9_]*"),
    *((verb, _TO_BE_DONE.format(verb)) for verb in _VERBS),
    ("holder", r"place_?holder(?:_[a-z0-9_]+)?"),
    ("xx", r"x{3,}(?:_?x+)*|xx(?:_x+)+"),
    ("set_", r"set_(?:in|by|from|via)_(?:prod(?:uction)?|ci|deploy(?:ment)?|vault|env)"),
    *(
        (f"{verb}_", rf"{verb}_+(?:your|it|something|value)(?![a-z0-9])[a-z0-9_]*")
        for verb in ("put", "add", "paste", "enter", "insert", "use", "type", "set")
    ),
    *(
        (f"{verb}_", rf"{verb}_+(?:an?|the)_[a-z0-9_]*{_THING}(?:_here)?")
        for verb in ("put", "add", "paste", "enter", "insert", "use", "type", "set", "generate")
    ),
    ("your_", r"your_[a-z0-9_]+"),
    ("_later", r"(?:fixme|tbd|todo|to_do|change|set|fill|replace)_(?:it_|this_)?later"),
    ("_here", rf"insert_[a-z0-9_]+_here|(?:[a-z0-9_]+_)?{_THING}s?_(?:goes_)?here"),
    ("example_", r"example_(?:key|token|secret|password)"),
    *((f"{kind}_", rf"{kind}_(?:key|token|secret|password|value)") for kind in ("dummy", "fake", "sample")),
    *((f"{no}_", rf"{no}_(?:set|configured|defined)") for no in ("not", "un")),
    (
        "be_",
        (
            r"(?:(?:must|needs?|has|have)_)?(?:to_)?be_"
            r"(?:changed|replaced|filled|set|provided|determined|defined|generated|configured|updated)(?:_[a-z_]*)?"
        ),
    ),
    ("not_a_real_", r"not_a_real_[a-z0-9_]+"),
    ("_from_", r"(?:get|obtain|take|copy|fetch)_(?:(?:it|this|me)_)?from_[a-z0-9_]+"),
    *((place, rf"(?:(?:see|ask|from|in|is_in|(?:kept|stored|set)_in)_(?:the_|our_)?){place}") for place in _PLACES),
    ("ask_", r"ask_(?:your_|the_|an?_)?(?:admin|administrator|devops|ops|team)"),
    *((f"{verb}ing", rf"needs?_{verb}ing(?:_[a-z0-9_]+)?") for verb in ("chang", "replac", "sett", "fill", "updat")),
    *((f"{verb}_", rf"{verb}_(?:api_key|token|(?:[a-z]+_)?secret|password)") for verb in ("enter", "insert", "paste")),
)
# As shipped by software: `!ChangeThisMercureHubJWTSecretKey!`.
_WORDS_IN_CAMEL_CASE = r"[Cc]hange(?:Me|This|It)[A-Z][A-Za-z0-9]*"
# Anything that is marked as a gap.
_MARKS = "<*_{#[%@!"
_OF_HTML = r"[/?!]|(?:html|head|body|div|span|svg|br|hr|img|script|style|table|iframe|form|meta|input|button)\b"
_MARKED = (
    rf"<(?!{_OF_HTML})[^<>@]*[a-z][^<>@]+(?<!/)>"
    r"|\*{2,} *[a-z][a-z _-]* *\*{2,}|_{2,}[a-z]+(?:_[a-z]+)*_{2,}|\{\{[^{}]*\}\}|#\{[^{}]+\}#?"
    r"|\[(?:(?:your|insert|enter|add)\b[^\[\]]*|(?:api[ _-]?)?(?:user(?:name)?|pass(?:word)?|key|token|secret))\]"
    r"|!!+[^!]+!!+"
    r"|%%?[a-z]+(?:_[a-z]+)*%%?|@@?[a-z]+(?:_[a-z]+)*@@?"
)
# A single lower-case word between underscores may be a name (`__main__`).
_NAMES = r"__[a-z0-9]+(?:_[a-z0-9]+)*__"
# `sk-...` and `sk_test_xxxxxxxx`, too.
_ENDS_OF_NOTHING = ".…?-_*x"
_NOTHING_YET = r"\.{3,}|…|\?{3,}|_{3,}|\*{3,}|x{3,}|[a-z]{2,8}(?:[-_][a-z0-9]{1,8})?[-_](?:x{3,}|\.{3,}|\*{3,}|…)"
_SHORT_WORDS = {"replace", "change", "unset", "undefined", "redacted", "insert", "override", "required"}
_GAP = (
    r"<(?:[a-z _-]*[ _-])?(?:key|id|host|dsn|token|password|pass|secret"
    r"|user|name|username|project|region|account|domain|url)s?(?:[ _-][a-z _-]*)?>"
)
# As secrets of well-known services begin.
_PREFIX_BY_MAKER = r"sk|pk|rk|whsec|xox[a-z]|gh[a-z]|glpat|hf|npm|aiza|akia|eyj"
# Like `_WORDS`, for what may be anywhere in a value.
_INSIDE = (
    ("<", _GAP),
    ("me", r"\b(?:change|replace)[-_]?me\b"),
    (":", r"^(?:to-?do|fixme|tbd)\s*:"),
    ("://", r"^[a-z][a-z0-9+]*://(?:\.{3}|…|replace[-_](?:me|this|with)\b|replace_(?:me|this|with)_)"),
    ("me", r"[a-z](?:change|replace)me$|[a-z0-9]_(?:change|replace)_me$"),
    ("change", r"[-_]change[-_](?:it|this)$"),
    ("your", r"^(?:add|enter|insert|paste|put|use)your[a-z]{1,24}here$"),
    ("@host", r"://user(?:name)?:pass(?:word)?@host(?:name)?\b(?!\.)"),
    ("your", r"^your(?:[a-z]{0,16})(?:key|token|secret|password|passphrase)(?:here)?$"),
    ("holder", r"[-_]place[-_]?holder$"),
    ("xxx", rf"^(?:{_PREFIX_BY_MAKER})[\w-]*x{{4}}$|^x{{3,}}\.[a-z]"),
    ("your", r"://[^/@]*\byour[-_]|^your[._-]?[a-z]+@|\byour[-_.]?(?:domain|company|org)\b"),
    ("your", rf"^(?:{_PREFIX_BY_MAKER})[-_.]+(?:[a-z]+[-_])?your[-_]"),
    ("...", rf"^(?:{_PREFIX_BY_MAKER})[\w-]*\.{{3}}"),
    # As `mktemp` takes them, they are a path.
    ("xxxxxxx", r"^(?!/)"),
    ("/xxx/", r"^https?:"),
    ("prod", r"(?:change|replace|update)[-_](?:it_|this_)?(?:in|for|before)[-_]prod"),
    ("please", r"please[-_](?:change|replace|update|generate|set|fill|edit)|(?:change|replace|update)[-_]?please"),
    ("should", r"should[-_]be[-_](?:changed|replaced|updated)"),
    (
        "random",
        r"^(?:[a-z]+[-_ ]){0,4}random[-_ ](?:string|value|key|secret|token|password|characters|hex|bytes|uuid)\b",
    ),
    ("openssl", r"openssl\s+rand"),
    ("generate", r"^generate[-_](?:with|by|using)[-_]"),
    ("paste", r"^paste[-_](?:it[-_])?here$"),
    ("get_", r"^get_(?:an?|the|your|it)_"),
    ("replace", r"^replace[-_](?:this|it|only|before|when|if)[-_]"),
    ("todo", r"^todo[-_](?:change|replace|set|fill)"),
    ("example", r"^example[-_](?:[a-z]+[-_])*(?:key|token|secret|password)$"),
    ("redacted", r"^redacted$"),
    # Those of Amazon's documentation.
    ("example", r"^a[ks]ia[0-9a-z]{9}example$|^wjalrxutnfemi/k7mdeng/bpxrficyexamplekey$"),
    ("your", r"^your[-_][a-z0-9_-]+\."),
)
_INSIDE_IN_ITS_CASE = (
    r"://[A-Z_]{3,}:[A-Z_]{3,}@|//examplePublicKey@|://[A-Z]{2,}(?:_[A-Z]{2,})+(?:[.:/]|$)"
    r"|://(?:x{3,}|(?:username|[^/@]*\[USERNAME\]):[^/@]*|[^/@]*:(?:\*{3,}|\[PASSWORD\]))@"
)
# What only a secret is not: words for its lack, and what says what belongs there instead of being it.
_LACK = r"dummy|fake|sample|n/?a|unused|not_?(?:used|needed|required|real|important)"
_KINDS = (
    r"(?:a|an|the|my|our|some|this_?is|not|very|super|ultra|top|strong|secure|long|random|secret|jwt|app|api|session|auth"
    r"|django|flask|signing|encryption|private|access|refresh|client|admin|root|user|db|database)"
)
_WORDS_FOR_A_SECRET = rf"{_LACK}|(?:{_KINDS}_?)+(?:secret|key|password|passwd|passphrase|pass|pw|token)s?_?\d{{0,4}}"
_LONGEST = 200


def is_placeholder(value: str) -> bool:
    """Return whether `value` was copied from an example, such as `changeme`, `__UNSET__` or `<your-dsn>`."""
    text = value.strip()
    if not text or len(text) > _LONGEST or (text[0] == "_" and re.fullmatch(_NAMES, text)):
        return _holds_one(value[:_LONGEST])
    lower = text.lower()
    if lower[-1] in _ENDS_OF_NOTHING and re.fullmatch(_NOTHING_YET, lower):
        return True
    if lower[0] in _MARKS and re.fullmatch(_MARKED, lower):
        return True
    bare = text.strip(_AROUND)
    is_marked = bare != text and not text.isalnum()
    return _is_words(bare) or (is_marked and bare.lower() in _SHORT_WORDS) or _holds_one(text)


def is_placeholder_of_secret(value: str) -> bool:
    """Return whether `value`, of a secret, is a placeholder, or no more than words for one: `my-secret-key`, `n/a`."""
    words = value[: _LONGEST + 1].strip(_AROUND).lower().translate(_BETWEEN_WORDS)
    return is_placeholder(value) or re.fullmatch(_WORDS_FOR_A_SECRET, words) is not None


def _is_words(text: str) -> bool:
    words = text.lower().translate(_BETWEEN_WORDS)
    if not words.replace("_", "").replace(".", "").isalnum():
        return False
    return (
        words in _WHOLE
        or any(piece in words and re.fullmatch(pattern, words) for piece, pattern in _WORDS)
        or ("hange" in text and re.fullmatch(_WORDS_IN_CAMEL_CASE, text) is not None)
    )


def _holds_one(text: str) -> bool:
    lower = text.lower()
    return any(piece in lower and re.search(pattern, lower) for piece, pattern in _INSIDE) or (
        "//" in text and re.search(_INSIDE_IN_ITS_CASE, text) is not None
    )
