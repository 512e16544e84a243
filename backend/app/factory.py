"""Wires the HTTP service together; it decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from flask import Blueprint, Flask

import setpoint
from app.domain.limit import Allowed, Limit
from app.http.repeated_reads import RepeatedReads
from app.http.resources.about import about
from app.http.resources.access.audit import audit
from app.http.resources.access.keys import keys
from app.http.resources.access.tokens import tokens
from app.http.resources.access.trust import exchange, trust_rules
from app.http.resources.approvals.proposals import ProposalUseCases, proposals
from app.http.resources.approvals.protection import protection
from app.http.resources.apps import apps
from app.http.resources.bases import bases
from app.http.resources.checks import checks
from app.http.resources.configuration import configuration
from app.http.resources.events import events, quiet_stream
from app.http.resources.health import health
from app.http.resources.incoming_webhooks import incoming_webhooks, received_webhooks
from app.http.resources.limits import limits
from app.http.resources.metrics import metrics
from app.http.resources.openapi import openapi
from app.http.resources.promotions import promotions
from app.http.resources.revisions import revisions
from app.http.resources.rollouts import rollout
from app.http.resources.schemas import schemas
from app.http.resources.sessions import sessions
from app.http.resources.settings import settings_in_use
from app.http.resources.verdicts import verdicts
from app.http.resources.webhooks import webhooks
from app.issuers.json_web_tokens import JsonWebTokens
from app.receivers.sending import WebhookSender
from app.service.access import Access
from app.service.approvals.approving import Approving
from app.service.approvals.proposing import Proposing
from app.service.approvals.protecting import Protecting
from app.service.approvals.showing import ShowingProposals
from app.service.exchanging import Exchanging
from app.service.history import History
from app.service.keys import EncryptionKeys
from app.service.leases import Leases
from app.service.limits.budgets import Budgets
from app.service.limits.managing import Limits
from app.service.limits.stream_places import StreamPlaces
from app.service.ports import SchemaValidator, Store
from app.service.reading import Reading
from app.service.rollouts import Rollouts
from app.service.schemas import Schemas
from app.service.sessions import Sessions
from app.service.sign_in.browsers import SigningIn
from app.service.token_uses import TokenUses
from app.service.tokens import Tokens
from app.service.trials import Trials
from app.service.watching import Watching
from app.service.webhooks.accepting import Accepting
from app.service.webhooks.delivering import Delivering
from app.service.webhooks.managing import Webhooks
from app.service.webhooks.receiving import Receiving
from app.service.writing.promoting import Promoting
from app.service.writing.revising import Revising
from app.stream.broker import Broker
from app.stream.heartbeats import HEARTBEAT_SECONDS
from app.stream.open_streams import OpenStreams
from app.ui.wiring import PartsOfPages, wired_pages
from app.views.authentication import Authentication, authorize_requests
from app.views.client_address import ClientAddresses
from app.views.every_answer import SynchronousFlask, hold_for_every_answer
from app.views.late_answers import LateAnswers
from app.views.marks import marked_views
from app.views.problem import answer_errors_with_problems, failure
from app.views.refusals import answer_refusals_with_problems
from app.views.server import AnyServer, Server, served_by
from app.views.turns import ReadsInTurns
from app.views.unread_body import close_connections_with_unread_bodies
from app.views.unread_query import refuse_unread_queries
from app.views.watch import Watch
from config.proxy_types import parse_networks
from config.settings import Settings
from observability.set_up import observed

_STREAMS = "setpoint.streams"
_BACKGROUND = "setpoint.background"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is needed to keep configuration.

    Attributes:
        store: Where it is stored.
        validator: What a schema says about variables.
    """

    store: Store
    validator: SchemaValidator


@dataclass(frozen=True, slots=True)
class Background:
    """What goes on beside the requests of a service that keeps configuration.

    Attributes:
        broker: Reads events once for all streams.
        uses: Records when tokens were last used.
        places: Counts the streams of this process among those of all.
        leases: Keeps sessions live.
        delivering: Sends webhooks.
    """

    broker: Broker
    uses: TokenUses
    places: StreamPlaces
    leases: Leases
    delivering: Delivering

    def start(self) -> None:
        """Keep sessions live and send webhooks from now on; events are read once somebody follows them."""
        self.leases.start()
        self.delivering.start()

    def close(self) -> None:
        """End the threads of an application that no server runs; a worker ends them in an order of its own."""
        self.broker.close()
        self.leases.close()
        self.delivering.close()


def create_app(settings: Settings, server: Server | None = None, keeping: Keeping | None = None) -> Flask:
    """Return the service as a WSGI application.

    Args:
        settings: Its own settings.
        server: The server that runs it; nothing need be known about it.
        keeping: What is needed to keep configuration; without it, the service only checks and streams.
    """
    application = SynchronousFlask(__name__, static_folder=None, template_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = settings.max_check_bytes
    application.url_map.merge_slashes = False  # no redirect that names a host

    streams = OpenStreams(settings.max_streams, settings.stream_max_age, _greeting())
    application.extensions[_STREAMS] = streams
    server = server or AnyServer()
    served_by(application, server)
    hold_for_every_answer(application)
    answer_errors_with_problems(application)
    answer_refusals_with_problems(application)
    close_connections_with_unread_bodies(application)
    for resource in (
        about(),
        health(keeping.store if keeping else None),
        settings_in_use(settings),
        checks(settings),
        openapi(),
        *(_kept(application, settings, keeping, streams) if keeping else [quiet_stream(streams)]),
    ):
        application.register_blueprint(resource)
    refuse_unread_queries(application)  # after it was found out who is asking
    list(marked_views(application))  # a view that does not say who may call it prevents a start
    if keeping:
        repeated = RepeatedReads(application.wsgi_app, keeping.store, _now, background_of(application).uses)
        application.wsgi_app = LateAnswers(ReadsInTurns(repeated), server)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        trusted = parse_networks(settings.trusted_proxies)
        application.wsgi_app = ClientAddresses(application.wsgi_app, trusted)  # type: ignore[method-assign]
    application.wsgi_app = observed(application.wsgi_app, settings, failure())  # type: ignore[assignment, method-assign]  # Flask's way
    return application


def streams_of(application: Flask) -> OpenStreams:
    """Return the streams that `application` has open."""
    streams: OpenStreams = application.extensions[_STREAMS]
    return streams


def background_of(application: Flask) -> Background:
    """Return what goes on beside the requests of `application`, which keeps configuration."""
    background: Background = application.extensions[_BACKGROUND]
    return background


def _kept(application: Flask, settings: Settings, keeping: Keeping, streams: OpenStreams) -> Iterator[Blueprint]:
    """Yield the resources of configuration."""
    store, validator = keeping.store, keeping.validator
    uses = TokenUses(store, _now)
    access, watching = Access(store, _now, uses), Watching(store)
    signing_in = SigningIn(store, _now, uses)
    authentication = Authentication(access, signing_in)
    authorize_requests(application, authentication)
    history, reading = History(store, validator, _now), Reading(store, validator, _now)
    budgets = Budgets(_allowed(settings))
    revising = Revising(store, validator, _now, budgets)
    protecting, approving = Protecting(store, _now), Approving(store, validator, _now, budgets)
    yield apps(history, protecting)
    yield schemas(Schemas(store, validator, _now, budgets))
    trials = Trials(store, _now)
    yield configuration(reading, revising, trials)
    yield revisions(history, reading, revising)
    yield bases(revising)
    promoting = Promoting(reading, history, revising)
    yield promotions(promoting)
    yield protection(protecting)
    showing, proposing = ShowingProposals(store, validator, _now), Proposing(store, validator, _now, budgets)
    yield proposals(ProposalUseCases(showing, proposing, approving, revising, promoting))
    broker = Broker(watching, streams.spread_milliseconds)
    places = StreamPlaces(store, budgets, uuid4().hex)
    watch = Watch(streams, broker, watching, authentication, places)
    yield events(watch)
    rollouts = Rollouts(store, _now)
    leases = Leases(store, rollouts, _now, places.worker, settle=places.settle, chores=(approving.expire, uses.write))
    yield rollout(rollouts, trials)
    hearing = Sessions(store, reading, rollouts, _now, leases)
    yield sessions(hearing, rollouts, leases, watch, trials)
    yield verdicts(hearing, rollouts, leases)
    sender = WebhookSender(allow_private=settings.webhooks_allow_private)
    delivering = Delivering(store, sender, _now)
    application.extensions[_BACKGROUND] = Background(broker, uses, places, leases, delivering)
    yield webhooks(Webhooks(store, sender, _now))
    yield incoming_webhooks(Accepting(store, _now))
    yield received_webhooks(Receiving(store, revising, _now), authentication)
    yield from _of_access(store, authentication)
    yield from (audit(watching), limits(Limits(store, budgets, _now)))
    yield keys(EncryptionKeys(store, _now))
    yield metrics()
    parts = PartsOfPages(
        store, validator, _now, authentication, signing_in, watch, reading, revising, proposing, approving
    )
    yield wired_pages(application, settings, parts)


def _of_access(store: Store, authentication: Authentication) -> Iterator[Blueprint]:
    """Yield the resources of who may do what."""
    yield tokens(Tokens(store, _now), _now)
    exchanging = Exchanging(store, JsonWebTokens(), _now)
    yield trust_rules(exchanging)
    yield exchange(exchanging, authentication)


def _allowed(settings: Settings) -> Allowed:
    return {
        Limit.REVISIONS: settings.app_revisions_per_hour,
        Limit.BYTES: settings.app_bytes_per_hour,
        Limit.STREAMS: settings.app_streams,
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _greeting() -> dict[str, str | int]:
    return {"instance": uuid4().hex, "version": setpoint.__version__, "heartbeat_seconds": HEARTBEAT_SECONDS}
