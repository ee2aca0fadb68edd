"""What an operator keeps out stays out, by whichever way it comes; and the journal says what was refused."""

import time

import pytest

from node import plain, wait_for
from peer import Peer


class Stage:
    """A node with a listed sibling whose every request we write ourselves."""

    def __init__(self, new_node):
        self.node = new_node()
        self.peer = Peer()
        self.node.do("peer", "add", self.peer.domain, "--url", self.peer.url)
        self.ana = self.node.person("ana")
        self.carol, self.mallory = self.peer.actor("carol"), self.peer.actor("mallory")

    def sends(self, activity, signer):
        return self.peer.deliver(self.node, activity, signer).status_code

    def note(self, content, author=None, **more):
        author = author or self.carol
        return self.sends(self.peer.create(author, content, **more), author)

    def sees(self, text):
        wait_for(lambda: any(text in plain(s["content"]) for s in
                             self.ana.get("/api/v1/timelines/public", limit=40)), f"{text} arrives")

    def texts(self):
        return " ".join(plain((s["reblog"] or s)["content"]) for s in
                        self.ana.home(limit=40) + self.ana.get("/api/v1/timelines/public", limit=40))

    def journal(self, *more):
        return [line.split("\t") for line in self.node.do("refusals", *more).splitlines()]

    def reasons(self):
        return {row[2] for row in self.journal()}


@pytest.fixture
def stage(new_node):
    made = Stage(new_node)
    yield made
    made.peer.close()


def test_a_blocked_domain_is_neither_heard_nor_asked_nor_told(stage):
    stage.ana.post(f"/api/v1/accounts/{stage.ana.find('carol@' + stage.peer.domain)['id']}/follow")
    wait_for(lambda: stage.peer.inbox("Follow"), "the follow goes out")
    assert stage.note("before the rule") == 202
    stage.sees("before the rule")
    stage.node.do("rule", "add", "domain", stage.peer.domain, "--comment", "for now")
    assert stage.note("after the rule") == 403
    assert stage.peer.fetch(stage.node, "/actor", stage.carol).status_code in (200, 403)
    assert stage.peer.fetch(stage.node, f"/u/{stage.ana.id}/outbox", stage.carol).status_code in (403, 404)
    assert "\tblocked\t" in stage.node.do("peer", "list")
    asked = len(stage.peer.received)
    stage.ana.get("/api/v2/search", q=f"nobody@{stage.peer.domain}", resolve="true")
    stage.ana.say(f"@carol@{stage.peer.domain} do you hear me?")
    assert stage.note("once more") == 403
    assert len(stage.peer.received) == asked, stage.peer.received[asked:]
    assert "domain" in stage.reasons() and "after the rule" not in stage.texts()
    stage.node.do("rule", "remove", "domain", stage.peer.domain)
    assert stage.note("again") == 202
    stage.sees("again")


def test_what_waits_for_a_blocked_domain_goes_on_waiting(stage):
    stage.ana.post(f"/api/v1/accounts/{stage.ana.find('carol@' + stage.peer.domain)['id']}/follow")
    wait_for(lambda: stage.peer.inbox("Follow"), "the follow goes out")
    stage.peer.close()
    stage.ana.say(f"@carol@{stage.peer.domain} are you there?")
    wait_for(lambda: "deliveries waiting: 1" in stage.node.do("status"), "it waits")
    stage.node.do("rule", "add", "domain", "127.0.0.1")
    stage.peer.open()
    time.sleep(2)
    assert not stage.peer.inbox("Create")
    stage.node.do("rule", "remove", "domain", "127.0.0.1")
    wait_for(lambda: stage.peer.inbox("Create"), "it goes when the rule is gone")


def test_a_blocked_account_comes_in_by_no_way(stage):
    stage.ana.post(f"/api/v1/accounts/{stage.ana.find('carol@' + stage.peer.domain)['id']}/follow")
    wait_for(lambda: stage.peer.inbox("Follow"), "the follow goes out")
    follow = stage.peer.inbox("Follow")[0]
    assert stage.sends(stage.peer.activity("Accept", stage.carol, follow), stage.carol) == 202
    assert stage.note("here already", stage.mallory) == 202
    stage.sees("here already")
    stage.node.do("rule", "add", "account", f"mallory@{stage.peer.domain}")
    assert stage.note("delivered", stage.mallory) == 403
    assert stage.peer.fetch(stage.node, f"/u/{stage.ana.id}/outbox", stage.mallory).status_code in (403, 404)
    hidden = stage.peer.note(stage.mallory, "boosted")
    boost = stage.peer.activity("Announce", stage.carol, hidden["id"], to=hidden["to"], cc=[stage.carol.id + "/followers"])
    assert stage.sends(boost, stage.carol) == 202
    assert stage.note("an answer", inReplyTo=stage.peer.note(stage.mallory, "the parent")["id"]) == 202
    stage.sees("an answer")
    wait_for(lambda: "account" in stage.reasons(), "the journal says why")
    stage.ana.get("/api/v2/search", q=hidden["id"], resolve="true")
    wait_for(lambda: "\tresolve\t" not in stage.node.do("jobs"), "nothing waits to be fetched")
    texts = stage.texts()
    assert not [text for text in ("delivered", "boosted", "the parent") if text in texts], texts


def test_a_blocked_word_is_dropped_and_its_sender_not_told(stage):
    stage.node.do("rule", "add", "word", "Golden Fleece")
    assert stage.note("<p>buy the <b>gol</b>den, FLEECE now</p>") == 202
    assert stage.note("warned", summary="golden fleece") == 202
    assert stage.note("a golden fleecelet") == 202
    stage.sees("a golden fleecelet")
    texts = stage.texts()
    assert "buy the" not in texts and "warned" not in texts
    rows = stage.journal("--origin", stage.peer.domain)
    assert [row[2:4] for row in rows if row[2] == "word"] == [["word", "2"]], rows


def test_a_sibling_sends_no_more_than_it_may(stage):
    stage.node.do("peer", "limit", stage.peer.domain, "--rate", "3", "--size", "16384")
    assert stage.note("x" * 17000) == 413
    answers = [stage.note(f"number {i}") for i in range(5)]
    assert answers == [202, 202, 202, 503, 503]
    assert {"rate", "size"} <= stage.reasons()
    stage.node.do("peer", "limit", stage.peer.domain, "--rate", "0")
    assert stage.note("number 6") == 202


def test_a_silenced_account_reaches_its_followers_alone(stage):
    handle = f"carol@{stage.peer.domain}"
    ben, carol_id = stage.node.person("ben"), stage.ana.find(handle)["id"]
    stage.ana.post(f"/api/v1/accounts/{carol_id}/follow")
    wait_for(lambda: stage.peer.inbox("Follow"), "the follow goes out")
    assert stage.sends(stage.peer.activity("Accept", stage.carol, stage.peer.inbox("Follow")[0]), stage.carol) == 202
    wait_for(lambda: stage.ana.relationship(carol_id)["following"], "ana follows")
    assert "followers alone" in stage.node.do("rule", "add", "silence-account", handle)
    assert "silence-account" in stage.node.do("rule", "list")
    status = ben.say("what do you think?")
    assert stage.note("I think so", inReplyTo=status["uri"],
                      tag=[{"type": "Mention", "href": status["uri"].rsplit("/p/")[0] + f"/u/{ben.id}", "name": "@ben"}],
                      cc=[f"{stage.node.url}/u/{ben.id}"]) == 202
    assert stage.note("for all") == 202
    wait_for(lambda: any("for all" in plain(s["content"]) for s in stage.ana.home(limit=40)), "a follower reads it")

    def descendants(person):
        return person.get(f"/api/v1/statuses/{status['id']}/context")["descendants"]
    assert len(descendants(stage.ana)) == 1 and descendants(ben) == []
    assert ben.notifications("mention") == [] and ben.get("/api/v1/timelines/public", remote="true") == []
    assert ben.get("/api/v2/search", q="carol")["accounts"] == []
    assert len(ben.get("/api/v2/search", q=handle)["accounts"]) == 1, "who is asked for by name is found"
    stage.node.do("rule", "remove", "silence-account", handle)
    assert len(descendants(ben)) == 1


def test_of_a_sibling_only_so_many_media_are_kept(stage):
    pictures = [{"type": "Image", "mediaType": "image/png", "url": f"{stage.peer.url}/{n}.png"} for n in range(4)]
    clip = {"type": "Document", "mediaType": "video/mp4", "url": f"{stage.peer.url}/clip.mp4"}
    limits = stage.node.do("peer", "limit", stage.peer.domain, "--attachments", "2", "--media", "image")
    assert "attachments of a post: 2" in limits and "media: image" in limits
    assert stage.note("with pictures", attachment=[clip] + pictures) == 202
    stage.sees("with pictures")
    kept = next(s for s in stage.ana.get("/api/v1/timelines/public") if "with pictures" in s["content"])
    assert [m["remote_url"] for m in kept["media_attachments"]] == [p["url"] for p in pictures[:2]]
    assert "media: all (default)" in stage.node.do("peer", "limit", stage.peer.domain, "--media", "all")


def test_the_journal_of_refusals_does_not_grow_with_a_flood(stage):
    stranger = Peer()
    eve = stranger.actor("eve")
    try:
        for i in range(60):
            assert stranger.deliver(stage.node, stranger.create(eve, f"spam {i}"), eve).status_code == 403
            assert stage.peer.deliver(stage.node, stage.peer.create(stage.carol, "x"), stage.carol,
                                      key=eve.key).status_code == 401
    finally:
        stranger.close()
    rows = stage.journal()
    assert len(rows) < 10 and {"not-listed", "not-verified"} <= {row[2] for row in rows}, rows
    assert stage.journal("--origin", stranger.domain) and stage.journal("--origin", "nobody.example") == []
    assert sum(int(row[3]) for row in rows) > 20
