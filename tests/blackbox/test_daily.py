"""What people do every day besides posting: bookmarks, markers, mutes, notes, lists, domains, tags, one's circle; by
Mastodon.py where it knows the method."""

import datetime

import mastodon
import pytest

from entities import check
from node import Node, unkept, wait_for
from test_clients import Toot
from test_megalodon import Megalodon


@pytest.fixture(scope="module")
def node():
    made = Node("Daily")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    yield made.serve()
    made.close()


@pytest.fixture
def people(node, word):
    """Two people who are new here, and Mastodon.py in the hands of the first."""
    gil, hana = node.person("gil" + word), node.person("hana" + word)
    return gil, hana, mastodon.Mastodon(access_token=gil.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())


def test_bookmarks(people, word):
    gil, hana, api = people
    kept = [hana.say(f"{word} {i}")["id"] for i in range(3)]
    for status_id in (kept[1], kept[0], kept[2]):
        assert api.status_bookmark(status_id)["bookmarked"] is True
    assert [str(s["id"]) for s in api.bookmarks()] == [kept[2], kept[0], kept[1]]
    assert [s["id"] for s in gil.all_pages("/api/v1/bookmarks", limit=1)] == [kept[2], kept[0], kept[1]]
    assert api.status_unbookmark(kept[0])["bookmarked"] is False
    check(gil.get("/api/v1/bookmarks"), "[OwnStatus]")
    hana.delete(f"/api/v1/statuses/{kept[2]}")
    assert [str(s["id"]) for s in api.bookmarks()] == [kept[1]]
    assert hana.get("/api/v1/bookmarks") == []
    api.status_favourite(kept[1])
    assert [str(s["id"]) for s in api.favourites()] == [kept[1]]


def test_bookmarks_of_what_others_may_not_see_say_nothing(people, word):
    gil, hana, _ = people
    private = hana.say(word, visibility="private")["id"]
    missing = gil.raw("POST", "/api/v1/statuses/1/bookmark")
    answer = gil.raw("POST", f"/api/v1/statuses/{private}/bookmark")
    assert (answer.status_code, answer.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_markers(people):
    gil, hana, api = people
    api.markers_set(["home", "notifications"], [11, 22])
    read = api.markers_get(["home", "notifications"])
    assert (str(read["home"]["last_read_id"]), str(read["notifications"]["last_read_id"])) == ("11", "22")
    marker = gil.call("POST", "/api/v1/markers", json={"home": {"last_read_id": "12"}})["home"]
    assert marker["last_read_id"] == "12" and marker["version"] == 2 and marker["updated_at"].endswith("Z")
    gil.call("POST", "/api/v1/markers", 409, json={"home": {"last_read_id": "13", "version": 1}})
    assert gil.get("/api/v1/markers", timeline="home")["home"]["last_read_id"] == "12"
    assert hana.get("/api/v1/markers", **{"timeline[]": "home"}) == {}


def test_mutes_and_notes(people, word):
    gil, hana, api = people
    gil.follow(hana)
    said = hana.say(f"@{gil.name} {word}")
    assert api.account_mute(hana.id, duration=3600)["muting"] is True
    assert not gil.home() and not gil.notifications()
    muted = gil.get("/api/v1/mutes")
    check(muted, "[MutedAccount]")
    ends = datetime.datetime.fromisoformat(muted[0]["mute_expires_at"].replace("Z", "+00:00"))
    assert datetime.timedelta(minutes=55) < ends - datetime.datetime.now(datetime.timezone.utc) < datetime.timedelta(hours=1)
    assert [m["acct"] for m in api.mutes()] == [hana.name]
    check(gil.relationship(hana.id), "Relationship")
    assert api.account_unmute(hana.id)["muting"] is False
    assert [s["id"] for s in gil.home()] == [said["id"]]
    assert api.account_note_set(hana.id, "sits next door")["note"] == "sits next door"
    assert gil.relationship(hana.id)["note"] == "sits next door" and hana.relationship(gil.id)["note"] == ""


def test_a_mute_that_runs_out(people, word):
    gil, hana, _ = people
    gil.follow(hana)
    hana.say(word)
    gil.post(f"/api/v1/accounts/{hana.id}/mute", duration=2)
    assert not gil.home()
    wait_for(lambda: gil.home(), "the mute ends", 5)
    assert gil.get("/api/v1/mutes") == []


def test_a_hushed_thread(people, word):
    gil, hana, api = people
    root = gil.say(word)
    assert api.status_mute(root["id"])["muted"] is True
    answer = hana.say(f"@{gil.name} {word}", in_reply_to_id=root["id"])
    assert not gil.notifications("mention") and gil.get(f"/api/v1/statuses/{answer['id']}")["muted"] is True
    assert api.status_unmute(answer["id"])["muted"] is False
    hana.say(f"@{gil.name} {word}", in_reply_to_id=root["id"])
    assert len(gil.notifications("mention")) == 1


@pytest.mark.parametrize("path, form", [
    ("mute", {"duration": "soon"}), ("mute", {"duration": "-1"}), ("mute", {"duration": "9" * 30}),
    ("note", {"comment": "x" * 2001})])
def test_bad_input_is_named(people, path, form):
    gil, hana, _ = people
    assert list(form)[0] in gil.post(f"/api/v1/accounts/{hana.id}/{path}", 422, **form)["error"]


def test_lists(people, word):
    gil, hana, api = people
    gil.follow(hana)
    made = api.list_create(f"Team {word}")
    list_id = str(made["id"])
    check(gil.get(f"/api/v1/lists/{list_id}"), "List")
    api.list_accounts_add(list_id, [hana.id])
    assert [str(a["id"]) for a in api.list_accounts(list_id)] == [hana.id]
    assert [str(found["id"]) for found in api.account_lists(hana.id)] == [list_id]
    posts = [hana.say(f"{word} {i}")["id"] for i in range(5)]
    assert [str(s["id"]) for s in api.timeline_list(list_id)] == posts[::-1]
    assert [s["id"] for s in gil.all_pages(f"/api/v1/timelines/list/{list_id}", limit=2)] == posts[::-1]
    changed = gil.call("PUT", f"/api/v1/lists/{list_id}", json={"exclusive": True, "replies_policy": "none"})
    assert check(changed, "List") == {"id": list_id, "title": f"Team {word}", "replies_policy": "none", "exclusive": True}
    assert gil.home() == [] and len(gil.get(f"/api/v1/timelines/list/{list_id}")) == 5
    gil.call("DELETE", f"/api/v1/lists/{list_id}/accounts", json={"account_ids": [hana.id]})
    assert gil.get(f"/api/v1/lists/{list_id}/accounts", limit="0") == [] and len(gil.home()) == 5
    missing = hana.raw("GET", "/api/v1/lists/1")
    assert hana.raw("GET", f"/api/v1/lists/{list_id}").content == missing.content
    api.list_delete(list_id)
    assert gil.get("/api/v1/lists") == []


@pytest.mark.parametrize("form", [{}, {"title": " "}, {"title": "x" * 257}, {"title": "x", "replies_policy": "all"}])
def test_a_bad_list_is_named(people, form):
    gil, _, _ = people
    assert ("replies_policy" if "replies_policy" in form else "title") in gil.post("/api/v1/lists", 422, **form)["error"]


def test_domain_blocks(people, word):
    gil, _, api = people
    for name in ("one", "two"):
        api.domain_block(f"{name}.{word}.example")
    assert api.domain_blocks() == [f"two.{word}.example", f"one.{word}.example"]
    assert gil.all_pages("/api/v1/domain_blocks", limit=1) == [f"two.{word}.example", f"one.{word}.example"]
    api.domain_unblock(f"two.{word}.example")
    gil.call("DELETE", "/api/v1/domain_blocks", json={"domain": f"one.{word}.example"})
    assert api.domain_blocks() == []
    for bad in ({}, {"domain": "no domain"}, {"domain": gil.node.domain}):
        assert "domain" in gil.post("/api/v1/domain_blocks", 422, **bad)["error"]


def test_a_blocked_domain_is_not_met(world, word):
    world.ben.follow(world.chloe)
    world.chloe.say(f"before {word}")
    world.ben.sees(f"before {word}")
    world.ben.post("/api/v1/domain_blocks", domain=world.b.domain)
    chloe = world.ben.find(world.chloe.handle)
    relation = world.ben.relationship(chloe["id"])
    assert relation["domain_blocking"] is True and relation["following"] is False
    world.chloe.say(f"@{world.ben.handle} after {word}")
    world.ana.find(world.chloe.handle)
    assert not [s for s in world.ben.home() if word in s["content"]]
    assert not [n for n in world.ben.notifications("mention") if word in n["status"]["content"]]
    world.ben.post(f"/api/v1/accounts/{chloe['id']}/follow", 403)
    world.ben.delete("/api/v1/domain_blocks", domain=world.b.domain)


def test_followed_tags(people, word):
    gil, hana, _ = people
    said = hana.say(f"#{word} and more")
    assert gil.home() == []
    assert gil.post(f"/api/v1/tags/{word}/follow")["following"] is True
    assert [s["id"] for s in gil.home()] == [said["id"]]
    gil.post(f"/api/v1/tags/{word}b/follow")
    assert [t["name"] for t in gil.all_pages("/api/v1/followed_tags", limit=1)] == [f"{word}b", word]
    tag = check(gil.get(f"/api/v1/tags/%23{word.upper()}"), "Tag")
    assert tag["following"] and tag["history"][0]["uses"] == tag["history"][0]["accounts"] == "1"
    check(gil.get("/api/v1/followed_tags", limit=200), "[Tag]")
    assert gil.post(f"/api/v1/tags/{word}/unfollow")["following"] is False
    assert gil.home() == [] and len(gil.get("/api/v1/followed_tags")) == 1
    gil.post("/api/v1/tags/no%20tag/follow", 404)


def test_featured_tags(people, word):
    gil, hana, api = people
    gil.say(f"#{word}")
    assert [t["name"] for t in api.featured_tag_suggestions()] == [word]
    made = api.featured_tag_create(word)
    assert made["name"] == word and int(made["statuses_count"]) == 1
    check(hana.get(f"/api/v1/accounts/{gil.id}/featured_tags"), "[FeaturedTag]")
    assert [t["name"] for t in api.featured_tags()] == [word]
    api.featured_tag_delete(made)
    assert hana.get(f"/api/v1/accounts/{gil.id}/featured_tags") == []
    assert check(gil.post(f"/api/v1/tags/{word}/feature"), "Tag")["featuring"] is True
    assert gil.post(f"/api/v1/tags/{word}/unfeature")["featuring"] is False
    for bad in ("", "no tag", "12"):
        assert "name" in gil.post("/api/v1/featured_tags", 422, name=bad)["error"]


def test_trends(people, word):
    gil, hana, api = people
    liked = hana.say(f"#{word}t is talked about")
    gil.say(f"so it is #{word}t")
    gil.post(f"/api/v1/statuses/{liked['id']}/reblog")
    tags = check(gil.get("/api/v1/trends/tags", limit=20), "[Tag]")
    found = next(t for t in tags if t["name"] == word + "t")
    assert found["history"][0] | {"day": ""} == {"day": "", "uses": "2", "accounts": "2"}
    assert len(found["history"]) == 7 and word + "t" in [t["name"] for t in api.trending_tags(limit=20)]
    posts = gil.get("/api/v1/trends/statuses", limit=40)
    check(posts, "[OwnStatus]")
    assert liked["id"] in [s["id"] for s in posts] and gil.get("/api/v1/trends/links") == []


def test_endorsements(people):
    gil, hana, api = people
    gil.post(f"/api/v1/accounts/{hana.id}/endorse", 422)
    gil.follow(hana)
    assert api.account_pin(hana.id)["endorsed"] is True
    assert [str(a["id"]) for a in api.endorsements()] == [hana.id]
    assert [a["id"] for a in check(hana.get(f"/api/v1/accounts/{gil.id}/endorsements"), "[Account]")] == [hana.id]
    assert api.account_unpin(hana.id)["endorsed"] is False
    assert check(gil.post(f"/api/v1/accounts/{hana.id}/endorse"), "Relationship")["endorsed"] is True
    gil.post(f"/api/v1/accounts/{hana.id}/unendorse")
    assert gil.get("/api/v1/endorsements") == []


def test_followers_are_removed(people):
    gil, hana, api = people
    hana.follow(gil)
    assert api.account_remove_from_followers(hana.id)["followed_by"] is False
    assert hana.relationship(gil.id)["following"] is False


def test_familiar_followers_and_suggestions(people, node, word):
    gil, hana, api = people
    ida = node.person("ida" + word)
    gil.follow(hana)
    hana.follow(ida)
    familiar = gil.get("/api/v1/accounts/familiar_followers", **{"id[]": [ida.id, gil.id]})
    check(familiar, "[FamiliarFollowers]")
    assert [(f["id"], [a["id"] for a in f["accounts"]]) for f in familiar] == [(ida.id, [hana.id]), (gil.id, [])]
    assert api.suggestions() == []
    ida.patch("/api/v1/accounts/update_credentials", discoverable="true")
    suggested = check(gil.get("/api/v2/suggestions"), "[Suggestion]")
    assert [s["account"]["id"] for s in suggested] == [ida.id] and suggested[0]["sources"] == ["friends_of_friends"]
    assert [a["id"] for a in suggested[0]["reasons"]["friends"]] == [hana.id]
    assert [str(a["id"]) for a in api.suggestions()] == [ida.id]
    api.suggestion_delete(ida.id)
    assert gil.get("/api/v2/suggestions") == []


def test_directory(people, node, word):
    gil, hana, api = people
    for person in people[:2]:
        person.patch("/api/v1/accounts/update_credentials", discoverable="true")
    hana.say(word)
    listed = check(gil.get("/api/v1/directory", local="true"), "[Account]")
    assert listed[0]["id"] == hana.id and gil.id in [a["id"] for a in listed]
    assert str(api.directory(order="new", limit=1)[0]["id"]) == hana.id
    assert "order" in gil.get("/api/v1/directory", 422, order="x")["error"]


def test_things_by_their_ids(people, word):
    gil, hana, _ = people
    private, public = hana.say(word, visibility="private")["id"], hana.say(word)["id"]
    assert [a["id"] for a in gil.get("/api/v1/accounts", **{"id[]": [hana.id, "1", gil.id]})] == [hana.id, gil.id]
    assert [s["id"] for s in gil.get("/api/v1/statuses", **{"id[]": [private, public, "1"]})] == [public]
    assert "id" in gil.get("/api/v1/statuses", 422, **{"id[]": ["1"] * 41})["error"]


@pytest.mark.plain
def test_toot_keeps_mutes_and_follows_tags(node, people, word, tmp_path):
    gil, hana, _ = people
    toot = Toot(tmp_path).log_in(node, gil.name)
    status = hana.say(f"toot this {word}")
    toot.run("bookmark", status["id"])
    assert f"toot this {word}" in toot.run("bookmarks", "--once")
    toot.run("unbookmark", status["id"])
    assert gil.get("/api/v1/bookmarks") == []
    toot.run("mute", hana.name)
    assert gil.relationship(hana.id)["muting"] is True
    toot.run("unmute", hana.name)
    assert gil.get("/api/v1/mutes") == []
    toot.run("tags_follow", word)
    assert word in toot.run("tags_followed")
    toot.run("tags_unfollow", word)
    assert gil.get("/api/v1/followed_tags") == []


@pytest.mark.plain
def test_megalodon(people, word):
    gil, hana, _ = people
    gil.follow(hana)
    client = Megalodon(gil, "mastodon")
    status = hana.say(f"for megalodon #{word}")
    assert client.bookmarkStatus(status["id"])["bookmarked"] is True
    assert [s["id"] for s in client.getBookmarks()] == [status["id"]]
    assert client.muteStatus(status["id"])["muted"] is True and client.unmuteStatus(status["id"])["muted"] is False
    made = client.createList(word)
    client.addAccountsToList(made["id"], [hana.id])
    assert [s["id"] for s in client.getListTimeline(made["id"])] == [status["id"]]
    assert [found["title"] for found in client.getLists()] == [word]
    assert [a["id"] for a in client.getAccountsInList(made["id"])] == [hana.id]
    assert client.saveMarkers({"home": {"last_read_id": "5"}})["home"]["last_read_id"] == "5"
    assert client.getMarkers(["home"])["home"]["version"] == 1
    assert client.muteAccount(hana.id, True)["muting_notifications"] is True
    assert [a["id"] for a in client.getMutes()] == [hana.id]
    assert client.unmuteAccount(hana.id)["muting"] is False
    assert client.setAccountNote(hana.id, "a note")["note"] == "a note"
    assert client.pinAccount(hana.id)["endorsed"] is True and len(client.getEndorsements()) == 1
    assert client.followTag(word)["following"] is True
    assert [t["name"] for t in client.getFollowedTags()] == [word]
    assert client.createFeaturedTag(word)["name"] == word and len(client.getFeaturedTags()) == 1
    client.blockDomain(f"{word}.example")
    assert client.getDomainBlocks() == [f"{word}.example"]
    client.close()
