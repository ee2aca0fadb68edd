"""A peer that signs by RFC 9421: its first knock is taken, and whatever is not covered or not true is refused."""

import base64
import hashlib
import json
import time

import pytest
import requests
from cryptography.hazmat.primitives import hashes
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
