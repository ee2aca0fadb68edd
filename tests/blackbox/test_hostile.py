"""A peer on the allow list that misbehaves: nothing it sends changes what it may not, or brings the node down."""

import copy
import datetime
import email.utils
import json
import threading
import time

import pytest

from entities import check
from node import Node, plain, wait_for
from peer import PUBLIC, Peer, make_key, sign, digest_of

REFUSED = (400, 401, 403, 404, 406, 409, 410, 413, 415, 422)


class Stage:
    """A node with Ana, a peer with Mallory, whom Ana follows, and with Trent, his neighbour; a second peer."""

    def __init__(self):
        self.node = Node("Target").init()
        self.node.do("config", "set", "limits.rate", "off")
        self.node.serve()
        self.peer, self.other = Peer(), Peer()
        for peer in (self.peer, self.other):
            self.node.allow(peer)
        self.ana, self.ben = self.node.person("ana"), self.node.person("ben")
        self.mallory, self.trent = self.peer.actor("mallory"), self.peer.actor("trent")
        self.victim = self.other.actor("victim")
        self.ids = {}
        for actor in (self.mallory, self.trent, self.victim):
            self.ids[actor.name], self.ana_uri = self.known(actor)

    def send(self, activity, signer=None, **options):
        signer = signer or self.mallory
        return signer.peer.deliver(self.node, activity, signer, **options)

    def accepted(self, activity, signer=None, **options):
        answer = self.send(activity, signer, **options)
        assert answer.status_code == 202, f"{answer.status_code}: {answer.text}"

    def home(self, word):
        """What Ana sees of that word; a boost repeats the content of what it boosts."""
        return [s for s in self.ana.home(limit=40) if word in s["content"]]

    def known(self, actor, seconds=10):
        """Ana follows an actor, who says yes."""
        account = self.ana.find(f"{actor.name}@{actor.peer.domain}")
        self.ana.post(f"/api/v1/accounts/{account['id']}/follow")
        follow = self.asked(actor)
        self.accepted(actor.peer.activity("Accept", actor, follow), actor)
        wait_for(lambda: self.ana.relationship(account["id"])["following"], "accepted", seconds)
        return account["id"], follow["actor"]

    def asked(self, actor):
        """The Follow that reached an actor."""
        return wait_for(lambda: [a for a in actor.peer.inbox("Follow") if a["object"] == actor.id],
                        f"the follow reaches {actor.name}")[0]

    def settled(self):
        """Waits until all that was accepted so far has been applied: inboxes are worked off in order."""
        marker = f"marker{self.peer.count}z"
        self.accepted(self.peer.create(self.mallory, marker))
        wait_for(lambda: self.home(marker), "the marker arrives")

    def close(self):
        self.peer.close()
        self.other.close()
        self.node.close()


@pytest.fixture(scope="module")
def stage():
    made = Stage()
    yield made
    made.close()


def refused(answer):
    assert answer.status_code in REFUSED, f"{answer.status_code}: {answer.text}"


def test_the_honest_way_works(stage, word):
    stage.accepted(stage.peer.create(stage.mallory, f"<p>hello {word}</p>"))
    seen = wait_for(lambda: stage.home(word), "it arrives")[0]
    assert seen["account"]["acct"] == f"mallory@{stage.peer.domain}" and plain(seen["content"]) == f"hello {word}"
    personal = stage.send(stage.peer.create(stage.mallory, f"personal {word}"), inbox=personal_inbox(stage))
    assert personal.status_code == 202
    wait_for(lambda: stage.home(f"personal {word}"), "the personal inbox works too")


def personal_inbox(stage):
    actor = stage.peer.fetch(stage.node, stage.ana_uri.replace(stage.node.url, ""), stage.mallory).json()
    return actor["inbox"].replace(stage.node.url, "")


def test_a_replayed_request_has_no_effect(stage, word):
    activity = stage.peer.create(stage.mallory, word)
    stage.accepted(activity)
    headers, body = dict(stage.peer.last_headers), json.dumps(activity).encode()
    wait_for(lambda: stage.home(word), "it arrives")
    for _ in range(3):
        answer = stage.node.request("POST", "/inbox", data=body, headers=headers)
        assert answer.status_code in (202, 401)
    stage.settled()
    assert len(stage.home(word)) == 1


def test_the_same_activity_in_a_new_envelope_has_no_effect(stage, word):
    activity = stage.peer.create(stage.mallory, word)
    for _ in range(3):
        stage.accepted(activity)
        time.sleep(1.01 if _ == 0 else 0)
    again = dict(activity, id=stage.peer.new_id())
    stage.accepted(again)
    stage.settled()
    assert len(stage.home(word)) == 1


SPOILED = {
    "no signature": {"signature": ""},
    "nonsense signature": {"signature": "nonsense"},
    "empty parts": {"signature": 'keyId="",algorithm="",headers="",signature=""'},
    "another key": {"key": make_key()},
    "wrong digest": {"digest": digest_of(b"another body")},
    "digest not signed": {"names": ("(request-target)", "host", "date")},
    "host not signed": {"names": ("(request-target)", "date", "digest")},
    "target not signed": {"names": ("host", "date", "digest")},
    "nothing dated": {"names": ("(request-target)", "host", "digest")},
    "wrong host": {"host": "elsewhere.example"},
    "host without port": {"host": "127.0.0.1"},
    "an hour old": {"date": email.utils.formatdate(time.time() - 7300, usegmt=True)},
    "an hour early": {"date": email.utils.formatdate(time.time() + 7300, usegmt=True)},
    "date nonsense": {"date": "yesterday"},
    "unknown digest": {"digest": "MD5=AAAA"},
    "digest of nothing": {"digest": "SHA-256="},
}


@pytest.mark.parametrize("how", SPOILED, ids=list(SPOILED))
def test_a_spoiled_signature_is_refused(stage, word, how):
    answer = stage.send(stage.peer.create(stage.mallory, word), **SPOILED[how])
    assert answer.status_code in (400, 401, 403), answer.text
    stage.settled()
    assert stage.home(word) == []


def test_signature_parameters_twice_are_refused(stage, word):
    activity = stage.peer.create(stage.mallory, word)
    body = json.dumps(activity).encode()
    sent = {"host": stage.node.domain, "date": email.utils.formatdate(usegmt=True), "digest": digest_of(body),
            "content-type": "application/activity+json"}
    good = sign(stage.mallory.key, stage.mallory.key_id, "POST", "/inbox", sent,
                ("(request-target)", "host", "date", "digest", "content-type"))
    answer = stage.send(activity, body=body, date=sent["date"], signature=good + ',keyId="https://x.example/#k"')
    assert answer.status_code in (400, 401)


def test_somebody_elses_activity_is_refused(stage, word):
    refused(stage.send(stage.peer.create(stage.trent, word), signer=stage.mallory))
    refused(stage.send(stage.other.create(stage.victim, word), signer=stage.mallory))
    forged = stage.peer.create(stage.mallory, word)
    forged["actor"] = stage.ana_uri
    refused(stage.send(forged))
    stage.settled()
    assert stage.home(word) == []


def test_a_key_of_another_actor_is_no_proof(stage, word):
    refused(stage.send(stage.peer.create(stage.mallory, word), key=stage.trent.key))
    refused(stage.send(stage.peer.create(stage.mallory, word), key=stage.mallory.key, key_id=stage.victim.key_id))
    refused(stage.send(stage.peer.create(stage.mallory, word), key_id=stage.peer.url + "/no-such-actor#main-key"))
    stage.settled()
    assert stage.home(word) == []


def test_an_embedded_object_of_another_origin_is_not_believed(stage, word):
    """The id lies at another peer, which knows nothing of it."""
    for lie in ({"id": stage.other.url + "/notes/77777"}, {"attributedTo": stage.victim.id},
                {"attributedTo": stage.trent.id}):
        activity = copy.deepcopy(stage.peer.create(stage.mallory, word))
        activity["object"].update(lie)
        assert stage.send(activity).status_code in (202, *REFUSED)
    activity = stage.peer.create(stage.mallory, word)
    activity["id"] = stage.other.url + "/activities/1"
    assert stage.send(activity).status_code in (202, *REFUSED)
    stage.settled()
    assert {s["account"]["id"] for s in stage.home(word)} <= {stage.ids["mallory"]}, "what its origin says"


def seen(stage, word):
    return wait_for(lambda: stage.home(word), f"{word} arrives")[0]


def test_only_the_author_changes_and_deletes(stage, word):
    create = stage.peer.create(stage.trent, f"original {word}")
    stage.accepted(create, stage.trent)
    status = seen(stage, word)
    forged = dict(create["object"], content=f"forged {word}", updated="2099-01-01T00:00:00Z")
    for signer, peer in ((stage.mallory, stage.peer), (stage.victim, stage.other)):
        for attack in (peer.activity("Update", signer, forged),
                       peer.activity("Update", signer, dict(forged, attributedTo=signer.id)),
                       peer.activity("Delete", signer, create["object"]["id"]),
                       peer.activity("Delete", signer, {"id": create["object"]["id"], "type": "Tombstone"}),
                       peer.activity("Delete", signer, stage.trent.id),
                       peer.activity("Undo", signer, create)):
            assert stage.send(attack, signer).status_code in (202, *REFUSED)
    stage.settled()
    left = stage.ana.get(f"/api/v1/statuses/{status['id']}")
    assert plain(left["content"]) == f"original {word}" and left["edited_at"] is None
    honest = stage.peer.activity("Update", stage.trent, dict(create["object"], content=f"improved {word}",
                                                             updated="2099-01-01T00:00:00Z"))
    stage.accepted(honest, stage.trent)
    wait_for(lambda: "improved" in stage.ana.get(f"/api/v1/statuses/{status['id']}")["content"], "the author may")


def test_local_posts_cannot_be_touched_from_outside(stage, word):
    status = stage.ana.say(f"mine {word}")
    for attack in (stage.peer.activity("Delete", stage.mallory, status["uri"]),
                   stage.peer.activity("Delete", stage.mallory, stage.ana_uri),
                   stage.peer.activity("Update", stage.mallory, {"id": status["uri"], "type": "Note", "content": "x",
                                                                 "attributedTo": stage.ana_uri, "to": [PUBLIC]}),
                   stage.peer.activity("Update", stage.mallory, {
                       "id": stage.ana_uri, "type": "Person", "name": "Hacked", "inbox": stage.mallory.id,
                       "preferredUsername": "ana"}),
                   stage.peer.activity("Undo", stage.mallory, {"type": "Follow", "actor": stage.ana_uri,
                                                               "object": stage.mallory.id})):
        assert stage.send(attack).status_code in (202, *REFUSED)
    stage.settled()
    assert plain(stage.ana.get(f"/api/v1/statuses/{status['id']}")["content"]) == f"mine {word}"
    assert stage.ana.get("/api/v1/accounts/verify_credentials")["display_name"] == "Ana"
    assert stage.ana.relationship(stage.ids["mallory"])["following"] is True


def test_nobody_answers_a_follow_for_another(stage):
    wanted = stage.other.actor("wanted")
    wanted.extra["manuallyApprovesFollowers"] = True
    account = stage.ana.find(f"wanted@{stage.other.domain}")
    stage.ana.post(f"/api/v1/accounts/{account['id']}/follow")
    follow = stage.asked(wanted)
    for signer in (stage.mallory, stage.victim):
        assert stage.send(signer.peer.activity("Accept", signer, follow), signer).status_code in (202, *REFUSED)
        assert stage.send(signer.peer.activity("Accept", signer, follow["id"]), signer).status_code in (202, *REFUSED)
    stage.settled()
    assert stage.ana.relationship(account["id"])["following"] is False
    assert stage.ana.relationship(account["id"])["requested"] is True
    stage.accepted(stage.other.activity("Reject", wanted, follow), wanted)
    wait_for(lambda: not stage.ana.relationship(account["id"])["requested"], "the one who was asked may")


def test_a_deletion_before_its_creation_voids_it(stage, word):
    create = stage.peer.create(stage.mallory, word)
    note = create["object"]["id"]
    stage.accepted(stage.peer.activity("Delete", stage.mallory, {"id": note, "type": "Tombstone"}))
    stage.accepted(create)
    stage.settled()
    assert stage.home(word) == []


def test_an_undo_before_its_like_voids_it(stage, word):
    status = stage.ana.say(word)
    like = stage.peer.activity("Like", stage.mallory, status["uri"])
    stage.accepted(stage.peer.activity("Undo", stage.mallory, like))
    stage.accepted(like)
    stage.settled()
    assert stage.ana.get(f"/api/v1/statuses/{status['id']}")["favourites_count"] == 0


def test_a_like_counts_once_per_actor(stage, word):
    status = stage.ana.say(word)
    for _ in range(3):
        stage.accepted(stage.peer.activity("Like", stage.mallory, status["uri"]))
    stage.accepted(stage.peer.activity("Like", stage.trent, status["uri"]), stage.trent)
    stage.settled()
    wait_for(lambda: stage.ana.get(f"/api/v1/statuses/{status['id']}")["favourites_count"] == 2, "two like it")


def test_what_a_peer_may_not_see_it_cannot_like_or_answer(stage, word):
    secret = stage.ana.say(word, visibility="direct")
    for kind in ("Like", "Announce"):
        answer = stage.send(stage.peer.activity(kind, stage.mallory, secret["uri"], to=[PUBLIC]))
        assert answer.status_code in (202, *REFUSED)
    answer = stage.peer.fetch(stage.node, secret["uri"].replace(stage.node.url, ""), stage.mallory)
    assert answer.status_code in (403, 404) and word not in answer.text
    stage.settled()
    left = stage.ana.get(f"/api/v1/statuses/{secret['id']}")
    assert left["favourites_count"] == 0 and left["reblogs_count"] == 0


def path_of(stage, status):
    return status["uri"].replace(stage.node.url, "")


def test_followers_only_posts_are_for_the_followers_origin(stage, word):
    """Mallory's node has a follower of Ana; the other node has none."""
    first = path_of(stage, stage.ana.say(word, visibility="private"))
    assert stage.other.fetch(stage.node, first, stage.victim).status_code in (403, 404)
    stage.accepted(stage.peer.activity("Follow", stage.mallory, stage.ana_uri))
    wait_for(lambda: [a for a in stage.peer.inbox("Accept")], "accepted")
    second = path_of(stage, stage.ana.say(f"second {word}", visibility="private"))
    answer = stage.peer.fetch(stage.node, second, stage.mallory)
    assert answer.status_code == 200 and f"second {word}" in answer.text
    assert stage.other.fetch(stage.node, second, stage.victim).status_code in (403, 404)


def test_signed_reading_gives_the_whole_document(stage, word):
    status = stage.ana.say(f"public {word}")
    target = path_of(stage, status)
    answer = stage.peer.fetch(stage.node, target, stage.mallory)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/activity+json"
    note = answer.json()
    assert note["id"] == status["uri"] and note["type"] == "Note" and note["attributedTo"] == stage.ana_uri
    assert PUBLIC in note["to"] and stage.ana_uri + "/followers" in note["cc"] or note["cc"]
    for spoil in ({"key": make_key()}, {"host": "elsewhere.example"}):
        assert stage.peer.fetch(stage.node, target, stage.mallory, **spoil).status_code in (401, 403)
    actor = stage.peer.fetch(stage.node, stage.ana_uri.replace(stage.node.url, ""), stage.mallory).json()
    assert actor["name"] == "Ana" and actor["id"] == stage.ana_uri
    outbox = stage.peer.fetch(stage.node, actor["outbox"].replace(stage.node.url, ""), stage.mallory).json()
    assert outbox["type"] == "OrderedCollection" and isinstance(outbox["totalItems"], int)
    page = outbox["first"] if isinstance(outbox["first"], str) else outbox["first"]["id"]
    page = stage.peer.fetch(stage.node, page.replace(stage.node.url, ""), stage.mallory).json()
    assert page["type"] == "OrderedCollectionPage" and page["partOf"] == outbox["id"]
    found = [a["object"]["id"] if isinstance(a["object"], dict) else a["object"] for a in page["orderedItems"]
             if isinstance(a, dict)]
    assert status["uri"] in found
    stage.ana.delete(f"/api/v1/statuses/{status['id']}")
    answer = stage.peer.fetch(stage.node, target, stage.mallory)
    assert answer.status_code == 410 and answer.json()["type"] == "Tombstone"


def test_an_unlisted_origin_is_refused_with_a_perfect_signature(stage, word):
    stranger = Peer()
    eve = stranger.actor("eve")
    answer = stranger.deliver(stage.node, stranger.create(eve, word), eve)
    assert answer.status_code in (401, 403)
    status = stage.ana.say(f"public {word}")
    assert stranger.fetch(stage.node, status["uri"].replace(stage.node.url, ""), eve).status_code in (401, 403)
    assert stranger.received == [], "an origin that is not listed is not even asked for its key"
    stranger.close()


XSS = ["<script>alert('X')</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
       "<p onclick=alert(1)>x</p>", "<svg><script>alert(1)</script></svg>", "<iframe src='https://x.example'></iframe>",
       "<a href='https://x.example' onmouseover='x()'>ok</a>", "<style>*{display:none}</style>",
       "<math><mi//xlink:href='data:x,<script>'>", "<p style='position:fixed'>x</p>", "<!--><script>x</script-->",
       "<form action='https://x.example'><input name=p></form>", "<a href='&#106;avascript:alert(1)'>x</a>",
       "<a href=' java\nscript:alert(1)'>x</a>", "<base href='https://x.example'>",
       "<p>" * 3000 + "deep", "<b " + "a=b " * 5000 + ">x</b>"]


@pytest.mark.parametrize("html", XSS, ids=[x[:24] for x in XSS])
def test_foreign_html_is_made_safe(stage, word, html):
    stage.accepted(stage.peer.create(stage.mallory, f"<p>{word}</p>" + html))
    status = seen(stage, word)
    content = status["content"].lower()
    for bad in ("<script", "<img", "<svg", "<iframe", "<style", "<form", "<input", "<math", "<base", "onclick",
                "onerror", "onmouseover", 'href="javascript', "href='javascript", "style="):
        assert bad not in content, content


def test_good_html_stays(stage, word):
    html = (f'<p>{word} <a href="https://x.example/a?b=1&amp;c=2" class="u-url mention" rel="nofollow">link</a><br>'
            '<strong>bold</strong> <em>em</em></p><ul><li>one</li></ul><blockquote>q</blockquote>'
            '<pre><code>c</code></pre>')
    stage.accepted(stage.peer.create(stage.mallory, html))
    content = seen(stage, word)["content"]
    for part in ('href="https://x.example/a?b=1&amp;c=2"', "<br", "<strong>", "<em>", "<li>", "<blockquote>",
                 "<code>"):
        assert part in content, content


def test_names_and_profiles_are_made_safe(stage, word):
    odd = stage.peer.actor(f"odd{word}")
    odd.extra = {"name": "<script>alert(1)</script>\u202eevil" + "x" * 5000,
                 "summary": "<script>x</script><p>fine</p>",
                 "url": "javascript:alert(1)", "icon": {"type": "Image", "url": "javascript:alert(1)"},
                 "attachment": [{"type": "PropertyValue", "name": "<b>n</b>", "value": "<script>v</script>ok"}] * 500}
    found = check(stage.ana.find(f"odd{word}@{stage.peer.domain}"), "Account")
    assert "<script" not in found["note"] and "fine" in found["note"] and found["url"].startswith("http")
    assert found["avatar"].startswith("http") and all("<script" not in f["value"] for f in found["fields"])
    assert len(found["display_name"]) <= 2048 and len(found["fields"]) <= 50


def test_a_warning_is_text(stage, word):
    activity = stage.peer.create(stage.mallory, word)
    activity["object"]["summary"] = "a < b & <b>c</b>"
    stage.accepted(activity)
    assert seen(stage, word)["spoiler_text"] in ("a < b & <b>c</b>", "a < b & c")


BODIES = {
    "not json": b"nonsense", "empty": b"", "null": b"null", "array": b"[]", "text": b'"x"', "number": b"1",
    "no type": b'{"id":"%(url)s/1","actor":"%(actor)s"}', "no actor": b'{"id":"%(url)s/1","type":"Create"}',
    "type is a number": b'{"id":"%(url)s/1","type":1,"actor":"%(actor)s","object":"x"}',
    "actor is an array": b'{"id":"%(url)s/1","type":"Like","actor":["%(actor)s","%(actor)s"],"object":"x"}',
    "id is an object": b'{"id":{},"type":"Like","actor":"%(actor)s","object":"x"}',
    "object is null": b'{"id":"%(url)s/1","type":"Like","actor":"%(actor)s","object":null}',
    "object is a number": b'{"id":"%(url)s/1","type":"Create","actor":"%(actor)s","object":5}',
    "object is empty": b'{"id":"%(url)s/1","type":"Create","actor":"%(actor)s","object":{}}',
    "deep arrays": b'{"a":' + b"[" * 200000 + b"]" * 200000 + b"}",
    "deep objects": b'{"a":' * 20000 + b"1" + b"}" * 20000,
    "40 levels": (b'{"id":"%(url)s/1","type":"Like","actor":"%(actor)s","object":' + b'{"object":' * 40 + b"1" +
                  b"}" * 41),
    "bad utf-8": b'{"id":"%(url)s/1","type":"Like","actor":"%(actor)s","object":"\xff\xfe"}',
    "duplicate keys": b'{"id":"%(url)s/1","type":"Like","type":"Delete","actor":"%(actor)s","object":"%(actor)s"}',
    "a NUL": b'{"id":"%(url)s/1\\u0000","type":"Like","actor":"%(actor)s","object":"x"}',
    "a lone surrogate": b'{"id":"%(url)s/1","type":"Like","actor":"%(actor)s","object":"\\ud800"}',
    "huge number": b'{"id":"%(url)s/1","type":"Like","actor":"%(actor)s","object":' + b"9" * 5000 + b"}",
    "10 000 recipients": b'{"id":"%(url)s/1","type":"Create","actor":"%(actor)s","to":[' + b",".join(
        b'"https://x.example/%d"' % i for i in range(10000)) + b'],"object":{"type":"Note","content":"x"}}',
}


@pytest.mark.parametrize("name", BODIES, ids=list(BODIES))
def test_a_misshapen_activity_does_no_harm(stage, name):
    body = BODIES[name].replace(b"%(url)s", stage.peer.url.encode()).replace(b"%(actor)s", stage.mallory.id.encode())
    answer = stage.send(body)
    assert answer.status_code in (202, *REFUSED), answer.text
    if name in ("not json", "empty", "null", "array", "text", "number", "deep arrays", "deep objects", "40 levels",
                "duplicate keys", "no type", "no actor", "bad utf-8"):
        assert answer.status_code in REFUSED
    assert stage.node.get("/health").status_code == 200


def test_a_body_over_a_mebibyte_is_413(stage, word):
    activity = stage.peer.create(stage.mallory, word + "x" * (1 << 20))
    assert stage.send(activity).status_code == 413
    assert stage.node.get("/health").status_code == 200


def test_another_kind_of_content_is_415(stage, word):
    for kind in ("text/plain", "application/json", "text/html"):
        assert stage.send(stage.peer.create(stage.mallory, word), content_type=kind).status_code in (400, 406, 415)
    for kind in ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
                 "application/activity+json; charset=utf-8"):
        stage.accepted(stage.peer.create(stage.mallory, word), content_type=kind)


def test_unknown_activities_are_accepted_and_ignored(stage):
    for kind in ("View", "Travel", "Listen", "EmojiReact", "Dislike", "SomethingNew"):
        answer = stage.send(stage.peer.activity(kind, stage.mallory, stage.ana_uri))
        assert answer.status_code == 202, kind


def test_unusual_but_legal_shapes_are_read(stage, word):
    create = stage.peer.create(stage.mallory, f"one {word}", to=["as:Public"])
    create["to"] = create["object"]["to"] = "as:Public"
    create["actor"] = {"id": stage.mallory.id, "type": "Person"}
    create["object"].update({"type": ["Note"], "contentMap": {"fr": f"one {word}"}, "sensitive": None,
                             "tag": {"type": "Hashtag", "name": f"#{word}", "href": "https://x.example"},
                             "attachment": None, "inReplyTo": None,
                             "published": datetime.datetime.now(datetime.timezone(
                                 datetime.timedelta(hours=2))).isoformat()})
    stage.accepted(create)
    status = seen(stage, f"one {word}")
    assert status["visibility"] == "public" and [t["name"].lower() for t in status["tags"]] == [word]
    only_map = stage.peer.create(stage.mallory, "")
    del only_map["object"]["content"]
    only_map["object"]["contentMap"] = {"fr": f"carte {word}"}
    stage.accepted(only_map)
    seen(stage, f"carte {word}")


def test_a_post_by_reference_is_fetched(stage, word):
    note = stage.peer.note(stage.mallory, f"fetched {word}")
    stage.accepted(stage.peer.activity("Create", stage.mallory, note["id"], to=note["to"], cc=note["cc"]))
    stage.accepted(stage.peer.activity("Announce", stage.trent, note["id"], to=[PUBLIC]), stage.trent)
    wait_for(lambda: stage.home(f"fetched {word}"), "the post is fetched")


FETCHED = {
    "another id": lambda note: dict(note, id=note["id"] + "x"),
    "another author's origin": lambda note: dict(note, attributedTo="https://elsewhere.example/users/x"),
    "no author": lambda note: {k: v for k, v in note.items() if k != "attributedTo"},
    "not a note": lambda note: {"id": note["id"], "type": "Collection"},
}


@pytest.mark.parametrize("how", FETCHED, ids=list(FETCHED))
def test_a_fetched_object_must_be_what_was_asked_for(stage, word, how):
    note = stage.peer.note(stage.mallory, word)
    stage.peer.objects[note["id"]] = FETCHED[how](note)
    assert stage.ben.get("/api/v2/search", q=note["id"], resolve="true")["statuses"] == []


def test_a_fetch_does_not_follow_where_it_may_not(stage, word):
    """Redirects to the node itself, to what nobody listed, in circles; bodies without end; wrong types."""
    peer, trap = stage.peer, Peer()

    def note(path):
        return json.dumps(peer.note(stage.mallory, word, note_id=peer.url + path)).encode()

    trap.note(trap.actor("t"), f"trapped {word}", note_id=trap.url + "/secret")
    kinds = {
        "/r/stranger": (302, "text/plain", b"", {"Location": trap.url + "/secret"}),
        "/r/self": (302, "text/plain", b"", {"Location": stage.node.url + "/api/v1/instance"}),
        "/r/loop": (302, "text/plain", b"", {"Location": peer.url + "/r/loop"}),
        "/r/file": (302, "text/plain", b"", {"Location": "file:///etc/passwd"}),
        "/r/huge": (200, "application/activity+json", b'{"x":"' + b"a" * (8 << 20) + b'"}', {}),
        "/r/html": (200, "text/html", note("/r/html"), {}),
        "/r/json": (200, "application/json", note("/r/json"), {}),
        "/r/error": (500, "text/plain", b"boom", {}),
    }
    peer.answers.update(kinds)
    for path in kinds:
        assert stage.ben.get("/api/v2/search", q=peer.url + path, resolve="true")["statuses"] == [], path
    assert trap.received == []
    trap.close()


@pytest.mark.plain
def test_a_slow_peer_holds_nobody_up(stage, word):
    stage.peer.answers["/slow"] = slow_not_found
    waiting = [threading.Thread(target=stage.ben.raw, args=("GET", "/api/v2/search"), kwargs={
        "params": {"q": stage.peer.url + "/slow", "resolve": "true"}}) for _ in range(12)]
    for thread in waiting:
        thread.start()
    started = time.monotonic()
    stage.ana.say(f"quick {word}")
    stage.ana.home()
    assert time.monotonic() - started < 2
    for thread in waiting:
        thread.join()


@pytest.mark.plain
def test_a_slow_peer_keeps_no_other_waiting(stage, word):
    """Requests with keys that the slow peer takes its time to show; meanwhile somebody new of another peer delivers."""
    for number in range(30):
        stage.peer.answers[f"/slow-key/{number}"] = slow_not_found
    waiting = [threading.Thread(target=stage.send, args=(stage.peer.create(stage.mallory, word),), kwargs={
        "key_id": f"{stage.peer.url}/slow-key/{number}#main-key"}) for number in range(30)]
    for thread in waiting:
        thread.start()
    new = stage.other.actor(f"new{word}")
    started = time.monotonic()
    stage.accepted(stage.other.activity("Like", new, stage.ana.say(word)["uri"]), new)
    assert time.monotonic() - started < 4
    for thread in waiting:
        thread.join()


def slow_not_found(_):
    time.sleep(4)
    return 404, "text/plain", b"", {}


def test_a_rotated_key_is_fetched_again(stage, word):
    turning = stage.peer.actor(f"turning{word}")
    stage.known(turning)
    stage.accepted(stage.peer.create(turning, f"before {word}"), turning)
    seen(stage, f"before {word}")
    turning.key = make_key()
    stage.accepted(stage.peer.create(turning, f"after {word}"), turning)
    seen(stage, f"after {word}")


def test_a_peer_without_instance_actor_is_allowed_and_unpinned(stage, word):
    plain_peer = Peer(instance_actor=False)
    stage.node.allow(plain_peer)
    stage.known(plain_peer.actor("simple"))
    simple = plain_peer.actors["simple"]
    stage.accepted(plain_peer.create(simple, f"simple {word}"), simple)
    seen(stage, f"simple {word}")
    lines = {line.split()[0]: line for line in stage.node.do("peer", "list").splitlines()}
    assert "unpinned" in lines[plain_peer.domain]
    wait_for(lambda: "unpinned" not in {line.split()[0]: line for line in stage.node.do("peer", "list").splitlines()}
             [stage.peer.domain], "the other one is pinned")
    plain_peer.close()


def test_a_pinned_instance_key_does_not_change_by_itself(stage, word):
    """Whoever takes over the address of a peer later has another key, and gets nothing with it."""
    peer = Peer()
    stage.node.allow(peer)
    status = stage.ana.say(f"public {word}")
    target = path_of(stage, status)
    assert peer.fetch(stage.node, target, peer.instance).status_code == 200
    wait_for(lambda: "unpinned" not in next(line for line in stage.node.do("peer", "list").splitlines()
                                            if line.startswith(peer.domain)), "its key is pinned")
    peer.instance.key = make_key()
    assert peer.fetch(stage.node, target, peer.instance).status_code in (401, 403)
    peer.close()


def test_the_node_is_whole_after_all_this(stage):
    stage.settled()
    stage.node.do("check")
    assert stage.node.process.poll() is None
