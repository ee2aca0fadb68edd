"""What a person takes along and brings: CSV files in the columns that Mastodon writes and reads."""

import csv
import io

import pytest

from browser import Browser
from node import PASSWORD, Person, wait_for


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


def test_who_is_suspended_is_not_named(world, word):
    owner, gone = world.a.person(f"{word}o"), world.a.person(f"{word}g")
    world.a.add_user(f"{word}r", role="moderator")
    guard = Person(world.a, f"{word}r", world.a.token(f"{word}r", "admin:write:accounts"))
    owner.follow(gone)
    guard.post(f"/api/v1/admin/accounts/{gone.id}/action", type="suspend")
    assert gone.name not in owner.raw("GET", "/api/v1/exports/following.csv").text
    owner.call("POST", "/api/v1/import", 202, data={"type": "follows", "data": "ana", "mode": "overwrite"})
    wait_for(lambda: owner.get("/api/v1/imports")[0]["state"] == "done", "it is overwritten")
    guard.post(f"/api/v1/admin/accounts/{gone.id}/unsuspend")
    assert gone.name in owner.raw("GET", "/api/v1/exports/following.csv").text
    # nor does a move tell that somebody is there: an address of nobody and of somebody who is not shown answer alike
    address = gone.me["uri"]
    guard.post(f"/api/v1/admin/accounts/{gone.id}/action", type="suspend")
    asked = [owner.raw("POST", "/api/v1/accounts/move", data={"password": PASSWORD, "moved_to_uri": uri})
             for uri in (address, address[:-6] + "000000")]
    assert asked[0].status_code == asked[1].status_code == 422 and asked[0].text == asked[1].text


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


def bring(who, kind, rows, mode="merge"):
    """Imports rows and waits for the end."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    answer = who.raw("POST", "/api/v1/import", data={"type": kind, "mode": mode},
                     files={"data": ("import.csv", "\ufeff" + text.getvalue(), "text/csv")})
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert made["state"] in ("waiting", "running", "done") and made["total"] >= made["done"]
    return wait_for(lambda: next((i for i in [who.get(f"/api/v1/imports/{made['id']}")] if i["state"] == "done"), None),
                    f"the import of {kind} is done", 30)


def test_what_is_brought(world, word):
    nils = world.a.person("nils")
    ben_at, chloe_at, dan_at = f"@ben@{world.a.domain}", f"Chloe@{world.b.domain}", f"dan@{world.b.domain}"
    done = bring(nils, "following", [["Account address", "Show boosts", "Notify on new posts", "Languages"],
                                     [ben_at, "false", "true", "en, fr"], [chloe_at, "true", "false", ""],
                                     [f"nobody@{world.b.domain}"], ["who@unlisted.example"], ["not an address"], ["ana"]])
    assert (done["total"], done["done"], done["failed"]) == (6, 3, 3) and done["finished_at"] and done["type"] == "follows"
    assert {f["row"] for f in done["failures"]} == {f"nobody@{world.b.domain}", "who@unlisted.example", "not an address"}
    assert all(f["reason"] for f in done["failures"])
    ben = nils.relationship(nils.find(world.ben.handle)["id"])
    assert (ben["following"], ben["showing_reblogs"], ben["notifying"], ben["languages"]) == (True, False, True, ["en", "fr"])
    wait_for(lambda: nils.relationship(nils.find(world.chloe.handle)["id"])["following"], "the sibling accepts")
    assert bring(nils, "mutes", [["Account address", "Hide notifications"], [dan_at, "false"]])["done"] == 1
    dan = nils.relationship(nils.find(world.dan.handle)["id"])
    assert dan["muting"] and not dan["muting_notifications"]
    assert bring(nils, "lists", [[f"{word}, all", ben_at], [f"{word}, all", chloe_at], ["other", "ana"]])["done"] == 3
    assert {(row[0], row[1]) for row in csv.reader(io.StringIO(nils.raw("GET", "/settings/exports/lists.csv").text))} == {
        (f"{word}, all", f"ben@{world.a.domain}"), (f"{word}, all", f"chloe@{world.b.domain}"),
        ("other", f"ana@{world.a.domain}")}
    there = world.chloe.say(f"kept {word}")
    here = world.ben.say(f"kept too {word}")
    secret = world.ben.say(f"@ana {word}", visibility="direct")
    kept = bring(nils, "bookmarks", [[there["uri"]], [here["uri"]], [secret["uri"]], ["https://unlisted.example/p/1"]])
    assert (kept["done"], kept["failed"]) == (2, 2)
    assert {s["uri"] for s in nils.get("/api/v1/bookmarks")} == {there["uri"], here["uri"]}
    assert bring(nils, "domain_blocking", [["Loud.example"], ["#comment here is no domain"]])["done"] == 1
    assert nils.get("/api/v1/domain_blocks") == ["loud.example"]
    assert bring(nils, "blocks", [[dan_at]])["done"] == 1 and nils.relationship(dan["id"])["blocking"]
    assert [i["type"] for i in nils.get("/api/v1/imports")] == ["blocks", "domain_blocks", "bookmarks", "lists", "mutes", "follows"]
    assert world.ana.raw("GET", f"/api/v1/imports/{done['id']}").text == world.ana.raw("GET", "/api/v1/imports/1").text


def test_what_is_brought_may_take_the_place_of_what_there_was(world, word):
    olga = world.a.person("olga")
    for other in (world.ana, world.ben):
        olga.follow(other)
    here, gone = world.ben.say(word), world.ana.say(word)
    for said in (here, gone):
        olga.post(f"/api/v1/statuses/{said['id']}/bookmark")
    bring(olga, "lists", [["kept", "ana"], ["gone", "ana"]])
    bring(olga, "blocks", [[world.dan.handle]])
    bring(olga, "domain_blocks", [["a.example"], ["b.example"]])
    assert bring(olga, "follows", [[f"ben@{world.a.domain}"], [world.chloe.handle]], "overwrite")["done"] == 2
    assert olga.relationship(world.ben.id)["following"] and not olga.relationship(world.ana.id)["following"]
    bring(olga, "lists", [["kept", "ben"]], "overwrite")
    assert csv_of(olga, "lists") == [["kept", f"ben@{world.a.domain}"]]
    bring(olga, "blocks", [["nobody@nowhere.example"]], "overwrite")
    assert csv_of(olga, "blocks") == []
    bring(olga, "domain_blocks", [["b.example"], ["c.example"]], "overwrite")
    assert sorted(olga.get("/api/v1/domain_blocks")) == ["b.example", "c.example"]
    bring(olga, "bookmarks", [[here["uri"]]], "overwrite")
    assert csv_of(olga, "bookmarks") == [[here["uri"]]]


def csv_of(who, name):
    return list(csv.reader(io.StringIO(who.raw("GET", f"/api/v1/exports/{name}.csv").text)))


def test_what_cannot_be_brought(world, mira):
    for asked, named in [({"type": "wishes", "data": "ana"}, "type"), ({"type": "follows"}, "data"),
                         ({"type": "follows", "data": "\n,\n" * 3 + "ana\n" * 20001}, "data"),
                         ({"type": "follows", "data": "Account address\n"}, "data"),
                         ({"type": "follows", "data": "ana", "mode": "mix"}, "mode")]:
        assert named in mira.post("/api/v1/import", 422, **asked)["error"]
    narrow = Person(world.a, "mira", world.a.token("mira", "write:blocks"))
    assert narrow.post("/api/v1/import", 403, type="follows", data="ana")["error"]
    assert narrow.raw("POST", "/api/v1/import", data={"type": "blocks", "data": "nobody"}).status_code == 202


def test_what_is_hidden_is_not_told_from_what_is_not(world, word):
    owner = world.a.person(f"{word}o")
    kept, gone = (world.ben.say(word, visibility="direct") for _ in range(2))
    world.ben.delete(f"/api/v1/statuses/{gone['id']}")
    uris = [kept["uri"], gone["uri"], kept["uri"][:-6] + "000000"]
    owner.call("POST", "/api/v1/import", 202, data={"type": "bookmarks", "data": "\n".join(uris)})
    done = wait_for(lambda: next((i for i in owner.get("/api/v1/imports") if i["state"] == "done"), None), "it is done")
    assert [f["reason"] for f in done["failures"]] == ["not found"] * 3


def test_an_operator_does_it_for_them(world, tmp_path, word):
    quin = world.a.person("quin")
    path = tmp_path / "follows.csv"
    path.write_text("Account address\nana\nnobody\n")
    assert "2 rows" in world.a.do("data", "import", "quin", "follows", str(path))
    wait_for(lambda: quin.get("/api/v1/imports")[0]["state"] == "done", "it is done")
    shown = world.a.do("data", "imports", "quin")
    assert "\tdone\t2 rows\t1 done\t1 failed\n\trow " in shown, shown
    assert world.a.do("data", "export", "@quin", "follows").splitlines()[1] == f"ana@{world.a.domain},true,false,"
    path.write_text("ben\n")
    world.a.do("data", "import", "quin", "follows", str(path), "--overwrite")
    wait_for(lambda: csv_of(quin, "following")[1:] == [[f"ben@{world.a.domain}", "true", "false", ""]], "it is overwritten")
    assert world.a.cli("data", "export", "quin", "wishes").returncode == 2
    assert world.a.cli("data", "export", "nobody", "blocks").returncode == 1


@pytest.mark.plain
def test_an_import_goes_on_after_the_node_was_killed(new_node):
    node = new_node()
    pat = node.person("pat")
    names = [[f"d{i}.example"] for i in range(400)]
    text = io.StringIO()
    csv.writer(text).writerows(names)
    made = pat.post("/api/v1/import", 202, type="domain_blocks", data=text.getvalue())
    wait_for(lambda: pat.get(f"/api/v1/imports/{made['id']}")["done"] > 5, "it has begun")
    node.kill()
    node.serve()
    end = wait_for(lambda: next((i for i in [pat.get(f"/api/v1/imports/{made['id']}")] if i["state"] == "done"), None),
                   "it is done", 40)
    assert (end["total"], end["done"], end["failed"]) == (400, 400, 0)
    assert len(csv_of(pat, "domain_blocks")) == 400
    node.stop()
    assert node.do("check") == "clean"
