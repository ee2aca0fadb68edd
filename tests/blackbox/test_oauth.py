"""Sign-in of an app, seen by an app and by a browser without JavaScript."""

import base64
import hashlib
import re
from urllib.parse import urlencode

import pytest

from browser import Browser, query_of
from entities import check
from node import PASSWORD, session

CALLBACK = "http://127.0.0.1:9/callback"
OOB = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture(scope="module")
def node(world):
    world.a.person("ana")
    return world.a


def register(node, redirect_uris=CALLBACK, scopes="read write follow push", name="Test & <App>", **more):
    answer = node.request("POST", "/api/v1/apps", data={"client_name": name, "redirect_uris": redirect_uris,
                                                        "scopes": scopes, "website": "https://app.example/", **more})
    assert answer.status_code == 200, answer.text
    return check(answer.json(), "CredentialApplication")


def authorize_url(node, app, **changes):
    params = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": CALLBACK,
              "scope": "read write", "state": "st & 1", **changes}
    return f"{node.url}/oauth/authorize?" + urlencode({k: v for k, v in params.items() if v is not None})


def get_code(node, app, **changes):
    back = Browser().authorize(authorize_url(node, app, **changes), "ana", PASSWORD)
    assert back and back.startswith(CALLBACK), back
    return query_of(back)["code"]


def exchange(node, app, code, expect=200, how="data", **changes):
    body = {"grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
            "redirect_uri": CALLBACK, "code": code, **changes}
    body = {k: v for k, v in body.items() if v is not None}
    if how == "multipart":
        answer = node.request("POST", "/oauth/token", files={k: (None, v) for k, v in body.items()})
    else:
        answer = node.request("POST", "/oauth/token", **{how: body})
    assert answer.status_code == expect, answer.text
    assert "no-store" in answer.headers.get("Cache-Control", "")
    return answer.json()


def test_registration_gives_what_clients_read(node):
    app = register(node, "http://127.0.0.1:7/cb\nhttps://b.example/cb?x=1\ncom.app://cb")
    assert app["redirect_uris"] == ["http://127.0.0.1:7/cb", "https://b.example/cb?x=1", "com.app://cb"]
    assert app["redirect_uri"].splitlines() == app["redirect_uris"]
    assert app["name"] == "Test & <App>" and app["scopes"] == ["read", "write", "follow", "push"]
    assert app["client_secret_expires_at"] == 0


def test_registration_in_json_with_an_array(node):
    answer = node.request("POST", "/api/v1/apps", json={"client_name": "J", "redirect_uris": [CALLBACK, OOB]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["redirect_uris"] == [CALLBACK, OOB] and answer.json()["scopes"] == ["read"]


@pytest.mark.parametrize("body", [{"client_name": "x", "redirect_uris": CALLBACK, "scopes": "read nonsense"},
                                  {"redirect_uris": CALLBACK}, {"client_name": "x"},
                                  {"client_name": "x", "redirect_uris": "javascript:alert(1)"},
                                  {"client_name": "x", "redirect_uris": "not a uri"}], ids=str)
def test_a_bad_registration_is_422(node, body):
    answer = node.request("POST", "/api/v1/apps", data=body)
    assert answer.status_code == 422
    check(answer.json(), "Error")


def test_the_whole_way_with_a_code(node):
    app = register(node)
    back = Browser().authorize(authorize_url(node, app), "ana", PASSWORD)
    assert query_of(back)["state"] == "st & 1"
    token = check(exchange(node, app, query_of(back)["code"]), "Token")
    assert token["token_type"] == "Bearer"
    assert {"read", "write"} <= set(token["scope"].split()) <= {"read", "write", "follow"}
    me = node.get("/api/v1/accounts/verify_credentials", token=token["access_token"])
    assert me.status_code == 200 and me.json()["username"] == "ana"


@pytest.mark.parametrize("how", ["data", "json", "multipart"])
def test_every_kind_of_body_gets_a_token(node, how):
    app = register(node)
    exchange(node, app, get_code(node, app), how=how)


def test_the_client_may_use_basic_authentication(node):
    app = register(node)
    code = get_code(node, app)
    answer = node.request("POST", "/oauth/token", auth=(app["client_id"], app["client_secret"]),
                          data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})
    assert answer.status_code == 200, answer.text


def test_a_code_is_good_once(node):
    app = register(node)
    code = get_code(node, app)
    token = exchange(node, app, code)["access_token"]
    answer = node.request("POST", "/oauth/token", data={
        "grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
        "redirect_uri": CALLBACK, "code": code})
    assert answer.status_code in (400, 401) and answer.json()["error"] == "invalid_grant"
    assert node.get("/api/v1/accounts/verify_credentials", token=token).status_code in (200, 401)


def test_a_code_belongs_to_its_app_and_address(node):
    app, other = register(node), register(node)
    code = get_code(node, app)
    for client, changes in ((other, {}), (app, {"redirect_uri": CALLBACK + "/"}), (app, {"redirect_uri": OOB})):
        answer = node.request("POST", "/oauth/token", data={
            "grant_type": "authorization_code", "client_id": client["client_id"],
            "client_secret": client["client_secret"], "redirect_uri": CALLBACK, "code": code, **changes})
        assert answer.status_code in (400, 401) and answer.json()["error"] == "invalid_grant", answer.text


@pytest.mark.parametrize("changes,error", [({"client_secret": "wrong"}, "invalid_client"),
                                           ({"client_id": "wrong"}, "invalid_client"),
                                           ({"client_secret": None}, "invalid_client"),
                                           ({"code": "wrong"}, "invalid_grant"),
                                           ({"code": None}, "invalid_request"),
                                           ({"grant_type": "password", "username": "ana", "password": PASSWORD},
                                            "unsupported_grant_type"),
                                           ({"grant_type": None}, "invalid_request")], ids=str)
def test_token_errors_have_the_names_of_the_standard(node, changes, error):
    app = register(node)
    body = {"grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
            "redirect_uri": CALLBACK, "code": get_code(node, app), **changes}
    answer = node.request("POST", "/oauth/token", data={k: v for k, v in body.items() if v is not None})
    assert answer.status_code in (400, 401) and answer.json()["error"] == error, answer.text
    assert answer.json().get("error_description")


def challenge_of(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_pkce_holds_the_code_to_its_verifier(node):
    app, verifier = register(node), "v" * 50
    proof = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    exchange(node, app, get_code(node, app, **proof), code_verifier=verifier)
    code = get_code(node, app, **proof)
    assert exchange(node, app, code, 400, code_verifier="w" * 50)["error"] == "invalid_grant"
    code = get_code(node, app, **proof)
    assert exchange(node, app, code, 400)["error"] in ("invalid_grant", "invalid_request")


def test_pkce_without_hash_is_refused(node):
    app = register(node)
    browser = Browser()
    back = browser.open(authorize_url(node, app, code_challenge="v" * 50, code_challenge_method="plain"))
    if back is None:
        assert browser.page.status in (400, 422)
    else:
        assert query_of(back)["error"] == "invalid_request"


def test_out_of_band_shows_a_code_to_copy(node):
    app = register(node, OOB)
    browser = Browser()
    assert browser.authorize(authorize_url(node, app, redirect_uri=OOB), "ana", PASSWORD) is None
    assert browser.page.status == 200 and browser.page.code, browser.page.html
    exchange(node, app, browser.page.code, redirect_uri=OOB)


def test_client_credentials_speak_for_the_app_only(node):
    app = register(node)
    token = check(exchange(node, app, None, grant_type="client_credentials", scope="read"), "Token")["access_token"]
    answer = node.get("/api/v1/apps/verify_credentials", token=token)
    assert answer.status_code in (200, 404)
    assert node.get("/api/v1/accounts/verify_credentials", token=token).status_code in (401, 403, 422)
    assert node.get("/api/v1/timelines/home", token=token).status_code in (401, 403, 422)


def test_no_scope_beyond_those_of_the_app(node):
    app = register(node, scopes="read")
    browser = Browser()
    back = browser.open(authorize_url(node, app, scope="read write"))
    if back is None:
        assert browser.page.status in (400, 422)
    else:
        assert query_of(back)["error"] == "invalid_scope"
    assert exchange(node, app, None, 400, grant_type="client_credentials", scope="write")["error"] == "invalid_scope"


def test_a_narrow_scope_is_kept(node):
    app = register(node, scopes="read:accounts write:statuses")
    token = exchange(node, app, get_code(node, app, scope="read:accounts"))["access_token"]
    assert node.get("/api/v1/accounts/verify_credentials", token=token).status_code == 200
    answer = node.request("POST", "/api/v1/statuses", token=token, data={"status": "no"})
    assert answer.status_code == 403 and answer.json()["error"] == "This action is outside the authorized scopes"


def test_revocation_ends_a_token(node):
    app, other = register(node), register(node)
    token = exchange(node, app, get_code(node, app))["access_token"]
    credentials = {"client_id": other["client_id"], "client_secret": other["client_secret"], "token": token}
    assert node.request("POST", "/oauth/revoke", data=credentials).status_code == 403
    assert node.get("/api/v1/accounts/verify_credentials", token=token).status_code == 200
    credentials = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    answer = node.request("POST", "/oauth/revoke", data=credentials)
    assert answer.status_code == 200 and answer.json() == {}
    answer = node.get("/api/v1/accounts/verify_credentials", token=token)
    assert answer.status_code == 401 and answer.json()["error"] == "The access token is invalid"


def test_metadata_names_every_endpoint(node):
    meta = node.get("/.well-known/oauth-authorization-server").json()
    assert meta["issuer"].rstrip("/") == node.url
    for name, path in (("authorization_endpoint", "/oauth/authorize"), ("token_endpoint", "/oauth/token"),
                       ("revocation_endpoint", "/oauth/revoke"), ("app_registration_endpoint", "/api/v1/apps")):
        assert meta[name] == node.url + path
    assert meta["response_types_supported"] == ["code"] and meta["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_code", "client_credentials"} <= set(meta["grant_types_supported"])
    assert {"client_secret_basic", "client_secret_post"} <= set(meta["token_endpoint_auth_methods_supported"])
    assert {"read", "write", "follow", "push", "profile", "read:statuses", "admin:read:accounts"} \
        <= set(meta["scopes_supported"])


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"client_id": None}, {"redirect_uri": None},
                                     {"redirect_uri": CALLBACK + "/"}, {"redirect_uri": CALLBACK + "?x"},
                                     {"redirect_uri": CALLBACK.upper()}, {"redirect_uri": "http://evil.example/"}],
                         ids=str)
def test_an_address_that_is_not_the_apps_gets_no_redirect(node, changes):
    app = register(node)
    browser = Browser()
    assert browser.open(authorize_url(node, app, **changes)) is None
    assert browser.page.status in (400, 422) and not browser.page.soup.find("input", type="password")


def test_an_encoded_address_is_compared_after_one_decoding(node):
    uri = "https://elk.example/api/oauth/http%3A%2F%2F127.0.0.1"
    app = register(node, uri)
    back = Browser().authorize(authorize_url(node, app, redirect_uri=uri), "ana", PASSWORD)
    assert back.startswith(uri + "?") and "code" in query_of(back)


def test_an_address_with_a_query_keeps_it(node):
    uri = CALLBACK + "?keep=1"
    app = register(node, uri)
    query = query_of(Browser().authorize(authorize_url(node, app, redirect_uri=uri), "ana", PASSWORD))
    assert query["keep"] == "1" and query["code"] and query["state"] == "st & 1"


def test_a_wrong_kind_of_answer_goes_back_to_the_app(node):
    back = Browser().open(authorize_url(node, register(node), response_type="token"))
    assert back.startswith(CALLBACK) and query_of(back)["error"] == "unsupported_response_type"
    assert query_of(back)["state"] == "st & 1"


def test_a_refusal_goes_back_to_the_app(node):
    back = Browser().authorize(authorize_url(node, register(node)), "ana", PASSWORD, decision="deny")
    assert query_of(back)["error"] == "access_denied" and query_of(back)["state"] == "st & 1"


WORDS = {"en": (r"(wrong|incorrect|not (right|correct)|invalid|do(es)? not match)", r"(read|see)", r"(write|post)"),
         "fr": (r"(incorrect|erron|mauvais|pas le bon|invalide|ne correspond)", r"(lire|voir|consulter)",
                r"(écrire|publier|modifier)")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_speaks_the_readers_language(node, language):
    wrong, read, write = WORDS[language]
    app = register(node)
    browser = Browser(language + ",de;q=0.5")
    browser.open(authorize_url(node, app))
    seen = [browser.page]
    assert browser.page.language.startswith(language) and browser.page.status == 200
    form = browser.page.form("username", "password")
    assert form.get("method", "").lower() == "post" and form.find("input", type="password")
    assert browser.submit(form, username="ana", password="not the password", decision="allow") is None
    assert browser.page.form("username", "password") is not None
    assert re.search(wrong, browser.page.text, re.I), browser.page.text
    back = browser.submit(browser.page.form("username", "password"), username="ana", password=PASSWORD)
    if back is None:
        seen.append(browser.page)
    text = " ".join(page.text for page in seen)
    assert "Test & <App>" in text, "the page names the app, escaped"
    assert re.search(read, text, re.I) and re.search(write, text, re.I), "the page says the scopes in words"
    for page in seen:
        assert not page.soup.find("script") and "<App>" not in page.html
        assert "default-src" in page.answer.headers.get("Content-Security-Policy", "")
        assert page.answer.headers.get("X-Frame-Options", "").upper() == "DENY" \
            or "frame-ancestors 'none'" in page.answer.headers["Content-Security-Policy"]
        assert "Cross-Origin-Opener-Policy" not in page.answer.headers


def test_the_page_asks_in_the_language_of_the_link(node):
    browser = Browser("en")
    browser.open(authorize_url(node, register(node), lang="fr"))
    assert browser.page.language.startswith("fr")
    browser = Browser("en")
    browser.open(authorize_url(node, register(node), lang="None", state="None"))
    assert browser.page.language.startswith("en")


def test_a_name_that_does_not_exist_is_answered_like_a_wrong_password(node):
    app, texts = register(node), []
    for name in ("ana", "nobody-of-that-name"):
        browser = Browser()
        browser.authorize(authorize_url(node, app), name, "not the password")
        texts.append(browser.page.text.replace(name, ""))
    assert texts[0] == texts[1]


def test_consent_cannot_be_forged_by_another_site(node):
    """A POST that does not come from our page (no hidden token, no cookie of that visit) gives nothing away."""
    app = register(node)
    browser = Browser()
    browser.authorize(authorize_url(node, app), "ana", PASSWORD)  # a session may exist now
    answer = browser.http.post(authorize_url(node, app), data={"decision": "allow"}, allow_redirects=False,
                               headers={"Origin": "http://evil.example", "Referer": "http://evil.example/"})
    assert "code=" not in answer.headers.get("Location", "")


def test_a_token_in_the_wrong_shape_is_401(node):
    for header in ("Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Basic YTpi", "bearer " + "x" * 5000):
        answer = session().get(node.url + "/api/v1/timelines/home", headers={"Authorization": header}, timeout=20)
        assert answer.status_code == 401, header
        check(answer.json(), "Error")


@pytest.mark.seconds(90)
def test_guessing_a_password_is_slowed_down(new_node):
    node = new_node(rate="on")
    node.add_user("ana")
    app = register(node)
    browser = Browser()
    browser.open(authorize_url(node, app))
    for _ in range(60):
        form = browser.page.form("username", "password")
        if form is None:
            break
        browser.submit(form, username="ana", password="guess")
        if browser.page.status == 429:
            break
    assert browser.page.status == 429, "60 wrong passwords in a row were all tried"
