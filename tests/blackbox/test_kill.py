"""kill -9 under load: what was acknowledged is there, here and at the sibling, once; the indexes agree."""

import threading
import time

import pytest
import requests

from node import PATIENCE, SANITIZER, pair, plain, wait_for

CONNECTIONS = 8
KILLS, POSTS = (20, 160) if not SANITIZER else (4, 40)
POLLS = 10


class Load:
    """Connections that post without pause; each keeps what was acknowledged."""

    def __init__(self, node, people, word):
        self.node, self.people, self.word = node, people, word
        self.acknowledged = [{} for _ in range(CONNECTIONS)]
        self.odd = []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(i,), daemon=True) for i in range(CONNECTIONS)]
        for thread in self.threads:
            thread.start()

    def work(self, i):
        token, wire, n = self.people[i % len(self.people)].token, requests.Session(), 0
        wire.trust_env = False
        wire.headers["Authorization"] = f"Bearer {token}"
        while not (self.enough.is_set() and len(self.acknowledged[i]) >= POSTS):
            text = f"{self.word} {i} {n}"
            n += 1
            try:
                answer = wire.post(self.node.url + "/api/v1/statuses", data={"status": text}, timeout=30 * PATIENCE)
            except requests.RequestException:
                time.sleep(0.02)  # being killed
                continue
            if answer.status_code == 200:
                self.acknowledged[i][text] = answer.json()["uri"]
            elif answer.status_code != 503:
                self.odd.append((answer.status_code, answer.text[:200]))

    @property
    def count(self):
        return sum(len(a) for a in self.acknowledged)

    def finish(self):
        self.enough.set()
        for thread in self.threads:
            thread.join()
        assert not self.odd, self.odd[:5]
        assert all(len(a) >= POSTS for a in self.acknowledged)
        return {uri: text for a in self.acknowledged for text, uri in a.items()}


REACTIONS = "/api/v1/pleroma/statuses/{}/reactions"


class Acts:
    """One connection that reacts, votes, pins, blocks and reports without pause, all of it towards a person elsewhere.
    What got no answer is said again, so that at the end it is known what must be there."""

    def __init__(self, person, other, word):
        self.person, self.other, self.word = person, other, word
        person.there, other.there = person.follow(other), other.follow(person)
        self.foe = other.node.person("foe")
        self.foe_id = person.find(self.foe.handle)["id"]
        self.own = [person.say(f"own {word} {i}") for i in range(3)]
        self.asked = [other.say(f"ask {word} {i}?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": "600"})
                      for i in range(POLLS)]
        seen = [person.sees(f"ask {word} {i}?", 20) for i in range(POLLS)]
        self.polls, self.posts = [s["poll"]["id"] for s in seen], [s["id"] for s in seen]
        self.reacted, self.pinned, self.reported, self.retried, self.odd = set(), set(), {}, set(), []
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def insist(self, method, path, also=(), **data):
        """Says it until it is answered; `also`: answers that are good to what was said before in vain."""
        tries = 0
        while True:
            try:
                answer = self.person.raw(method, path, data=data, timeout=30 * PATIENCE)
            except requests.RequestException:
                tries += 1
                time.sleep(0.02)
                continue
            if answer.status_code != 503:
                break
        if answer.status_code != 200 and not (tries and answer.status_code in also):
            self.odd.append((path, answer.status_code, answer.text[:200]))
        return tries

    def toggle(self, kept, what, on, off):
        self.insist(*(off if what in kept else on))
        kept ^= {what}

    def work(self):
        n = 0
        while not (self.enough.is_set() and n >= POLLS):
            post, own = n % len(self.posts), self.own[n % 3]["id"]
            path = REACTIONS.format(self.posts[post]) + "/🎉"
            self.toggle(self.reacted, post, ("PUT", path), ("DELETE", path))
            self.toggle(self.pinned, own, ("POST", f"/api/v1/statuses/{own}/pin"), ("POST", f"/api/v1/statuses/{own}/unpin"))
            self.insist("POST", f"/api/v1/accounts/{self.foe_id}/{'un' if n % 2 else ''}block")
            if n < POLLS:
                self.insist("POST", f"/api/v1/polls/{self.polls[n]}/votes", (422,), **{"choices[]": ["1"]})
                comment = f"{self.word}-{n}"
                self.reported[comment] = 1 + self.insist("POST", "/api/v1/reports", account_id=self.person.there["id"],
                                                         comment=comment, forward="true")
            n += 1

    def finish(self):
        self.enough.set()
        self.thread.join()
        assert not self.odd, self.odd[:5]
        self.insist("POST", f"/api/v1/accounts/{self.foe_id}/block")

    def reports(self, node):
        said = [line.split("\t")[-1] for line in node.do("report", "list").splitlines()]
        return sorted(comment for comment in said if comment.startswith(self.word))

    def all_there(self):
        """At both sides all that was answered for, once."""
        person, other = self.person, self.other

        def reacted(somebody, ids):
            return {i for i, post in enumerate(ids) if somebody.get(REACTIONS.format(post))}

        def pinned(somebody, account_id):
            return {s["uri"] for s in somebody.get(f"/api/v1/accounts/{account_id}/statuses", pinned="true")}

        wanted = {s["uri"] for s in self.own if s["id"] in self.pinned}
        assert reacted(person, self.posts) == self.reacted and pinned(person, person.id) == wanted
        assert [a["acct"] for a in person.get("/api/v1/blocks")] == [self.foe.handle]
        assert all(person.get(f"/api/v1/polls/{poll}")["own_votes"] == [1] for poll in self.polls)
        reports = self.reports(person.node)
        assert all(1 <= reports.count(comment) <= tries for comment, tries in self.reported.items()), reports
        wait_for(lambda: reacted(other, [s["id"] for s in self.asked]) == self.reacted, "the reactions there", 30)
        wait_for(lambda: pinned(other, other.there["id"]) == wanted, "the pins there", 30)
        wait_for(lambda: all(o["votes_count"] == i for s in self.asked for i, o in
                             enumerate(other.get(f"/api/v1/polls/{s['poll']['id']}")["options"])), "the votes there", 30)
        wait_for(lambda: self.reports(other.node) == reports, "the reports there", 30)
        mine = self.foe.find(person.handle)["id"]
        wait_for(lambda: self.foe.raw("POST", f"/api/v1/accounts/{mine}/follow").status_code == 403, "the block there", 30)


@pytest.mark.seconds(240)
@pytest.mark.parametrize("side", ["the node that is posted to", "the sibling that receives"])
def test_kill_9_loses_nothing_acknowledged(new_node, word, side):
    a, b = new_node("Posted to"), new_node("Sibling")
    pair(a, b)
    people, reader = [a.person(f"p{i}") for i in range(4)], b.person("reader")
    for person in people:
        reader.follow(person)
    victim, actor, other = (a, a.person("busy"), reader) if side.startswith("the node") else (b, reader, a.person("other"))
    acts = Acts(actor, other, word[::-1])
    load = Load(a, people, word)
    for k in range(KILLS):
        wait_for(lambda: load.count >= (k + 1) * CONNECTIONS * POSTS // (KILLS + 1), f"load before kill {k}", 60)
        victim.kill()
        victim.serve()
    acts.finish()
    posted = load.finish()
    acts.all_there()

    kept = [s for p in people for s in p.all_pages(f"/api/v1/accounts/{p.id}/statuses") if word in s["content"]]
    here = {s["uri"]: plain(s["content"]) for s in kept}
    assert {uri: here.get(uri) for uri in posted} == posted, "an acknowledged post is gone or changed"
    assert len(here) == len(kept) and len(set(here.values())) == len(here), "a post is there twice"

    def arrived():
        return [s for s in reader.all_pages("/api/v1/timelines/home") if word in s["content"]]

    def missing():
        return set(here) - {s["uri"] for s in arrived()}

    wait_for(lambda: not missing(), "the sibling has them all", 30, 0.25)
    there = arrived()
    assert sorted(s["uri"] for s in there) == sorted(here), "something arrived twice, or from nowhere"
    assert all(plain(s["content"]) == here[s["uri"]] for s in there)
    for node in (a, b):
        node.do("check")
        node.stop()
        node.do("check")


@pytest.mark.threads
@pytest.mark.seconds(120)
def test_a_short_load_across_ends_clean(new_node, word):
    """The story for ThreadSanitizer: both sides write, read and deliver at once, then stop."""
    a, b = new_node("A"), new_node("B")
    pair(a, b)
    ana, bob = a.person("ana"), b.person("bob")
    bob.follow(ana)
    ana.follow(bob)

    def work(person, i):
        for n in range(6):
            status = person.say(f"{word} {person.name} {i} {n}")
            person.home()
            person.post(f"/api/v1/statuses/{status['id']}/favourite")

    threads = [threading.Thread(target=work, args=(p, i)) for p in (ana, bob) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in (ana, bob):
        wait_for(lambda: len([s for s in person.all_pages("/api/v1/timelines/home") if word in s["content"]]) == 48,
                 "all 48 at both", 20)
    for node in (a, b):
        node.do("check")
