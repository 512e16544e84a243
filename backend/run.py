"""The WSGI application, made when a server imports this module: settings, then observability, then the app."""

from app.factory import create_app
from config.settings import Settings
from observability import set_up_observability
from setpoint import load

settings = load(Settings)
set_up_observability(settings)
application = create_app(settings)
