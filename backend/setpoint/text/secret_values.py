"""Decides by a value alone whether it looks like a secret, or holds one."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from setpoint.text.secret_names import ends_as_a_secret, is_secret_name

LONGEST_VARIABLE = 131_071
"""In bytes, with its name; what Linux takes for a variable (MAX_ARG_STRLEN, https://man7.org/linux/man-pages/man2/execve.2.html)."""
_BARE = r"[A-Za-z0-9+/_-]{32,}={0,2}"
_HEXADECIMAL = r"[0-9a-f]{32,}|[0-9A-F]{32,}"
_RANDOM = r"(?=.*[a-z])(?=.*[A-Z])(?=(?:[A-Za-z]*+\d++[A-Za-z]++){2}).*"
_CHUNK = r"[A-Za-z0-9]{8,}"
_ONE_WORD = r"[\w.+-]+"
# Ten characters that include letters and digits or a capital inside, eight with all three, or a long word.
_MADE_BY_A_MACHINE = (
    r"(?=.*\d)(?=.*[A-Za-z]).{10,}|(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{8,}|(?=.*[a-z][A-Z]).{10,}|(?=.*[A-Za-z]).{25,}"
)
# A word is taken whole: to try each way of taking it apart would take years.
_WRITTEN_BY_PEOPLE = (
    r"(?:[A-Z]?[a-z]{2,}+|[A-Z]{2,4}(?=[A-Z][a-z]|\d*$)){1,4}\d{0,4}|[0-9]+[A-Za-z]{1,5}|[A-Z]{2,}\d{0,4}"
)
# As their vendors document them: Stripe, GitHub, GitLab, Slack, AWS, Google, npm, SendGrid, OpenAI, Anthropic, Hugging
# Face, DigitalOcean, Shopify, PyPI, Docker, Vault, Sentry, New Relic, Linear, Square, Grafana, Figma, Atlassian,
# Supabase, Dynatrace, Databricks, Mailgun, Telegram, Setpoint's service, a JWT.
_PREFIX_BY_MAKER = (
    r"(?<![A-Za-z0-9])(?:"
    r"(?:[sr]k_(?:live|test)_|whsec_|gh[pousr]_|github_pat_|gl(?:pat|rt|dt)-|xox[abeprs]-|xapp-|AIza|GOCSPX-|eyJ"
    r"|ya29\.|sq0[a-z]{3}-|shp(?:ca|pa|ss)_|glsa_|figd_|ATATT3|sb_secret_|dt0[a-z]\d\d\.)[\w.-]{8}"
    r"|sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{20}|dapi[0-9a-f]{32}|key-[0-9a-z]{32}|(?:bot)?\d{8,10}:AA[\w-]{20}"
    r"|A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])|SG\.[\w-]{16,}\.|sk-(?:proj|ant|svcacct|or)-[\w-]{8}"
    r"|(?:npm_|hf_|sk-|dop_v1_|shpat_|pypi-|dckr_pat_|hvs\.|sntry[su]_|NRAK-|lin_api_)[A-Za-z0-9_-]{20})"
)
# Like base32 (RFC 4648); a name has its digits in one place.
_CAPITALS_AND_DIGITS = r"(?=.*\d[A-Z]+\d)[A-Z2-7]{16,}"
# Each begins at the start of a word, so that a long value is scanned only once.
# The digest of an image (`nginx:1.25@sha256:…`) is none.
_CREDENTIALS_INSIDE = r"(?<!\S)[^\s:]*:\S*@(?!sha\d+:)"
_END_OF_ITEM = r"(?![^\s,;&}\]])"
_NUMBER = rf"[\"']?\d+(?:\.\d+)?[\"']?{_END_OF_ITEM}"
_STATE = "(?i:true|false|null)"
# And after it the end, or another item: a password may begin with such a word.
_SWITCH = rf"\s*+(?:\"{_STATE}\"|'{_STATE}'|{_STATE})(?=\s*+(?:[,;&}}\]]|$)|\s++[\w.-]++[:=])"
_KEY_INSIDE = rf"(?<![\w.-])([\w.-]+)[\"']?\s*[:=](?!{_SWITCH})(?:\s*({_NUMBER}))?|(?<!\S)--?([A-Za-z][\w-]*)\s+[^\s-]"
# From the first backslash on, so that a run of them is scanned only once.
_ESCAPED_IN_JSON = r"(?<!\\)\\+u([0-9A-Fa-f]{4})"
_ESCAPED_QUOTE = r"(?<!\\)\\+(?=[\"'])"
# A private key; webhook URLs, which let in whoever knows them; signed URLs; credentials in headers and commands; hashes
# of passwords.
# A password in the arguments of a command: right after `-p` for some, in the next word for others.
_OPTION_IN_LIST = r"[\[,]\s*[\"']-"
_BETWEEN_ARGUMENTS = r"[\[\"',\]]+"
_ARGUMENTS = r"(?:\s+[^\s;|&]+){0,20}?\s+"
_PASSWORD_OF_COMMAND = (
    rf"(?<![\w-])(?:(?:mysql|mariadb)(?:-?[a-z]+)?|sshpass|7z[ar]?){_ARGUMENTS}-p[\"']?[^\s\"']"
    rf"|(?<![\w-])(?:sshpass|mongo[a-z]*|(?:docker|podman|helm|oc|az|nerdctl|buildah|skopeo|oras|crane)"
    rf"(?:\s+[a-z]+)?\s+login){_ARGUMENTS}-p[\s=]+[^\s-]"
    rf"|(?<![\w-])(?:redis-cli{_ARGUMENTS}-a|ldap[a-z]+{_ARGUMENTS}-w|zip{_ARGUMENTS}-P)\s*[^\s-]"
    r"|(?<!\S)-?(?:pass(?:in|out)?\s+)?pass:[^\s]"
)
_SENSITIVE_FORM = (
    r"(?i)-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-"
    r"|\b(?:hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/)\S"
    r"|[?&](?:sig|signature|x-(?:amz|goog)-signature)=\S"
    r"|(?<![\w-])(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?\w+\s+\S|^\s*bearer\s+\S{8,}\s*$"
    r"|^\s*(?:basic|token)\s+(?=\S*(?:[\d=]|(?-i:[a-z][A-Z])))[\w+/=.-]{8,}\s*$"
    r"|\$(?:2[abxy]|apr1|argon2i?d?|[156y])\$[^\s$]+\$"
    r"|(?<!\w)auth[\"']\s*:\s*[\"'][A-Za-z0-9+/]{8}|(?<!\S)(?:-u|--user)[\s=]*(?!\d+:\d)[^\s:]+:\S"
    r"|(?<!\S)login\s+\S+\s+password\s+\S"
    # A line of `.pgpass`; an IPv6 address looks like one.
    r"|(?<!\S)(?![\da-f:]+(?:\s|$))[^:\s]+:(?:\d+|\*):[^:\s]+:[^:\s]+:\S"
)
_PATH_OF_KEY = r"[\w.~-]*(?:/[\w.-]+)+\.(?:crt|jks|json|key|p12|pem|pfx|txt)"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*://\S+"
_FORMS = (_CREDENTIALS_INSIDE, _SENSITIVE_FORM, _PREFIX_BY_MAKER, _PASSWORD_OF_COMMAND)
# Scopes about secrets, as OAuth names them.
_SCOPE = r"(?i)(?<![\w.-])[\w.-]*s:(?:read|write|admin|manage|create|update|delete|list|revoke|rotate|all|\*)(?![\w.-])"


def looks_secret(value: str) -> bool:
    """Return whether `value` seems to hold a secret, by its form, or by a key inside that names one.

    One that is longer than any environment variable counts as one: it is not worth the look, in which no other thread
    can run.
    """
    if len(value) > LONGEST_VARIABLE:
        return True
    written = _decoded(_stripped(value))
    if any(re.search(form, written) for form in _FORMS):
        return True
    keys = re.finditer(_KEY_INSIDE, re.sub(_SCOPE, "", written))
    # A number of tokens is no token.
    return any((ends_as_a_secret if key[2] else is_secret_name)(key[1] or key[3]) for key in keys)


def _stripped(value: str) -> str:
    """Return `value` without the blanks and quotes around it, which some programs strip, and others leave."""
    return value.strip().strip("\"'").strip()


def _decoded(value: str) -> str:
    """Return `value` without the escapes of JSON and URLs, in which a key may be hidden; arguments in a row."""
    without = re.sub(_ESCAPED_IN_JSON, lambda match: chr(int(match[1], 16)), re.sub(_ESCAPED_QUOTE, "", value))
    if re.search(_OPTION_IN_LIST, without):
        without = f"{without} {re.sub(_BETWEEN_ARGUMENTS, ' ', without)}"
    return f"{without} {unquote(without)}" if "%" in without else without


def sounds_secret(name: str, value: str) -> bool:
    """Return whether the `value` of a variable that no setting reads is a secret, by the name or by its looks."""
    return is_secret_name(name) or looks_secret(value)


def is_path_of_key(value: str) -> bool:
    """Return whether `value` only says where a key is: `/etc/ssl/private/app.pem`."""
    return bool(re.fullmatch(_PATH_OF_KEY, value.strip(" '\"")))


def is_url(text: str) -> bool:
    """Return whether `text` is a URL with a host."""
    return "://" in text and bool(re.fullmatch(_URL, text))


def credentials_in_url(text: str) -> Iterator[str]:
    """Yield the password in `text` if that is a URL, as written and as programs decode it; if it has none, the user."""
    if not is_url(text):
        return
    try:
        parts = urlsplit(text)
        found = parts.password or parts.username
    except ValueError:
        return
    if found:
        yield found
        yield unquote(found)


def holds_marked_token(text: str) -> bool:
    """Return whether `text` holds a token whose maker has marked it as one, such as `ghp_…`, wherever that is."""
    return bool(re.search(_PREFIX_BY_MAKER, text))


def is_token_as_name(name: str) -> bool:
    """Return whether `name`, which no setting has, looks more like a token than like the name of a variable."""
    return bool(holds_marked_token(name) or re.fullmatch(_CAPITALS_AND_DIGITS, name)) or (
        not name.isupper() and looks_like_token(name)
    )


def is_one_word(value: str) -> bool:
    """Return whether `value` has nothing in it that separates words, such as the parts of a URL."""
    return bool(re.fullmatch(_ONE_WORD, _stripped(value)))


def is_bare_token(value: str) -> bool:
    """Return whether `value` is nothing but a long generated key, in hexadecimal digits or base64 (RFC 4648)."""
    text = _stripped(value)
    if not re.fullmatch(_BARE, text):
        return False
    if re.fullmatch(_HEXADECIMAL, text):
        return bool(re.search(r"\d", text) and re.search("[A-Fa-f]", text))
    return any(re.fullmatch(_RANDOM, each) for each in re.findall(r"[A-Za-z0-9]{12,}", text))


def looks_like_token(value: str) -> bool:
    """Return whether a word of `value` looks like a generated key rather than like human language.

    Names of hosts, paths, versions and classes don't: `db-1.internal.example`, `sha256`, `SqliteBackend`.
    """
    return holds_marked_token(value) or any(
        re.fullmatch(_MADE_BY_A_MACHINE, word) and not re.fullmatch(_WRITTEN_BY_PEOPLE, word)
        for word in re.findall(_CHUNK, value)
    )
