"""The app's start with dature."""

import dature
from settings import Settings

dature.load(dature.EnvFileSource(file=".env", strict="error"), dature.EnvSource(), schema=Settings)
