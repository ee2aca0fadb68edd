"""A client library that several apps are made with: megalodon (tests/fedify brings it), in the dialects of Pleroma and Mastodon."""

import json
import subprocess

import pytest

from node import PATIENCE, wait_for
from test_fedify import HERE, NODE


class Megalodon:
    def __init__(self, person, dialect):
        self.process = subprocess.Popen([NODE, HERE / "client.mjs", person.node.url, person.token, dialect], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

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

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10 * PATIENCE) == 0


@pytest.fixture(scope="module", params=["pleroma", "mastodon"])
def client(world, request):
    made = Megalodon(world.ben, request.param)
    made.dialect = request.param
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
