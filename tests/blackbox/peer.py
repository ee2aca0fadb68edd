"""A federation peer made of Python: a real HTTP server with actors, keys, objects and an inbox, which can be told to
misbehave. It shares no code with the node, so an error in our reading of a specification shows on one side only."""

import base64
import datetime
import email.utils
import hashlib
import http.server
import json
import socketserver
import threading
import time
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from node import free_port, session

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
TYPE = "application/activity+json"


def _keys():
    """RSA keys without end, no two alike. To look for primes takes most of the time of a peer; so each new key gives its
    two to all others with those before it, which is good enough for keys that keep no secret."""
    primes = []
    while True:
        numbers = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_numbers()
        for q in (numbers.p, numbers.q):
            for p in primes:
                d, public = pow(65537, -1, (p - 1) * (q - 1)), rsa.RSAPublicNumbers(65537, p * q)
                yield rsa.RSAPrivateNumbers(p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q),
                                            rsa.rsa_crt_iqmp(p, q), public).private_key()
            primes.append(q)


_new_keys = _keys()


def make_key():
    return next(_new_keys)


def pem_of(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(body):
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def sign(key, key_id, method, target, headers, names):
    """The value of a Signature header in the manner of draft-cavage-12, over these names in this order."""
    lines = [f"(request-target): {method.lower()} {target}" if name == "(request-target)" else
             f"{name}: {headers[name]}" for name in names]
    signature = key.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    return (f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",'
            f'signature="{base64.b64encode(signature).decode()}"')


class Received:
    """One request that came in: what the peer's operator would find in a trace."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.at = time.monotonic()

    @property
    def activity(self):
        return json.loads(self.body)

    @property
    def signature(self):
        parts, text = {}, self.headers.get("signature", "")
        for part in text.split(","):
            name, _, value = part.strip().partition("=")
            parts[name] = value.strip('"')
        return parts

    def verify(self, pem):
        """Insists that the request carries a good signature by that key over what the profile asks for."""
        signature = self.signature
        names = signature["headers"].split()
        wanted = {"(request-target)", "host", "date"} | ({"digest"} if self.method == "POST" else set())
        assert wanted <= set(names), f"signed only {names}"
        lines = [f"(request-target): {self.method.lower()} {self.target}" if name == "(request-target)" else
                 f"{name}: {self.headers[name]}" for name in names]
        if "digest" in names:
            assert self.headers["digest"] == digest_of(self.body), "the digest is of another body"
        date = email.utils.parsedate_to_datetime(self.headers["date"]).timestamp()
        assert abs(date - time.time()) < 60, self.headers["date"]
        try:
            serialization.load_pem_public_key(pem.encode()).verify(
                base64.b64decode(signature["signature"], validate=True), "\n".join(lines).encode(),
                padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise AssertionError(f"the signature does not verify over {lines}")


class Actor:
    def __init__(self, peer, name, kind="Person", path=None):
        self.peer, self.name, self.kind = peer, name, kind
        self.path = path or f"/users/{name}"
        self.id = peer.url + self.path
        self.key = make_key()
        self.key_id = self.id + "#main-key"
        self.extra = {}

    def document(self):
        return {"@context": CONTEXT, "id": self.id, "type": self.kind, "preferredUsername": self.name,
                "name": self.name.title(), "summary": "", "url": self.id, "inbox": self.id + "/inbox",
                "outbox": self.id + "/outbox", "followers": self.id + "/followers",
                "following": self.id + "/following", "endpoints": {"sharedInbox": self.peer.url + "/inbox"},
                "manuallyApprovesFollowers": False,
                "publicKey": {"id": self.key_id, "owner": self.id, "publicKeyPem": pem_of(self.key)}, **self.extra}


class Peer:
    """With `instance_actor`, the node can pin a key; without, the peer counts as unpinned."""

    def __init__(self, instance_actor=True):
        self.port = free_port()
        self.domain = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.domain}"
        self.actors, self.objects, self.received, self.answers = {}, {}, [], {}
        self.count = 0
        self.server = None
        self.lock = threading.Lock()
        if instance_actor:
            self.instance = self.actor("actor-of-the-instance", "Application", "/actor")
        self.open()

    def actor(self, name, kind="Person", path=None):
        made = Actor(self, name, kind, path)
        self.actors[name] = made
        return made

    def new_id(self, kind="activities"):
        self.count += 1
        return f"{self.url}/{kind}/{self.count}"

    # The server.

    def open(self):
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                received = Received(self.command, self.path,
                                    {k.lower(): v for k, v in self.headers.items()}, body)
                with peer.lock:
                    peer.received.append(received)
                status, kind, answer, more = peer.answer(received)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                for name, value in more.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = handle_request

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.connections = []
        accept = self.server.process_request

        def process(request, address):
            self.connections.append(request)
            accept(request, address)

        self.server.process_request = process
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        """Goes away at once, kept connections included."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            for connection in self.connections:
                try:
                    connection.shutdown(2)
                except OSError:
                    pass
            self.server = None

    def answer(self, request):
        """(status, type, body, headers). `answers` overrides by path: such a tuple, or a function of the request."""
        split = urlsplit(request.target)
        if split.path in self.answers:
            override = self.answers[split.path]
            return override(request) if callable(override) else override
        if request.method == "POST":
            return 202, TYPE, b"", {}
        if split.path == "/.well-known/webfinger":
            resource = parse_qs(split.query).get("resource", [""])[0]
            for actor in list(self.actors.values()):
                if resource in (f"acct:{actor.name}@{self.domain}", actor.id):
                    return 200, "application/jrd+json", json.dumps(
                        {"subject": f"acct:{actor.name}@{self.domain}", "aliases": [actor.id],
                         "links": [{"rel": "self", "type": TYPE, "href": actor.id}]}).encode(), {}
            return 404, "application/json", b"{}", {}
        if split.path == "/.well-known/nodeinfo":
            actor = self.actors.get("actor-of-the-instance")
            links = [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": self.url + "/nodeinfo/2.0"}]
            if actor:
                links.append({"rel": "https://www.w3.org/ns/activitystreams#Application", "href": actor.id})
            return 200, "application/json", json.dumps({"links": links}).encode(), {}
        if split.path == "/nodeinfo/2.0":
            return 200, "application/json", json.dumps(
                {"version": "2.0", "software": {"name": "fake", "version": "1"}, "protocols": ["activitypub"],
                 "services": {"inbound": [], "outbound": []}, "openRegistrations": False,
                 "usage": {"users": {"total": 1}}, "metadata": {}}).encode(), {}
        for actor in list(self.actors.values()):
            if split.path == actor.path:
                return 200, TYPE, json.dumps(actor.document()).encode(), {}
            if split.path in (actor.path + "/outbox", actor.path + "/followers", actor.path + "/following"):
                return 200, TYPE, json.dumps({"@context": CONTEXT, "id": self.url + split.path,
                                              "type": "OrderedCollection", "totalItems": 0,
                                              "orderedItems": []}).encode(), {}
        if self.url + split.path in self.objects:
            thing = self.objects[self.url + split.path]
            return (410 if thing.get("type") == "Tombstone" else 200), TYPE, json.dumps(
                {"@context": CONTEXT, **thing}).encode(), {}
        return 404, "application/json", b'{"error":"not found"}', {}

    def inbox(self, kind=None):
        """The activities that came in, in order."""
        with self.lock:
            activities = [r.activity for r in self.received if r.method == "POST"]
        return [a for a in activities if kind is None or a["type"] == kind]

    # Making activities.

    def note(self, actor, content, *, to=(PUBLIC,), cc=None, note_id=None, **more):
        note = {"id": note_id or self.new_id("notes"), "type": "Note", "attributedTo": actor.id, "to": list(to),
                "cc": [actor.id + "/followers"] if cc is None else list(cc), "published": now(), "content": content,
                "url": None, **more}
        note["url"] = more.get("url", note["id"])
        self.objects[note["id"]] = note
        return note

    def activity(self, kind, actor, what, **more):
        activity = {"@context": CONTEXT, "id": self.new_id(), "type": kind, "actor": actor.id, "object": what, **more}
        if isinstance(what, dict):
            for name in ("to", "cc"):
                if name in what:
                    activity.setdefault(name, what[name])
        return activity

    def create(self, actor, content, **more):
        note = self.note(actor, content, **more)
        return self.activity("Create", actor, note, published=note["published"])

    # Sending.

    def deliver(self, node, activity, signer, *, inbox="/inbox", key=None, key_id=None, body=None, date=None,
                host=None, digest=None, content_type=TYPE, signature=None, headers=None,
                names=("(request-target)", "host", "date", "digest", "content-type")):
        """POSTs to an inbox of the node; each keyword spoils one part. The answer."""
        if body is None:
            body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sent = {"host": host or node.domain, "date": date or email.utils.formatdate(usegmt=True),
                "digest": digest or digest_of(body), "content-type": content_type}
        sent.update({name: value for name, value in (headers or {}).items() if name.lower() in names})
        sent["signature"] = signature if signature is not None else sign(
            key or signer.key, key_id or signer.key_id, "POST", inbox, sent, names)
        sent.update(headers or {})
        self.last_headers = {k: v for k, v in sent.items() if v}
        return session().post(node.url + inbox, data=body, headers=self.last_headers, timeout=60,
                              allow_redirects=False)

    def fetch(self, node, target, signer, *, key=None, key_id=None, host=None, accept=TYPE):
        """A signed GET."""
        sent = {"host": host or node.domain, "date": email.utils.formatdate(usegmt=True), "digest": digest_of(b""),
                "accept": accept}
        sent["signature"] = sign(key or signer.key, key_id or signer.key_id, "GET", target, sent,
                                 ("(request-target)", "host", "date", "digest"))
        return session().get(node.url + target, headers=sent, timeout=60, allow_redirects=False)
