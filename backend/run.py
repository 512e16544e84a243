"""The WSGI application, made when a server imports this module: settings, then observability, then the app."""

from app.factory import STREAMS, create_app
from config.settings import Settings
from observability.set_up import set_up_observability
from serving.worker.draining import before_the_end
from serving.worker.server import GunicornServer
from setpoint import load

settings = load(Settings)
set_up_observability(settings)
application = create_app(settings, GunicornServer())
before_the_end(application.extensions[STREAMS].drain)
