"""Tells from a name, in whatever spelling, whether people call a secret so."""

import re

_WORD_INSIDE_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME = 256
_KINDS_OF_KEYS = (
    "API|PRIVATE|SECRET|ACCESS|ENCRYPTION|ENCRYPT|DECRYPTION|CRYPTO|CIPHER|SIGNING|SIGNATURE|AUTH|MASTER|SHARED|ACCOUNT|LICENSE"
    "|HMAC|AES|RSA|SSH|DEPLOY|FERNET|JWT|TOKEN|SESSION|SERVICE|SERVICE_ROLE|SUBSCRIPTION|WEBHOOK|APP|APPLICATION|INTEGRATION"
    "|CONSUMER|UNSEAL|STORAGE|ADMIN|SERVER|CRYPT|OPENAI|ANTHROPIC|SENDGRID|MAILGUN|STRIPE|COHERE|S3|APNS|FIREBASE"
)
_SERVERS = (
    "DATABASE|DB|REDIS|BROKER|AMQP|RABBITMQ|CLOUDAMQP|POSTGRES|POSTGRESQL|MYSQL|MARIADB|MONGO|MONGODB|CLICKHOUSE"
    "|CONNECTION|SLACK_(?:WEB)?HOOK|DISCORD_WEBHOOK|TEAMS_WEBHOOK|CLOUDINARY|SAS|PRESIGNED"
)
# What a name has to hold somewhere.
_SECRET = re.compile(
    rf"(?<![^_])(?:(?:{_KINDS_OF_KEYS})_?KEYS?|SECRET_ID"
    r"|[^\W_]*(?:PASSWORD|PASSWD|PASSPHRASE|PASSCODE|SECRET|CREDENTIAL|TOKEN|APIKEY)S?"
    rf"|(?:{_SERVERS})_(?:UR[LI]|STRING)|CONN_STR|BASIC_AUTH|CREDS|DSN"
    r"|(?:SLACK|DISCORD|TEAMS)_WEBHOOK|SERVICE_ACCOUNT_JSON|SEED_PHRASE|T?OTP_SEED|MNEMONIC|PIN_?CODE|UNLOCK_CODE"
    # A short word that means other things, too, when others follow.
    r"|(?:PASS|PWD|PW|SALT|PEPPER|(?:KEY|STORE|USER|DB)PASS|(?:USER|DB)PW|(?:GITHUB|GITLAB|GH|GL|ADO|DEVOPS)_PAT"
    r"|(?:REDIS|PROXY|REGISTRY)_AUTH|STRIPE_SK)(?=_?\d*$))\d*(?![^_])"
)
# A setting whose name goes on so is about secrets, and is none.
_WORDS_ABOUT_SECRETS = """
    AGE ALG ALGO ALGORITHM ALGORITHMS ALLOWED ARN ATTEMPTS AUDIENCE BACKEND BUCKET BUDGET CACHE CASE
    CHARACTERS CHARS CHECK CLASS COLUMN COMPLEXITY CONTEXT COOKIE COST COUNT DAYS DELAY DELIMITER DESCRIPTION
    DIGITS DIR DIRECTORY DISABLED DOMAIN DURATION EMAIL ENABLED ENCODING ENDPOINT ENGINE EXPIRATION EXPIRE
    EXPIRES EXPIRY FIELD FIELDS FILE FILENAME FILES FORMAT GRANT GROUP HASHER HASHERS HEADER HEADERS HELP HINT
    HISTORY HOST HOSTS HOURS ID IDS INTERVAL ISSUER ITERATIONS KID LABEL LEEWAY LEN LENGTH LETTERS LIFESPAN
    LIFETIME LIMIT LIMITS LOCATION LOWER LOWERCASE MANAGER MAX MESSAGE METHOD METHODS MIN MINS MINUTES MODE
    MODEL MONTHS NAME NAMES NAMESPACE NUMBER OPTIONAL PARAM PARAMETER PATH PATHS PATTERN PATTERNS PERIOD PERMISSIONS
    POLICY PORT PREFIX PRICE PROJECT PROVIDER PROVIDERS QUOTA RATE REALM REGEX REGION REQUIRE REQUIRED RETRIES
    ROLE ROTATE ROTATION ROUNDS SCHEME SCHEMES SCOPE SCOPES SECONDS SECS SEPARATOR SERVICE SIZE SOURCE SPECIAL
    STATUS STORAGE STORE STRATEGY STRENGTH SUBJECT SUFFIX SUPPORT SYMBOLS TABLE TEMPLATE THRESHOLD THROUGH
    TIME TIMEOUT TITLE TTL TYPE TYPES UPPER UPPERCASE URI URIS URL URLS USAGE USER USERNAME USERS VALIDATION
    VALIDATOR VALIDATORS VERSION WEEKS WINDOW
"""
_ABOUT_SECRETS = frozenset(_WORDS_ABOUT_SECRETS.split())
# How many, or whether; and what language models call tokens.
_WORDS_BEFORE_WHAT_IS_NONE = """
    ALLOW DISABLE ENABLE HAS HIDE IS MASK MAX MAXIMUM MIN MINIMUM NO NUM NUMBER REDACT REQUIRE REQUIRES SHOW
    SKIP TOTAL USE USES WITH
    BOS CLS EOS PAD SEP SPECIAL STOP UNK
"""
_BEFORE_WHAT_IS_NONE = frozenset(_WORDS_BEFORE_WHAT_IS_NONE.split())


def is_secret_name(name: str) -> bool:
    """Return whether `name` is what people call secrets: `DB_PASSWORD` or `apiKey`, and not `PASSWORD_MIN_LENGTH`."""
    return _last_secret(name) is not None


def ends_as_a_secret(name: str) -> bool:
    """Return whether `name` ends with the word for one secret, so that a number under it is one: `PASSWORD`."""
    found = _last_secret(name)
    return found is not None and found.end() == len(found.string) and not found[0].endswith("S")


def _last_secret(name: str) -> re.Match[str] | None:
    """Return the last words of `name` that mean a secret, unless what is around them means something else."""
    words = re.sub(r"\W", "_", _WORD_INSIDE_CAMEL_CASE.sub("_", name[-_LONGEST_NAME:]).upper())
    last = next(reversed([*_SECRET.finditer(words)]), None)
    if last is None:
        return None
    if words == "GOOGLE_APPLICATION_CREDENTIALS":  # By Google's definition the path of a file.
        return None
    before, after = words[: last.start()].rstrip("_").rpartition("_")[2], words[last.end() :].split("_")
    if not _ABOUT_SECRETS.isdisjoint(after) and not _is_half_a_pair(last[0], after):
        return None
    is_name_of_a_cookie = last[0] == "TOKEN_KEY" and "COOKIE" in words
    return None if before in _BEFORE_WHAT_IS_NONE or is_name_of_a_cookie else last


def _is_half_a_pair(words: str, after: list[str]) -> bool:
    """Return whether it is `ACCESS_KEY_ID`, which is worth nothing alone, but goes with the other half."""
    return words == "ACCESS_KEY" and after[1:] == ["ID"]
