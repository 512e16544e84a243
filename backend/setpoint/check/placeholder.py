"""Tells values that were meant to be replaced."""

import re

_AROUND = re.compile(r"^[\s\"'*_<>\[\]{}()#%$@!?.:=~-]+|[\s\"'*_<>\[\]{}()#%$@!?.:=~-]+$")
_TO_BE_DONE = (
    r"(?:(?:please|must|need|needs)[-_ ]?)?(?:to[-_ ]?be[-_ ]?)?"
    r"(?:changed?|replaced?|fill|filled|set|edit|generate|update|insert|enter|override|overwrite)[-_ ]?"
    r"(?:me|this|it|in|here|before[a-z_ -]*|by[a-z_ -]*)(?:[-_ ]?(?:please|now|in[-_ ]prod(?:uction)?|[0-9]+))*"
)
_THING = (
    r"(?:api|app|auth|key|token|secret|password|passphrase|dsn|url|uri|id|value|host|hostname|name|username|user|email"
    r"|domain|project)"
)
_WORDS = re.compile(
    rf"{_TO_BE_DONE}|to[-_ ]?do|t\.?b\.?d|fixme|place[-_ ]?holder(?:[-_ ][a-z0-9_ -]+)?|x{{3,}}(?:[-_ ]x+)*"
    r"|your[-_ ]?own"
    r"|(?:put|add|paste|enter|insert|use|type|set)[-_ ]+(?:your|it|something|value)(?![a-z0-9])[a-z0-9_ -]*"
    rf"|(?:put|add|paste|enter|insert|use|type|set|generate)[-_ ]+(?:an?|the)[-_ ][a-z0-9_ -]*{_THING}(?:[-_ ]here)?"
    rf"|your[-_ ][a-z0-9_ -]+|insert[-_ ][a-z0-9_ -]+[-_ ]here|(?:[a-z0-9_ -]+[-_ ])?{_THING}s?[-_ ](?:goes[-_ ])?here"
    r"|change[-_ ]?(?:me|this|it)[-_ ][a-z0-9_ -]*|(?:replace|fill)[-_ ]?(?:me|with|in)[-_ ][a-z0-9_ -]*"
    r"|example[-_ ](?:key|token|secret|password)|(?:dummy|fake|sample)[-_ ](?:key|token|secret|password|value)"
    r"|(?:not[-_ ]|un[-_])(?:set|configured|defined)"
    r"|(?:(?:must|needs?|has|have)[-_ ])?(?:to[-_ ])?be[-_ ]"
    r"(?:changed|replaced|filled|set|provided|determined|defined|generated)(?:[-_ ][a-z_ -]*)?"
    r"|not[-_ ]a[-_ ]real[-_ ][a-z0-9_ -]+"
    # As software ships it: `!ChangeThisMercureHubJWTSecretKey!`.
    r"|(?-i:[Cc]hange(?:Me|This|It)[A-Z][A-Za-z0-9]*)",
    re.IGNORECASE,
)
# What one marks as a gap, whatever stands in it.
_MARKED = re.compile(
    r"<[^<>@]*[a-z][^<>@]+>|\*{2,} *[a-z][a-z _-]* *\*{2,}|_{2,}[a-z]+(?:_[a-z]+)*_{2,}|\{\{[^{}]*\}\}|#\{[^{}]+\}#?"
    r"|\[(?:your|insert|enter|add)\b[^\[\]]*\]"
    r"|%%?[A-Z]+(?:_[A-Z]+)*%%?|@@?[A-Z]+(?:_[A-Z]+)*@@?",
    re.IGNORECASE,
)
# A word in capitals between underscores alone may be a name (`__main__`).
_NAMES = re.compile(r"__[a-z0-9]+(?:_[a-z0-9]+)*__")
# `sk-...` and `sk_test_xxxxxxxx`, too.
_NOTHING_YET = re.compile(
    r"\.{3,}|…|\?{3,}|-{3,}|_{3,}|\*{3,}|x{3,}"
    r"|[a-z]{2,8}(?:[-_][a-z0-9]{1,8})?[-_](?:x{4,}|\.{3,}|\*{3,}|…)",
    re.IGNORECASE,
)
_SHORT_WORDS = re.compile(r"replace|change|unset|undefined|redacted|insert|override|required", re.IGNORECASE)
_INSIDE = re.compile(
    r"<(?:[a-z _-]*[ _-])?(?:key|id|host|dsn|token|password|pass|secret"
    r"|user|name|username|project|region|account|domain|url)s?(?:[ _-][a-z _-]*)?>|\b(?:change|replace)[-_]?me\b|://[^/@]*\byour[-_]"
    r"|(?-i:://[A-Z_]+:[A-Z_]+@[A-Z_]+\b|//examplePublicKey@)|^your[._-]?[a-z]+@",
    re.IGNORECASE,
)
_LONGEST = 200


def is_placeholder(value: str) -> bool:
    """Return whether `value` was copied from an example, such as `changeme`, `__UNSET__` or `<your-dsn>`."""
    text = value.strip()
    if not text or len(text) > _LONGEST or _NAMES.fullmatch(text):
        return bool(_INSIDE.search(value[:_LONGEST]))
    if _NOTHING_YET.fullmatch(text) or _MARKED.fullmatch(text):
        return True
    bare = _AROUND.sub("", text)
    is_marked = bare != text and not text.isalnum()
    words = bool(_WORDS.fullmatch(bare)) or (is_marked and bool(_SHORT_WORDS.fullmatch(bare)))
    return words or bool(_INSIDE.search(text))
