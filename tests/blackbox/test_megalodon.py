"""A client library that several apps are made with: megalodon (tests/fedify brings it), in the dialects of Pleroma and Mastodon."""

import datetime
import json
import subprocess

import pytest

from browser import Browser
from node import PASSWORD, PATIENCE, plain, wait_for
from test_fedify import HERE, NODE
from test_media import picture


class Megalodon:
    def __init__(self, person, dialect):
        self.process = subprocess.Popen([NODE, HERE / "client.mjs", person.node.url, person.token, dialect], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.dialect = dialect

    def tries(self, method, *args):
        self.process.stdin.write(json.dumps([method, *args]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __getattr__(self, method):
        """Its methods by their names; they must succeed."""
        def call(*args):
            answer = self.tries(method, *args)
            assert "data" in answer, f"{method}: {answer}"
            return answer["data"]
        return call

    def listen(self, name, method, *args):
        self.tries("$listen", name, method, *args)

    def hears(self, name, event, match):
        """Waits there for an event about the post of that id."""
        while True:
            heard, payload = self.tries("$heard", name)["data"]
            if heard == event and match in ([payload] if event == "delete" else
                                            [payload["id"], (payload.get("status") or payload.get("last_status") or {}).get("id")]):
                return payload

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10 * PATIENCE) == 0


@pytest.fixture(scope="module", params=["pleroma", "mastodon"])
def client(world, request):
    made = Megalodon(world.ben, request.param)
    yield made
    made.close()


def test_it_reads_and_posts(world, client, word):
    assert client.verifyAccountCredentials()["acct"] == "ben"
    posted = client.postStatus(f"From megalodon {word}", {"visibility": "unlisted", "spoiler_text": "cw"})
    assert posted["visibility"] == "unlisted" and posted["spoiler_text"] == "cw"
    assert posted["id"] in [s["id"] for s in client.getHomeTimeline({"limit": 40})]
    instance = client.getInstance()
    assert instance["title"] == "Head office" and instance["configuration"]["polls"]["max_options"] > 1
    assert instance["configuration"]["statuses"]["max_characters"] > 0
    assert client.getStatusContext(posted["id"]) == {"ancestors": [], "descendants": []}
    client.deleteStatus(posted["id"])
    assert client.tries("getStatus", posted["id"])["status"] == 404


def test_it_asks_and_votes(world, client, word):
    asked = client.postStatus(f"Which {word}?", {"poll": {"options": ["a", "b"], "expires_in": 600, "multiple": True}})
    assert [o["title"] for o in asked["poll"]["options"]] == ["a", "b"] and asked["poll"]["multiple"]
    theirs = world.ana.say(f"And {word}?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": "600"})["poll"]
    voted = client.votePoll(theirs["id"], [1], None)
    assert voted["voted"] and [o["votes_count"] for o in voted["options"]] == [0, 1]
    assert client.getPoll(theirs["id"])["votes_count"] == 1


def test_it_pins_blocks_and_reports(world, client, word):
    mine = client.postStatus(f"On top {word}", {})
    assert client.pinStatus(mine["id"])["pinned"]
    assert [s["id"] for s in client.getAccountStatuses(world.ben.id, {"pinned": True})] == [mine["id"]]
    assert not client.unpinStatus(mine["id"])["pinned"]
    other = world.a.person(f"{word}o")
    assert client.blockAccount(other.id)["blocking"]
    assert [a["acct"] for a in client.getBlocks({})] == [other.name]
    assert not client.unblockAccount(other.id)["blocking"]
    client.report(other.id, {"comment": f"why {word}", "status_ids": []})
    assert f"why {word}" in world.a.do("report", "list")


def test_it_reacts_with_emojis(world, client, word):
    if client.dialect != "pleroma":
        pytest.skip("Mastodon's dialect has no reactions")
    theirs = world.ana.say(f"React {word}")
    assert [r["name"] for r in client.createEmojiReaction(theirs["id"], "🎉")["emoji_reactions"]] == ["🎉"]
    world.chloe.follow(world.ana)
    there = wait_for(lambda: world.chloe.get("/api/v2/search", q=theirs["uri"], resolve="true")["statuses"], "look-up")[0]
    world.chloe.call("PUT", f"/api/v1/pleroma/statuses/{there['id']}/reactions/🎉")
    both = wait_for(lambda: next((r for r in client.getEmojiReactions(theirs["id"]) if r["count"] == 2), None),
                    "a reaction from elsewhere")
    assert both["name"] == "🎉" and both["me"] and {a["acct"] for a in both["accounts"]} == {"ben", world.chloe.handle}
    assert client.deleteEmojiReaction(theirs["id"], "🎉")["emoji_reactions"][0]["count"] == 1
    mine = client.postStatus(f"Mine {word}", {})
    world.ana.call("PUT", f"/api/v1/pleroma/statuses/{mine['id']}/reactions/🐙")
    told = next(n for n in client.getNotifications({"limit": 5}) if n.get("status", {}).get("id") == mine["id"])
    assert told["type"] == "reaction" and told["reaction"]["name"] == "🐙" and told["account"]["acct"] == "ana"


def ids(entries):
    return [entry["id"] for entry in entries]


@pytest.fixture
def quiet(world, client):
    """ben with nothing left over from others."""
    client.dismissNotifications()
    return client


@pytest.mark.plain
def test_it_signs_in(world, client):
    made = Megalodon(world.ben, client.dialect)
    try:
        app = made.registerApp("megalodon", {"scopes": ["read", "write", "follow", "push"]})
        browser = Browser()
        assert browser.authorize(app["url"], "ben", PASSWORD) is None
        token = made.fetchAccessToken(app["client_id"], app["client_secret"], browser.page.code)
        made.tries("$token", token["access_token"])
        assert made.verifyAppCredentials()["name"] == "megalodon" and made.verifyAccountCredentials()["id"] == world.ben.id
        made.revokeToken(app["client_id"], app["client_secret"], token["access_token"])
        assert made.tries("verifyAccountCredentials")["status"] == 401
    finally:
        made.close()


@pytest.mark.plain
def test_it_edits_uploads_and_acts(world, client, word, tmp_path):
    path = tmp_path / "wall.jpg"
    path.write_bytes(picture(300, 200))
    media = client.uploadMedia({"$file": str(path)}, {"description": f"A wall {word}", "focus": "0.0,0.5"})
    wait_for(lambda: client.getMedia(media["id"])["url"], "the picture is ready")
    assert client.updateMedia(media["id"], {"description": f"Wall {word}"})["description"] == f"Wall {word}"
    mine = client.postStatus(f"Look {word}", {"media_ids": [media["id"]], "language": "fr"})
    assert ids(mine["media_attachments"]) == [media["id"]]
    assert plain(client.editStatus(mine["id"], {"status": f"Edited {word}", "media_ids": [media["id"]]})["content"]) == \
        f"Edited {word}"
    assert client.getStatusSource(mine["id"])["text"] == f"Edited {word}"
    answer = client.postStatus(f"And {word}", {"in_reply_to_id": mine["id"]})
    assert ids(client.getStatusContext(mine["id"])["descendants"]) == [answer["id"]]
    theirs = world.ana.say(f"Act {word}")["id"]
    assert client.favouriteStatus(theirs)["favourited"] and client.bookmarkStatus(theirs)["bookmarked"]
    assert client.reblogStatus(theirs)["reblog"]["id"] == theirs
    assert ids(client.getBookmarks({"limit": 1})) == ids(client.getFavourites({"limit": 1})) == [theirs]
    assert [a["acct"] for a in client.getStatusFavouritedBy(theirs)] == ["ben"]
    assert [a["acct"] for a in client.getStatusRebloggedBy(theirs)] == ["ben"]
    assert not client.unfavouriteStatus(theirs)["favourited"] and not client.unbookmarkStatus(theirs)["bookmarked"]
    assert not client.unreblogStatus(theirs)["reblogged"]
    assert client.muteStatus(theirs)["muted"] and not client.unmuteStatus(theirs)["muted"]


@pytest.mark.plain
def test_it_reads_timelines_and_searches(world, client, word):
    other = world.a.person(f"{word}p")
    posts = [other.say(f"Read {word} {i} #{word}")["id"] for i in range(3)][::-1]
    assert client.followAccount(other.id)["following"]
    assert ids(client.getTagTimeline(word, {"limit": 2})) == posts[:2]
    assert ids(client.getTagTimeline(word, {"max_id": posts[1]})) == posts[2:]
    assert ids(client.getTagTimeline(word, {"min_id": posts[1]})) == posts[:1]
    for timeline in (client.getHomeTimeline, client.getPublicTimeline, client.getLocalTimeline):
        assert set(posts) <= set(ids(timeline({"limit": 40})))
    assert ids(client.getAccountStatuses(other.id, {"limit": 3})) == posts
    assert ids(client.getAccountFollowers(other.id)) == [world.ben.id]
    assert other.id in ids(client.getAccountFollowing(world.ben.id))
    assert ids(client.searchAccount(other.name, {"limit": 2})) == [other.id]
    assert client.lookupAccount(other.name)["id"] == other.id
    found = wait_for(lambda: client.search(word, {"type": "statuses"})["statuses"], "words are found")
    assert set(posts) == set(ids(found))
    assert [t["name"] for t in client.search(word, {"type": "hashtags"})["hashtags"]] == [word]
    made = client.createList(f"List {word}")
    client.addAccountsToList(made["id"], [other.id])
    assert ids(client.getAccountsInList(made["id"])) == [other.id]
    assert ids(client.getAccountLists(other.id)) == [made["id"]]
    new = other.say(f"New {word}")["id"]
    assert ids(client.getListTimeline(made["id"], {"limit": 1})) == [new]
    assert client.updateList(made["id"], f"Other {word}")["title"] == f"Other {word}"
    client.deleteAccountsFromList(made["id"], [other.id])
    client.deleteList(made["id"])
    assert made["id"] not in ids(client.getLists())
    assert client.muteAccount(other.id, True)["muting"] and other.id in ids(client.getMutes({}))
    assert not client.unmuteAccount(other.id)["muting"] and not client.unfollowAccount(other.id)["following"]


@pytest.mark.plain
def test_it_keeps_filters_marks_and_plans(world, client, word):
    made = client.createFilter(f"hush{word}", ["home"], {"whole_word": True})
    assert made["phrase"] == f"hush{word}" and made["id"] in ids(client.getFilters())
    assert client.updateFilter(made["id"], f"other{word}", ["home", "public"], {})["phrase"] == f"other{word}"
    client.deleteFilter(made["id"])
    assert client.tries("getFilter", made["id"])["status"] == 404
    last = client.getHomeTimeline({"limit": 1})[0]["id"]
    client.saveMarkers({"home": {"last_read_id": last}})
    if client.dialect == "mastodon":  # the library knows no marks of a Pleroma but one of its own
        assert client.getMarkers(["home"])["home"]["last_read_id"] == last
    then, later = (f"{datetime.date.today().year + 1}-0{month}-02T03:04:05.000Z" for month in (1, 2))
    planned = client.postStatus(f"Next year {word}", {"scheduled_at": then})
    assert planned["scheduled_at"] == then and planned["id"] in ids(client.getScheduledStatuses({}))
    assert client.scheduleStatus(planned["id"], later)["scheduled_at"] == later
    client.cancelScheduledStatus(planned["id"])
    assert planned["id"] not in ids(client.getScheduledStatuses({}))
    world.a.do("announcement", "add", f"Lunch {word}")
    told = next(a for a in client.getInstanceAnnouncements() if word in a["content"])
    client.dismissInstanceAnnouncement(told["id"])
    world.a.do("announcement", "remove", told["id"])
    keys = {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
    push = client.subscribePushNotification({"endpoint": "https://push.example/m", "keys": keys},
                                            {"alerts": {"mention": True}})
    assert push["endpoint"] == "https://push.example/m" and push["alerts"]["mention"]
    assert client.updatePushSubscription({"alerts": {"poll": True}})["alerts"]["poll"]
    client.deletePushSubscription()
    assert client.tries("getPushSubscription")["status"] == 404


@pytest.mark.plain
def test_it_hears_on_a_socket_for_each_stream(world, quiet, word):
    client, other = quiet, world.a.person(f"{word}h")
    client.followAccount(other.id)
    made = client.createList(f"Heard {word}")
    client.addAccountsToList(made["id"], [other.id])
    for name, method, *args in (("user", "userStreaming"), ("public", "publicStreaming"), ("local", "localStreaming"),
                                ("tag", "tagStreaming", word), ("list", "listStreaming", made["id"]),
                                ("direct", "directStreaming")):
        client.listen(name, method, *args)
    post = other.say(f"@ben hears #{word}")
    for name in ("user", "public", "local", "tag", "list"):
        assert client.hears(name, "update", post["id"])["content"] == post["content"]
    assert client.hears("user", "notification", post["id"])["type"] == "mention"
    assert [n["type"] for n in client.getNotifications({"limit": 1})] == ["mention"]
    other.put(f"/api/v1/statuses/{post['id']}", status=f"@ben reads #{word}")
    assert plain(client.hears("user", "status_update", post["id"])["content"]).startswith("@ben reads")
    other.delete(f"/api/v1/statuses/{post['id']}")
    for name in ("user", "public", "local", "tag", "list"):
        assert client.hears(name, "delete", post["id"])
    whisper = other.say(f"@ben quietly {word}", visibility="direct")
    talk = client.hears("direct", "conversation", whisper["id"])
    assert talk["unread"] and ids(client.getConversationTimeline({"limit": 1})) == [talk["id"]]
    client.readConversation(talk["id"])
    client.deleteConversation(talk["id"])
