"""The service's settings with a key, for tests of what is checked and said of any other variable."""

import base64

from config.settings import Settings as ServiceSettings
from config.storage_types import EncryptionKeys

KEYS = "test:" + base64.b64encode(b"a key that only tests may use...").decode()


class Settings(ServiceSettings):
    """The service's own, of which no variable is required."""

    encryption_keys: EncryptionKeys = EncryptionKeys(KEYS)
