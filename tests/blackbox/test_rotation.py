"""New keys for a person of ours: peers of all kinds go on hearing her, and nobody believes the former keys for ever."""

import platform

import pytest

from node import Node, session, wait_for
from peer import TYPE, Peer
from test_fedify import Fedify


@pytest.fixture(scope="module")
def world():
    class World:
        here, there, peer = Node("Here").init(), Node("There").init(), Peer()

    for node, other in ((World.here, World.there), (World.there, World.here)):
        node.do("config", "set", "limits.rate", "off")
        node.do("peer", "add", other.domain, "--url", other.url)
        node.serve()
    World.here.do("peer", "add", World.peer.domain, "--url", World.peer.url)
    World.ana, World.ben = World.here.person("ana"), World.there.person("ben")
    World.me = f"{World.here.url}/u/{World.ana.id}"
    account = World.ben.find(World.ana.handle)
    World.ben.post(f"/api/v1/accounts/{account['id']}/follow")
    reader = World.peer.actor("reader")
    World.peer.deliver(World.here, World.peer.activity("Follow", reader, World.me), reader)
    wait_for(lambda: World.peer.inbox("Accept") and World.ben.relationship(account["id"])["following"], "both follow")
    yield World
    for made in (World.here, World.there, World.peer):
        made.close()


def keys_of(world):
    document = session().get(world.me, headers={"Accept": TYPE}).json()
    keys = document["publicKey"] if isinstance(document["publicKey"], list) else [document["publicKey"]]
    return {key["id"]: key["publicKeyPem"] for key in keys}, [key["id"] for key in document["assertionMethod"]]


def requests_with(peer, text):
    return [r for r in peer.received if r.method == "POST" and text.encode() in r.body]


def test_peers_go_on_hearing_her(world, word):
    (old, old_pem), = keys_of(world)[0].items()
    world.ana.say(f"{word} before")
    world.ben.sees(f"{word} before")
    world.here.do("user", "rotate-keys", "ana")
    keys, proof_keys = keys_of(world)
    assert len(keys) == 2 and old in keys and len(proof_keys) == 2
    new = next(key for key in keys if key != old)
    world.ana.say(f"{word} after")
    world.ben.sees(f"{word} after")
    update = wait_for(lambda: requests_with(world.peer, new), "the Update")[0]
    assert update.activity["type"] == "Update" and update.signature["keyId"] == old
    update.verify(old_pem)
    create = wait_for(lambda: requests_with(world.peer, f"{word} after"), "the next post")[0]
    assert create.signature["keyId"] == new
    create.verify(keys[new])


def test_a_second_change_waits_or_is_at_once(world, word):
    before = keys_of(world)[0]
    done = world.here.cli("user", "rotate-keys", "ana")
    assert done.returncode == 1 and "48 hours" in done.stderr and done.stderr.count("\n") == 1
    world.here.do("user", "rotate-keys", "ana", "--at-once")
    after, proof_keys = keys_of(world)
    assert len(after) == 1 and not set(after) & set(before) and len(proof_keys) == 1
    world.ana.say(f"{word} safe again")
    world.ben.sees(f"{word} safe again")
    assert world.here.cli("user", "rotate-keys", "nobody").returncode == 1


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the lock file names the Node of x86-64")
def test_fedify_goes_on_hearing_her(world, word):
    fay = Fedify()
    try:
        world.here.do("peer", "add", fay.domain, "--url", fay.url)
        fay.do("follow", id=world.me)
        fay.gets("Accept")
        world.ana.say(f"{word} before")
        fay.gets("Create", lambda a: f"{word} before" in a["object"]["content"])
        world.here.do("user", "rotate-keys", "ana", "--at-once")
        world.ana.say(f"{word} after")
        fay.gets("Create", lambda a: f"{word} after" in a["object"]["content"])
    finally:
        fay.close()
