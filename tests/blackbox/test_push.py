"""Web Push, read by a receiver of our own: it keeps a device's key, takes messages by HTTP and decrypts them."""

import base64
import http.server
import json
import os
import threading
import time

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entities import check
from node import Node, wait_for

_CURVE = ec.SECP256R1()


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hmac(key, data):
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


def _hkdf(salt, secret, info, length):
    return _hmac(_hmac(salt, secret), info + b"\1")[:length]


def _pairs(text, separator):
    return dict(part.strip().split("=", 1) for part in text.split(separator))


class Receiver(http.server.ThreadingHTTPServer):
    """A push service and the device behind it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages, self.answers, self.delays, self.answered = [], [], [], 0
        self.key = ec.generate_private_key(_CURVE)
        self.public = self.key.public_key().public_bytes(serialization.Encoding.X962,
                                                         serialization.PublicFormat.UncompressedPoint)
        self.auth = b"0123456789abcdef"
        self.origin = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def subscription(self, standard, **alerts):
        return {"subscription": {"endpoint": f"{self.origin}/push/x", "standard": standard,
                                 "keys": {"p256dh": _b64(self.public), "auth": _b64(self.auth)}},
                "data": {"alerts": alerts, "policy": "all"}}

    def read(self, headers, body):
        """The text of a message, by the encoding that its headers name; and the key of who sent it."""
        if headers["Content-Encoding"] == "aes128gcm":
            token = _pairs(headers["Authorization"].removeprefix("vapid "), ",")
            return self._standard(body), token["t"], token["k"]
        assert headers["Content-Encoding"] == "aesgcm"
        keys = _pairs(headers["Crypto-Key"], ";")
        text = self._draft(body, _unb64(keys["dh"]), _unb64(_pairs(headers["Encryption"], ";")["salt"]))
        return text, headers["Authorization"].removeprefix("WebPush "), keys["p256ecdsa"]

    def _secret(self, sender):
        return self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, sender))

    def _standard(self, body):
        salt, size, sender, sealed = body[:16], int.from_bytes(body[16:20]), body[21:86], body[86:]
        assert body[20] == 65 and size == 4096 and len(body) <= size
        ikm = _hkdf(self.auth, self._secret(sender), b"WebPush: info\0" + self.public + sender, 32)
        key = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
        text = AESGCM(key).decrypt(_hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12), sealed, None)
        assert text.rstrip(b"\0")[-1:] == b"\2"
        return text.rstrip(b"\0")[:-1]

    def _draft(self, body, sender, salt):
        ikm = _hkdf(self.auth, self._secret(sender), b"Content-Encoding: auth\0", 32)
        context = b"P-256\0" + b"\0\x41" + self.public + b"\0\x41" + sender
        key = _hkdf(salt, ikm, b"Content-Encoding: aesgcm\0" + context, 16)
        text = AESGCM(key).decrypt(_hkdf(salt, ikm, b"Content-Encoding: nonce\0" + context, 12), body, None)
        return text[2 + int.from_bytes(text[:2]):]


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((self.path, dict(self.headers), body))
        time.sleep(self.server.delays.pop(0) if self.server.delays else 0)
        self.send_response(self.server.answers.pop(0) if self.server.answers else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.answered += 1

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


def check_token(token, key, receiver):
    head, claims, signature = token.split(".")
    assert json.loads(_unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    said = json.loads(_unb64(claims))
    assert said["aud"] == receiver.origin and said["sub"].startswith(("mailto:", "http"))
    both = _unb64(signature)
    der = encode_dss_signature(int.from_bytes(both[:32]), int.from_bytes(both[32:]))
    ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _unb64(key)).verify(
        der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def node(receiver):
    made = Node("Push")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    made.serve()
    made.do("config", "set", "push.services", receiver.origin)
    yield made
    made.close()


@pytest.fixture
def people(node, receiver, word):
    receiver.messages.clear()
    receiver.answers.clear()
    return node.person("gil" + word), node.person("hana" + word)


def subscribe(person, receiver, standard, **alerts):
    made = person.call("POST", "/api/v1/push/subscription", json=receiver.subscription(standard, **alerts))
    return check(made, "WebPushSubscription")


def arrived(receiver, count=1):
    wait_for(lambda: len(receiver.messages) >= count, "messages come", 10)
    return receiver.messages


@pytest.mark.parametrize("standard", [True, False])
def test_a_message(people, receiver, word, standard):
    gil, hana = people
    made = subscribe(gil, receiver, standard, mention=True)
    assert made["standard"] is standard and made["alerts"]["mention"] is True and made["alerts"]["favourite"] is False
    assert 0 < int(made["id"]) < 2 ** 31 and gil.get("/api/v1/push/subscription") == made
    with open(os.path.join(gil.node.data, "data.mdb"), "rb") as store:
        assert gil.token.encode() not in store.read(), "the token lies open in the store"
    hana.say(f"@{gil.name} <b>{word}</b>")
    path, headers, body = arrived(receiver)[0]
    text, token, key = receiver.read(headers, body)
    check_token(token, key, receiver)
    assert key == made["server_key"] == gil.get("/api/v2/instance")["configuration"]["vapid"]["public_key"]
    assert path == "/push/x" and headers["TTL"] == str(48 * 3600) and headers["Urgency"] == "normal"
    said = json.loads(text)
    notice = gil.notifications("mention")[0]
    assert said["access_token"] == gil.token and said["notification_id"] == notice["id"]
    assert said["notification_type"] == "mention" and said["title"].lower() == f"hana{word} mentioned you"
    assert f"<b>{word}</b>" in said["body"] and said["icon"].startswith("http") and said["preferred_locale"]
    assert gil.get(f"/api/v1/notifications/{said['notification_id']}")["id"] == notice["id"]


def test_what_is_wanted(people, receiver, word):
    gil, hana = people
    said = gil.say(word)
    subscribe(gil, receiver, True, favourite=True)
    hana.say(f"@{gil.name} not this")
    hana.post(f"/api/v1/statuses/{said['id']}/favourite")
    text, _, _ = receiver.read(*arrived(receiver)[0][1:])
    assert json.loads(text)["notification_type"] == "favourite" and len(receiver.messages) == 1
    changed = gil.call("PUT", "/api/v1/push/subscription", json={"data": {"alerts": {"mention": True}, "policy": "followed"}})
    assert changed["policy"] == "followed" and changed["alerts"]["mention"] and changed["alerts"]["favourite"]
    hana.say(f"@{gil.name} nor this")
    gil.follow(hana)
    hana.say(f"@{gil.name} this {word}")
    text, _, _ = receiver.read(*arrived(receiver, 2)[1][1:])
    assert f"this {word}" in json.loads(text)["body"] and len(receiver.messages) == 2


def test_what_the_service_says(people, receiver, word):
    gil, hana = people
    subscribe(gil, receiver, True, mention=True)
    receiver.answers[:] = [503]
    hana.say(f"@{gil.name} {word} once")
    arrived(receiver)
    gil.get("/api/v1/push/subscription")
    receiver.messages.clear()
    subscribe(gil, receiver, True, mention=True)
    receiver.answers[:] = [410]
    hana.say(f"@{gil.name} {word} again")
    wait_for(lambda: gil.raw("GET", "/api/v1/push/subscription").status_code == 404, "a subscription that is gone ends")
    assert "not found" in gil.get("/api/v1/push/subscription", 404)["error"]


def test_who_is_slow_to_take_a_message_does_not_keep_others_waiting(people, receiver, word):
    gil, hana = people
    subscribe(gil, receiver, True, mention=True)
    receiver.delays[:], before = [6], receiver.answered
    hana.say(f"@{gil.name} {word} first")
    wait_for(lambda: receiver.answered > before, "the slow answer came", 10)
    time.sleep(0.5)  # it is noted behind the answer
    hana.say(f"@{gil.name} {word} second")
    time.sleep(2)
    assert len(receiver.messages) == 1, "the next message waits, and the first is not sent again"


def test_it_ends(people, receiver, word):
    gil, hana = people
    subscribe(gil, receiver, True, mention=True)
    assert gil.delete("/api/v1/push/subscription") == {}
    gil.get("/api/v1/push/subscription", 404)
    gil.call("PUT", "/api/v1/push/subscription", 404, json={"data": {"policy": "all"}})
    hana.say(f"@{gil.name} {word}")
    assert len(gil.notifications("mention")) == 1 and receiver.messages == []
    gil.node.restart()
    assert gil.get("/api/v2/instance")["configuration"]["vapid"]["public_key"] == \
        subscribe(gil, receiver, True)["server_key"]


@pytest.mark.parametrize("name, change", [
    ("endpoint", {"endpoint": "ftp://a.example/x"}), ("endpoint", {"endpoint": ""}),
    ("p256dh", {"keys": {"p256dh": "AAAA", "auth": _b64(b"0" * 16)}}),
    ("p256dh", {"keys": {"p256dh": _b64(b"\4" + b"1" * 64), "auth": _b64(b"0" * 16)}}),
    ("auth", {"keys": {"auth": _b64(b"short")}})])
def test_bad_input_is_named(people, receiver, name, change):
    body = receiver.subscription(True)
    body["subscription"]["keys"] |= change.pop("keys", {})
    body["subscription"] |= change
    assert name in people[0].call("POST", "/api/v1/push/subscription", 422, json=body)["error"]


def test_other_places_are_not_asked(people, receiver, word):
    """A place on this machine that no operator listed, in the clothes of a name, too."""
    gil, hana = people
    body = receiver.subscription(True, mention=True)
    other = Receiver()
    for refused in (f"{other.origin}/push", "https://127.0.0.1/p", "https://10.0.0.1/p", "https://[fd00::1]/p", "http://push.example/x",
                    "https://push.example:8443/x", "nonsense"):
        body["subscription"]["endpoint"] = refused
        assert "endpoint" in gil.call("POST", "/api/v1/push/subscription", 422, json=body)["error"], refused
    body["subscription"]["endpoint"] = "https://localhost/push"
    gil.call("POST", "/api/v1/push/subscription", json=body)
    hana.say(f"@{gil.name} {word}")
    wait_for(lambda: "push not delivered" in gil.node.log(), "the refusal is noted")
    assert other.messages == []
    other.shutdown()
