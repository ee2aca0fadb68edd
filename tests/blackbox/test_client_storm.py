"""All that clients write, at random on eight connections, while the node is killed, its disk gets full and keys change: what
was acknowledged is there, what was refused is not, what got no answer is there whole or not at all; nothing is there twice."""

import datetime
import io
import os
import random
import resource
import threading
import time

import pytest
import requests
from PIL import Image

from node import pair, plain, wait_for

CONNECTIONS, KILLS = 8, 5
BETWEEN_KILLS = 0.5  # seconds
LATER = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).isoformat()
KEYS = {"p256dh": "BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U",
        "auth": "aN3XhqzsQzHkTk9tZ2k5bg"}


def _picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(out, "PNG")
    return out.getvalue()


PICTURE = _picture()


class Client(threading.Thread):
    """A person who does this and that, and knows of each thing in which states it may be: one after an answer, two after
    none. A thing is (kind, name); its state when nobody spoke of it is None."""

    def __init__(self, person, word, seed):
        super().__init__(daemon=True)
        self.person, self.word, self.random = person, f"{word}{person.name}", random.Random(seed)
        self.wire, self.n = requests.Session(), 0
        self.wire.trust_env = False
        self.wire.headers["Authorization"] = f"Bearer {person.token}"
        self.may, self.odd, self.answered, self.refused, self.unanswered = {}, [], 0, 0, 0
        self.posts, self.later, self.lists, self.filters, self.files = {}, {}, {}, {}, {}
        self.enough = threading.Event()

    def meet(self, friend, foe, member, announcement):
        """Whom and what this person acts on; nobody else changes that."""
        self.friend, self.foe, self.member, self.announcement = friend.id, foe.id, member.id, announcement
        self.theirs = [friend.say(f"theirs {self.word} {i}")["id"] for i in range(2)]
        self.person.post(f"/api/v1/accounts/{member.id}/follow")
        return self

    def act(self, thing, state, method, path, **options):
        """What was answered, or None."""
        known = self.may.get(thing, {None})
        try:
            answer = self.wire.request(method, self.person.node.url + path, timeout=30, **options)
        except requests.RequestException:
            self.may[thing] = known | {state}
            self.unanswered += 1
            time.sleep(0.02)  # being killed
            return None
        if answer.status_code in (503, 507) or "not finished processing" in answer.text:
            self.refused += 1
            return None
        if answer.status_code not in (200, 202):
            if len(known) == 1:
                self.odd.append((thing, method, path, answer.status_code, answer.text[:200]))
            return None
        self.may[thing] = {state}
        self.answered += 1
        return answer.json()

    def run(self):
        acts = [self.post, self.post, self.edit, self.unpost, self.schedule, self.unschedule, self.list, self.filter,
                self.file, self.push, self.profile, self.toggle, self.toggle, self.toggle]
        while not self.enough.is_set():
            self.n += 1
            self.random.choice(acts)()

    # What one can do. Things that are made have names of their own, so that a thing that got no answer is known again.

    def name(self):
        return f"{self.word}-{self.n}"

    def pick(self, made):
        """One of those that are there for certain, (name, id); or None."""
        sure = [(name, what) for (kind, name), what in made.items() if len(self.may[kind, name]) == 1]
        return self.random.choice(sure) if sure else None

    def make(self, made, thing, state, path, **options):
        answer = self.act(thing, state, "POST", path, **options)
        if answer:
            made[thing] = answer["id"]
        return answer

    def end(self, made, kind, path):
        found = self.pick(made)
        if found:
            self.act((kind, found[0]), None, "DELETE", path.format(found[1]))
            if None in self.may[kind, found[0]]:
                del made[kind, found[0]]

    def post(self):
        said = {"status": f"{self.name()} first"}
        file = self.pick(self.files)
        if file and self.random.random() < 0.5:
            said["media_ids[]"] = file[1]
            self.files.pop(("file", file[0]))  # it ends with the post from now on
            self.may.pop(("file", file[0]))
        self.make(self.posts, ("post", self.name()), "first", "/api/v1/statuses", data=said)

    def edit(self):
        found = self.pick(self.posts)
        if found:
            self.act(("post", found[0]), str(self.n), "PUT", f"/api/v1/statuses/{found[1]}",
                     data={"status": f"{found[0]} {self.n}"})

    def unpost(self):
        self.end(self.posts, "post", "/api/v1/statuses/{}")

    def schedule(self):
        self.make(self.later, ("later", self.name()), LATER, "/api/v1/statuses",
                  data={"status": self.name(), "scheduled_at": LATER})

    def unschedule(self):
        self.end(self.later, "later", "/api/v1/scheduled_statuses/{}")

    def list(self):
        found = self.pick(self.lists)
        if not found or self.random.random() < 0.3:
            self.make(self.lists, ("list", self.name()), "empty", "/api/v1/lists", data={"title": self.name()})
        elif self.random.random() < 0.3:
            self.end(self.lists, "list", "/api/v1/lists/{}")
        else:
            full = self.may["list", found[0]] == {"full"}
            self.act(("list", found[0]), "empty" if full else "full", "DELETE" if full else "POST",
                     f"/api/v1/lists/{found[1]}/accounts", data={"account_ids[]": self.member})

    def filter(self):
        found = self.pick(self.filters)
        if not found or self.random.random() < 0.3:
            self.make(self.filters, ("filter", self.name()), 1, "/api/v2/filters", data={
                "title": self.name(), "context[]": "home", "keywords_attributes[0][keyword]": "one"})
        elif self.random.random() < 0.3:
            self.end(self.filters, "filter", "/api/v2/filters/{}")
        else:
            had = next(iter(self.may["filter", found[0]]))
            self.act(("filter", found[0]), had + 1, "POST", f"/api/v2/filters/{found[1]}/keywords", data={"keyword": "more"})

    def file(self):
        if self.random.random() < 0.3:
            self.end(self.files, "file", "/api/v1/media/{}")
        elif len(self.files) < 5:
            self.make(self.files, ("file", self.name()), "there", "/api/v1/media",  # which waits until it can be posted
                      files={"file": ("x.png", PICTURE)}, data={"description": self.name()})

    def push(self):
        if self.random.random() < 0.3 and self.may.get(("push", ""), {None}) != {None}:
            self.act(("push", ""), None, "DELETE", "/api/v1/push/subscription")
        else:
            address = f"https://push.example/{self.n}"
            self.act(("push", ""), address, "POST", "/api/v1/push/subscription",
                     json={"subscription": {"endpoint": address, "keys": KEYS}, "data": {"alerts": {"poll": True}}})

    def profile(self):
        self.act(("name", ""), self.name(), "PATCH", "/api/v1/accounts/update_credentials",
                 data={"display_name": self.name()})

    def toggle(self):
        status = self.random.choice(self.theirs)
        what, on, off = self.random.choice([
            *((("status", status, field), f"POST /api/v1/statuses/{status}/{verb}", f"POST /api/v1/statuses/{status}/un{verb}")
              for field, verb in (("favourited", "favourite"), ("bookmarked", "bookmark"), ("reblogged", "reblog"),
                                  ("muted", "mute"))),
            *((("account", who, field), f"POST /api/v1/accounts/{who}/{verb}", f"POST /api/v1/accounts/{who}/un{verb}")
              for who, field, verb in ((self.friend, "following", "follow"), (self.foe, "blocking", "block"),
                                       (self.member, "muting", "mute"))),
            *((("tag", self.word, field), f"POST /api/v1/tags/{self.word}/{verb}", f"POST /api/v1/tags/{self.word}/un{verb}")
              for field, verb in (("following", "follow"), ("featuring", "feature"))),
            (("domains", ""), f"POST /api/v1/domain_blocks?domain={self.word}.example",
             f"DELETE /api/v1/domain_blocks?domain={self.word}.example"),
            (("party", ""), f"PUT /api/v1/announcements/{self.announcement}/reactions/🎉",
             f"DELETE /api/v1/announcements/{self.announcement}/reactions/🎉")])
        is_on = True in self.may.get(what, {None})
        method, path = (off if is_on else on).split(" ", 1)
        self.act(what, None if is_on else True, method, path)

    # What is there.

    def look(self):
        person, there, twice = self.person, {}, []

        def add(thing, state):
            if state not in (None, False):
                if thing in there:
                    twice.append(thing)
                there[thing] = state

        for status in person.all_pages(f"/api/v1/accounts/{person.id}/statuses", exclude_reblogs="true"):
            name, _, state = plain(status["content"]).partition(" ")
            if name.startswith(self.word):
                add(("post", name), state)
                assert all(person.node.request("GET", m["url"]).status_code == 200 for m in status["media_attachments"])
        for entry in person.all_pages("/api/v1/scheduled_statuses"):
            add(("later", entry["params"]["text"]), LATER)
        for made in person.get("/api/v1/lists"):
            add(("list", made["title"]), "full" if person.get(f"/api/v1/lists/{made['id']}/accounts") else "empty")
        for made in person.get("/api/v2/filters"):
            add(("filter", made["title"]), len(made["keywords"]))
        for thing, media in self.files.items():
            answer = person.raw("GET", f"/api/v1/media/{media}")
            add(thing, None if answer.status_code == 404 else "there")
            assert answer.status_code in (200, 206, 404), answer.text
        subscription = person.raw("GET", "/api/v1/push/subscription")
        add(("push", ""), subscription.json()["endpoint"] if subscription.status_code == 200 else None)
        me = person.get("/api/v1/accounts/verify_credentials")
        add(("name", ""), me["display_name"] if me["display_name"].startswith(self.word) else None)
        for status in self.theirs:
            seen = person.get(f"/api/v1/statuses/{status}")
            for field in ("favourited", "bookmarked", "reblogged", "muted"):
                add(("status", status, field), seen[field])
        for who, field in ((self.friend, "following"), (self.foe, "blocking"), (self.member, "muting")):
            add(("account", who, field), person.relationship(who)[field])
        tag = person.get(f"/api/v1/tags/{self.word}")
        for field in ("following", "featuring"):
            add(("tag", self.word, field), tag[field])
        add(("domains", ""), f"{self.word}.example" in person.get("/api/v1/domain_blocks"))
        add(("party", ""), any(r["me"] for r in person.get("/api/v1/announcements")[0]["reactions"]))
        assert not twice, twice
        return there

    def compare(self):
        assert not self.odd, self.odd[:5]
        there = self.look()
        wrong = {thing: (there.get(thing), states) for thing, states in self.may.items() if there.get(thing) not in states}
        assert not wrong, f"what is there, and what may be: {wrong}"
        assert there.keys() <= self.may.keys(), there.keys() - self.may.keys()
        return {f"{name} {state}" for (kind, name, *_), state in there.items() if kind == "post"}


def fill_the_disk(node, clients):
    """For a while the store cannot grow, until they all met that."""
    _, hard = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
    size = os.path.getsize(os.path.join(node.data, "data.mdb"))
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (size, hard))
    wait_for(lambda: all(client.refused for client in clients), "the disk is full", 30)
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))


@pytest.mark.plain
@pytest.mark.seconds(120)
def test_a_storm_with_kills_a_full_disk_and_new_keys(new_node, word):
    a, b = new_node("Stormy"), new_node("Sibling")
    a.do("config", "set", "limits.rate", "off")
    a.restart()
    pair(a, b)
    people = [a.person(f"p{i}") for i in range(CONNECTIONS)]
    reader = b.person("reader")
    for person in people:
        reader.post(f"/api/v1/accounts/{reader.find(person.handle)['id']}/follow")
    a.do("announcement", "add", f"party {word}")
    party = people[0].get("/api/v1/announcements")[0]["id"]
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    clients = [Client(person, word, seed + i).meet(people[(i + 1) % CONNECTIONS], people[(i + 2) % CONNECTIONS],
                                                  people[(i + 3) % CONNECTIONS], party) for i, person in enumerate(people)]
    for client in clients:
        client.start()
    halves = os.path.join(a.data, "media", "new")
    for k in range(KILLS):
        time.sleep(BETWEEN_KILLS)
        if k == 1:
            fill_the_disk(a, clients)
        if k == 2:
            a.do("user", "rotate-keys", people[0].name)
            b.kill()
            b.serve()
        a.kill()
        left = set(os.listdir(halves))
        a.serve()
        assert not left & set(os.listdir(halves)), "half files are gone with the start"
    time.sleep(BETWEEN_KILLS)
    for client in clients:
        client.enough.set()
    for client in clients:
        client.join()
    assert sum(c.answered for c in clients) > 100 and sum(c.unanswered for c in clients) > 0
    print({what: sum(getattr(c, what) for c in clients) for what in ("answered", "refused", "unanswered")})
    posts = set().union(*(client.compare() for client in clients))

    def there():
        return sorted(text for text in (plain(s["content"]) for s in reader.all_pages("/api/v1/timelines/home"))
                      if text.startswith(word))

    wait_for(lambda: there() == sorted(posts), "the sibling has what is there, once, and nothing that ended", 30, 0.25)
    for node in (a, b):
        node.do("check")
        node.stop()
        node.do("check")
