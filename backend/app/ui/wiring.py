"""Wires the pages together; it decides nothing."""

from dataclasses import dataclass

from flask import Blueprint, Flask

from app.issuers.json_web_tokens import JsonWebTokens
from app.issuers.openid_connect import Client, OpenIdConnect
from app.service.approvals.approving import Approving
from app.service.approvals.proposing import Proposing
from app.service.exchanging import Exchanging
from app.service.history import History
from app.service.pages.audit import AuditShown
from app.service.pages.checker import Checker
from app.service.pages.editor import Editor
from app.service.pages.environment import EnvironmentPage
from app.service.pages.instances import InstancePages
from app.service.pages.overview import Overview
from app.service.pages.proposals import ProposalPages
from app.service.pages.revisions import RevisionPages
from app.service.pages.rolling_back import RollingBack
from app.service.pages.schemas import SchemasShown
from app.service.pages.variables import VariablesOverview
from app.service.ports import Clock, SchemaValidator, Store
from app.service.reading import Reading
from app.service.sign_in.browsers import SigningIn
from app.service.sign_in.openid import OpenIdSignIn
from app.service.tokens import Tokens
from app.service.trials import Trials
from app.service.writing.revising import Revising
from app.ui.blueprint import pages_of
from app.ui.pages.access import access_pages
from app.ui.pages.apps import apps_page
from app.ui.pages.audit import audit_page
from app.ui.pages.check import check_page
from app.ui.pages.edit import edit_page
from app.ui.pages.environment import environment_page
from app.ui.pages.instances import instance_pages
from app.ui.pages.proposals import proposal_pages
from app.ui.pages.revisions import revision_pages, roll_back_page
from app.ui.pages.schemas import schemas_page
from app.ui.pages.variables import variables_pages
from app.ui.sign_in.by_openid import CALLBACK, sign_in_by_openid
from app.ui.sign_in.by_token import sign_in_by_token
from app.views.authentication import Authentication
from app.views.watch import Watch
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class PartsOfPages:
    """What the pages share with the API.

    Attributes:
        store: Where everything is stored.
        validator: What a schema says about variables.
        clock: The time of day.
        authentication: Finds out who is asking.
        signing_in: The browsers that are signed in.
        watch: Follows environments.
        reading: Reads revisions.
        revising: Writes them.
        proposing: Proposes them to others.
        approving: Lets them decide.
    """

    store: Store
    validator: SchemaValidator
    clock: Clock
    authentication: Authentication
    signing_in: SigningIn
    watch: Watch
    reading: Reading
    revising: Revising
    proposing: Proposing
    approving: Approving


def wired_pages(application: Flask, settings: Settings, parts: PartsOfPages) -> Blueprint:
    """Return the pages for people."""
    pages = pages_of(application)
    _sign_in(pages, settings, parts)
    apps_page(pages, Overview(parts.store))
    schemas_page(pages, SchemasShown(parts.store))
    audit_page(pages, AuditShown(parts.store))
    exchanging = Exchanging(parts.store, JsonWebTokens(), parts.clock)
    access_pages(pages, Tokens(parts.store, parts.clock), exchanging, parts.clock)
    _look_at_environments(pages, parts)
    _show_variables(pages, settings, parts)
    return pages


def _sign_in(pages: Blueprint, settings: Settings, parts: PartsOfPages) -> None:
    sign_in_by_token(pages, parts.authentication, parts.signing_in, settings.oidc_issuer or "")
    if client := _client(settings):
        elsewhere = OpenIdSignIn(parts.store, OpenIdConnect(client), parts.clock)
        sign_in_by_openid(pages, parts.authentication, elsewhere, parts.signing_in)


def _look_at_environments(pages: Blueprint, parts: PartsOfPages) -> None:
    store, validator = parts.store, parts.validator
    environment_page(pages, EnvironmentPage(store, validator), Trials(store, parts.clock), parts.watch)
    instance_pages(pages, InstancePages(store))
    revision_pages(pages, RevisionPages(store, validator))
    proposal_pages(pages, ProposalPages(store, validator, parts.clock, parts.approving))
    roll_back_page(pages, RollingBack(store, validator, parts.revising, parts.proposing))


def _show_variables(pages: Blueprint, settings: Settings, parts: PartsOfPages) -> None:
    store, validator = parts.store, parts.validator
    history = History(store, validator, parts.clock)
    check_page(pages, Checker(validator, store), settings.host, settings.max_check_bytes)
    variables_pages(pages, VariablesOverview(store, validator), history, parts.reading)
    edit_page(pages, Editor(parts.reading, history, parts.revising, parts.proposing))


def _client(settings: Settings) -> Client | None:
    """Return this service as its identity provider knows it; None if it has none."""
    secret = settings.oidc_client_secret
    if not (settings.oidc_issuer and settings.oidc_client_id and secret):
        return None
    return Client(
        issuer=settings.oidc_issuer,
        id=settings.oidc_client_id,
        secret=secret.get_secret_value(),
        redirect_url=f"{settings.public_url}{CALLBACK}",
        scopes=settings.oidc_scopes,
    )
