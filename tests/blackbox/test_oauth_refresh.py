"""Tokens that end and are renewed, by a library that knows nothing of this node: requests-oauthlib."""

import pytest
import requests_oauthlib as oauthlib

from browser import Browser, query_of
from node import PASSWORD, PATIENCE
from streams import Lines


CALLBACK = "http://127.0.0.1:9/callback"
SCOPES = ["read", "write", "offline_access"]


@pytest.fixture
def client(world, word, monkeypatch):
    """The library's session of an app that a person let in, and what it was told to keep."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")   # "follow" is said beside "read write"
    node, name = world.a, "pat" + word
    node.add_user(name)
    app = node.request("POST", "/api/v1/apps", data={"client_name": "Renewer", "redirect_uris": CALLBACK,
                                                     "scopes": " ".join(SCOPES)}).json()
    meta = node.get("/.well-known/oauth-authorization-server").json()
    assert {"refresh_token"} <= set(meta["grant_types_supported"]) and "offline_access" in meta["scopes_supported"]
    kept = []
    credentials = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    session = oauthlib.OAuth2Session(app["client_id"], redirect_uri=CALLBACK, scope=SCOPES, token_updater=kept.append,
                                     auto_refresh_url=meta["token_endpoint"], auto_refresh_kwargs=credentials)
    session.trust_env = False
    address, state = session.authorization_url(meta["authorization_endpoint"])
    back = Browser().authorize(address, name, PASSWORD)
    assert query_of(back)["state"] == state and query_of(back)["iss"] == meta["issuer"]
    session.fetch_token(meta["token_endpoint"], authorization_response=back, client_secret=app["client_secret"],
                        include_client_id=True)
    return node, credentials, meta, session, kept


def me(node, session):
    return session.get(node.url + "/api/v1/accounts/verify_credentials")


def test_a_token_that_ended_is_renewed_behind_the_scenes(client):
    node, _, _, session, kept = client
    first = dict(session.token)
    assert 0 < first["expires_in"] <= 3600 and "offline_access" in first["scope"]
    assert me(node, session).status_code == 200 and not kept
    session.token = {**first, "expires_at": 1, "expires_in": -1}   # so the library believes
    assert me(node, session).status_code == 200
    assert len(kept) == 1 and kept[0]["access_token"] != first["access_token"] != kept[0]["refresh_token"]
    assert node.get("/api/v1/accounts/verify_credentials", token=first["access_token"]).status_code == 401
    listed = session.get(node.url + "/api/v1/tokens").json()
    assert len(listed) == 1 and listed[0]["application"]["name"] == "Renewer"


def test_a_renewal_with_fewer_scopes_ends_the_streams_of_the_many(client):
    node, credentials, meta, session, _ = client
    with Lines(node, "user", session.token["access_token"]) as stream:
        assert stream.status == 200
        narrow = {"grant_type": "refresh_token", "refresh_token": session.token["refresh_token"], "scope": "read:lists"}
        answer = node.request("POST", "/oauth/token", data={**narrow, **credentials})
        assert answer.status_code == 200 and "read:statuses" not in answer.json()["scope"]
        assert stream.ended(1) < 1 * PATIENCE


def test_a_stolen_one_ends_the_family(client):
    node, credentials, meta, session, _ = client
    stolen = session.token["refresh_token"]
    session.refresh_token(meta["token_endpoint"], **credentials)
    assert me(node, session).status_code == 200
    answer = node.request("POST", "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": stolen, **credentials})
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
    assert me(node, session).status_code == 401
    with pytest.raises(Exception, match="invalid_grant"):
        session.refresh_token(meta["token_endpoint"], **credentials)


@pytest.mark.parametrize("changes,error", [({"refresh_token": None}, "invalid_request"), ({"refresh_token": "x"}, "invalid_grant"),
                                           ({"refresh_token": "A" * 108}, "invalid_grant"), ({"scope": "read push"}, "invalid_scope"),
                                           ({"scope": "nonsense"}, "invalid_scope"), ({"client_secret": "no"}, "invalid_client"),
                                           ({"client_secret": None}, "invalid_client")], ids=str)
def test_errors_have_the_names_of_the_standard(client, changes, error):
    node, credentials, _, session, _ = client
    body = {"grant_type": "refresh_token", "refresh_token": session.token["refresh_token"], **credentials, **changes}
    answer = node.request("POST", "/oauth/token", data={k: v for k, v in body.items() if v is not None})
    assert answer.status_code in (400, 401) and answer.json()["error"] == error and answer.json()["error_description"]
    assert me(node, session).status_code == 200
