"""Whatever is sent to whatever route: an answer soon, a 4xx with an error in JSON (a page, where pages are) or a success,
and never a fault of ours. What is sent is made here, from the route table and from the names of all parameters; it
is the same in every run."""

import http.client
import json
import pathlib
import random
import re
import time
import urllib.parse

import pytest

from node import ALL_SCOPES, PATIENCE, SANITIZER
from test_openapi import operations, parameters

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "node"
ROUNDS = 40 if not SANITIZER else 4
ANSWER_SECONDS = 5
LARGE = b"x" * (1 << 20)

# Values that few parameters, or none, can take. In a query or a form each is text; JSON has more types.
TEXTS = ["", " ", "0", "-1", "1", "18446744073709551615", "18446744073709551616", "9" * 400, "-9223372036854775809",
         "1e999", "0x10", "NaN", "1.5", "\0", "a\0b", "\u202e", "\ufffd", "\U0010ffff", "e" * 70000, "%", "%00", "[]", "{}",
         "null", "true", "../../etc/passwd", "javascript:alert(1)", "http://", "http://[::1", "https://127.0.0.1:1/x",
         "@", "@@", "@a@b@c", "#", "acct:", "\r\nX-Injected: 1", "<script>", "2026-02-30T25:61:61Z", "9999999-01-01T00:00:00Z",
         "1970-01-01T00:00:00Z", "en-" + "x" * 60, "a,b", "\n" * 300]
TYPES = [None, True, False, 0, -1, 2**63 - 1, -2**63, 1.5, 1e308, [], {}, [[]], [None], [{}], {"": ""}, {"0": {"0": "1"}},
         [[["a"]]], ["a"] * 300, [1, -1, 2**63 - 1], [{"id": -1, "keyword": {}, "_destroy": "maybe"}]]
# Values that some parameter takes, so that what comes after it is reached.
GOOD = {"status": "hello", "title": "t", "phrase": "p", "keyword": "k", "name": "tag", "context": "home", "q": "a",
        "choices": "0", "domain": "a.example", "client_name": "c", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
        "acct": "ben", "timeline": "home", "comment": "c", "grant_type": "client_credentials", "text": "t"}

# Bodies that are nobody's, each with the type it is sent as.
BODIES = [("application/json", body) for body in (
    b"", b"{", b"[]", b"null", b'"text"', b"1", b"\xff\xfe", b'{"status":"\xff"}', b'{"\xff":"a"}', b'{"status":"\\ud800"}',
    b'{"status":"a","status":"b"}', b'{"status":"a\\u0000b"}', b'{"id":1e999}', b'{"id":' + b"9" * 500 + b"}",
    b'{"id":[-1,' + b"9" * 30 + b"]}", b"[" * 100000, b'{"a":' * 50000, b'{"status":' + b"[" * 2000 + b"]" * 2000 + b"}",
    b'{"a":[' + b"1," * 20000 + b"1]}", b"{}x", b'{"' + b"n" * 5000 + b'":1}')] + [
    ("application/x-www-form-urlencoded", body) for body in (
        b"", b"%", b"status=%FF", b"%FF=a", b"status=%00", b"status=a&status=b", b"=&=&&=", b"a[" * 3000 + b"=1",
        b"&".join(b"x[]=%d" % i for i in range(3000)), b"status[]=a&status[b]=c&status=d")] + [
    ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=x", b""), ("multipart/form-data; boundary=x", b"--x\r\n"),
    ("multipart/form-data; boundary=" + "x" * 200, b"--x--\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff"\r\n\r\n\xff\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="avatar"; filename="a"\r\n\r\nGIF89a\r\n--x--\r\n'),
    ("text/plain", b"hello"), ("application/xml", b"<a/>"), ("application/json; charset=utf-16", b"\xff\xfe{\0}\0"),
    ("application/activity+json", b'{"type":"Note"}'), ("", b"status=hello")]

PATH_PARTS = ["0", "-1", "18446744073709551616", "9" * 300, "x", "%00", "%FF", "%2F", "..%2f", "%F0%9F%91%8D", "a" * 3000, "1.5", "@"]


def parameter_names():
    """Of all handlers, as the sources have them: a new parameter is tried without being told here."""
    found = {name for source in SOURCES.rglob("*.c")
             for name in re.findall(r'call_param\w*\((?:call|\w+->call), "([\w\[\]]+)"', source.read_text())}
    assert {"status", "limit", "poll[options]"} <= found
    return sorted(found)


def nested(fields):
    """a[b] as an object in an object, as JSON bodies have it."""
    tree = {}
    for name, value in fields:
        first, *rest = re.findall(r"\w+", name)
        at = tree
        for key, after in zip([first, *rest], rest):
            at = at[key] if isinstance(at.get(key), dict) else at.setdefault(key, {}) or at[key]
            if not isinstance(at, dict):
                break
        if isinstance(at, dict):
            at[(rest or [first])[-1]] = value
    return tree


class Prober:
    """One person who sends all this, over one connection as long as it lasts."""

    def __init__(self, node):
        node.add_user("ana", role="moderator,people_manager,data_protection_officer,admin")
        self.node, self.token, self.link = node, node.token("ana", ALL_SCOPES + " admin:read admin:write"), None
        self.sent, self.faults, self.slowest = 0, [], 0

    def send(self, method, target, kind=None, body=None):
        headers = {"Authorization": f"Bearer {self.token}"}
        if kind is not None:
            headers["Content-Type"] = kind
        self.link = self.link or http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=ANSWER_SECONDS * PATIENCE)
        began, self.sent = time.monotonic(), self.sent + 1
        what = f"{method} {target[:120]} {kind} {str(body)[:200]}"
        try:
            self.link.request(method, target, body, headers)
            answer = self.link.getresponse()
            streams = answer.headers["Content-Type"] == "text/event-stream"
            text = b"" if streams else answer.read()
            if streams or answer.will_close:
                self.close()
            self.judge(what, answer, text)
        except (ConnectionError, http.client.HTTPException) as error:
            self.close()
            # A body that is too large may be refused by closing while it is still being sent; nothing else may.
            if len(body or b"") <= 65536:
                self.faults.append(f"{what}: {error!r}")
        except TimeoutError:
            self.close()
            self.faults.append(f"{what}: no answer within {ANSWER_SECONDS * PATIENCE} s")
        self.slowest = max(self.slowest, time.monotonic() - began)

    def judge(self, what, answer, text):
        kind = answer.headers["Content-Type"] or ""
        if answer.status >= 500:
            self.faults.append(f"{what}: {answer.status} {text[:200]}")
        elif answer.status >= 400 and kind.startswith("application/json"):
            if not json.loads(text).get("error"):
                self.faults.append(f"{what}: {answer.status} without an error: {text[:200]}")
        elif answer.status >= 400 and not (kind.startswith("text/html") and re.match(r"\w+ /(?!api)", what)):
            self.faults.append(f"{what}: {answer.status} in {kind}: {text[:200]}")
        if "X-Injected" in answer.headers:
            self.faults.append(f"{what}: a header of the sender's making")

    def close(self):
        if self.link:
            self.link.close()
        self.link = None


def things(node, prober):
    """What the ids of paths may name, so that handlers get past them."""
    ben = node.person("ben")
    ana = type(ben)(node, "ana", prober.token)
    said = ben.say("words #tag")
    ana.say("@ben own words")
    ana.follow(ben)
    poll = ben.say("which?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": 3600})["poll"]
    return {"accounts": ben.id, "follow_requests": ben.id, "suggestions": ben.id, "statuses": ana.say("mine")["id"],
            "polls": poll["id"], "lists": ana.post("/api/v1/lists", title="l")["id"], "tags": "tag", "tag": "tag",
            "filters": ana.post("/api/v2/filters", title="f", **{"context[]": "home"})["id"], "other": said["id"],
            "scheduled_statuses": ana.say("later", scheduled_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400)))["id"]}


def real_path(path, known):
    return re.sub(r"([\w@]*)/?:(\w+)",
                  lambda m: m[0].replace(":" + m[2], known.get(m[1]) or ("ben" if m[1] == "@" else known["other"])), path)


def random_fields(chance, names, as_json):
    for name in chance.sample(names, min(len(names), chance.choice((1, 2, 4, 12)))):
        if chance.random() < 0.15:
            yield name + "[]", chance.choice(TEXTS)
        elif as_json and chance.random() < 0.5:
            yield name, chance.choice(TYPES)
        else:
            yield name, chance.choice(TEXTS)


def documented(node):
    """The parameters of each route, as the node describes them."""
    return {(method.upper(), re.sub(r"{(\w+)}", r":\1", path)): [name.removesuffix("[]") for name, _, _ in parameters(operation)]
            for method, path, operation in operations(node.get("/api/openapi.json").json())}


def rounds_of(method, path, known, names, own, chance):
    """(target, type, body) of one route: most with its own parameters, some with those of others."""
    target = real_path(path, known).replace("reactions/" + known["other"], "reactions/%F0%9F%91%8D")
    good = dict(GOOD, account_id=known["accounts"], status_id=known["other"])
    for turn in range(ROUNDS):
        as_json = method != "GET" and turn % 2 == 0
        fields = [(name, value) for name, value in good.items() if chance.random() < 0.6]
        fields += random_fields(chance, own if own and turn % 4 else names, as_json)
        if as_json:
            yield target, "application/json", json.dumps(nested(fields)).encode()
        elif method == "GET":
            yield target + "?" + urllib.parse.urlencode([(n, v[:3000]) for n, v in fields]), None, None
        else:
            yield target, "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode()
    if method != "GET":
        yield target, None, None
        for kind, body in chance.sample(BODIES, len(BODIES) if not SANITIZER else 8):
            yield target, kind, body
        yield target, "application/json", b'{"status":"' + LARGE + b'"}'
    else:
        for query in ("%", "limit=%FF", "limit=-1&limit=x", "&".join(f"id[]={i}" for i in range(300)), "id[" * 200, "=", "max_id="):
            yield f"{target}?{query}", None, None
    if ":" in path:
        for part in chance.sample(PATH_PARTS, 5):
            yield re.sub(r":\w+", part, path), None, None


@pytest.mark.seconds(120)
def test_every_route_takes_bad_input(new_node):
    node = new_node()
    prober = Prober(node)
    known, names, own = things(node, prober), parameter_names(), documented(node)
    table = re.findall(r"^(\w+) +(/\S*)", node.do("routes"), re.M)
    assert len(table) > 100
    began = time.monotonic()
    for method, path in sorted(table, key=lambda row: row[0] == "DELETE"):
        for target, kind, body in rounds_of(method, path, known, names, own.get((method, path)), random.Random(method + path)):
            prober.send(method, target, kind, body)
    prober.close()
    assert not prober.faults, "\n".join(prober.faults[:20])
    assert prober.sent > 10 * len(table) and prober.slowest < ANSWER_SECONDS * PATIENCE
    print(f"{prober.sent} requests in {time.monotonic() - began:.1f} s, the slowest {prober.slowest:.2f} s")
    assert node.get("/api/v1/accounts/verify_credentials", token=prober.token).status_code == 200
    node.do("check")


REQUIRED = """
    POST /api/v1/statuses  POST /api/v1/apps  POST /oauth/token  POST /oauth/revoke  POST /api/v1/lists
    POST /api/v2/filters  POST /api/v1/filters  POST /api/v1/reports  POST /api/v1/polls/ID/votes
    POST /api/v1/push/subscription  POST /api/v1/domain_blocks  POST /api/v1/featured_tags
    GET /api/v1/accounts/lookup
""".split()


@pytest.mark.parametrize("method,path", list(zip(REQUIRED[::2], REQUIRED[1::2])))
def test_what_must_be_there_is_asked_for(world, method, path):
    if "ID" in path:
        poll = world.ben.say("which?", **{"poll[options][]": ["a", "b"], "poll[expires_in]": 3600})["poll"]
        path = path.replace("ID", poll["id"])
    for options in ({}, {"json": {}}, {"json": {"unknown": 1}}):
        answer = world.ana.raw(method, path, **options)
        assert 400 <= answer.status_code < 500 and answer.json()["error"], f"{method} {path}: {answer.text}"
