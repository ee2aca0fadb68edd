"""What a person has let in, seen and ended: by a client, and on the page with a browser."""

import re

import pytest

from browser import Browser
from entities import check
from node import PASSWORD, PATIENCE
from streams import Lines, Socket


def sign_in(node, name, language="en"):
    browser = Browser(language)
    browser.open(node.url + "/sign-in?return=/settings/sessions")
    browser.submit(browser.page.form("username", "password"), username=name, password=PASSWORD)
    return browser


def press(browser, text):
    """The button that says this, in its form."""
    button = next(b for b in browser.page.soup.find_all("button", attrs={"name": "end"}) if text in b.get_text())
    return browser.submit(button.find_parent("form"), end=button["value"])


def test_tokens_are_listed_and_ended_by_a_client(world, word):
    lea = world.a.person("lea" + word)
    others = [world.a.token(lea.name, scopes) for scopes in ("read", "read:lists push")]
    tokens = check(lea.get("/api/v1/tokens"), "[TokenInfo]")
    assert [set(t["scope"].split()) for t in tokens[:2]] == [{"push", "read:lists"}, {"read"}]
    assert len(tokens) == 3 and [t["id"] for t in lea.all_pages("/api/v1/tokens", limit=1)] == [t["id"] for t in tokens]
    assert check(lea.get(f"/api/v1/tokens/{tokens[1]['id']}"), "TokenInfo") == tokens[1]
    with Lines(world.a, "user", others[0]) as one, Socket(world.a, "stream=user", others[0]) as two, \
            Lines(world.a, "user", lea.token) as stays:
        ended = check(lea.post(f"/api/v1/tokens/{tokens[1]['id']}/invalidate"), "TokenInfo")
        assert ended == tokens[1]
        assert one.ended(1) < 1 * PATIENCE and two.ended(1) < 1 * PATIENCE and stays.quiet(0.2)
    assert world.a.get("/api/v1/accounts/verify_credentials", token=others[0]).status_code == 401
    assert [t["id"] for t in lea.get("/api/v1/tokens")] == [tokens[0]["id"], tokens[2]["id"]]


def test_a_token_of_another_is_as_one_that_is_not_there(world, word):
    mia = world.a.person("mia" + word)
    theirs = world.ana.get("/api/v1/tokens")[0]["id"]
    for method, path in (("GET", "/api/v1/tokens/{}"), ("POST", "/api/v1/tokens/{}/invalidate")):
        answers = [mia.raw(method, path.format(number)) for number in (theirs, "1", "x", "-1", "9" * 30)]
        assert {a.status_code for a in answers} == {404} and len({a.text for a in answers}) == 1
    assert world.ana.get("/api/v1/tokens")[0]["id"] == theirs


@pytest.mark.parametrize("language", ["fr", "en"])
def test_browsers_and_apps_are_ended_on_the_page(world, word, language):
    node, name = world.a, f"noe{language}{word}"
    token = node.person(name).token
    here, there, third = (sign_in(node, name, language) for _ in range(3))
    assert here.page.language == language and len(here.page.soup.select(".held > li")) == 2
    here.open(node.url + "/settings/sessions")
    assert len(here.page.soup.select(".held > li")) == 4 and len(here.page.soup.select("li .mark")) >= 1
    press(here, {"fr": "tous les autres", "en": "all other"}[language])
    assert here.page.status == 200 and here.page.soup.select("[role=status]")
    for browser in (there, third):
        browser.open(node.url + "/settings/sessions")
        assert "/sign-in" in browser.page.url
    press(here, {"fr": "Retirer", "en": "Remove"}[language])
    assert node.get("/api/v1/accounts/verify_credentials", token=token).status_code == 401
    assert not here.page.soup.find_all("button", attrs={"name": "end"})


def test_the_page_takes_no_orders_from_elsewhere(world, word):
    name = "oda" + word
    world.a.person(name)
    here, there = sign_in(world.a, name), sign_in(world.a, name)
    here.open(world.a.url + "/settings/sessions")
    form = here.page.form("end")
    for forged in ({"form_token": ""}, {"form_token": "x" * 43}):
        here.http.post(world.a.url + "/settings/sessions", data={"end": "others", **forged})
    there.http.post(world.a.url + "/settings/sessions",
                    data={"end": "others", "form_token": form.find(attrs={"name": "form_token"})["value"]})
    for browser in (here, there):
        browser.open(world.a.url + "/settings/sessions")
        assert browser.page.url.endswith("/settings/sessions")


def test_a_new_password_ends_all(world, word):
    pia = world.a.person("pia" + word)
    browser = sign_in(world.a, pia.name)
    rows = [line.split("\t") for line in world.a.do("user", "sessions", pia.name).splitlines()]
    assert [row[0] for row in rows] == ["browser", "app"] and all(len(row) == 5 for row in rows) and "read" in rows[1][4]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row[3]) for row in rows), "a day: it is kept to the hour"
    world.a.do("user", "password", pia.name, "--password-stdin", stdin="another long password\n")
    pia.get("/api/v1/accounts/verify_credentials", expect=401)
    browser.open(world.a.url + "/settings/sessions")
    assert "/sign-in" in browser.page.url


def test_every_page_says_who_is_signed_in(world, word):
    who = world.a.person("hdr" + word)
    browser = sign_in(world.a, who.me["username"])
    who.say(f"A tag: #t{word} and more")
    browser.open(f"{world.a.url}/@{who.me['username']}")
    words = browser.page.soup.find(class_="words")
    assert f"A tag: #t{word} and more" in words.get_text() and not words.find("a"), "tags have no page, and no link to one"
    for path, status in (("/", 200), ("/legal", 200), ("/nowhere", 404), (f"/@{who.me['username']}", 200)):
        browser.open(world.a.url + path)
        header = browser.page.soup.find("header")
        assert browser.page.status == status and header.find("form", action="/sign-out"), path
        assert "@" + who.me["username"] in header.get_text(), path
