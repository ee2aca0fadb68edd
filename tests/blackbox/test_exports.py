"""What a person takes along and brings: CSV files in the columns that Mastodon writes and reads."""

import csv
import io

import pytest

from browser import Browser
from node import PASSWORD, Person


@pytest.fixture(scope="module")
def mira(world):
    return world.a.person("mira")


def table(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/csv") and answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.text)))


def test_what_is_taken_along(world, mira, word):
    chloe = mira.follow(world.chloe)
    ben = mira.find(world.ben.handle)
    mira.follow(world.ben)
    mira.post(f"/api/v1/accounts/{ben['id']}/follow", reblogs="false", notify="true", **{"languages[]": ["en", "fr"]})
    mira.post(f"/api/v1/accounts/{chloe['id']}/mute", notifications="false")
    mira.post(f"/api/v1/accounts/{mira.find(world.dan.handle)['id']}/block")
    mira.post("/api/v1/domain_blocks", domain="loud.example")
    made = mira.post("/api/v1/lists", title=f'Work, "{word}"')
    mira.post(f"/api/v1/lists/{made['id']}/accounts", **{"account_ids[]": [ben["id"]]})
    said = world.ben.say(word)
    mira.post(f"/api/v1/statuses/{said['id']}/bookmark")
    ben_at, chloe_at = f"ben@{world.a.domain}", f"chloe@{world.b.domain}"

    follows = table(mira.raw("GET", "/settings/exports/follows.csv"))
    assert follows[0] == ["Account address", "Show boosts", "Notify on new posts", "Languages"]
    assert sorted(follows[1:]) == [[ben_at, "false", "true", "en, fr"], [chloe_at, "true", "false", ""]]
    assert table(mira.raw("GET", "/settings/exports/mutes.csv")) == [["Account address", "Hide notifications"],
                                                                    [chloe_at, "false"]]
    assert table(mira.raw("GET", "/settings/exports/blocks.csv")) == [[f"dan@{world.b.domain}"]]
    assert table(mira.raw("GET", "/settings/exports/lists.csv")) == [[f'Work, "{word}"', ben_at]]
    assert table(mira.raw("GET", "/settings/exports/domain_blocks.csv")) == [["loud.example"]]
    assert table(mira.raw("GET", "/settings/exports/bookmarks.csv")) == [[said["uri"]]]
    for theirs, ours in (("follows", "following"), ("blocks", "blocks"), ("mutes", "mutes"), ("lists", "lists"),
                         ("domain_blocks", "domain_blocks"), ("bookmarks", "bookmarks")):
        assert (mira.raw("GET", f"/api/v1/exports/{ours}.csv").text ==
                mira.raw("GET", f"/settings/exports/{theirs}.csv").text)


def test_a_browser_that_signed_in_takes_it_along_and_a_narrow_token_does_not(world, mira):
    browser = Browser()
    sent = browser.http.get(world.a.url + "/settings/exports/follows.csv", allow_redirects=False)
    assert sent.status_code == 303 and "/sign-in?return=" in sent.headers["Location"]
    browser.open(world.a.url + "/sign-in")
    browser.submit(browser.page.form("username", "password"), username="mira", password=PASSWORD)
    assert table(browser.http.get(world.a.url + "/settings/exports/follows.csv"))[0][0] == "Account address"
    narrow = Person(world.a, "mira", world.a.token("mira", "read:blocks"))
    assert narrow.raw("GET", "/settings/exports/blocks.csv").status_code == 200
    for path in ("/settings/exports/follows.csv", "/api/v1/exports/following.csv", "/settings/exports/bookmarks.csv"):
        assert narrow.raw("GET", path).status_code == 403
    assert world.a.request("GET", "/settings/exports/follows.csv", token="nonsense").status_code == 401
