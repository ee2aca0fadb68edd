"""A peer that signs by RFC 9421: its first knock is taken, and whatever is not covered or not true is refused."""

import base64
import hashlib
import json
import re
import time

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from node import Node, wait_for
from peer import Peer, make_key

TYPE = "application/activity+json"
COVERED = ("@method", "@target-uri", "content-digest")


def content_digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def message_headers(actor, method, url, body=b"", *, covered=COVERED, created=None, key=None, digest=None, signed_url=None):
    """Content-Digest, Signature-Input and Signature (RFC 9421 section 3.1)."""
    values = {"@method": method, "@target-uri": signed_url or url, "content-digest": digest or content_digest(body)}
    parameters = "({});created={};keyid=\"{}\"".format(" ".join(f'"{name}"' for name in covered),
                                                       int(time.time()) if created is None else created, actor.key_id)
    base = "\n".join([f'"{name}": {values[name]}' for name in covered] + [f'"@signature-params": {parameters}'])
    signature = (key or actor.key).sign(base.encode(), padding.PKCS1v15(), hashes.SHA256())
    headers = {"Signature-Input": f"sig1={parameters}",
               "Signature": f"sig1=:{base64.b64encode(signature).decode()}:", "Accept": TYPE}
    if method == "POST":
        headers.update({"Content-Digest": values["content-digest"], "Content-Type": TYPE})
    return headers


class Stage:
    def __init__(self):
        self.node = Node("Target").init()
        self.node.serve()
        self.peer = Peer()
        self.node.allow(self.peer)
        self.ana = self.node.person("ana")
        self.mallory = self.peer.actor("mallory")

    def create(self, word):
        note = self.peer.create(self.mallory, word)
        return json.dumps(note).encode()

    def post(self, body, **options):
        url = self.node.url + "/inbox"
        return requests.post(url, data=body, headers=message_headers(self.mallory, "POST", url, body, **options), timeout=20)

    def seen(self, word):
        return [s for s in self.ana.get("/api/v1/timelines/public") if word in s["content"]]


@pytest.fixture(scope="module")
def stage():
    made = Stage()
    yield made
    made.peer.close()
    made.node.close()


def test_the_first_knock_is_taken(stage):
    assert stage.post(stage.create("knock9421")).status_code == 202
    wait_for(lambda: stage.seen("knock9421"), "the post is there")


REFUSALS = {
    "another body under the digest": {"digest": content_digest(b"{}")},
    "no digest covered": {"covered": ("@method", "@target-uri")},
    "no method covered": {"covered": ("@target-uri", "content-digest")},
    "another address": {"signed_url": "https://elsewhere.example/inbox"},
    "an old signature": {"created": 1700000000},
    "one of tomorrow": {"created": int(time.time()) + 86400},
    "another key": {"key": make_key()},
}


@pytest.mark.parametrize("what", REFUSALS, ids=list(REFUSALS))
def test_what_is_not_covered_or_not_true_is_refused(stage, what):
    answer = stage.post(stage.create("refused9421"), **REFUSALS[what])
    assert answer.status_code == 401, f"{answer.status_code}: {answer.text}"
    assert not stage.seen("refused9421")


def test_two_schemes_at_once_are_no_way_around(stage):
    """A good draft signature beside a bad one of RFC 9421 does not count."""
    body, url = stage.create("both9421"), stage.node.url + "/inbox"
    headers = message_headers(stage.mallory, "POST", url, body, key=make_key())
    headers["Authorization"] = 'Signature keyId="x#y",headers="date",signature="AAAA"'
    assert requests.post(url, data=body, headers=headers, timeout=20).status_code == 401
    assert not stage.seen("both9421")


def test_the_same_bytes_have_one_effect(stage):
    body, url = stage.create("twice9421"), stage.node.url + "/inbox"
    headers = message_headers(stage.mallory, "POST", url, body)
    for _ in range(2):
        assert requests.post(url, data=body, headers=headers, timeout=20).status_code == 202
    wait_for(lambda: stage.seen("twice9421"), "the post is there")
    assert len(stage.seen("twice9421")) == 1


def test_a_document_is_fetched_with_it(stage):
    status = stage.ana.post("/api/v1/statuses", status="fetched by RFC 9421")
    url = status["uri"]
    answer = requests.get(url, headers=message_headers(stage.mallory, "GET", url, covered=("@method", "@target-uri")), timeout=20)
    assert answer.status_code == 200 and answer.json()["id"] == url
    assert "Signature-Input" in answer.headers["Vary"]


def test_who_did_not_sign_is_told_how(stage):
    answer = requests.post(stage.node.url + "/inbox", data=b"{}", headers={"Content-Type": TYPE}, timeout=20)
    assert answer.status_code == 401 and "content-digest" in answer.headers["Accept-Signature"]


def verified(request, peer, pem):
    """By the RFC, from what arrived alone; the target is what the request line and we know of ourselves."""
    label, _, parameters = request.headers["signature-input"].partition("=")
    values = {"@method": request.method, "@target-uri": peer.url + request.target, "@authority": peer.domain,
              "content-digest": request.headers.get("content-digest"), "host": request.headers.get("host"),
              "content-type": request.headers.get("content-type"), "date": request.headers.get("date")}
    covered = re.findall(r'"([^"]+)"', parameters[:parameters.index(")")])
    base = "\n".join([f'"{name}": {values[name]}' for name in covered] + [f'"@signature-params": {parameters}'])
    made = base64.b64decode(re.fullmatch(rf"{label}=:([^:]+):", request.headers["signature"])[1])
    serialization.load_pem_public_key(pem.encode()).verify(made, base.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert {"@method", "@target-uri"} <= set(covered)
    if request.method == "POST":
        assert "content-digest" in covered and values["content-digest"] == content_digest(request.body)
    return True


def test_a_peer_that_reads_it_alone_is_knocked_at_again(stage):
    """Its inbox and documents refuse the draft's form. The second knock passes, the form is remembered over a restart."""
    peer = Peer()
    reader = peer.actor("reader")

    def only_messages(request):
        if "signature-input" not in request.headers:
            return 401, TYPE, b"{}", {}
        if request.method == "POST":
            return 202, TYPE, b"", {}
        return 200, TYPE, json.dumps(reader.document()).encode(), {}

    peer.answers = {reader.path: only_messages, reader.path + "/inbox": only_messages, "/inbox": only_messages}
    try:
        stage.node.allow(peer)
        account = stage.ana.find(f"reader@{peer.domain}")
        stage.ana.post(f"/api/v1/accounts/{account['id']}/follow")
        wait_for(lambda: len([r for r in peer.received if r.method == "POST"]) == 2, "the second knock")
        first, second = [r for r in peer.received if r.method == "POST"]
        assert "digest" in first.headers and "signature-input" not in first.headers
        assert "digest" not in second.headers and second.body == first.body
        pem = requests.get(json.loads(first.body)["actor"],
                           headers={"Accept": TYPE}, timeout=20).json()["publicKey"]["publicKeyPem"]
        assert verified(second, peer, pem)
        gets = [r for r in peer.received if r.method == "GET" and r.target == reader.path]
        assert ["signature-input" in r.headers for r in gets[:2]] == [False, True]
        instance = requests.get(stage.node.url + "/actor", headers={"Accept": TYPE}, timeout=20).json()
        assert verified(gets[1], peer, instance["publicKey"]["publicKeyPem"])
        stage.node.stop()
        stage.node.serve()
        stage.ana.post(f"/api/v1/accounts/{account['id']}/unfollow")
        wait_for(lambda: len([r for r in peer.received if r.method == "POST"]) >= 3, "the next delivery")
        posts = [r for r in peer.received if r.method == "POST"]
        assert len(posts) == 3 and verified(posts[2], peer, pem)
    finally:
        peer.close()


def test_a_peer_that_signs_so_is_answered_so(stage):
    peer = Peer()
    writer = peer.actor("writer")
    stage.node.allow(peer)
    try:
        url = stage.node.url + "/inbox"
        body = json.dumps(peer.create(writer, "hello")).encode()
        assert requests.post(url, data=body, headers=message_headers(writer, "POST", url, body), timeout=20).status_code == 202
        account = stage.ana.find(f"writer@{peer.domain}")
        stage.ana.post(f"/api/v1/accounts/{account['id']}/follow")
        follow = wait_for(lambda: next((r for r in peer.received if r.method == "POST"), None), "the follow")
        assert "signature-input" in follow.headers and "digest" not in follow.headers
    finally:
        peer.close()
