"""Files with problems of all kinds, for what every format says of them."""

MIXED = """\
SENTRY_DNS=https://key@sentry.example/1
OTHER=1
LOG_LEVEL="a
b"
"""

FILES = {
    "clean": "PORT=80\n",
    "empty": "",
    "a warning": "OTHER=1\n",
    "errors": "PORT=x\nHOST\n",
    "mixed": MIXED,
    "the same name three times": "PORT=x\nPORT=y\nPORT=z\n",
    "bytes that are nothing": b"PORT=\xff\xfe\0\nA=\xef\xbf\xbf\n",
}
