"""What a view for people answers with: the content of the page, and the frame around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from app.domain.errors import NotFoundError
from app.domain.identity import ANY, Scope
from app.domain.place import Place
from app.views.authentication import actor, visitor
from app.views.labels import checked_place


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page.

    Attributes:
        text: Its text.
        address: The path of the page, with its query.
        is_here: Whether it leads to the page that shows it.
    """

    text: str
    address: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around a page.

    Attributes:
        title: The title of the browser tab, to which `· Setpoint` is added.
        crumbs: The path to the page, without the page itself.
        heading: The heading of the page: the last word of that path.
        tabs: The neighbouring pages.
    """

    title: str
    heading: str
    crumbs: tuple[Link, ...] = ()
    tabs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page, before it is HTML or JSON.

    Attributes:
        template: The file in `templates/`.
        content: A frozen dataclass, which the template prints as `page`, and which is also returned as JSON.
        frame: The frame around it.
        status: The status of the answer.
        extras: What only the template gets, and not the JSON: what somebody has typed into a form.
    """

    template: str
    content: object
    frame: Frame
    status: int = HTTPStatus.OK
    extras: Mapping[str, object] = field(default_factory=dict)


def frame_of_the_service(here: str, title: str = "") -> Frame:
    """Return the frame of a page about the whole service; `here` is the text of its tab."""
    return Frame(title or here, here, (), _marked(here, _of_the_service()))


def frame_of_app(app: str, here: str, title: str = "") -> Frame:
    """Return the frame of a page about an app; `here` is the text of its tab."""
    tabs = (Link("Variables", f"/variables/{app}"), Link("Schemas", f"/schemas/{app}"))
    return Frame(title or f"{here} · {app}", app, (), _marked(here, (*tabs, *_of_the_service(app=app))))


def frame_of_environment(
    place: Place, here: str, title: str = "", counts: Mapping[str, int] | None = None, crumb: str = ""
) -> Frame:
    """Return the frame of a page about an environment.

    Args:
        place: The environment.
        here: The text of its tab.
        title: The title of the browser tab, instead of the page and the place.
        counts: Numbers that are shown next to tabs, by their texts.
        crumb: The subject of the page within the environment, such as `revision 44`.
    """
    start = f"/apps/{place}"
    tabs = (
        Link("Now", start),
        Link("Revisions", f"{start}/revisions"),
        Link("Proposals", f"{start}/proposals"),
        Link("Instances", f"{start}/instances"),
        *([Link("Edit", f"{start}/edit")] if may(Scope.CONFIG_WRITE, place) else []),
        Link("Variables", f"/variables/{place.app}"),
        Link("Schemas", f"/schemas/{place.app}"),
    )
    every = (*tabs, *_of_the_service(app=place.app, environment=place.environment))
    crumbs = (Link(place.app, f"/schemas/{place.app}"), *([Link(place.environment, start)] if crumb else []))
    counted = tuple(Link(_counted(each.text, counts or {}), each.address, each.text == here) for each in every)
    return Frame(title or f"{here} · {place}", crumb or place.environment, crumbs, counted)


def _of_the_service(**about: str) -> tuple[Link, ...]:
    """Return the tabs of the pages about the whole service that the signed-in user may open.

    Args:
        about: The app and the environment of the page, which narrow down what these pages show.
    """
    asking = visitor()
    tabs = [] if about else [Link("Apps", "/"), Link("Check", "/check")]
    if asking and asking.token.allows(Scope.AUDIT_READ, about.get("app", ANY), about.get("environment", ANY)):
        tabs.append(Link("Audit", f"/audit?{urlencode(about)}" if about else "/audit"))
    if asking and asking.token.allows_somewhere(Scope.ADMIN, about.get("app", ANY)):
        tabs.append(Link("Access", "/access"))
    return tuple(tabs)


def _marked(here: str, links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(Link(each.text, each.address, each.text == here) for each in links)


def _counted(text: str, counts: Mapping[str, int]) -> str:
    return f"{text} {counts[text]:,}" if text in counts else text


def may(scope: Scope, place: Place) -> bool:
    """Return whether the signed-in user may do something in an environment: pages show no buttons that are refused."""
    asking = visitor()
    return asking is not None and asking.token.allows(scope, place.app, place.environment)


def readable_place(app: str, environment: str) -> Place:
    """Return the environment with these names, for a page that shows more of it than its mark requires.

    Raises:
        NotFoundError: The signed-in user may not read it, and must not learn whether it exists.
    """
    place = checked_place(app, environment)
    if not actor().token.allows(Scope.CONFIG_READ, app, environment):
        message = f"there is no `{place}`"
        raise NotFoundError(message)
    return place
