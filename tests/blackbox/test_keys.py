"""The forms in which nodes name their keys, each with the rule that the actor names the key in return; and queries that
one side signs and the other does not."""

import base64
import email.utils
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding

from node import Node, plain, wait_for
from peer import CONTEXT, TYPE, Peer, digest_of, pem_of, sign

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def multibase(key):
    """An Ed25519 public key as a Multikey writes it."""
    raw = b"\xed\x01" + key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "z" + digits


class Stage:
    def __init__(self):
        self.node, self.peer = Node(), Peer()
        self.node.init()
        self.node.serve()
        self.node.do("peer", "add", self.peer.domain, "--url", self.peer.url)
        self.ana = self.node.person("ana")


@pytest.fixture(scope="module")
def stage():
    made = Stage()
    yield made
    made.peer.close()
    made.node.close()


def serve(peer, path, document):
    peer.answers[path] = (200, TYPE, json.dumps({"@context": CONTEXT, **document}).encode(), {})


def arrives(stage, actor, word, **more):
    answer = stage.peer.deliver(stage.node, stage.peer.create(actor, f"said {word}"), actor, **more)
    if answer.status_code == 202:
        wait_for(lambda: any(f"said {word}" in plain(s["content"])
                             for s in stage.ana.get("/api/v1/timelines/public", limit=40)), "it arrives")
    return answer.status_code


def pem_key(actor):
    return {"id": actor.key_id, "owner": actor.id, "publicKeyPem": pem_of(actor.key)}


@pytest.mark.parametrize("fragment", ["#main-key", "#key", "#rsa-2026"])
def test_a_key_named_by_a_fragment(stage, word, fragment):
    actor = stage.peer.actor(word)
    actor.key_id = actor.id + fragment
    assert arrives(stage, actor, word) == 202


def test_a_stub_of_the_actor_at_the_address_of_the_key(stage, word):
    """GoToSocial: …/main-key answers a stub under the actor's id; the whole actor names that key."""
    actor = stage.peer.actor(word)
    actor.key_id = actor.id + "/main-key"
    serve(stage.peer, actor.path + "/main-key", {"id": actor.id, "type": "Person", "preferredUsername": word,
                                                 "publicKey": pem_key(actor)})
    assert arrives(stage, actor, word) == 202


def test_a_stub_that_its_actor_does_not_know(stage, word):
    actor, thief = stage.peer.actor(word), stage.peer.actor(word + "x")
    thief.key_id, thief.id = actor.id + "/main-key", actor.id
    serve(stage.peer, actor.path + "/main-key", {"id": actor.id, "type": "Person", "preferredUsername": word,
                                                 "publicKey": pem_key(thief)})
    assert arrives(stage, thief, word) == 401


def test_a_key_with_a_query(stage, word):
    """As WordPress has them: the query tells whose document it is."""
    actor = stage.peer.actor(word)
    actor.id, actor.path = f"{stage.peer.url}/{word}/?author=1", f"/{word}/"
    actor.key_id = actor.id + "#main-key"
    actor.extra = {"inbox": f"{stage.peer.url}/{word}/inbox", "followers": f"{stage.peer.url}/{word}/followers"}
    assert arrives(stage, actor, word) == 202
    other = stage.peer.actor(word + "q")
    other.key_id = other.id + "?key=main"
    assert arrives(stage, other, word + "q") == 202, "or which of its keys"


@pytest.mark.parametrize("named", ["embedded", "linked"])
def test_a_document_of_a_key(stage, word, named):
    actor = stage.peer.actor(word)
    actor.key_id = f"{stage.peer.url}/keys/{word}"
    serve(stage.peer, f"/keys/{word}", pem_key(actor))
    if named == "linked":
        actor.extra = {"publicKey": actor.key_id}
    assert arrives(stage, actor, word) == 202


def test_a_document_of_a_key_that_nobody_names(stage, word):
    actor = stage.peer.actor(word)
    stray = f"{stage.peer.url}/keys/{word}"
    serve(stage.peer, f"/keys/{word}", dict(pem_key(actor), id=stray))
    assert arrives(stage, actor, word, key_id=stray) == 401
    serve(stage.peer, f"/keys/{word}x", dict(pem_key(actor), id=stray + "y"))
    assert arrives(stage, actor, word, key_id=stray + "x") == 401, "or that is another than was asked for"


class Ed25519:
    """Signs as peer.py's keys do; what it is given besides the text is for RSA."""

    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()

    def sign(self, text, *_):
        return self.key.sign(text)


@pytest.mark.parametrize("named", ["embedded", "linked", "not at all", "by another"])
def test_a_multikey_of_its_own(stage, word, named):
    actor, key = stage.peer.actor(word), Ed25519()
    multikey = {"id": f"{stage.peer.url}/multikeys/{word}", "type": "Multikey", "controller": actor.id,
                "publicKeyMultibase": multibase(key.key)}
    if named == "by another":
        multikey["controller"] = stage.peer.actor(word + "x").id
    serve(stage.peer, f"/multikeys/{word}", multikey)
    if named != "not at all":
        actor.extra = {"assertionMethod": [multikey if named == "embedded" else multikey["id"]]}
    activity = stage.peer.create(actor, f"said {word}")
    body = json.dumps(activity).encode()
    names = ("(request-target)", "host", "date", "digest", "content-type")
    headers = {"host": stage.node.domain, "date": email.utils.formatdate(usegmt=True), "digest": digest_of(body),
               "content-type": TYPE}
    signature = sign(key, multikey["id"], "POST", "/inbox", headers, names).replace("rsa-sha256", "hs2019")
    answer = stage.peer.deliver(stage.node, activity, actor, body=body, signature=signature, date=headers["date"])
    assert answer.status_code == (202 if named in ("embedded", "linked") else 401), answer.text


def test_a_query_that_is_not_signed(stage, word):
    """Of ours: older servers sign the path alone."""
    actor = stage.peer.actor(word)
    headers = {"host": stage.node.domain, "date": email.utils.formatdate(usegmt=True), "digest": digest_of(b""),
               "accept": TYPE}
    target = f"/u/{stage.ana.id}/outbox"
    for signed in (target + "?page=true", target):
        headers["signature"] = sign(actor.key, actor.key_id, "GET", signed, headers,
                                    ("(request-target)", "host", "date", "digest"))
        answer = stage.node.request("GET", target + "?page=true", headers=headers)
        assert answer.status_code == 200, answer.text
    headers["signature"] = sign(actor.key, actor.key_id, "GET", target + "?page=false", headers,
                                ("(request-target)", "host", "date", "digest"))
    assert stage.node.request("GET", target + "?page=true", headers=headers).status_code == 401


def test_a_query_that_is_not_read(stage, word):
    """Of theirs: what was refused with its query is asked for once without."""
    actor = stage.peer.actor(word)
    note = stage.peer.note(actor, f"said {word}", note_id=f"{stage.peer.url}/odd/{word}?id=7")
    asked = []

    def strict(request):
        lines = [f"(request-target): get {request.target.split('?')[0]}" if name == "(request-target)" else
                 f"{name}: {request.headers[name]}" for name in request.signature["headers"].split()]
        asked.append(request)
        try:
            key = serialization.load_pem_public_key(
                json.loads(stage.node.request("GET", "/actor", headers={"accept": TYPE}).text)
                ["publicKey"]["publicKeyPem"].encode())
            key.verify(base64.b64decode(request.signature["signature"]), "\n".join(lines).encode(),
                       padding.PKCS1v15(), hashes.SHA256())
        except Exception:
            return 401, "text/plain", b"", {}
        return 200, TYPE, json.dumps({"@context": CONTEXT, **note}).encode(), {}

    stage.peer.answers[f"/odd/{word}"] = strict
    found = stage.ana.get("/api/v2/search", q=note["id"], resolve="true")["statuses"]
    assert len(found) == 1 and len(asked) == 2 and asked[1].target.endswith("?id=7")
