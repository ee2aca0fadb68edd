"""Passkeys in a real browser whose authenticator is virtual, and what thieves of its messages would try over raw HTTP."""

import base64
import json

import pytest
import requests

from browser import Browser
from chromium import Chromium
from node import PASSWORD, Node
from test_second_factor import first_step, is_in, totp

pytestmark = pytest.mark.plain


class Local(Node):
    """A node of the name localhost: IP addresses have no passkeys."""

    def init(self):
        self.domain, self.url = f"localhost:{self.port}", f"http://localhost:{self.port}"
        self.do("init", "--domain", self.domain, "--url", self.url, "--listen", f"127.0.0.1:{self.port}",
                "--title", self.title)
        self.do("config", "set", "limits.rate", "off")
        return self


@pytest.fixture(scope="module")
def node():
    made = Local("Passkeys").init()
    made.serve()
    yield made
    made.close()


class Window(Chromium):
    """With an authenticator that always finds its owner there."""

    def __init__(self, node):
        super().__init__({}, "")
        self.node = node
        self.order("WebAuthn.enable")
        self.order("Network.enable")
        self.authenticator = self.order("WebAuthn.addVirtualAuthenticator", options={
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True})["authenticatorId"]

    def credentials(self):
        return self.order("WebAuthn.getCredentials", authenticatorId=self.authenticator)["credentials"]

    def visit(self, path, ready):
        self.open(self.node.url + path)
        self.see(ready)

    def leave(self):
        self.order("Network.clearBrowserCookies")

    def first_step(self, name):
        self.visit("/sign-in?return=/settings/security&lang=en", "[name=username]")
        self.type("[name=username]", name)
        self.type("[name=password]", PASSWORD)
        self.click("form[action='/sign-in'] .primary")

    def see(self, selector):
        """Waits for an element; its text."""
        self.wait(f"document.readyState === 'complete' && !!document.querySelector({json.dumps(selector)})", selector)
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def add_passkey(self, name, password=PASSWORD):
        self.type("[name=password]", password)
        self.type("[name=passkey_name]", name)
        self.click("[value=passkey]")


@pytest.fixture
def window(node):
    made = Window(node)
    yield made
    made.close()


SIGN_IN = "form[action='/sign-in/passkey'] button"
# The next form that the page would send is kept instead.
CATCH = "HTMLFormElement.prototype.submit = function () { window.caught = [...new FormData(this)] }"


def test_a_passkey_signs_in_alone_and_as_second_factor(node, window, word):
    name = "pk" + word
    node.person(name)
    window.first_step(name)
    window.see("[value=passkey]")
    window.add_passkey("My laptop")
    window.see(".recovery")
    codes = window.run("[...document.querySelectorAll('.recovery code')].map(at => at.textContent)")
    made, = window.credentials()
    assert made["isResidentCredential"] and made["rpId"] == "localhost" and len(codes) == 10
    rows = [line.split("\t") for line in node.do("user", "factor", "list", name).splitlines()]
    assert [row[0] for row in rows] == ["passkey", "recovery codes"] and rows[0][2:] == ["-", "My laptop"]
    # alone
    window.leave()
    window.visit("/sign-in?return=/settings/sessions", SIGN_IN)
    window.click(SIGN_IN)
    window.wait("location.pathname === '/settings/sessions'", "signed in by passkey alone")
    assert name in window.run("document.querySelector('header').innerText")
    # behind the password
    window.leave()
    window.first_step(name)
    window.wait("location.pathname === '/sign-in/code'", "the second step")
    window.see("[data-sign=second_step] button")
    window.click("[data-sign=second_step] button")
    window.wait("location.pathname === '/settings/security'", "signed in by password and passkey")
    used = node.do("user", "factor", "list", name).splitlines()[0].split("\t")[2]
    assert used != "-"
    # a recovery code does without it, and a change is confirmed by the passkey instead of a code
    assert is_in(second_step(node, name, codes[0]))
    window.type("[name=password]", PASSWORD)
    window.click("[value=codes]")
    assert window.see(".recovery code") not in codes
    window.visit("/settings/security", "[value^='forget:']")
    window.type("[name=password]", PASSWORD)
    window.click("[value^='forget:']")
    window.see(".done")
    assert node.do("user", "factor", "list", name) == ""
    assert is_in(first_step(node, name))


def second_step(node, name, code):
    browser = first_step(node, name)
    browser.submit(browser.page.form("code"), code=code)
    return browser


def caught(window, click):
    """The fields that the script would send, and the cookies of the browser."""
    window.run(CATCH)
    window.click(click)
    window.wait("!!window.caught", "the form is filled in")
    jar = requests.Session()
    jar.trust_env = False
    for cookie in window.order("Network.getCookies", urls=[window.node.url])["cookies"]:
        jar.cookies.set(cookie["name"], cookie["value"])
    return dict(window.run("window.caught")), jar


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def has_session(answer):
    return answer.status_code == 303 and "session=" in answer.headers.get("Set-Cookie", "")


def test_what_was_signed_is_good_once_here_and_now(node, window, word):
    name = "rp" + word
    node.person(name)
    window.first_step(name)
    window.see("[value=passkey]")
    window.add_passkey("x")
    window.see(".recovery")
    window.leave()
    window.visit("/sign-in?return=/", SIGN_IN)
    fields, http = caught(window, SIGN_IN)

    def send(**changes):
        return http.post(node.url + "/sign-in/passkey", data={**fields, **changes}, allow_redirects=False, timeout=20)

    client, auth = json.loads(decoded(fields["client_data"])), decoded(fields["authenticator_data"])
    assert client["origin"] == node.url and client["type"] == "webauthn.get"

    def said(**changes):
        return encoded(json.dumps({**client, **changes}).encode())

    forged = {
        "another origin": {"client_data": said(origin="http://localhost.evil.example")},
        "another port": {"client_data": said(origin="http://localhost:1")},
        "made for a new key": {"client_data": said(type="webauthn.create")},
        "within another page": {"client_data": said(crossOrigin=True)},
        "a challenge of their own": {"client_data": said(challenge="A" * 43)},
        "no JSON": {"client_data": encoded(b"{")},
        "deep JSON": {"client_data": encoded(b"[" * 3000)},
        "long JSON": {"client_data": encoded(json.dumps({**client, "x": "y" * 5000}).encode())},
        "another party": {"authenticator_data": encoded(bytes(32) + auth[32:])},
        "nobody there": {"authenticator_data": encoded(auth[:32] + b"\x04" + auth[33:])},
        "nobody known": {"authenticator_data": encoded(auth[:32] + b"\x01" + auth[33:])},
        "a higher counter": {"authenticator_data": encoded(auth[:33] + b"\0\0\xff\xff")},
        "cut short": {"authenticator_data": encoded(auth[:36])},
        "with a key": {"authenticator_data": encoded(auth[:32] + b"\x45" + auth[33:] + bytes(16) + b"\xff\xff")},
        "no signature": {"signature": ""},
        "another signature": {"signature": encoded(b"\x30\x06\x02\x01\x01\x02\x01\x01")},
        "no base64": {"signature": "é"},
        "a long signature": {"signature": "A" * 4000},
        "another key": {"credential": encoded(b"nobody's")},
        "a long name": {"credential": "A" * 4000},
        "no form token": {"form_token": ""},
    }
    for what, changes in forged.items():
        answer = send(**changes)
        assert answer.status_code == 422 and not has_session(answer), what
    good = send()
    assert has_session(good), good.text
    assert not has_session(send()), "a challenge is good once"
    assert "passkey" in node.do("user", "factor", "list", name)


def test_a_signature_serves_its_purpose_alone(node, window, word):
    """One for signing in does not serve as second step of another account, nor one of another account."""
    name, other = "pa" + word, "pb" + word
    for person in (name, other):
        node.person(person)
        window.leave()
        window.first_step(person)
        window.see("[value=passkey]")
        window.add_passkey(person)
        window.see(".recovery")
    window.leave()
    window.visit("/sign-in?return=/", SIGN_IN)
    fields, _ = caught(window, SIGN_IN)
    signed = {key: fields[key] for key in ("credential", "client_data", "authenticator_data", "signature")}
    for person in (name, other):
        halfway = first_step(node, person)
        form = halfway.page.form("code")
        answer = halfway.http.post(node.url + "/sign-in/code", allow_redirects=False, data={
            "form_token": form.find(attrs={"name": "form_token"})["value"], "return": "/", **signed})
        assert answer.status_code == 422 and not has_session(answer)
    assert requests.post(node.url + "/passkeys/challenge", data={"kind": "second_step"}, timeout=20).status_code == 401
    assert requests.post(node.url + "/passkeys/challenge", data={"kind": "create"}, timeout=20).status_code == 401
    assert requests.post(node.url + "/passkeys/challenge", data={"kind": "x"}, timeout=20).status_code == 400


def test_a_new_key_is_taken_once_and_by_whom_it_was_asked_of(node, window, word):
    name, other = "nk" + word, "no" + word
    for person in (name, other):
        node.person(person)
    stranger = first_step(node, other)
    window.first_step(name)
    window.see("[value=passkey]")
    window.type("[name=password]", PASSWORD)
    fields, http = caught(window, "[value=passkey]")
    client, auth = json.loads(decoded(fields["new_client_data"])), decoded(fields["new_authenticator_data"])

    def send(**changes):
        return http.post(node.url + "/settings/security", data={**fields, **changes}, allow_redirects=False, timeout=20)

    def said(**changes):
        return encoded(json.dumps({**client, **changes}).encode())

    theirs = stranger.page.form("do").find(attrs={"name": "form_token"})["value"]
    answer = stranger.http.post(node.url + "/settings/security", data={**fields, "form_token": theirs}, allow_redirects=False)
    assert answer.status_code == 422, "the challenge was another's"
    assert node.do("user", "factor", "list", other) == ""
    window.visit("/settings/security", "[value=passkey]")  # and is gone by that
    window.type("[name=password]", PASSWORD)
    window.order("WebAuthn.clearCredentials", authenticatorId=window.authenticator)
    fields, http = caught(window, "[value=passkey]")
    client, auth = json.loads(decoded(fields["new_client_data"])), decoded(fields["new_authenticator_data"])
    forged = {
        "another origin": {"new_client_data": said(origin="https://localhost")},
        "another ceremony": {"new_client_data": said(type="webauthn.get")},
        "within another page": {"new_client_data": said(topOrigin="https://evil.example")},
        "another challenge": {"new_client_data": said(challenge="A" * 43)},
        "another party": {"new_authenticator_data": encoded(bytes(32) + auth[32:])},
        "nobody there": {"new_authenticator_data": encoded(auth[:32] + bytes([auth[32] & ~1]) + auth[33:])},
        "no key": {"new_authenticator_data": encoded(auth[:37])},
        "half a key": {"new_authenticator_data": encoded(auth[:-20])},
        "a wrong password": {"password": "wrong password"},
        "no password": {"password": ""},
    }
    for what, changes in forged.items():
        assert send(**changes).status_code == 422, what
        assert node.do("user", "factor", "list", name) == "", what
    assert send().status_code == 200
    assert node.do("user", "factor", "list", name).startswith("passkey\t")
    assert send().status_code == 422, "no second time"


def test_a_copy_of_a_key_is_refused_and_told(node, window, word):
    name = "cp" + word
    node.person(name)
    window.first_step(name)
    window.see("[value=passkey]")
    window.add_passkey("Original")
    window.see(".recovery")
    kept = window.credentials()[0]
    for path in ("/settings/sessions", "/settings/security"):  # the counter goes on
        window.leave()
        window.visit(f"/sign-in?return={path}", SIGN_IN)
        window.click(SIGN_IN)
        window.wait(f"location.pathname === '{path}'", "signed in")
    window.order("WebAuthn.clearCredentials", authenticatorId=window.authenticator)
    window.order("WebAuthn.addCredential", authenticatorId=window.authenticator, credential={**kept, "signCount": 0})
    window.leave()
    window.visit("/sign-in?return=/settings/security", SIGN_IN)
    window.click(SIGN_IN)
    window.wait("!!document.querySelector('#alert')", "the refusal")
    assert "copy" in window.run("document.querySelector('#alert').innerText")
    assert node.do("user", "factor", "list", name).splitlines()[0].endswith("suspect")
    assert "second_factor.passkey_suspect" in node.do("audit", "list")


def test_an_ip_address_has_none_and_says_so(world, word):
    name = "ip" + word
    world.a.person(name)
    browser = first_step(world.a, name)
    assert "no passkeys here" in browser.page.text and not browser.page.soup.find(attrs={"value": "passkey"})
    browser = Browser()
    browser.open(world.a.url + "/sign-in")
    assert not browser.page.soup.find("script") and "script-src" not in browser.page.answer.headers["Content-Security-Policy"]
    assert world.a.request("POST", "/passkeys/challenge", data={"kind": "sign_in"}).status_code == 404


def test_the_script_is_ours_alone(node):
    browser = Browser()
    browser.open(node.url + "/sign-in")
    script = browser.page.soup.find("script")
    assert script["src"].startswith("/passkeys.js?v=") and not script.get_text()
    policy = browser.page.answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "default-src 'none'" in policy and "unsafe" not in policy
    answer = node.get(script["src"])
    assert answer.headers["Content-Type"].startswith("text/javascript") and "PublicKeyCredential" in answer.text


def test_a_role_that_needs_a_factor_may_take_a_passkey(node, window, word):
    name = "rl" + word
    node.person(name)
    node.do("role", "grant", name, "admin")
    window.first_step(name)
    window.wait("location.pathname === '/sign-in/set-up'", "the set-up")
    window.see("[value=passkey]")
    window.click("[value=passkey]")
    window.see(".recovery")
    window.click("main .button")
    window.wait("location.pathname === '/settings/security'", "signed in")
    assert name in window.see("header")
    window.type("[name=password]", PASSWORD)
    window.click("[value^='forget:']")
    assert "before you remove" in window.see("#alert")
