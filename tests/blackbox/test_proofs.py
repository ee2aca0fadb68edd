"""Integrity proofs (FEP-8b32, eddsa-jcs-2022): ours as others check them, those of others brought by a third node. The
proofs are made and checked here by code of its own, and by Fedify."""

import base64
import hashlib
import itertools
import json
import platform
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from node import Node, session, wait_for
from peer import CONTEXT, TYPE, Peer, now
from test_fedify import Fedify

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CONTEXTS = CONTEXT + ["https://w3id.org/security/data-integrity/v1"]


def to_multibase(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = DIGITS[digit] + text
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def of_multibase(text, size):
    assert text[0] == "z"
    number = 0
    for digit in text[1:]:
        number = number * 58 + DIGITS.index(digit)
    return number.to_bytes(size, "big")


def canonical(value):
    """RFC 8785, as far as the documents here need it: no numbers but integers, no keys beyond the basic plane."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hashed(document, statement):
    return hashlib.sha256(canonical(statement)).digest() + hashlib.sha256(canonical(document)).digest()


def check(activity, multikey):
    """Insists that the activity carries the proof of that key."""
    document, statement = dict(activity), dict(activity["proof"])
    del document["proof"]
    value = of_multibase(statement.pop("proofValue"), 64)
    assert (statement["type"], statement["cryptosuite"]) == ("DataIntegrityProof", "eddsa-jcs-2022")
    assert statement["proofPurpose"] == "assertionMethod" and statement["verificationMethod"] == multikey["id"]
    assert statement["@context"] == document["@context"]
    raw = of_multibase(multikey["publicKeyMultibase"], 34)
    assert raw[:2] == b"\xed\x01"
    ed25519.Ed25519PublicKey.from_public_bytes(raw[2:]).verify(value, hashed(document, statement))


class Prover:
    """An actor of a peer with a key for proofs."""

    def __init__(self, peer, name):
        self.peer, self.actor = peer, peer.actor(name)
        self.new_key("ed25519-key")

    def new_key(self, fragment):
        self.key = ed25519.Ed25519PrivateKey.generate()
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key_id = f"{self.actor.id}#{fragment}"
        self.actor.extra["assertionMethod"] = [{
            "id": self.key_id, "type": "Multikey", "controller": self.actor.id,
            "publicKeyMultibase": to_multibase(b"\xed\x01" + raw)}]

    def prove(self, activity):
        document = {**activity, "@context": CONTEXTS}
        statement = {"@context": CONTEXTS, "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022",
                     "proofPurpose": "assertionMethod", "verificationMethod": self.key_id, "created": now()}
        value = to_multibase(self.key.sign(hashed(document, statement)))
        return {**document, "proof": {**statement, "proofValue": value}}


@pytest.fixture(scope="module")
def home():
    made = Peer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def bringer():
    made = Peer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def node(home, bringer):
    made = Node("Head office").init()
    made.do("config", "set", "limits.rate", "off")
    for peer in (home, bringer):
        made.do("peer", "add", peer.domain, "--url", peer.url)
    yield made.serve()
    made.close()


@pytest.fixture(scope="module")
def ana(node):
    return node.person("ana")


@pytest.fixture(scope="module")
def messenger(bringer):
    return bringer.actor("messenger")


@pytest.fixture(scope="module")
def carol(home):
    return Prover(home, "carol")


def followed(node, ana, peer, actor):
    """The actor follows ana, so that what she says goes there."""
    me = f"{node.url}/u/{ana.id}"
    assert peer.deliver(node, peer.activity("Follow", actor, me), actor).status_code == 202
    wait_for(lambda: peer.inbox("Accept"), "the follow is accepted")
    return me


def test_what_we_send_is_proved(node, ana, bringer, messenger, word):
    me = followed(node, ana, bringer, messenger)
    multikey = session().get(me, headers={"Accept": TYPE}).json()["assertionMethod"][0]
    assert multikey["controller"] == me
    status = ana.say(f"{word} é 𝄞 \u2028 \"quoted\"", spoiler_text="cw")
    path = f"/api/v1/statuses/{status['id']}"
    # One after the other: what is changed before it was sent is not sent.
    for kind, act in (("Create", lambda: None), ("Update", lambda: ana.put(path, status=f"{word} edited")),
                      ("Delete", lambda: ana.delete(path))):
        act()
        activity = wait_for(lambda: bringer.inbox(kind), kind)[-1]
        check(activity, multikey)
        changed = json.loads(json.dumps(activity).replace(word, "another"))
        changed["to"] = []
        with pytest.raises(InvalidSignature):
            check(changed, multikey)
    kept = ana.say(f"{word} kept")
    sent = wait_for(lambda: [a for a in bringer.inbox("Create") if f"{word} kept" in a["object"]["content"]], "it goes out")[0]
    served = bringer.fetch(node, sent["id"].removeprefix(node.url), messenger)
    assert served.status_code == 200 and served.json() == sent, "what is served at the id is what was sent"
    ana.delete(f"/api/v1/statuses/{kept['id']}")


def seen(ana, word):
    return [s for s in ana.get("/api/v1/timelines/public") if word in s["content"]]


def test_a_proved_activity_may_come_by_another(node, ana, home, bringer, messenger, carol, word):
    create = carol.prove(home.create(carol.actor, f"<p>{word} é 𝄞</p>"))
    assert bringer.deliver(node, create, messenger).status_code == 202
    found = wait_for(lambda: seen(ana, word), "the post is there")[0]
    assert found["account"]["acct"] == f"carol@{home.domain}"
    assert bringer.deliver(node, create, messenger).status_code == 202
    assert len(seen(ana, word)) == 1, "brought twice, there once"


def test_a_new_key_is_asked_for(node, ana, home, bringer, messenger, carol, word):
    carol.new_key("next-key")
    create = carol.prove(home.create(carol.actor, f"<p>{word}</p>"))
    assert bringer.deliver(node, create, messenger).status_code == 202
    wait_for(lambda: seen(ana, word), "the post is there")


FORGERIES = {
    "no proof": lambda carol, proved: {k: v for k, v in proved.items() if k != "proof"},
    "changed text": lambda carol, proved: {**proved, "object": {**proved["object"], "content": "<p>forged</p>"}},
    "a further recipient": lambda carol, proved: {**proved, "to": proved["to"] + ["https://elsewhere.example/u/1"]},
    "a further member": lambda carol, proved: {**proved, "summary": "<p>forged</p>"},
    "an old date": lambda carol, proved: {**proved, "proof": {**proved["proof"], "created": "2020-01-01T00:00:00Z"}},
    "another purpose": lambda carol, proved: {**proved, "proof": {**proved["proof"], "proofPurpose": "authentication"}},
    "an expired proof": lambda carol, proved: {**proved, "proof": {**proved["proof"], "expires": "2020-01-01T00:00:00Z"}},
    "two proofs": lambda carol, proved: {**proved, "proof": [proved["proof"], proved["proof"]]},
    "an empty value": lambda carol, proved: {**proved, "proof": {**proved["proof"], "proofValue": "z"}},
    "no id": lambda carol, proved: carol.prove({k: v for k, v in proved.items() if k not in ("proof", "id")}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_proofs_have_no_effect(node, ana, home, bringer, messenger, carol, word, forgery):
    proved = carol.prove(home.create(carol.actor, f"<p>{word}</p>"))
    answer = bringer.deliver(node, FORGERIES[forgery](carol, proved), messenger)
    assert answer.status_code in (400, 401, 403), answer.text
    assert not seen(ana, word) and not seen(ana, "forged")


def test_nobody_proves_for_another(node, ana, home, bringer, messenger, carol, word):
    mallory = Prover(home, f"{word}m")
    create = mallory.prove(home.create(carol.actor, f"<p>{word}</p>"))
    assert bringer.deliver(node, create, messenger).status_code in (401, 403)
    foreign = Prover(bringer, f"{word}f")
    create = foreign.prove(home.create(carol.actor, f"<p>{word}</p>"))
    assert bringer.deliver(node, create, messenger).status_code in (401, 403)
    assert not seen(ana, word)


def test_an_unlisted_actor_is_not_brought(node, ana, bringer, messenger, word):
    stranger = Peer()
    try:
        eve = Prover(stranger, "eve")
        create = eve.prove(stranger.create(eve.actor, f"<p>{word}</p>"))
        assert bringer.deliver(node, create, messenger).status_code == 403
        assert not stranger.received, "nothing is asked of it"
        assert not seen(ana, word)
    finally:
        stranger.close()


def test_an_answer_that_is_hearsay_is_asked_for(node, ana, home, bringer, messenger, carol, word):
    status = ana.say(f"{word} question")
    create = home.create(carol.actor, f"<p>{word} answer</p>", inReplyTo=status["uri"])
    forged = {**create, "object": {**create["object"], "content": f"<p>{word} forged</p>"}}
    assert bringer.deliver(node, forged, messenger).status_code == 202
    answers = wait_for(lambda: ana.get(f"/api/v1/statuses/{status['id']}/context")["descendants"], "the answer")
    assert [a["content"] for a in answers] == [f"<p>{word} answer</p>"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the lock file names the Node of x86-64")
class TestFedify:
    @pytest.fixture(scope="class")
    def fay(self, node):
        made = Fedify()
        node.do("peer", "add", made.domain, "--url", made.url)
        yield made
        made.close()

    def test_fedify_believes_our_proof(self, node, ana, fay, bringer, messenger, word):
        """It is posted to Fedify without any signature: only the proof speaks for it."""
        ana.say(f"{word} proved")
        found = lambda r: r.method == "POST" and f"{word} proved".encode() in r.body
        body = wait_for(lambda: next(filter(found, bringer.received), None), "it goes out").body
        changed = body.replace(b"proved", b"forged")
        assert session().post(fay.url + "/inbox", data=changed, headers={"Content-Type": TYPE}).status_code == 401
        assert session().post(fay.url + "/inbox", data=body, headers={"Content-Type": TYPE}).status_code == 202
        got = fay.gets("Create", lambda a: word in a["object"]["content"])
        assert got["actor"] == f"{node.url}/u/{ana.id}" and "forged" not in str(fay.received("Create"))

    def test_we_believe_the_proof_of_fedify(self, node, ana, fay, bringer, messenger, word):
        made = fay.do("create", number=f"{word}-1", text=f"<p>{word} from fay</p>", to="public", also=[messenger.id])
        found = lambda r: r.method == "POST" and f"{word} from fay".encode() in r.body
        body = wait_for(lambda: next(filter(found, bringer.received), None), "Fedify delivers").body
        assert json.loads(body)["proof"]["cryptosuite"] == "eddsa-jcs-2022"
        changed = body.replace(b"from fay", b"forged")
        assert bringer.deliver(node, changed, messenger).status_code in (401, 403)
        assert bringer.deliver(node, body, messenger).status_code == 202
        wait_for(lambda: seen(ana, f"{word} from fay"), "the post is there")
        assert seen(ana, word)[0]["uri"] == made["object"]


# Requests signed with Ed25519 (RFC 9421).

def message_headers(key, key_id, method, url, body):
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    parameters = f'("@method" "@target-uri" "content-digest");created={int(time.time())};keyid="{key_id}"'
    base = f'"@method": {method}\n"@target-uri": {url}\n"content-digest": {digest}\n"@signature-params": {parameters}'
    return {"Signature-Input": f"sig1={parameters}", "Content-Digest": digest, "Content-Type": TYPE,
            "Signature": f"sig1=:{base64.b64encode(key.sign(base.encode())).decode()}:"}


def knock(node, prover, activity, **changes):
    body, url = json.dumps(activity).encode(), node.url + "/inbox"
    headers = message_headers(prover.key, changes.get("key_id", prover.key_id), "POST", url, body)
    return session().post(url, data=body, headers=headers)


def test_who_signs_with_rsa_learns_that_ed25519_will_do(node, home, carol, word):
    create = home.create(carol.actor, f"<p>{word}</p>")
    assert 'alg="ed25519"' in home.deliver(node, create, carol.actor).headers["Accept-Signature"]
    answer = knock(node, carol, home.create(carol.actor, f"<p>{word}</p>"))
    assert answer.status_code == 202 and "Accept-Signature" not in answer.headers


def test_a_delivery_signed_with_ed25519_is_taken(node, ana, home, word):
    dora = Prover(home, f"{word}d")
    for number in (1, 2):
        assert knock(node, dora, home.create(dora.actor, f"<p>{word} {number}</p>")).status_code == 202
        wait_for(lambda: seen(ana, f"{word} {number}"), "the post is there")
    dora.new_key("another")
    assert knock(node, dora, home.create(dora.actor, f"<p>{word} 3</p>")).status_code == 202, "a new key is asked for"
    forged = home.create(dora.actor, f"<p>{word} forged</p>")
    dora.key = ed25519.Ed25519PrivateKey.generate()
    assert knock(node, dora, forged).status_code == 401
    assert knock(node, dora, forged, key_id=dora.actor.key_id).status_code == 401, "nor as if it were the RSA key"
    assert not seen(ana, "forged")


def test_we_sign_with_ed25519_for_who_asks(node, word):
    ben, peer = node.person(f"{word}b"), Peer()
    wish = {"Accept-Signature": 'sig1=("@method" "@target-uri" "content-digest");created;alg="ed25519"'}
    try:
        node.do("peer", "add", peer.domain, "--url", peer.url)
        me = followed(node, ben, peer, peer.actor("reader"))
        multikey = session().get(me, headers={"Accept": TYPE}).json()["assertionMethod"][0]

        def deliveries(number):
            ben.say(f"{word} {number}")
            found = lambda: [r for r in peer.received if r.method == "POST" and f"{word} {number}".encode() in r.body]
            wait_for(found, f"delivery {number}")
            return found()

        assert "#main-key" in deliveries(1)[0].headers["signature"], "at first as everybody reads it"
        peer.answers["/inbox"] = (202, TYPE, b"", wish)
        numbers = itertools.count(2)
        request = wait_for(lambda: next((r for r in deliveries(next(numbers)) if "signature-input" in r.headers), None),
                           "it does as it was asked")
        parameters = request.headers["signature-input"].removeprefix("sig1=")
        assert f'keyid="{multikey["id"]}"' in parameters
        parts = {**request.headers, "@method": "POST", "@target-uri": f"{peer.url}/inbox"}
        base = "".join(f'"{name}": {parts[name]}\n' for name in parameters[2:parameters.index('")')].split('" "'))
        base += f'"@signature-params": {parameters}'
        value = base64.b64decode(request.headers["signature"].removeprefix("sig1=:").removesuffix(":"))
        raw = of_multibase(multikey["publicKeyMultibase"], 34)[2:]
        ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(value, base.encode())
        peer.answers["/inbox"] = lambda r: (401 if "signature-input" in r.headers else 202, TYPE, b"", {})
        deliveries("last")
        knocks = lambda: [r for r in peer.received if r.method == "POST" and f"{word} last".encode() in r.body]
        first, second = wait_for(lambda: knocks() if len(knocks()) == 2 else None, "both knocks")
        assert "signature-input" in first.headers and "#main-key" in second.headers["signature"]
    finally:
        peer.close()
