"""The rules of the wire that hold for every path: CORS, errors, bodies, quotas, odd requests."""

import json
import pathlib
import re
import socket
import time

import pytest
import requests

from entities import check
from node import SANITIZER, wait_for

CORS_PATHS = ["/api/v1/instance", "/api/v1/statuses", "/api/v2/search", "/oauth/token", "/oauth/revoke",
              "/.well-known/webfinger", "/.well-known/oauth-authorization-server", "/nodeinfo/2.0",
              "/api/v1/no-such-thing"]


@pytest.mark.parametrize("path", CORS_PATHS)
def test_preflight_needs_no_sign_in(world, path):
    answer = world.a.request("OPTIONS", path, headers={
        "Origin": "https://client.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = {m.strip() for m in answer.headers["Access-Control-Allow-Methods"].split(",")}
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= allowed
    headers = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in headers for name in ("authorization", "content-type", "idempotency-key"))
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path,token", [("/api/v1/instance", False), ("/api/v1/timelines/home", True),
                                        ("/api/v1/timelines/home", False), ("/api/v1/nothing", True)])
def test_answers_carry_cors_errors_too(world, path, token):
    answer = world.a.get(path, token=world.ana.token if token else None, headers={"Origin": "https://client.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    for name in ("link", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"):
        assert name in exposed


def test_sign_in_pages_have_no_cors(world):
    answer = world.a.get("/oauth/authorize?client_id=x", headers={"Origin": "https://client.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("method,path", [("GET", "/api/v1/nothing"), ("POST", "/api/v3/statuses"), ("GET", "/api"),
                                         ("GET", "/api/v2/filters/12345678"), ("DELETE", "/api/v1/instance"),
                                         ("PATCH", "/api/v1/timelines/home")])
def test_unknown_paths_and_methods_answer_in_json(world, method, path):
    answer = world.ana.raw(method, path)
    assert answer.status_code in (404, 405)
    assert answer.headers["Content-Type"].startswith("application/json")
    check(answer.json(), "Error")
    if answer.status_code == 405:
        assert answer.headers["Allow"]


def test_no_token_and_a_bad_token(world):
    answer = world.a.get("/api/v1/timelines/home")
    assert answer.status_code == 401
    check(answer.json(), "Error")
    answer = world.a.get("/api/v1/timelines/home", token="nonsense")
    assert answer.status_code == 401 and answer.json()["error"] == "The access token is invalid"


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance", "/api/v1/custom_emojis", "/nodeinfo/2.0",
                                  "/.well-known/nodeinfo", "/health"])
def test_a_trailing_slash_changes_nothing(world, path):
    assert world.a.get(path + "/").status_code == world.a.get(path).status_code == 200
    assert world.a.get(path + "/").content == world.a.get(path).content


def test_a_trailing_slash_with_a_query(world):
    assert world.ana.raw("GET", "/api/v1/timelines/home/?limit=1").status_code == 200
    assert world.ana.raw("GET", "/api/v1/conversations/").status_code == 200


def test_head_is_get_without_a_body(world):
    for path in ("/api/v1/instance", "/health", "/"):
        head, full = world.a.request("HEAD", path), world.a.get(path)
        assert head.status_code == full.status_code and head.content == b"" and head.headers["Date"]


@pytest.mark.parametrize("value", ["true", "True", "1", "on", "t"])
def test_booleans_in_all_spellings(world, value):
    assert world.ana.say("x", sensitive=value)["sensitive"] is True


@pytest.mark.parametrize("value", ["false", "False", "0", "off", "f"])
def test_negations_in_all_spellings(world, value):
    assert world.ana.say("x", sensitive=value)["sensitive"] is False


@pytest.mark.parametrize("body", [b"{", b"[1,2", b'{"status": "\xff"}', b"nonsense", b"null", b"[]", b'"x"', b"",
                                  b'{"a":' * 5000, json.dumps({f"k{i}": i for i in range(5000)}).encode()],
                         ids=lambda b: repr(b[:14]))
def test_broken_json_is_a_clear_error(world, body):
    answer = world.ana.raw("POST", "/api/v1/statuses", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422)
    check(answer.json(), "Error")


@pytest.mark.parametrize("kind,body", [("application/x-www-form-urlencoded", b"status=%ZZ"),
                                       ("application/x-www-form-urlencoded", b"status=%ff%fe"),
                                       ("application/x-www-form-urlencoded", b"status=a%00b"),
                                       ("application/x-www-form-urlencoded", b"&&&==&=x&"),
                                       ("multipart/form-data", b"no boundary"),
                                       ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
                                       ("multipart/form-data; boundary=", b"----\r\n"),
                                       ("text/plain", b"status=x"), ("application/xml", b"<status/>")], ids=str)
def test_broken_bodies_are_a_clear_error(world, kind, body):
    answer = world.ana.raw("POST", "/api/v1/statuses", data=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 415, 422), answer.text
    check(answer.json(), "Error")


def test_a_body_that_is_too_large_is_413(world):
    """Up to 16 MiB beyond what may come the answer is read by whoever sends all first."""
    answer = world.ana.raw("POST", "/api/v1/statuses", data=b"status=" + b"x" * (20 << 20),
                           headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413 and "larger than 1048576 bytes" in answer.json()["error"]
    answer = world.ana.raw("POST", "/api/v2/media", files={"file": ("a.bin", b"x" * (17 << 20))})
    assert answer.status_code == 413 and "larger than 16777216 bytes" in answer.json()["error"]
    assert world.a.get("/health").status_code == 200


def talk(node, data, seconds=5):
    """Raw bytes to the node's port, and what comes back until it closes or falls silent."""
    with socket.create_connection(("127.0.0.1", node.port), timeout=seconds) as wire:
        wire.sendall(data)
        answer = b""
        try:
            while chunk := wire.recv(65536):
                answer += chunk
                if b"\r\n\r\n" in answer and b"Content-Length: 0" not in answer and len(answer) > 200:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


@pytest.mark.parametrize("count, status", [(500, 200), (999, 200), (1001, 413)])
def test_many_parameters_are_read_or_refused(world, count, status):
    """Arguments are in no memory of the HTTP library's, which ends at some 450 without an answer."""
    answer = world.ana.raw("GET", "/api/v1/timelines/home?" + "&".join(f"a{i}=b" for i in range(count)), timeout=5)
    assert answer.status_code == status, answer.text[:200]
    assert answer.headers["Content-Type"].startswith("application/json")
    if status != 200:
        assert check(answer.json(), "Error")["error"] == "Too many parameters"


@pytest.mark.parametrize("query", ["q=" + "x" * 17000, "q=" + "x" * 31000, "&a=" * 6000], ids=lambda q: f"{q[:3]}{len(q)}")
def test_a_long_address_is_414(world, query):
    answer = world.ana.raw("GET", "/api/v2/search?" + query, timeout=5)
    assert answer.status_code == 414 and answer.headers["Access-Control-Allow-Origin"] == "*", answer.text[:200]
    assert "16384" in check(answer.json(), "Error")["error"]


def test_a_body_is_refused_before_it_comes_for_pages_of_other_origins_too(world):
    answer = talk(world.a, f"POST /api/v2/media HTTP/1.1\r\nHost: {world.a.domain}\r\nAuthorization: Bearer {world.ana.token}\r\n"
                           "Content-Length: 999999999\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 413 ") and b"Access-Control-Allow-Origin: *" in answer


@pytest.mark.parametrize("data", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                                  b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 2000 + b"\r\n",
                                  b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"GET //api//v1/instance HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                                  b"POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 20 +
                                  b"\r\n\r\n"],
                         ids=lambda d: repr(d[:24]))
def test_raw_nonsense_does_no_harm(world, data):
    answer = talk(world.a, data, 1)
    assert answer[:1] in (b"", b"H") and b" 500 " not in answer[:20] and b"root:" not in answer
    assert world.a.get("/health").status_code == 200


def test_a_request_that_ends_at_its_headers_takes_no_memory(world):
    """More cookies than the library has room for: it hangs up."""
    def resident():
        status = pathlib.Path(f"/proc/{world.a.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    request = f"GET /sign-in HTTP/1.1\r\nHost: {world.a.domain}\r\nCookie: {'a=b; ' * 1200}\r\n\r\n".encode()
    for _ in range(50):
        talk(world.a, request, 1)
    before = resident()
    for _ in range(1000 if not SANITIZER else 50):  # where memory is watched, one that is lost is found at the end
        talk(world.a, request, 1)
    assert SANITIZER or resident() - before < 2000  # KiB


def test_slow_and_idle_connections_do_not_hold_others_up(world):
    wires = []
    try:
        for _ in range(30):
            wire = socket.create_connection(("127.0.0.1", world.a.port))
            wire.sendall(b"POST /api/v1/statuses HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsta")
            wires.append(wire)
        started = time.monotonic()
        world.ana.say("Still here")
        assert time.monotonic() - started < 5
    finally:
        for wire in wires:
            wire.close()


def test_security_headers(world):
    answer = world.a.get("/api/v1/instance")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_quotas_have_headers_and_an_end(new_node):
    node = new_node(rate=None)
    ana, ben = node.person("ana"), node.person("ben")
    answer = ana.raw("GET", "/api/v1/timelines/home")
    limit, left = int(answer.headers["X-RateLimit-Limit"]), int(answer.headers["X-RateLimit-Remaining"])
    assert answer.headers["X-RateLimit-Reset"] and 0 < left < limit <= 1000
    for _ in range(limit + 1):
        answer = ana.raw("GET", "/api/v1/timelines/home")
        assert int(answer.headers["X-RateLimit-Remaining"]) >= 0
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and check(answer.json(), "Error")
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert ben.raw("GET", "/api/v1/timelines/home").status_code == 200, "the quota is each person's own"
    node.do("config", "set", "limits.rate", "off")
    wait_for(lambda: ana.raw("GET", "/api/v1/timelines/home").status_code == 200, "limits.rate off counts at once", 3)


@pytest.mark.threads
def test_many_connections_at_once(world, word):
    import concurrent.futures

    def work(i):
        made = world.ana.say(f"{word} {i}")
        return world.ana.get(f"/api/v1/statuses/{made['id']}")["id"]

    with concurrent.futures.ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(work, range(64)))
    assert len(set(ids)) == 64


def apps_until_refused(node, address):
    """Registers apps in the name of an address until the quota says stop; how many went through."""
    for n in range(500):
        answer = node.request("POST", "/api/v1/apps", headers={"X-Forwarded-For": address(n)},
                              data={"client_name": "x", "redirect_uris": "https://x.example/"})
        if answer.status_code == 429:
            return n
        assert answer.status_code == 200
    raise AssertionError("500 apps and no end")


def test_a_forwarded_address_counts_from_trusted_proxies_only(new_node):
    node = new_node(rate=None)
    apps_until_refused(node, lambda n: f"203.0.113.{n}")
    node.do("config", "set", "proxies", "127.0.0.1")
    node.restart()
    allowed = apps_until_refused(node, lambda n: "203.0.113.1")
    assert allowed > 0 and apps_until_refused(node, lambda n: "203.0.113.2") > 0
    assert apps_until_refused(node, lambda n: f"198.51.100.{n}, 203.0.113.1") == 0, "the last is the proxy's word"


def test_the_log_holds_no_secrets_and_no_posts(world, word):
    world.ana.say(f"confidential {word}")
    world.ana.raw("GET", "/api/v1/timelines/home?access_token=" + world.ana.token)
    log = world.a.log()
    assert world.ana.token not in log and word not in log and "correct horse" not in log


def test_the_token_is_not_taken_from_the_address(world):
    assert world.a.get("/api/v1/timelines/home?access_token=" + world.ana.token).status_code == 401
