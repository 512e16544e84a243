"""The shop's application: `flask --app shop.web run`."""

from flask import Flask
from flask.typing import ResponseReturnValue

from config import SETTINGS

app = Flask(__name__)
app.config.update(SECRET_KEY=SETTINGS.secret_key, DEBUG=SETTINGS.debug)


@app.get("/")
def about() -> ResponseReturnValue:
    """Tell what customers can pay in, and with whom."""
    return {
        "currencies": SETTINGS.currencies,
        "provider": SETTINGS.payments.provider,
        "pool": [SETTINGS.database.pool_min, SETTINGS.database.pool_max],
    }
