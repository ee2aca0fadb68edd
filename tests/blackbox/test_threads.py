"""Threads across nodes: what was never delivered is found when somebody opens the thread, and whoever would like to make
that go on for ever gets a few requests."""

import itertools
import json
import time
from urllib.parse import urlsplit

import pytest

from browser import Browser
from node import PASSWORD, pair, plain, wait_for
from peer import CONTEXT, PUBLIC, TYPE, Peer

FETCHES = 40  # for one opening, of all origins together


def descendants(person, status):
    return person.get(f"/api/v1/statuses/{status['id']}/context")["descendants"]


@pytest.mark.threads
def test_an_answer_of_a_third_node_is_found(world, new_node, word):
    """Chloe of b posts, Carl of c answers her. Nobody tells a, where Ana reads it."""
    world.ana.follow(world.chloe)
    c = new_node("Third")
    pair(c, world.a)
    pair(c, world.b)
    carl = c.person("carl")
    root = world.chloe.say(f"root {word}")
    seen = world.ana.sees(f"root {word}")
    answer = carl.say(f"@{world.chloe.handle} answer {word}", in_reply_to_id=carl.resolve(root["uri"])["id"])
    quiet = carl.say(f"@{world.chloe.handle} quiet {word}", in_reply_to_id=answer["id"], visibility="direct")
    wait_for(lambda: [s for s in descendants(world.chloe, root) if s["uri"] == answer["uri"]], "the answer reaches its target")
    time.sleep(0.5)
    assert all(s["uri"] != answer["uri"] for s in world.ana.home(limit=40))
    found = wait_for(lambda: descendants(world.ana, seen), "opening the thread finds the answer")
    assert [s["uri"] for s in found][0] == answer["uri"] and found[0]["in_reply_to_id"] == seen["id"]
    assert plain(found[0]["content"]).endswith(f"answer {word}") and found[0]["account"]["acct"] == carl.handle
    assert not any(n["type"] == "mention" and word in n["status"]["content"] for n in world.ana.notifications())
    time.sleep(0.5)
    assert [s["uri"] for s in descendants(world.ana, seen)] == [answer["uri"]], f"not {quiet['uri']}, which is for one"


def test_collections_of_a_post_between_nodes(world, word):
    """A peer reads them as far as it may; to the others all is as if it were not there."""
    peer = Peer()
    world.a.allow(peer)
    reader = peer.actor("reader")
    root = world.ana.say(f"root {word}")
    answer = world.ben.say(f"answer {word}", in_reply_to_id=root["id"])
    world.ben.say(f"quiet {word}", in_reply_to_id=root["id"], visibility="direct")
    hidden = world.ana.say(f"hidden {word}", visibility="private")
    world.ben.post(f"/api/v1/statuses/{root['id']}/favourite")

    def read(uri):
        return peer.fetch(world.a, urlsplit(uri).path + ("?" + urlsplit(uri).query if urlsplit(uri).query else ""), reader)

    note = read(root["uri"]).json()
    replies, context = read(note["replies"]).json(), read(note["context"]).json()
    assert replies["totalItems"] == 1 and read(replies["first"]).json()["orderedItems"] == [answer["uri"]]
    assert context["totalItems"] == 2
    assert read(context["first"]).json()["orderedItems"] == [root["uri"], answer["uri"]]
    assert read(note["likes"]).json()["totalItems"] == 1 and read(note["shares"]).json()["totalItems"] == 0
    assert read(answer["uri"]).json()["context"] == note["context"]
    for part in ("replies", "likes", "shares", "context"):
        shut, missing = read(f"{hidden['uri']}/{part}"), read(f"{world.a.url}/p/4/{part}")
        assert shut.status_code == missing.status_code == 404 and shut.content == missing.content
        assert "Signature" in shut.headers.get("Vary", "Signature")
        assert world.a.get(f"/p/{root['id']}/{part}", headers={"Accept": TYPE}).status_code == 401
    peer.close()


class Endless(Peer):
    """A peer whose every address leads to more of them."""

    def __init__(self, manner):
        super().__init__()
        self.manner = manner
        self.mallory = self.actor("mallory")
        self.numbers = itertools.count(1)

    def answer(self, request):
        path = urlsplit(request.target).path
        if request.method == "GET" and path.startswith(("/endless/", "/notes/x")):
            return 200, TYPE, json.dumps({"@context": CONTEXT, **getattr(self, self.manner)(self.url + path)}).encode(), {}
        return super().answer(request)

    def post(self, uri, **more):
        return {"id": uri, "type": "Note", "attributedTo": self.mallory.id, "to": [PUBLIC], "content": "x",
                "inReplyTo": self.url + "/notes/root", **more}

    def page(self, uri, items=(), **more):
        return {"id": uri, "type": "OrderedCollectionPage", "next": f"{self.url}/endless/{next(self.numbers)}",
                "orderedItems": list(items), **more}

    def pages(self, uri):
        return self.page(uri)

    def posts(self, uri):
        if "/notes/" in uri:
            return self.post(uri, replies=f"{self.url}/endless/{next(self.numbers)}")
        return self.page(uri, [f"{self.url}/notes/x{next(self.numbers)}" for _ in range(100)])

    def chain(self, uri):
        return self.post(uri, inReplyTo=f"{self.url}/notes/x{next(self.numbers)}")

    def elsewhere(self, uri):
        return self.page(uri, [f"{self.target.url}/notes/{next(self.numbers)}" for _ in range(1000)] +
                         [f"http://host{n}.example/notes/1" for n in range(1000)])

    def gets(self):
        with self.lock:
            return [r.target for r in self.received if r.method == "GET"]


def posted(world, peer, word):
    """Ana follows somebody there and has the post that leads into the peer's maze."""
    world.a.allow(peer)
    world.ana.post(f"/api/v1/accounts/{world.ana.find(f'mallory@{peer.domain}')['id']}/follow")
    wait_for(lambda: peer.inbox("Follow"), "the follow arrives")
    peer.deliver(world.a, peer.activity("Accept", peer.mallory, peer.inbox("Follow")[0]), peer.mallory)
    above = {"inReplyTo": f"{peer.url}/notes/x0"} if peer.manner == "chain" else {}
    note = peer.create(peer.mallory, f"{peer.manner} {word}", note_id=peer.url + "/notes/root",
                       replies=peer.url + "/endless/0", **above)
    assert peer.deliver(world.a, note, peer.mallory).status_code == 202
    return world.ana.sees(f"{peer.manner} {word}")


def test_a_peer_without_end_is_asked_a_few_times(world, word):
    """Pages, posts, parents and addresses elsewhere without end, several of them at once."""
    target = Endless("pages")
    peers = [Endless(manner) for manner in ("pages", "posts", "chain", "elsewhere")]
    world.a.allow(target)
    for peer in peers:
        peer.target = target
    statuses = [posted(world, peer, word) for peer in peers]

    def counts():
        return [len(peer.gets()) for peer in (*peers, target)]

    def open_all():
        for status in statuses:
            world.ana.get(f"/api/v1/statuses/{status['id']}/context")

    def settled():
        last, now = None, counts()
        while last != now:
            time.sleep(1)
            last, now = now, counts()
        return now

    before = settled()  # a delivery may fetch a little by itself
    for _ in range(5):
        open_all()
    wait_for(lambda: all(now > then for now, then in zip(counts()[:-1], before)), "all of them are asked")
    after = settled()
    *asked, aside = [now - then for now, then in zip(after, before)]
    assert max(asked) <= FETCHES and asked[-1] + aside <= FETCHES, asked
    open_all()
    time.sleep(1)
    assert counts() == after, "once in five minutes"
    assert world.a.get("/health").status_code == 200
    for peer in (*peers, target):
        peer.close()


def test_the_page_of_a_post_asks_for_the_rest_as_a_client_does(world, word):
    """An answer names a collection of more: whoever reads the thread with the browser has it fetched."""
    peer = Endless("pages")
    world.a.allow(peer)
    root = world.ana.say(f"root {word}")
    answer = peer.create(peer.mallory, f"answer {word}", inReplyTo=root["uri"], replies=peer.url + "/endless/0")
    assert peer.deliver(world.a, answer, peer.mallory).status_code == 202
    wait_for(lambda: world.ana.get(f"/api/v1/statuses/{root['id']}")["replies_count"] == 1, "the answer arrives")
    browser = Browser()
    browser.open(world.a.url + "/sign-in")
    browser.submit(browser.page.form("username", "password"), username="ben", password=PASSWORD)
    assert not any("/endless/" in target for target in peer.gets())
    browser.open(root["url"])
    assert browser.page.status == 200 and f"answer {word}" in browser.page.text
    wait_for(lambda: any("/endless/" in target for target in peer.gets()), "what the answer names is fetched")
    browser.open(root["url"])
    assert browser.page.status == 200
    peer.close()
