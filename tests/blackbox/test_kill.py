"""kill -9 under load: what was acknowledged is there, here and at the sibling, once; the indexes agree."""

import threading
import time

import pytest
import requests

from node import PATIENCE, SANITIZER, pair, plain, wait_for

CONNECTIONS = 8
KILLS, POSTS = (20, 200) if not SANITIZER else (4, 40)


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


@pytest.mark.seconds(240)
@pytest.mark.parametrize("side", ["the node that is posted to", "the sibling that receives"])
def test_kill_9_loses_nothing_acknowledged(new_node, word, side):
    a, b = new_node("Posted to"), new_node("Sibling")
    pair(a, b)
    people, reader = [a.person(f"p{i}") for i in range(4)], b.person("reader")
    for person in people:
        reader.follow(person)
    load, victim = Load(a, people, word), a if side.startswith("the node") else b
    for k in range(KILLS):
        wait_for(lambda: load.count >= (k + 1) * CONNECTIONS * POSTS // (KILLS + 1), f"load before kill {k}", 60)
        victim.kill()
        victim.serve()
    posted = load.finish()

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
