"""A second factor as people, thieves and operators meet it, over a real node."""

import base64
import hmac
import struct
import time

import pytest

from browser import Browser, query_of
from entities import check
from node import PASSWORD
from test_oauth import authorize_url, exchange, register


def totp(secret, steps=0):
    """The code of now, or of so many steps from now (RFC 6238)."""
    key = base64.b32decode(secret)
    mac = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 + steps), "sha1")
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


def first_step(node, name, to="/settings/security", password=PASSWORD):
    browser = Browser()
    browser.open(f"{node.url}/sign-in?return={to}")
    browser.submit(browser.page.form("username", "password"), username=name, password=password)
    return browser


def press(browser, what, **fields):
    return browser.submit(browser.page.form("do"), do=what, **fields)


class Guarded:
    """Somebody with an app and recovery codes. A code of the step before confirms, so that this step's and the next one's are
    left to sign in with."""

    def __init__(self, node, name):
        if time.time() % 30 > 27:  # the codes below are all of one step
            time.sleep(30.1 - time.time() % 30)
        self.node, self.name = node, name
        self.person = node.person(name)
        self.browser = first_step(node, name)
        press(self.browser, "begin", password=PASSWORD)
        self.secret = self.browser.page.soup.find(id="secret").get_text().replace(" ", "")
        assert self.browser.page.soup.find("svg", class_="qr")
        press(self.browser, "confirm", code=totp(self.secret, -1))
        assert self.browser.page.status == 200, self.browser.page.text
        self.codes = [item.get_text() for item in self.browser.page.soup.select(".recovery code")]
        assert len(set(self.codes)) == 10

    def second_step(self, code, to="/settings/security"):
        browser = first_step(self.node, self.name, to)
        assert "/sign-in/code?" in browser.page.url
        browser.submit(browser.page.form("code"), code=code)
        return browser


def is_in(browser):
    return bool(browser.page.soup.find("form", action="/sign-out"))


def test_an_app_of_a_phone_is_asked_for(world, word):
    ana = Guarded(world.a, "tot" + word)
    halfway = first_step(world.a, ana.name)
    assert not is_in(halfway)
    for place in ("/settings/security", "/settings/sessions", "/"):
        halfway.open(world.a.url + place)
        assert not is_in(halfway), place
    code = totp(ana.secret)
    browser = ana.second_step(code)
    assert is_in(browser) and browser.page.url.endswith("/settings/security")
    again = ana.second_step(code)
    assert again.page.status == 422 and not is_in(again), "a code is taken once"
    rows = [line.split("\t") for line in world.a.do("user", "factor", "list", ana.name).splitlines()]
    assert [row[0] for row in rows] == ["app", "recovery codes"] and rows[1][2] == "10 left"


def test_an_app_that_signs_in_meets_the_same_step(world, word):
    ana = Guarded(world.a, "oau" + word)
    app = register(world.a)
    browser = Browser()
    assert browser.open(authorize_url(world.a, app, force_login="true")) is None
    assert browser.submit(browser.page.form("decision"), username=ana.name, password=PASSWORD, decision="allow") is None
    assert "/sign-in/code?" in browser.page.url, "a password gives no code to the app"
    assert browser.submit(browser.page.form("code"), code=totp(ana.secret)) is None
    back = browser.submit(browser.page.form("decision"), decision="allow")
    token = exchange(world.a, app, query_of(back)["code"])["access_token"]
    assert world.a.get("/api/v1/accounts/verify_credentials", token=token).json()["username"] == ana.name


def test_a_new_password_is_no_way_around(world, word):
    ana = Guarded(world.a, "lnk" + word)
    link = world.a.do("user", "password", ana.name)
    browser = Browser()
    browser.open(link)
    browser.submit(browser.page.form("repeat"), password=PASSWORD, repeat=PASSWORD)
    assert "/sign-in/code?" in browser.page.url and not is_in(browser)
    ana.person.get("/api/v1/accounts/verify_credentials", expect=401)


def test_guessing_is_stopped_also_across_a_restart(new_node):
    node = new_node()
    ana = Guarded(node, "ana")
    browser = first_step(node, "ana")
    for _ in range(5):
        browser.submit(browser.page.form("code"), code="000000")
        assert browser.page.status == 422
    node.kill()
    node.serve()
    browser.submit(browser.page.form("code"), code=totp(ana.secret))
    assert browser.page.status == 429 and not is_in(browser)


def test_what_was_used_stays_used_after_a_kill(new_node):
    node = new_node()
    ana = Guarded(node, "ana")
    code = totp(ana.secret)
    assert is_in(ana.second_step(ana.codes[0])) and is_in(ana.second_step(code))
    node.kill()
    node.serve()
    for used in (ana.codes[0], code):
        assert not is_in(ana.second_step(used))
    assert is_in(ana.second_step(ana.codes[1].upper().replace("-", " ")))
    assert node.do("check") == "clean"


def test_an_operator_helps_who_lost_all(world, word):
    ana = Guarded(world.a, "los" + word)
    browser = ana.second_step(ana.codes[5])
    assert "signed out" in world.a.do("user", "factor", "remove", ana.name)
    browser.open(world.a.url + "/settings/security")
    assert not is_in(browser)
    assert world.a.do("user", "factor", "list", ana.name) == ""
    assert is_in(first_step(world.a, ana.name))
    for command in ("list", "remove"):
        assert world.a.cli("user", "factor", command, "nobody" + word).returncode == 1


def test_the_store_does_not_give_the_secret_away(new_node):
    node = new_node()
    ana = Guarded(node, "ana")
    node.stop()
    with open(node.data + "/data.mdb", "rb") as file:
        store = file.read()
    assert base64.b32decode(ana.secret) not in store and ana.secret.encode() not in store
    for code in ana.codes:
        assert code.encode() not in store and code.replace("-", "").encode() not in store


def test_nobody_elses_form_and_no_half_session_changes_anything(world, word):
    ana, name = Guarded(world.a, "frm" + word), "oth" + word
    world.a.person(name)
    stranger = first_step(world.a, name)
    token = stranger.page.form("do").find(attrs={"name": "form_token"})["value"]
    halfway = first_step(world.a, ana.name)
    for browser, form_token in ((ana.browser, token), (ana.browser, ""), (halfway, token)):
        browser.http.post(world.a.url + "/settings/security", allow_redirects=False, data={
            "form_token": form_token, "do": "end", "password": PASSWORD, "code": ana.codes[0]})
    assert "app\t" in world.a.do("user", "factor", "list", ana.name)


@pytest.mark.parametrize("value", ["", "x" * 70000, "\0", "123456" * 20, "١٢٣٤٥٦", "-1", "1e5"], ids=range(7))
def test_odd_codes_are_wrong_codes(world, word, value):
    ana = Guarded(world.a, "odd" + word)
    browser = first_step(world.a, ana.name)
    form = browser.page.form("code")
    answer = browser.http.post(world.a.url + "/sign-in/code", allow_redirects=False, data={
        "form_token": form.find(attrs={"name": "form_token"})["value"], "code": value, "return": "/"})
    assert 400 <= answer.status_code < 500


def test_a_role_that_needs_one_sets_it_up_on_the_way_in(world, word):
    node, name = world.a, "adm" + word
    node.person(name)
    before = first_step(node, name)
    assert is_in(before), "a member needs none"
    node.do("role", "grant", name, "admin")
    before.open(node.url + "/settings/sessions")
    assert is_in(before), "who was signed in stays so"
    app = register(node)
    browser = Browser()
    browser.open(authorize_url(node, app))
    assert browser.submit(browser.page.form("decision"), username=name, password=PASSWORD, decision="allow") is None
    assert "/sign-in/set-up?" in browser.page.url, "neither a code for the app nor a session"
    for place in ("/settings/security", "/settings/sessions", "/sign-in/code"):
        halfway = Browser()
        halfway.http.cookies.update(browser.http.cookies)
        halfway.open(node.url + place)
        assert not is_in(halfway), place
    secret = browser.page.soup.find(id="secret").get_text().replace(" ", "")
    browser.submit(browser.page.form("code"), do="confirm", code="000000")
    assert browser.page.status == 422 and not is_in(browser)
    browser.submit(browser.page.form("code"), do="confirm", code=totp(secret))
    assert browser.page.status == 200 and len(browser.page.soup.select(".recovery code")) == 10
    codes = [item.get_text() for item in browser.page.soup.select(".recovery code")]
    assert browser.open(node.url + browser.page.soup.select_one("main .button")["href"]) is None
    back = browser.submit(browser.page.form("decision"), decision="allow")
    exchange(node, app, query_of(back)["code"])
    browser.open(node.url + "/settings/security")
    assert is_in(browser)
    press(browser, "end", password=PASSWORD, code=codes[0])
    assert browser.page.status == 422 and "before you remove" in browser.page.text, "the last one stays"
    assert "app\t" in node.do("user", "factor", "list", name)


def test_whom_it_is_asked_of_is_a_setting(new_node):
    node = new_node()
    node.person("ana")
    node.do("role", "grant", "ana", "moderator")
    assert is_in(first_step(node, "ana"))
    for value, needed in (("everybody", True), ("nobody", False), ("people_manager,moderator", True), ("admin", False)):
        node.do("config", "set", "second_factor.required_for", value)
        assert ("/sign-in/set-up" in first_step(node, "ana").page.url) == needed, value
    node.do("config", "set", "registrations", "approval")
    opened = []
    for value in ("everybody", "admin"):
        node.do("config", "set", "second_factor.required_for", value)
        opened.append(node.get("/api/v2/instance").json()["registrations"]["enabled"])
    assert opened == [False, True], "an app that signs somebody up has a token at once"
    for value, role in (("everybody", "member"), ("admin", "admin"), ("admin", "member")):
        node.do("config", "set", "second_factor.required_for", value)
        code = node.do("invite", "create", "--role", role).rsplit("/", 1)[1]
        app = node.request("POST", "/oauth/token", data=dict(
            register(node), grant_type="client_credentials", scope="read write")).json()
        signed_up = node.request("POST", "/api/v1/accounts", token=app["access_token"], data={
            "username": f"by{role}", "email": "by@a.example", "password": PASSWORD, "agreement": "true", "invite_code": code})
        refused = "needs a second factor" in signed_up.text
        assert (signed_up.status_code, refused) == ((200, False) if (value, role) == ("admin", "member") else (403, True)), role
    for value in ("boss", "", "admin,,", "member"):
        assert node.cli("config", "set", "second_factor.required_for", value).returncode != 0, value
    link = node.do("user", "add", "zoe", "--email", "zoe@a.example", "--role", "admin")
    browser = Browser()
    browser.open(link)
    browser.submit(browser.page.form("repeat"), password=PASSWORD, repeat=PASSWORD)
    assert "/sign-in/set-up" in browser.page.url and browser.page.soup.find("svg", class_="qr")


def test_a_client_sets_one_up_and_ends_it(world, word):
    lea = world.a.person("cli" + word)
    base = "/api/rse/v1/second_factor"
    assert check(lea.get(base), "SecondFactor") == {"required": False, "app_since": None, "recovery_codes_left": 0,
                                                    "passkeys": []}
    for data, status in (({}, 422), ({"password": "wrong password"}, 403)):
        assert lea.raw("POST", base + "/app", data=data).status_code == status
    assert lea.raw("POST", base + "/app/confirm", data={"code": "000000"}).status_code == 404
    assert lea.raw("POST", base + "/recovery_codes", data={"password": PASSWORD}).status_code == 404
    begun = check(lea.post(base + "/app", password=PASSWORD), "SecondFactorApp")
    assert f"secret={begun['secret']}" in begun["uri"] and begun["uri"].startswith("otpauth://totp/")
    assert lea.raw("POST", base + "/app/confirm", data={"code": "000000"}).status_code == 422
    codes = check(lea.post(base + "/app/confirm", code=totp(begun["secret"])), "RecoveryCodes")["recovery_codes"]
    assert len(codes) == 10 and lea.get(base)["recovery_codes_left"] == 10 and lea.get(base)["app_since"]
    assert "/sign-in/code" in first_step(world.a, lea.name).page.url
    new = check(lea.post(base + "/recovery_codes", password=PASSWORD, code=codes[0]), "RecoveryCodes")["recovery_codes"]
    assert not set(new) & set(codes)
    for data, status in (({"password": PASSWORD}, 422), ({"password": PASSWORD, "code": codes[1]}, 422),
                         ({"password": "wrong password", "code": new[0]}, 403)):
        assert lea.raw("DELETE", base + "/app", data=data).status_code == status
    assert lea.raw("DELETE", base + "/passkeys/1", data={"password": PASSWORD, "code": new[0]}).status_code == 404
    ended = lea.raw("DELETE", base + "/app", data={"password": PASSWORD, "code": new[0]})
    assert ended.status_code == 200 and check(ended.json(), "SecondFactor")["app_since"] is None
    assert is_in(first_step(world.a, lea.name))
    narrow = world.a.token(lea.name, "read")
    assert world.a.request("POST", base + "/app", token=narrow, data={"password": PASSWORD}).status_code == 403


def test_a_people_manager_helps_members_and_nobody_else(world, word):
    node, lost, hr, boss = world.a, Guarded(world.a, "mem" + word), "hr" + word, "top" + word
    me = lost.person.me["id"]
    tokens = {}
    for name, role in ((hr, "people_manager"), (boss, "admin")):
        node.add_user(name)
        node.do("role", "grant", name, role)
        tokens[name] = node.token(name, "read admin:write:accounts admin:read:accounts")

    def remove(who, account_id):
        return node.request("DELETE", f"/api/rse/v1/admin/accounts/{account_id}/second_factor", token=tokens[who])

    ids = {name: node.get("/api/v1/accounts/verify_credentials", token=tokens[name]).json()["id"] for name in tokens}
    assert remove(hr, ids[boss]).status_code == 403 and remove(hr, ids[hr]).status_code == 403
    assert remove(boss, ids[boss]).status_code == 403 and remove(hr, "1").status_code == 404
    answer = remove(hr, me)
    assert answer.status_code == 200 and answer.json()["id"] == me
    assert node.do("user", "factor", "list", lost.name) == "" and is_in(first_step(node, lost.name))
    lost.person.get("/api/v1/accounts/verify_credentials", expect=401)
    assert "second_factor.removed" in node.do("audit", "list")
