"""Followers synchronisation (FEP-8fcf) between a node and a peer of other hands, both ways."""

import hashlib
import json
import re
import shutil
from urllib.parse import urlsplit

import pytest

from node import pair, wait_for
from peer import CONTEXT, TYPE
from test_hostile import Stage

HEADER = "collection-synchronization"
NAMES = ("(request-target)", "host", "date", "digest", "content-type", HEADER)


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


def path_of(uri):
    return urlsplit(uri).path


def digest_of(ids):
    total = bytes(32)
    for one in ids:
        total = bytes(a ^ b for a, b in zip(total, hashlib.sha256(one.encode()).digest()))
    return total.hex()


def said(request):
    return dict(re.findall(r'(\w+)="([^"]*)"', request.headers[HEADER]))


def tell(stage, actor, followers, url=None, names=NAMES, collection=None):
    """The actor posts to his followers and says who they are; his node lists them at the address."""
    url = url or f"{actor.id}/sync"
    peer = actor.peer
    peer.answers[path_of(url)] = (200, TYPE, json.dumps(
        {"@context": CONTEXT, "id": url, "type": "OrderedCollection", "orderedItems": followers}).encode(), {})
    header = f'collectionId="{collection or actor.id + "/followers"}", url="{url}", digest="{digest_of(followers)}"'
    note = peer.create(actor, "hello", to=[actor.id + "/followers"], cc=[])
    stage.accepted(note, actor, headers={HEADER: header}, names=names)


def asked(peer, actor):
    with peer.lock:
        return [r for r in peer.received if r.method == "GET" and r.target == path_of(f"{actor.id}/sync")]


def follows(stage, actor):
    return stage.ana.relationship(stage.ids[actor.name])["following"]


def test_a_delivery_says_who_follows_and_tells_their_node(stage):
    node, peer, fans = stage.node, stage.peer, [stage.peer.actor(name) for name in ("fan1", "fan2")]
    elsewhere = stage.other.actor("fan3")
    for fan in (*fans, elsewhere):
        stage.accepted(fan.peer.activity("Follow", fan, stage.ana_uri), fan)
        wait_for(lambda: [a for a in fan.peer.inbox("Accept") if a["object"]["actor"] == fan.id], "accepted")
    stage.ana.say("for followers", visibility="private")
    post = wait_for(lambda: [r for r in peer.received if r.method == "POST" and r.activity["type"] == "Create"],
                    "the post arrives")[0]
    assert HEADER in post.signature["headers"].split(), "the header is signed"
    post.verify(node.get(path_of(stage.ana_uri), headers={"Accept": TYPE}).json()["publicKey"]["publicKeyPem"])
    assert said(post) == {"collectionId": stage.ana_uri + "/followers",
                          "url": stage.ana_uri + "/followers_synchronization",
                          "digest": digest_of([fan.id for fan in fans])}
    page = path_of(said(post)["url"])
    for signer in (fans[0], peer.instance):
        listed = peer.fetch(node, page, signer)
        assert listed.status_code == 200 and sorted(listed.json()["orderedItems"]) == sorted(f.id for f in fans)
    assert stage.other.fetch(node, page, elsewhere).json()["orderedItems"] == [elsewhere.id]
    assert node.get(page, headers={"Accept": TYPE}).status_code == 401
    assert node.cli("check").returncode == 0


def test_who_is_not_listed_any_more_does_not_follow(stage):
    assert follows(stage, stage.mallory)
    tell(stage, stage.mallory, [stage.ana_uri])
    assert follows(stage, stage.mallory) and not asked(stage.peer, stage.mallory), "what agrees costs nothing"
    tell(stage, stage.mallory, [])
    wait_for(lambda: not follows(stage, stage.mallory), "the follow that is not there ends here too")
    assert follows(stage, stage.trent) and follows(stage, stage.victim), "others have their own say"
    asked(stage.peer, stage.mallory)[0].verify(
        stage.node.get("/actor", headers={"Accept": TYPE}).json()["publicKey"]["publicKeyPem"])


def test_who_is_listed_and_does_not_follow_says_so(stage):
    ben = next(link["href"] for link in stage.node.get(
        "/.well-known/webfinger", params={"resource": f"acct:ben@{stage.node.domain}"}).json()["links"]
        if link["rel"] == "self")
    tell(stage, stage.mallory, [stage.ana_uri, ben])
    undo = wait_for(lambda: stage.peer.inbox("Undo"), "the Undo arrives")[0]
    assert undo["actor"] == ben and undo["object"]["type"] == "Follow"
    assert undo["object"]["actor"] == ben and undo["object"]["object"] == stage.mallory.id
    assert follows(stage, stage.mallory)


def test_nobody_speaks_for_others_and_leads_elsewhere(stage):
    tell(stage, stage.mallory, [], url=f"{stage.other.url}/sync")
    tell(stage, stage.mallory, [], url=f"{stage.node.url}/sync")
    tell(stage, stage.mallory, [], collection=stage.trent.id + "/followers")
    tell(stage, stage.mallory, [], names=NAMES[:-1])
    # Jobs run in order: when this one is through, nothing of the others is to come.
    tell(stage, stage.trent, [])
    wait_for(lambda: not follows(stage, stage.trent), "his own followers he may speak for")
    assert follows(stage, stage.mallory) and follows(stage, stage.victim)
    assert not asked(stage.peer, stage.mallory)
    with stage.other.lock:
        assert not [r for r in stage.other.received if r.target == "/sync"]


def test_a_list_that_is_not_what_was_announced_ends_nothing(stage):
    tell(stage, stage.mallory, [])
    stage.peer.answers[path_of(f"{stage.mallory.id}/sync")] = (200, TYPE, json.dumps(
        {"@context": CONTEXT, "id": f"{stage.mallory.id}/sync", "type": "OrderedCollection",
         "orderedItems": ["https://nobody.example/"]}).encode(), {})
    wait_for(lambda: asked(stage.peer, stage.mallory), "it is asked for")
    tell(stage, stage.trent, [])
    wait_for(lambda: not follows(stage, stage.trent), "another's is believed")
    assert follows(stage, stage.mallory)
    tell(stage, stage.mallory, [])
    stage.settled()
    assert len(asked(stage.peer, stage.mallory)) == 1, "and not asked for again for five minutes"


def test_a_sibling_that_was_restored_from_a_copy_finds_its_followers_again(new_node, word):
    """What two nodes of ours know of each other's follows agrees again after one of them lost a day."""
    a, b = new_node("A"), new_node("B")
    pair(a, b)
    ana, ben, cleo = a.person("ana"), a.person("ben"), b.person("cleo")
    ana.follow(cleo)
    copies = {}
    for node in (a, b):
        node.stop()
        copies[node] = f"{node.folder}/copy"
        shutil.copytree(node.data, copies[node])
        node.serve()
    ben.follow(cleo)

    def restore(node):
        node.stop()
        shutil.rmtree(node.data)
        shutil.copytree(copies[node], node.data)
        node.serve()

    restore(b)
    account = ben.find(cleo.handle)
    assert ben.relationship(account["id"])["following"], "he thinks that he follows"
    cleo.say(f"{word} one", visibility="private")
    ana.sees(f"{word} one")
    wait_for(lambda: not ben.relationship(account["id"])["following"], "and learns that he does not")
    assert ana.relationship(ana.find(cleo.handle)["id"])["following"]

    ben.follow(cleo)
    restore(a)
    cleo.say(f"{word} two", visibility="private")
    ana.sees(f"{word} two")
    wait_for(lambda: cleo.get(f"/api/v1/accounts/{cleo.id}")["followers_count"] == 1, "a follow nobody knows of ends")
    assert [f["username"] for f in cleo.get(f"/api/v1/accounts/{cleo.id}/followers")] == ["ana"]
    for node in (a, b):
        assert node.cli("check").returncode == 0
