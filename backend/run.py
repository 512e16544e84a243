"""The WSGI application, made when a server imports this module: settings, then observability, then the app."""

# First: pydantic looks for the class whose docstrings it reads in all modules that are imported by then.
from config.settings import Settings  # isort: split

from app.contracts.validator import ContractValidator
from app.domain.errors import ServiceError
from app.factory import Keeping, background_of, create_app, streams_of
from app.store.opening import open_store_of
from observability.set_up import set_up_observability
from serving.handover.environment import refuse_start
from serving.worker.draining import before_the_end
from serving.worker.server import GunicornServer
from setpoint import load

settings = load(Settings)
set_up_observability(settings)
try:
    keeping = Keeping(open_store_of(settings), ContractValidator())
except ServiceError as error:
    refuse_start(str(error))
application = create_app(settings, GunicornServer(), keeping)
background = background_of(application)
background.start()
before_the_end(streams_of(application).drain)
before_the_end(background.places.leave)
before_the_end(background.delivering.close)
