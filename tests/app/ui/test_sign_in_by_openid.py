"""Sign-in at a real identity provider, over HTTP, and what attackers try with the way there and back."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.contracts.validator import ContractValidator
from app.factory import Keeping, background_of, create_app
from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY
from config.sign_in_types import ClientSecret
from support.fresh_database import fresh_database
from support.http_api import Api
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from support.keyed_settings import Settings
from support.token_issuer import Issuer

KEYS = Issuer()
HERE = "https://setpoint.example"
CALLBACK = f"{HERE}/sign-in/openid/callback"
SIGN_IN, ATTEMPT = "__Host-setpoint", "__Host-setpoint-attempt"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running(IdentityProvider(KEYS)) as found:
        yield found


@pytest.fixture
def api(provider: IdentityProvider, tmp_path: Path) -> Iterator[Api]:
    """The service, set up for the provider, where those of `sre` may approve."""
    settings = Settings(
        public_url=HERE,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=ClientSecret(CLIENT_SECRET),
    )
    with closing(open_store(fresh_database(tmp_path), OLD_KEY)) as store:
        assert isinstance(store, SqliteStore)
        application = create_app(settings, keeping=Keeping(store, ContractValidator()))
        made = Api(application, store)
        rule = {"issuer": provider.url, "audience": CLIENT_ID, "subject": "*", "claims": {"groups": "sre"}}
        put = made.call("PUT", "/v1/trust-rules/sre", json={**rule, "sign_in": True, "roles": ["approver@billing/*"]})
        assert put.status_code == 200
        yield made
        background_of(application).close()


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, base_url=HERE, headers={"Accept": "text/html"})


def there_and_back(client: FlaskClient, provider: IdentityProvider, next_path: str = "/") -> str:
    """Go to the provider; return the path with which it sends the browser back."""
    started = get(client, f"/sign-in/openid?{urlencode({'next': next_path})}")
    assert started.status_code == 303
    back = provider.sign_in(started.headers["Location"])
    assert back.startswith(f"{CALLBACK}?")
    return back.removeprefix(HERE)


def is_signed_in(client: FlaskClient) -> bool:
    return "Sign out" in get(client, "/").text


def test_somebody_signs_in_and_gets_to_the_page_that_they_wanted(api: Api, provider: IdentityProvider) -> None:
    """With the rights of their groups, under the name that the provider has for them; the way is over then."""
    client = api.application.test_client()
    assert f"Sign in at {urlsplit(provider.url).netloc}" in get(client, "/sign-in?next=/apps").text
    done = get(client, there_and_back(client, provider, "/apps"))
    assert (done.status_code, done.headers["Location"]) == (303, "/apps")
    cookies = [each for each in done.headers.getlist("Set-Cookie") if each.startswith(f"{SIGN_IN}=")]
    assert all("Secure; HttpOnly" in each and "SameSite=Lax" in each for each in cookies)
    assert client.get_cookie(ATTEMPT, "setpoint.example") is None
    assert "Ada" in get(client, "/").text
    newest = api.call("GET", "/v1/tokens").get_json()["tokens"][0]
    assert (newest["label"], newest["principal"]["kind"]) == ("signed in by sre", "person")


Attack = Callable[[FlaskClient, FlaskClient, IdentityProvider], TestResponse]


def _of_somebody_else(mine: FlaskClient, theirs: FlaskClient, provider: IdentityProvider) -> TestResponse:
    """Have a browser take the answer that was meant for the attacker's (login CSRF)."""
    there_and_back(mine, provider)
    return get(mine, there_and_back(theirs, provider))


def _out_of_nowhere(mine: FlaskClient, theirs: FlaskClient, provider: IdentityProvider) -> TestResponse:
    return get(mine, there_and_back(theirs, provider))


def _twice(mine: FlaskClient, theirs: FlaskClient, provider: IdentityProvider) -> TestResponse:
    back = there_and_back(mine, provider)
    kept = mine.get_cookie(ATTEMPT, "setpoint.example")
    assert kept is not None
    assert get(mine, back).status_code == 303
    theirs.set_cookie(ATTEMPT, kept.value, domain="setpoint.example", secure=True)
    return get(theirs, back)


def _with_nothing_in_the_cookie(mine: FlaskClient, _: FlaskClient, provider: IdentityProvider) -> TestResponse:
    answer = dict(parse_qsl(urlsplit(there_and_back(mine, provider)).query))
    mine.set_cookie(ATTEMPT, "state=&nonce=&verifier=", domain="setpoint.example", secure=True)
    return get(mine, f"/sign-in/openid/callback?{urlencode({**answer, 'state': ''})}")


def _with_another_verifier(mine: FlaskClient, _: FlaskClient, provider: IdentityProvider) -> TestResponse:
    back = there_and_back(mine, provider)
    kept = mine.get_cookie(ATTEMPT, "setpoint.example")
    assert kept is not None
    changed = urlencode({**dict(parse_qsl(kept.decoded_value)), "verifier": "another"})
    mine.set_cookie(ATTEMPT, changed, domain="setpoint.example", secure=True)
    return get(mine, back)


def _refused_there(mine: FlaskClient, _: FlaskClient, provider: IdentityProvider) -> TestResponse:
    provider.answer = {"code": None, "error": "access_denied", "error_description": "<script>alert(1)</script>"}
    return get(mine, there_and_back(mine, provider))


ATTACKS: dict[str, tuple[Attack, str]] = {
    "an answer for another browser": (_of_somebody_else, "This answer is not for this browser"),
    "an answer that nobody has asked for": (_out_of_nowhere, "This browser has not started to sign in"),
    "an answer that was used": (_twice, "does not accept the code"),
    "an empty state": (_with_nothing_in_the_cookie, "This browser has not started to sign in"),
    "another verifier": (_with_another_verifier, "does not accept the code"),
    "a refusal there": (_refused_there, "The identity provider refused: `access_denied`"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_signs_nobody_in_and_the_page_says_why(api: Api, provider: IdentityProvider, attack: str) -> None:
    """Without a word of what came from elsewhere, and with the token as another way in."""
    mine, theirs = api.application.test_client(), api.application.test_client()
    try_it, said = ATTACKS[attack]
    answer = try_it(mine, theirs, provider)
    assert (answer.status_code, said in answer.text) == (403, True)
    assert not any(text in answer.text for text in ("alert(1)", "code=", "state=", CLIENT_SECRET))
    assert 'name="token"' in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    if attack != "an answer that was used":
        assert not is_signed_in(mine)
    assert not is_signed_in(theirs)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "/\t/evil"]
)
def test_the_page_after_the_sign_in_is_one_of_this_service(
    api: Api, provider: IdentityProvider, elsewhere: str
) -> None:
    """Whatever the link says, or the cookie."""
    client = api.application.test_client()
    assert get(client, there_and_back(client, provider, elsewhere)).headers["Location"] == "/"
    back = there_and_back(client, provider)
    kept = client.get_cookie(ATTEMPT, "setpoint.example")
    assert kept is not None
    changed = urlencode({**dict(parse_qsl(kept.decoded_value)), "next": elsewhere})
    client.set_cookie(ATTEMPT, changed, domain="setpoint.example", secure=True)
    assert get(client, back).headers["Location"] == "/"


def test_a_key_that_an_attacker_knows_beforehand_is_worth_nothing(api: Api, provider: IdentityProvider) -> None:
    """Each sign-in has a new one, and the one before ends (session fixation)."""
    attacker, victim = api.application.test_client(), api.application.test_client()
    get(attacker, there_and_back(attacker, provider))
    known = attacker.get_cookie(SIGN_IN, "setpoint.example")
    assert known is not None
    victim.set_cookie(SIGN_IN, known.value, domain="setpoint.example", secure=True)
    get(victim, there_and_back(victim, provider))
    own = victim.get_cookie(SIGN_IN, "setpoint.example")
    assert own is not None
    assert (own.value != known.value, is_signed_in(victim), is_signed_in(attacker)) == (True, True, False)


def test_somebody_in_no_group_is_told_whom_to_ask(api: Api, provider: IdentityProvider) -> None:
    """And what the provider says of them; all of it is text."""
    provider.person = {"sub": "u2", "name": "<script>alert(1)</script>", "groups": ["cooks", "<b>bold"]}
    client = api.application.test_client()
    answer = get(client, there_and_back(client, provider))
    assert answer.status_code == 403
    for said in ("no rule says what you may do here", "Ask ada", "u2", "cooks", "&lt;b&gt;bold", "&lt;script&gt;"):
        assert said in answer.text
    assert not any(text in answer.text for text in ("<script>alert", "<b>"))
    assert not is_signed_in(client)


def test_the_host_of_a_request_has_no_say_in_where_people_come_back_to(api: Api, provider: IdentityProvider) -> None:
    """A proxy passes on whatever a client writes there."""
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    there = api.application.test_client().get("/sign-in/openid", headers=headers).headers["Location"]
    assert there.startswith(f"{provider.url}/authorize?")
    assert dict(parse_qsl(urlsplit(there).query))["redirect_uri"] == CALLBACK


def test_a_token_is_a_way_in_while_the_provider_is_away(api: Api, provider: IdentityProvider) -> None:
    """The page says what is the matter, and no setting turns this way off."""
    provider.metadata = {"token_endpoint": None}
    client = api.application.test_client()
    away = get(client, "/sign-in/openid?next=/apps")
    assert (away.status_code, "The metadata of the identity provider" in away.text) == (503, True)
    form_token = away.text.partition('name="form_token" value="')[2].partition('"')[0]
    sent = {"form_token": form_token, "token": api.admin, "next": "/apps"}
    done = client.post("/sign-in", base_url=HERE, data=sent)
    assert (done.status_code, done.headers["Location"], is_signed_in(client)) == (303, "/apps", True)


def test_one_who_guesses_answers_is_told_to_wait(api: Api, provider: IdentityProvider) -> None:
    """As with tokens."""
    client = api.application.test_client()
    statuses = [get(client, "/sign-in/openid/callback?code=a&state=b").status_code for _ in range(21)]
    assert (statuses[0], statuses[-1], provider.codes) == (403, 429, {})


def test_without_a_provider_there_is_no_such_way(client: FlaskClient) -> None:
    """Nor a button that leads nowhere."""
    assert client.get("/sign-in/openid").status_code == 404
