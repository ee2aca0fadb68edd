"""A sibling that is away: what is meant for it waits, survives restarts of either side, arrives in order and once."""

import re
import socket
import time

import pytest

from node import PATIENCE, pair, plain, wait_for
from peer import Peer

DRAIN_SECONDS = 10
pytestmark = pytest.mark.threads


def two(new_node):
    a, b = new_node("A"), new_node("B")
    pair(a, b)
    ana, bob = a.person("ana"), b.person("bob")
    bob.follow(ana)
    return a, b, ana, bob


def texts(person, word):
    return [plain(s["content"]) for s in person.all_pages("/api/v1/timelines/home") if word in s["content"]]


@pytest.mark.seconds(120)
def test_what_was_said_meanwhile_arrives_on_return(new_node, word):
    a, b, ana, bob = two(new_node)
    b.stop()
    for i in range(20):
        ana.say(f"{word} {i}")
    a.restart()
    for i in range(20, 30):
        ana.say(f"{word} {i}")
    wanted = [f"{word} {i}" for i in range(30)][::-1]
    b.serve()
    wait_for(lambda: texts(bob, word) == wanted, "all of it, in order, once", DRAIN_SECONDS, 0.1)
    ana.say(f"{word} at last")
    bob.sees("at last")
    assert texts(bob, word) == [f"{word} at last", *wanted]


def test_a_restart_of_the_sender_drains_its_queue(new_node, word):
    a, b, ana, bob = two(new_node)
    b.stop()
    for i in range(10):
        ana.say(f"{word} {i}")
    a.stop()
    b.serve()
    assert texts(bob, word) == []
    a.serve()
    wait_for(lambda: texts(bob, word) == [f"{word} {i}" for i in range(10)][::-1], "all of it", DRAIN_SECONDS, 0.1)


def test_a_kill_of_the_sender_loses_nothing_queued(new_node, word):
    a, b, ana, bob = two(new_node)
    b.kill()
    for i in range(10):
        ana.say(f"{word} {i}")
    a.kill()
    a.serve()
    b.serve()
    wait_for(lambda: texts(bob, word) == [f"{word} {i}" for i in range(10)][::-1], "all of it", DRAIN_SECONDS, 0.1)


def test_what_happened_to_old_posts_arrives_too(new_node, word):
    a, b, ana, bob = two(new_node)
    edited, deleted, liked = (ana.say(f"{word} {what}") for what in ("edit", "delete", "like"))
    seen = {what: bob.sees(f"{word} {what}")["id"] for what in ("edit", "delete", "like")}
    b.stop()
    ana.put(f"/api/v1/statuses/{edited['id']}", status=f"{word} edited")
    ana.delete(f"/api/v1/statuses/{deleted['id']}")
    b.serve()
    wait_for(lambda: bob.raw("GET", f"/api/v1/statuses/{seen['delete']}").status_code == 404, "the deletion arrives")
    wait_for(lambda: "edited" in bob.get(f"/api/v1/statuses/{seen['edit']}")["content"], "the edit arrives")
    a.stop()
    bob.post(f"/api/v1/statuses/{seen['like']}/favourite")
    a.serve()
    wait_for(lambda: ana.get(f"/api/v1/statuses/{liked['id']}")["favourites_count"] == 1, "the favourite arrives")


def test_a_dead_sibling_costs_the_living_nothing(new_node, word):
    a, b, ana, bob = two(new_node)
    dead = Peer()
    mal = dead.actor("mal")
    a.allow(dead)
    account = ana.find(f"mal@{dead.domain}")
    ana.post(f"/api/v1/accounts/{account['id']}/follow")
    wait_for(lambda: dead.inbox("Follow"), "the follow goes out")
    dead.deliver(a, dead.activity("Follow", mal, ana_id(dead)), mal)
    wait_for(lambda: dead.inbox("Accept"), "accepted")
    dead.close()
    for i in range(20):
        ana.say(f"{word} {i}")
    wait_for(lambda: len(texts(bob, word)) == 20, "the living sibling has it all", 5)


def ana_id(peer):
    """The id of the one our peer was asked to follow by."""
    return peer.inbox("Follow")[0]["actor"]


@pytest.mark.seconds(120)
@pytest.mark.parametrize("restart", [False, True], ids=["no restart", "sender restarts"])
def test_order_on_the_wire(new_node, word, restart):
    """Seen by a peer that records what comes: arrival in the order of events, each id once, each signed."""
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana, fan = node.person("ana"), peer.actor("fan")
    account = ana.find(f"fan@{peer.domain}")
    ana.post(f"/api/v1/accounts/{account['id']}/follow")
    follow = wait_for(lambda: peer.inbox("Follow"), "the follow goes out")[0]
    assert peer.deliver(node, peer.activity("Follow", fan, follow["actor"]), fan).status_code == 202
    wait_for(lambda: peer.inbox("Accept"), "accepted")
    peer.close()
    posts = [ana.say(f"{word} {i}") for i in range(15)]
    ana.put(f"/api/v1/statuses/{posts[3]['id']}", status=f"{word} 3 changed")
    ana.delete(f"/api/v1/statuses/{posts[7]['id']}")
    if restart:
        node.restart()
    before = len(peer.received)
    peer.open()
    wanted = ["Create"] * 15 + ["Update", "Delete"]

    def arrived():
        return [a for a in peer.inbox()[0:] if a["type"] in ("Create", "Update", "Delete")]

    wait_for(lambda: len(arrived()) >= len(wanted), "the queue drains", DRAIN_SECONDS + 2)
    time.sleep(0.5 * PATIENCE)  # what would come twice, comes now
    came = arrived()
    assert [a["type"] for a in came] == wanted
    assert [a["object"]["id"] for a in came[:15]] == [p["uri"] for p in posts]
    assert len({a["id"] for a in came}) == len(came)
    actor = peer.fetch(node, came[0]["actor"].replace(node.url, ""), fan).json()
    for request in peer.received[before:]:
        if request.method == "POST":
            request.verify(actor["publicKey"]["publicKeyPem"])
    peer.close()


def test_a_paused_sibling_gets_nothing_until_resumed(new_node, word):
    a, b, ana, bob = two(new_node)
    a.do("peer", "pause", b.domain)
    ana.say(f"{word} waits")
    time.sleep(1)
    assert texts(bob, word) == []
    a.do("peer", "resume", b.domain)
    wait_for(lambda: texts(bob, word) == [f"{word} waits"], "it arrives after all", DRAIN_SECONDS)


def test_busy_answers_are_tried_again(new_node, word):
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana, fan = node.person("ana"), peer.actor("fan")
    ana.find(f"fan@{peer.domain}")
    count = []

    def busy(request):
        count.append(request)
        return (503, "text/plain", b"busy", {"Retry-After": "1"}) if len(count) < 3 else (202, "text/plain", b"", {})

    peer.answers["/inbox"] = busy
    peer.answers["/users/fan/inbox"] = busy
    ana.say(f"@fan@{peer.domain} {word}", visibility="direct")
    wait_for(lambda: len(count) >= 3, "a third attempt", 30)
    assert len({r.activity["id"] for r in count}) == 1
    peer.close()


def test_a_starting_node_tells_its_peers_that_it_is_back(new_node):
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana = node.person("ana")
    peer.actor("fan")
    ana.find(f"fan@{peer.domain}")
    node.stop()
    before = len(peer.received)
    node.serve()

    def hello():
        return [r for r in peer.received[before:] if r.method == "GET" and "signature" in r.headers]

    first = wait_for(hello, "a signed GET at start")[0]
    assert first.target == "/actor"
    key_id = first.signature["keyId"]
    first.verify(node.get(key_id.partition("#")[0], headers={"Accept": "application/activity+json"})
                 .json()["publicKey"]["publicKeyPem"])
    peer.close()


@pytest.mark.plain
def test_a_sibling_that_is_down_is_probed_every_ten_seconds(new_node, word):
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana = node.person("ana")
    peer.actor("fan")
    ana.find(f"fan@{peer.domain}")
    peer.close()
    probes = []
    with socket.create_server(("127.0.0.1", peer.port)) as door:
        door.settimeout(0.2)
        ana.say(f"@fan@{peer.domain} {word}", visibility="direct")
        end = time.monotonic() + 12
        while time.monotonic() < end:
            try:
                door.accept()[0].close()
                probes.append(time.monotonic())
            except TimeoutError:
                pass
    gaps = [b - a for a, b in zip(probes, probes[1:] + [end])]
    assert len(probes) >= 2 and max(gaps) <= 10, gaps
    assert len(probes) < 40, "and not hammered"


def test_one_delivery_serves_all_followers_of_a_peer(new_node, word):
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana = node.person("ana")
    fans = [peer.actor(name) for name in ("fan1", "fan2", "fan3")]
    ana_uri = node.get("/.well-known/webfinger", params={"resource": f"acct:ana@{node.domain}"}).json()["links"]
    ana_uri = next(link["href"] for link in ana_uri if link["rel"] == "self")
    for fan in fans:
        assert peer.deliver(node, peer.activity("Follow", fan, ana_uri), fan).status_code == 202
    wait_for(lambda: len(peer.inbox("Accept")) == 3, "three are accepted")
    ana.say(f"{word} once", visibility="private")
    ana.say(f"{word} marker")
    wait_for(lambda: len(peer.inbox("Create")) >= 2, "both arrive")
    assert [f"{word} once" in a["object"]["content"] for a in peer.inbox("Create")] == [True, False]
    creates = [r for r in peer.received if r.method == "POST" and r.activity["type"] == "Create"]
    assert {r.target for r in creates} == {"/inbox"}, "by the shared inbox"
    peer.close()


def test_an_operator_sees_what_waits_and_what_is_not_confirmed(new_node, word):
    node, peer = new_node(), Peer()
    node.allow(peer)
    ana, fan = node.person("ana"), peer.actor("fan")
    account = ana.find(f"fan@{peer.domain}")
    ana.post(f"/api/v1/accounts/{account['id']}/follow")
    wait_for(lambda: peer.inbox("Follow"), "the follow goes out")
    peer.deliver(node, peer.activity("Follow", fan, ana_id(peer)), fan)
    wait_for(lambda: peer.inbox("Accept"), "accepted")
    post = ana.say(f"{word} one", visibility="private")
    wait_for(lambda: peer.inbox("Create"), "the post arrives")
    unfollow = peer.activity("Undo", fan, {"type": "Follow", "actor": fan.id, "object": ana_id(peer)})
    assert peer.deliver(node, unfollow, fan).status_code == 202
    wait_for(lambda: ana.get(f"/api/v1/accounts/{ana.id}")["followers_count"] == 0, "nobody follows")
    peer.close()
    ana.delete(f"/api/v1/statuses/{post['id']}")

    def show():
        return node.do("peer", "show", peer.domain)

    shown = wait_for(lambda: "last error: no answer" in show() and show(), "the failure is shown")
    assert "state: down" in shown and "waiting: 1\n" in shown and "next try: " in shown
    assert re.search(r"oldest waiting since: \S+Z \(\d+ s ago\)", shown)
    assert f"delete not confirmed: {post['uri']} since " in shown
    for command in ("status", "jobs"):
        line = next(line for line in node.do(command).splitlines() if line.startswith(peer.domain))
        assert "down\t1 waiting, the oldest since " in line and "no answer, " in line
    peer.open()
    wait_for(lambda: peer.inbox("Delete"), "where nobody follows any more the end arrives all the same")
    wait_for(lambda: "delete not confirmed" not in show(), "and is confirmed")
    assert "state: up" in show() and "waiting: 0\n" in show()
    assert node.cli("check").returncode == 0
    assert node.cli("peer", "show", "nobody.example").returncode != 0
    peer.close()
