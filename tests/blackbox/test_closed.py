"""Closed by default: what the route table says is open answers without signature or session, and nothing else."""

import re

import pytest

from node import plain

AS2 = {"Accept": "application/activity+json"}

# The declared list of the product: discovery, the instance and its actor, apps and OAuth, custom emojis, sign-in,
# legal, health, the node's own pictures and style, and of people the bare actor document; files at addresses that only
# those learn who may see what shows them.
OPEN = """
    GET /.well-known/webfinger  GET /.well-known/host-meta  GET /.well-known/nodeinfo  GET /nodeinfo/2.0
    GET /nodeinfo/2.1  GET /.well-known/oauth-authorization-server
    GET /api/v1/instance  GET /api/v2/instance  GET /api/v1/custom_emojis  GET /emojis/:id  GET /health  GET /api/openapi.json
    GET /api/v1/streaming/health
    POST /api/v1/apps  GET /oauth/authorize  POST /oauth/authorize  POST /oauth/token  POST /oauth/revoke
    GET /actor  GET /actor/followers  GET /actor/following  GET /u/:id
    GET /  GET /legal  GET /sign-in  POST /sign-in  GET /sign-in/code  POST /sign-in/code  POST /sign-in/passkey
    GET /sign-in/set-up  POST /sign-in/set-up
    POST /passkeys/challenge  GET /passkeys.js  POST /sign-out  GET /sign-up/:secret  POST /sign-up/:secret
    GET /invitation/:secret  POST /invitation/:secret  GET /invite/:code
    GET /reset  POST /reset  GET /reset/:secret  POST /reset/:secret  GET /confirm-email/:secret  POST /confirm-email/:secret
    GET /style.css  GET /avatar.svg  GET /header.svg  GET /avatar.png  GET /header.png  GET /icon.svg
    GET /media/:id/:secret/:name  GET /media/proxy/:id/:secret/:url  GET /media/proxy/:id/:secret/:url/:name
""".split()


def rows(text):
    found = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\b\s+(/\S*)", text)
    assert found, f"no routes in {text[:400]!r}"
    return found


@pytest.fixture(scope="module")
def table(world):
    return rows(world.a.do("routes"))


@pytest.fixture(scope="module")
def declared(world):
    return rows(world.a.do("routes", "--open"))


def test_the_open_routes_are_the_declared_ones(declared):
    assert set(declared) == set(zip(OPEN[::2], OPEN[1::2]))


def test_every_other_route_is_closed(world, table, declared):
    """Each with ids of things that exist, so that a 404 is no accident of a wrong id."""
    status = world.ana.say("closed world #closedtag")
    values = {"name": "ana", "username": "ana", "user": "ana", "hashtag": "closedtag", "tag": "closedtag"}
    checked, wrong = 0, []
    for method, path in table:
        if (method, path) in declared:
            continue
        for number in (status["id"], world.ana.id):
            target = re.sub(r":(\w+)|\*", lambda m: values.get(m[1], number), path)
            sent = {"headers": {**AS2, "Content-Type": AS2["Accept"]}, "data": "{}"} if path.endswith("inbox") else {"headers": AS2}
            answer = world.a.request(method, target, **sent)
            checked += 1
            if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?") and not answer.text:
                continue
            if answer.status_code not in (401, 404) or "closed world" in answer.text:
                wrong.append(f"{method} {target}: {answer.status_code}")
            if method == "GET" and path.startswith("/api/") and answer.status_code != 401:
                wrong.append(f"{method} {target}: {answer.status_code}, not 401")
    assert checked > 60 and not wrong, wrong


def test_routes_that_exist_are_in_the_table(world, table):
    paths = {path for _, path in table}
    for path in ("/api/v1/statuses", "/api/v1/timelines/home", "/api/v1/instance", "/oauth/token", "/health",
                 "/.well-known/webfinger"):
        assert path in paths


def actor_of(node, name):
    links = node.get("/.well-known/webfinger", params={"resource": f"acct:{name}@{node.domain}"}).json()["links"]
    return next(link["href"] for link in links if link["rel"] == "self")


def test_of_people_only_a_bare_actor_document_is_open(world, word):
    world.ana.patch("/api/v1/accounts/update_credentials", note=f"secret {word}", display_name=f"Ana {word}")
    answer = world.a.get(actor_of(world.a, "ana"), headers=AS2)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/activity+json"
    assert "Accept" in answer.headers["Vary"] and "Signature" in answer.headers["Vary"]
    bare = answer.json()
    assert set(bare) - {"@context"} <= {"id", "type", "preferredUsername", "inbox", "outbox", "followers",
                                        "following", "endpoints", "publicKey", "assertionMethod"}
    assert bare["publicKey"]["publicKeyPem"] and word not in answer.text
    world.ana.patch("/api/v1/accounts/update_credentials", note="", display_name="Ana")


@pytest.mark.parametrize("part", ["outbox", "followers", "following"])
def test_collections_are_closed(world, part):
    actor = world.a.get(actor_of(world.a, "ana"), headers=AS2).json()
    url = actor.get(part) or actor["followers"].replace("followers", part)
    for query in ("", "?page=true", "?page=1"):
        assert world.a.get(url + query, headers=AS2).status_code in (401, 403, 404)


def test_posts_are_closed_in_every_representation(world, word):
    status = world.ana.say(f"public {word}", visibility="public")
    for url in {status["uri"], status["url"], status["uri"] + "/activity", status["uri"] + "/replies"}:
        for accept in ("application/activity+json", "text/html", "*/*", "application/json",
                       'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'):
            answer = world.a.get(url, headers={"Accept": accept}, allow_redirects=True)
            assert word not in answer.text and answer.status_code in (200, 401, 403, 404, 406)
            if answer.status_code == 200:
                assert answer.headers["Content-Type"].startswith("text/html")


def test_profile_pages_show_no_text_to_strangers(world, word):
    world.ana.patch("/api/v1/accounts/update_credentials", note=f"secret {word}")
    answer = world.a.get(world.ana.me["url"], headers={"Accept": "text/html"}, allow_redirects=True)
    assert word not in answer.text
    world.ana.patch("/api/v1/accounts/update_credentials", note="")


def test_instance_figures_are_no_way_round(world):
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/public?local=true", "/api/v1/timelines/tag/closedtag",
                 f"/api/v1/accounts/{world.ana.id}", f"/api/v1/accounts/{world.ana.id}/statuses",
                 "/api/v1/accounts/lookup?acct=ana", "/api/v2/search?q=ana", "/api/v1/directory",
                 "/api/v1/instance/peers"):
        assert world.a.get(path).status_code in (401, 404), path


# The node that nobody allows.

def test_a_stranger_gets_nothing_in(world, word):
    """Eve's node allows the others, but they do not allow hers."""
    found = world.eve.get("/api/v2/search", q=f"@ana@{world.a.domain}", resolve="true")
    for account in found["accounts"]:
        assert account["display_name"] in ("", "ana")
        asked = world.eve.post(f"/api/v1/accounts/{account['id']}/follow")
        assert asked["following"] is False
    world.eve.say(f"@ana@{world.a.domain} let me in {word}")
    status = world.ana.say(f"internal {word}")
    seen = world.eve.get("/api/v2/search", q=status["uri"], resolve="true")
    assert seen["statuses"] == []
    world.chloe.follow(world.ana)
    world.ana.say(f"marker {word}")
    world.chloe.sees(f"marker {word}")  # time enough for a delivery
    assert [s for s in world.eve.home() if word in s["content"] and s["account"]["acct"] != "eve"] == []
    assert [n for n in world.ana.notifications() if "eve" in n["account"]["acct"]] == []
    assert all("eve" not in a["acct"] for a in world.ana.get(f"/api/v1/accounts/{world.ana.id}/followers"))
    assert world.ana.get("/api/v2/search", q=f"@eve@{world.stranger.domain}", resolve="true")["accounts"] == []


def test_a_stranger_is_not_fetched_from(world, word):
    status = world.eve.say(f"bait {word}")
    assert world.ana.get("/api/v2/search", q=status["uri"], resolve="true")["statuses"] == []
    world.ana.say(f"Hello @eve@{world.stranger.domain} {word}", visibility="direct")
    world.chloe.follow(world.ana)
    world.ana.say(f"marker {word}")
    world.chloe.sees(f"marker {word}")
    assert [n for n in world.eve.notifications() if word in plain(n.get("status", {}).get("content", ""))] == []


def test_a_removed_peer_is_a_stranger_again(new_node, word):
    a, b = new_node("A"), new_node("B")
    a.allow(b)
    b.allow(a)
    ana, bob = a.person("ana"), b.person("bob")
    bob.follow(ana)
    ana.say(f"before {word}")
    bob.sees(f"before {word}")
    a.do("peer", "remove", b.domain)
    secret = ana.say(f"after {word}")
    ana.say(f"later {word}")
    assert bob.get("/api/v2/search", q=secret["uri"], resolve="true")["statuses"] == []
    bob.say(f"@ana@{a.domain} hello {word}")
    assert [s for s in bob.home() if f"after {word}" in s["content"]] == []
    assert [n for n in ana.notifications("mention")] == []
