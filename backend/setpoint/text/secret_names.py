"""Decides by a name, however it is spelt, whether it is used for a secret."""

import re
from collections.abc import Sequence
from itertools import groupby

_BETWEEN_WORDS = r"[\W_]|(?<=[a-z0-9])(?=[A-Z])"
_LONGEST_NAME = 256
_DIGITS = "0123456789"
_KINDS_OF_KEYS = """
    ACCESS ACCOUNT ACTIVATION ADMIN AES API APP APPLICATION AUTH CIPHER CONSUMER COOKIE CRYPT CRYPTO DECRYPTION DEPLOY
    DETERMINISTIC ENC ENCRYPT ENCRYPTION FERNET GOOGLE HMAC INGEST INSERT INSTALLATION INTEGRATION JWT LICENSE MASTER
    NONCE OPENAI OPENSSL PRESHARED PRIVATE RSA S3 SA SALT SDK SECRET SERVER SERVICE SERVICE_ROLE SESSION SHARED
    SIGNATURE SIGNING SSH STORAGE STRIPE SUBSCRIPTION TOKEN UNSEAL VAULT WEBHOOK WRITE
"""
_KEYS = frozenset(
    f"{kind}{between}{key}" for kind in _KINDS_OF_KEYS.split() for between in ("", "_") for key in ("KEY", "KEYS")
)
# Any other key is a secret, too (`MAPBOX_KEY`), unless it finds something, is public, or is on a keyboard.
_KEYS_THAT_OPEN_NOTHING = """
    ANON ANY ARROW ATTRIBUTE BINDING BLOB BODY BUCKET BY CACHE CACHING CLAIM CLASS COLUMN COMPOSITE CONCURRENCY CONFIG
    CONTEXT CORRELATION COUNTER DATE DEDUP DEDUPE DEDUPLICATION DEFAULT DICT DUPLICATE EACH EMAIL EMPTY ENTER ENV ERROR
    EVENT EXCLUDE EXPERIMENT EXTRA FEATURE FIELD FILE FILTER FIRST FLAG FOLDER FOREIGN GLOB GROUP GROUPING HEADER HOST
    HOT I18N ID IDEMPOTENCY IGNORE IMAGE INCLUDE INDEX ISSUE ISSUER ITEM JOB JOIN JSON KEYBOARD KMS LABEL LANG LAST
    LEADER LIMIT LIST LOCALE LOCALIZATION LOCK LOG LOGGING LOOKUP MAP MAPPING MESSAGE META METADATA METRIC MISSING MODEL
    MODIFIER MUTEX MY NAME NATURAL NEW NEXT NO OBJECT OLD ONE OPTION ORDER ORDERING OTHER PARAM PARAMETER PARENT
    PARTITION PATH PER PREFIX PRIMARY PROJECT PROPERTY PUB PUBLIC PUBLISHABLE QUERY QUEUE RANGE RATE RATELIMIT REDIS
    REGEX REGISTRY REQUEST RESPONSE RESULT ROLE ROLES ROOT ROUTING ROW SCOPE SECONDARY SETTING SETTINGS SHARD SHARDING
    SHORTCUT SITE SLUG SOME SORT SORTING SPACE SPAN STATE STATS STATUS SURROGATE TAG TASK TENANT THIS THROTTLE TIMESTAMP
    TITLE TOPIC TRACE TRANSLATION TYPE UNIQUE UNKNOWN URL USERNAME VALUE VERIFICATION VERIFY VERIFYING VERSION
"""
_OPEN_NOTHING = frozenset({"", *_KEYS_THAT_OPEN_NOTHING.split()})
# Things whose address holds a password, or is one.
_SERVERS = """
    AMQP BROKER BUILD_HOOK CLICKHOUSE CLOUDAMQP CLOUDINARY CONN CONNECTION DATABASE DB DEPLOY_HOOK DISCORD_WEBHOOK
    MARIADB MONGO MONGODB MYSQL OPLOG POSTGRES POSTGRESQL PRESIGNED PRISMA RABBITMQ REDIS SAS SLACK_HOOK SLACK_WEBHOOK
    TEAMS_WEBHOOK
"""
_ADDRESSES = frozenset(f"{server}_{word}" for server in _SERVERS.split() for word in ("STRING", "URI", "URL"))
# With the name of something before them: alone, and where messages are sent, they sort what they are sent with.
_KEYS_OF_ALERTS = frozenset({"EVENT_KEY", "EVENTS_KEY", "ROUTING_KEY"})
_WORDS_ABOUT_MESSAGES = """
    AMQP BINDING BROKER BUS CELERY CONSUMER DEAD DEFAULT DLQ DLX EXCHANGE KAFKA KINESIS KOMBU LETTER MESSAGE MESSAGES
    MESSAGING MQ NATS PRODUCER PUBLISH PUBLISHER PUBSUB QUEUE QUEUES RABBIT RABBITMQ REDIS SNS SQS STREAM SUBSCRIBER
    TASK TASKS TOPIC WORKER
"""
_ABOUT_MESSAGES = frozenset(_WORDS_ABOUT_MESSAGES.split())
_OTHER_SECRETS = """
    ADMIN_SERVICE_ACCOUNT API_HASH BACKUP_CODES BASIC_AUTH BUILD_HOOK CLIENT_KEY_B64 CLIENT_KEY_BASE64 CLIENT_KEY_DATA
    CLIENT_KEY_PEM CONN_STR CREDS DEPLOY_HOOK DISCORD_WEBHOOK DOCKER_AUTH_CONFIG DSN ERLANG_COOKIE FASTLANE_SESSION
    FIREBASE_SERVICE_ACCOUNT JAAS_CONFIG KEYSTORE_BASE64 KUBECONFIG_B64 KUBECONFIG_BASE64 KUBECONFIG_CONTENT
    KUBECONFIG_DATA KUBE_CONFIG_DATA MNEMONIC OTP_SEED PINCODE PIN_CODE RECOVERY_CODE RECOVERY_CODES ROOT_TOKEN_ID
    SECRET_ID SEED_PHRASE SERVICE_ACCOUNT_JSON SKEY SLACK_WEBHOOK SSL_KEY_PEM TEAMS_WEBHOOK TLS_KEY_PEM TOTP_SEED
    UNLOCK_CODE WALLET_SEED WEB_JOBS_STORAGE
"""
_SECRETS = _KEYS | _ADDRESSES | _KEYS_OF_ALERTS | frozenset(_OTHER_SECRETS.split())
_MOST_WORDS_OF_ONE = 3
# What Next.js, Nuxt, Expo, SvelteKit, Gatsby, Vite, Create React App, Vue CLI and Angular give to every browser.
_PUBLIC_PREFIX = r"(?:(?:NEXT_|NUXT_|EXPO_)?PUBLIC|GATSBY|VITE|REACT_APP|VUE_APP|NG_APP)_"
_MAY_BE_PUBLIC = r".*(?:KEYS?|TOKENS?|DSN)"
_WORDS_FOR_WHAT_NO_BROWSER_GETS = """
    ADMIN AUTH BOT CRYPTO DEPLOY ENCRYPTION HASH JWT MASTER PRIVATE REFRESH ROOT SECRET SERVER SERVICE SESSION SIGNATURE
    SIGNING SSH WEBHOOK WRITE
"""
_PRIVATE = frozenset(_WORDS_FOR_WHAT_NO_BROWSER_GETS.split())
# Endings of words that mean a secret, such as `DBPASSWORD`.
_WORDS_FOR_SECRETS = (
    *("APIKEY", "CREDENTIAL", "PASSCODE", "PASSPHRASE", "PASSWD", "PASSWORD", "SECRET", "TOKEN"),
    *("CONTRASENA", "KENNWORT", "PASSWORT", "SENHA"),
)
_ENDINGS = tuple(f"{word}{plural}" for word in _WORDS_FOR_SECRETS for plural in ("", "S"))
# Short words that can mean something else if others follow; a digit ends a word of capitals.
_LAST_WORDS = """
    BEARER DBPASS DBPW JWKS_PRIVATE JWT_PRIVATE KEYPASS NEO4_J_AUTH PASS PEPPER PROXY_AUTH PSK PW PWD REDIS_AUTH
    REGISTRY_AUTH SALT SQL_ALCHEMY_CONN STOREPASS STRIPE_SK USERPASS USERPW
"""
_SECRETS_AT_THE_END = frozenset(_LAST_WORDS.split())
# What may follow even those: the word for one of several.
_WORDS_FOR_ONE_OF_SEVERAL = """
    BACKUP DEV FALLBACK LIVE NEW OLD PREVIOUS PROD PRODUCTION STAGING TEST
"""
_ONE_OF_SEVERAL = frozenset(_WORDS_FOR_ONE_OF_SEVERAL.split())
# A setting whose name continues like this is about secrets, but is not one.
_WORDS_ABOUT_SECRETS = """
    ACTIVE ADDRESS AGE ALG ALGO ALGORITHM ALGORITHMS ALLOWED ARN ATTEMPTS AUDIENCE AUTHENTICATION BACKEND BEFORE BUCKET
    BUDGET CACHE CASE CHANGE CHARACTERS CHARS CHECK CHECKS CLASS CLASSES CLEANUP COLUMN COMMAND COMPLEXITY CONTEXT
    CONTRACT COOKIE COST COUNT CRON DAYS DECIMALS DELAY DELIMITER DESCRIPTION DIGITS DIR DIRECTORY DISABLED DOMAIN
    DURATION EMAIL ENABLED ENCODING ENCRYPTION ENDPOINT ENGINE ENV EXPIRATION EXPIRE EXPIRES EXPIRY FIELD FIELDS FILE
    FILENAME FILES FORMAT GRANT GROUP HASHER HASHERS HEADER HEADERS HELP HINT HINTS HISTORY HOST HOSTS HOURS ID IDS
    INTERVAL ISSUER ITERATIONS KID LABEL LEEWAY LEN LENGTH LETTERS LIFESPAN LIFETIME LIMIT LIMITS LOCATION LOWER
    LOWERCASE MANAGER MAX MESSAGE METHOD METHODS MIN MINS MINUTES MODE MODEL MONTHS NAME NAMES NAMESPACE NUMBER OPTIONAL
    OVERLAP PARAM PARAMETER PATH PATHS PATTERN PATTERNS PER PERIOD PERMISSIONS PLACEHOLDER POLICY PORT PREFIX PRICE
    PROJECT PROTECTED PROVIDER PROVIDERS QUERY QUOTA RATE REALM REDIRECT REGEX REGION RENEW RENEWAL REQUIRE REQUIRED
    RETRIES ROLE ROTATE ROTATION ROUNDS SCHEDULE SCHEME SCHEMES SCOPE SCOPES SECONDS SECS SEPARATOR SERVICE SIZE SOURCE
    SPECIAL STATUS STDIN STORAGE STORE STRATEGY STRENGTH SUBJECT SUFFIX SUPPORT SYMBOL SYMBOLS TABLE TEMPLATE THRESHOLD
    THROUGH TIME TIMEOUT TITLE TTL TYPE TYPES UPPER UPPERCASE URI URIS URL URLS USAGE USER USERNAME USERS VALIDATION
    VALIDATOR VALIDATORS VALIDITY VAR VARIABLE VERSION WEEKS WINDOW
"""
_ABOUT_SECRETS = frozenset(_WORDS_ABOUT_SECRETS.split())
# How many, or whether; and the tokens of language models.
_WORDS_BEFORE_WHAT_IS_NONE = """
    ALLOW DISABLE ENABLE HAS HIDE IS MASK MAX MAXIMUM MIN MINIMUM NO NUM NUMBER PER REDACT REQUIRE REQUIRES SHOW
    SKIP TOTAL USE USES WITH
    BOS CLS EOS PAD SEP SPECIAL STOP UNK
    CHUNK COMPLETION CORS RESERVED REUSE
"""
_BEFORE_WHAT_IS_NONE = frozenset(_WORDS_BEFORE_WHAT_IS_NONE.split())
# Anywhere before tokens, which language models count.
_WORDS_OF_MODELS = """
    CACHED CONTEXT MAX MIN NUM OUTPUT PROMPT REASONING THINKING VOCAB
"""
_OF_MODELS = frozenset(_WORDS_OF_MODELS.split())

# What has a long number, too, made to be known: of a thing, a state of code, or a content.
_WORDS_FOR_WHAT_IS_PUBLIC = """
    ADDRESS BUCKET BUILD CERT CERTIFICATE CHECKSUM COMMIT CONTAINER CURSOR DIGEST DIR ETAG FILE FINGERPRINT GIT GUID
    HASH HOST ID IDS IMAGE INTEGRITY MD NAME PATH PUBKEY PUBLIC PUBLISHABLE REF RELEASE REV REVISION SHA SITE SITEKEY
    SLUG SPAN TAG THUMBPRINT TRACE URL UUID VERIFICATION VERSION
"""
_PUBLIC = frozenset(_WORDS_FOR_WHAT_IS_PUBLIC.split())
_PUBLIC_KEYS = {"PUB", "PUBLIC", "PUBLISHABLE", "SITE"}


def is_secret_name(name: str) -> bool:
    """Return whether `name` is a typical name of a secret: `DB_PASSWORD` or `apiKey`, but not `PASSWORD_MIN_LENGTH`."""
    return _last_secret(name) is not None


def ends_as_a_secret(name: str) -> bool:
    """Return whether `name` ends with the word for a single secret, so that even a number is one: `PASSWORD`."""
    found = _last_secret(name)
    if found is None:
        return False
    phrase, after = found
    return not after and not phrase.endswith("S")


def is_public_name(name: str) -> bool:
    """Return whether `name` is one of what looks like a token and is no secret: `GIT_COMMIT_SHA` or `client_id`."""
    words = [word.upper().rstrip(_DIGITS) for word in re.split(_BETWEEN_WORDS, name[-_LONGEST_NAME:])]
    # The last word may be there twice: that of the setting, and that of an alias.
    *before, last = ["", *(word for word, _ in groupby(filter(None, words)))]
    if "SESSION" in before:  # who knows its id has the session
        return False
    return last in _PUBLIC or (last in {"KEY", "KEYS"} and before[-1] in _PUBLIC_KEYS)


def _last_secret(name: str) -> tuple[str, list[str]] | None:
    """Return the last words of `name` that mean a secret, unless the words around them say otherwise.

    Returns:
        These words, and those after them.
    """
    words = [word.upper() for word in re.split(_BETWEEN_WORDS, name[-_LONGEST_NAME:])]
    place = _place_of_last_secret(words)
    if place is None:
        return None
    before, phrase, after = words[: place.start], "_".join(words[place]), words[place.stop :]
    is_path = words == ["GOOGLE", "APPLICATION", "CREDENTIALS"]  # By Google's definition.
    if is_path or (re.fullmatch(_MAY_BE_PUBLIC, phrase) and _is_for_browsers(name, words)):
        return None
    if not _ABOUT_SECRETS.isdisjoint(after) and not _is_half_a_pair(phrase, after):
        return None
    if phrase == "TOKENS" and not _OF_MODELS.isdisjoint(before):
        return None
    if phrase in _KEYS_OF_ALERTS and (not any(before) or not _ABOUT_MESSAGES.isdisjoint(before)):
        return None
    is_name_of_a_cookie = phrase == "TOKEN_KEY" and "COOKIE" in "_".join(words)
    word_before = next(filter(None, reversed(before)), "")
    return None if word_before in _BEFORE_WHAT_IS_NONE or is_name_of_a_cookie else (phrase, after)


def _is_for_browsers(name: str, words: Sequence[str]) -> bool:
    return bool(re.match(_PUBLIC_PREFIX, name)) and _PRIVATE.isdisjoint(words)


def _place_of_last_secret(words: Sequence[str]) -> slice | None:
    found, at = None, 0
    while at < len(words):
        for end in range(min(at + _MOST_WORDS_OF_ONE, len(words)), at, -1):
            if _mean_a_secret(words[at:end], words[end:]):
                found, at = slice(at, end), end
                break
        else:
            at += 1
    return found


def _mean_a_secret(words: Sequence[str], after: Sequence[str]) -> bool:
    whole = "_".join(words)
    phrase = whole.rstrip(_DIGITS)
    return (
        not _SECRETS.isdisjoint((whole, phrase))
        or (len(words) == 1 and phrase.endswith(_ENDINGS))
        or phrase.endswith("API_KEY")
        or ((phrase in _SECRETS_AT_THE_END or _is_key_of_something(words)) and _is_the_end(after))
    )


def _is_key_of_something(words: Sequence[str]) -> bool:
    """Return whether it is `MAPBOX_KEY` or `ASANA_PAT`: nobody can list all services that have keys and tokens."""
    if not words[0]:
        return False
    *kind, key = filter(None, words)
    return key.rstrip(_DIGITS) in {"KEY", "PAT"} and len(kind) == 1 and kind[0].strip(_DIGITS) not in _OPEN_NOTHING


def _is_the_end(after: Sequence[str]) -> bool:
    return all(word in _ONE_OF_SEVERAL or not word.strip(_DIGITS) for word in after)


def _is_half_a_pair(phrase: str, after: list[str]) -> bool:
    """Return whether it is `ACCESS_KEY_ID`, which is worthless alone, but belongs to the other half."""
    return phrase == "ACCESS_KEY" and after == ["ID"]
