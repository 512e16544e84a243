"""The service as a program that one talks to over HTTP, with a real store, for tests of what talks to it."""

import base64
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.serving import WSGIRequestHandler, make_server

from app.contracts.validator import ContractValidator
from app.domain.identity import Bound, Principal, PrincipalKind, Scope, rights_within
from app.factory import Keeping, background_of, create_app
from app.service.ports import Store
from app.service.tokens import Grant, Tokens
from app.store.opening import open_store
from support.configuration_service import ADA, actor
from support.keyed_settings import Settings

KEY = f"one:{base64.b64encode(b'1' * 32).decode()}"
"""What `ENCRYPTION_KEYS` holds."""


@dataclass(frozen=True)
class ServiceOverHttp:
    """What a test knows of the service.

    Attributes:
        url: Its address.
        store: Where it keeps everything.
        admin: A token that may do everything.
    """

    url: str
    store: Store
    admin: str

    def token(self, *scopes: Scope, bounds: tuple[str, ...] = ("*/*",), name: str = "ci") -> str:
        """Return the text of a new token."""
        return _token(self.store, *scopes, bounds=bounds, name=name)


@contextmanager
def service_over_http(database_url: str, keys: str = KEY) -> Iterator[ServiceOverHttp]:
    """Run the service on a database, in threads of this process."""
    with closing(open_store(database_url, keys)) as store:
        application = create_app(Settings(webhooks_allow_private=True), keeping=Keeping(store, ContractValidator()))
        server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            admin = _token(store, Scope.ADMIN, name="ada")
            yield ServiceOverHttp(f"http://127.0.0.1:{server.server_port}", store, admin)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            background_of(application).close()


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


def _token(store: Store, *scopes: Scope, bounds: tuple[str, ...] = ("*/*",), name: str) -> str:
    principal = Principal(PrincipalKind.MACHINE, "setpoint", name, name)
    grant = Grant(principal, name, rights_within(scopes, map(Bound.parse, bounds)))
    _, text = Tokens(store, lambda: datetime.now(UTC)).create(actor(ADA), grant)
    return text.text
