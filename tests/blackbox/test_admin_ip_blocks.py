"""Networks and mail domains that moderators keep out with a client."""

import pytest
import requests
from requests.adapters import HTTPAdapter

from node import Person, wait_for
from streams import PATIENCE, Lines, Socket

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/v1/admin/ip_blocks"
EMAIL = "/api/v1/admin/email_domain_blocks"


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("guard", role="moderator")
    return Person(world.a, "guard", world.a.token("guard", SCOPES))


class From(HTTPAdapter):
    """Connects from another address of the loopback."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


def asked_from(address, url, **options):
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", From(address))
        return session.get(url, timeout=20, **options)


def test_a_network_is_kept_out_and_let_in_again(world, mod, word):
    made = mod.post(PATH, ip="127.0.0.77", severity="no_access", comment=word, expires_in=3600)
    try:
        assert (made["ip"], made["severity"], made["comment"]) == ("127.0.0.77/32", "no_access", word)
        assert made["expires_at"] > made["created_at"]
        assert made in mod.get(PATH) and mod.get(f"{PATH}/{made['id']}") == made
        for path in ("/api/v1/timelines/home", "/api/v2/instance", "/sign-in", "/"):
            answer = asked_from("127.0.0.77", world.a.url + path, headers={"Authorization": f"Bearer {world.ana.token}"})
            assert answer.status_code == 403 and "network" in answer.text, path
        assert asked_from("127.0.0.78", world.a.url + "/api/v2/instance").status_code == 200
        changed = mod.put(f"{PATH}/{made['id']}", severity="sign_up_block", expires_in="", comment="less")
        assert (changed["severity"], changed["expires_at"], changed["comment"]) == ("sign_up_block", None, "less")
        assert asked_from("127.0.0.77", world.a.url + "/api/v2/instance").status_code == 200
        assert f"network\t127.0.0.77/32\t" in world.a.do("rule", "list")
    finally:
        assert mod.delete(f"{PATH}/{made['id']}") == {}
    assert mod.raw("DELETE", f"{PATH}/{made['id']}").status_code == 404


def test_open_streams_of_a_network_end_with_its_block_and_no_others(world, mod, word):
    token = world.ana.token
    made = mod.post(PATH, ip="127.0.0.76", severity="sign_up_block")
    with Lines(world.a, "user", token, source="127.0.0.76") as one, \
            Socket(world.a, "stream=user", token, source="127.0.0.76") as two, Lines(world.a, "user", token) as stays:
        assert (one.status, two.status, stays.status) == (200, 101, 200)
        mod.put(f"{PATH}/{made['id']}", severity="no_access")
        assert one.ended(1) < PATIENCE and two.ended(1) < PATIENCE and two.code == 1008
        said = world.ana.say(f"still here {word}")
        while stays.event()[1].get("id") != said["id"]:
            pass
    mod.delete(f"{PATH}/{made['id']}")


def test_open_streams_of_who_is_suspended_end(world, mod, word):
    made = world.a.person("str" + word)
    with Lines(world.a, "user", made.token) as one, Socket(world.a, "stream=user", made.token) as two:
        mod.post(f"/api/v1/admin/accounts/{made.id}/action", type="suspend")
        assert one.ended(1) < PATIENCE and two.ended(1) < PATIENCE and two.code == 1008


def test_a_block_ends_by_itself(world, mod, word):
    made = mod.post(PATH, ip="127.0.0.79", severity="no_access", expires_in=1)
    wait_for(lambda: asked_from("127.0.0.79", world.a.url + "/api/v2/instance").status_code == 200, "the end of the block")
    assert made not in mod.get(PATH)
    again = mod.post(PATH, ip="127.0.0.79", severity="sign_up_requires_approval")
    assert again["severity"] == "sign_up_requires_approval"
    mod.delete(f"{PATH}/{again['id']}")


def test_nobody_shuts_himself_out_nor_asks_for_nonsense(world, mod, word):
    made = mod.post(PATH, ip="127.0.0.1", severity="sign_up_block")
    for method, path, data, field in (("POST", PATH, {"ip": "127.0.0.0/8", "severity": "no_access"}, "ip"),
                                      ("POST", PATH, {"ip": "0.0.0.0/0", "severity": "no_access"}, "ip"),
                                      ("PUT", f"{PATH}/{made['id']}", {"severity": "no_access"}, "ip"),
                                      ("PUT", f"{PATH}/{made['id']}", {"ip": "10.0.0.0/8"}, "ip"),
                                      ("POST", PATH, {"ip": "127.0.0.1", "severity": "sign_up_block"}, "ip"),
                                      ("POST", PATH, {"ip": "a.example", "severity": "no_access"}, "ip"),
                                      ("POST", PATH, {"ip": "10.0.0.0/33", "severity": "no_access"}, "ip"),
                                      ("POST", PATH, {"severity": "no_access"}, "ip"),
                                      ("POST", PATH, {"ip": "10.0.0.0/8", "severity": "odd"}, "severity"),
                                      ("POST", PATH, {"ip": "10.0.0.0/8"}, "severity"),
                                      ("POST", PATH, {"ip": "10.0.0.0/8", "severity": "no_access", "expires_in": "x"}, "expires_in"),
                                      ("POST", PATH, {"ip": "10.0.0.0/8", "severity": "no_access", "comment": "a\nb"}, "comment")):
        answer = mod.raw(method, path, data=data)
        assert answer.status_code == 422 and field in answer.json()["error"], data
    mod.delete(f"{PATH}/{made['id']}")
    assert mod.get(PATH) == []


def test_who_signs_up_from_there_or_with_such_an_address_is_refused(world, mod, word):
    app = world.a.request("POST", "/api/v1/apps", data={"client_name": word, "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
                                                        "scopes": "read write"}).json()
    token = world.a.request("POST", "/oauth/token", data={
        "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
        "scope": "write"}).json()["access_token"]

    def sign_up(address):
        return world.a.request("POST", "/api/v1/accounts", token=token, data={
            "username": "x" + word, "email": address, "password": "long enough for all", "agreement": "true"})

    world.a.do("config", "set", "registrations", "approval")
    try:
        made = mod.post(EMAIL, domain="Spam.example")
        assert made["domain"] == "spam.example" and made in mod.get(EMAIL) and mod.get(f"{EMAIL}/{made['id']}") == made
        for address in ("x@spam.example", "x@mail.SPAM.example"):
            answer = sign_up(address)
            assert answer.status_code == 422 and answer.json()["details"]["email"][0]["error"] == "ERR_BLOCKED"
        block = mod.post(PATH, ip="127.0.0.0/8", severity="sign_up_block")
        answer = sign_up("x@corp.example")
        assert answer.status_code == 403 and "network" in answer.json()["error"]
        mod.delete(f"{PATH}/{block['id']}")
        assert mod.delete(f"{EMAIL}/{made['id']}") == {}
        assert sign_up("x@spam.example").status_code == 200
        accented = mod.post(EMAIL, domain="Späm.example")
        assert sign_up("x@späm.example").status_code == sign_up("x@" + accented["domain"]).status_code == 422
        mod.delete(f"{EMAIL}/{accented['id']}")
    finally:
        world.a.do("config", "set", "registrations", "closed")
    for domain in ("", "a b", "x:80"):
        assert mod.raw("POST", EMAIL, data={"domain": domain}).status_code == 422
    assert mod.get("/api/v1/admin/canonical_email_blocks") == []
    assert mod.post("/api/v1/admin/canonical_email_blocks/test", email="x@corp.example") == []


def test_nobody_else_may(world, mod):
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "guard", world.a.token("guard", "read write"))
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1")):
        for base in (PATH, EMAIL):
            for who in (plain, unscoped):
                if (method, base) != ("PUT", EMAIL):
                    assert who.raw(method, base + path).status_code == 403
        assert method == "POST" or mod.raw(method, PATH + (path or "/x")).status_code == 404
    for path in ("", "/test"):
        verb = "POST" if path else "GET"
        assert plain.raw(verb, "/api/v1/admin/canonical_email_blocks" + path).status_code == 403
