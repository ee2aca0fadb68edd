"""What a client or a peer learns about a node before anybody signs in."""

import json
import re
from urllib.parse import quote

import pytest

from entities import check


def test_instance_in_both_versions(world):
    v1, v2 = world.a.get("/api/v1/instance"), world.a.get("/api/v2/instance")
    assert v1.status_code == v2.status_code == 200
    v1, v2 = check(v1.json(), "Instance1"), check(v2.json(), "Instance2")
    assert v2["domain"] == world.a.domain and v1["uri"].rstrip("/").split("//")[-1] == world.a.domain
    assert v1["title"] == v2["title"] == "Head office"
    assert v1["version"] == v2["version"]
    assert v1["configuration"]["statuses"] == v2["configuration"]["statuses"]
    assert v2["registrations"]["enabled"] is False and v1["registrations"] is False
    sizes = json.dumps(v1["configuration"])
    assert all(int(n) < 2 ** 31 for n in re.findall(r"\d+", sizes))


def test_the_version_begins_with_numbers(world):
    assert re.match(r"\d+\.\d+\.\d+", world.a.get("/api/v1/instance").json()["version"])


def test_custom_emojis_are_a_list(world):
    assert world.a.get("/api/v1/custom_emojis").json() == []


def test_preferences(world):
    found = check(world.ana.get("/api/v1/preferences"), "Preferences")
    assert found["posting:default:visibility"] == "public" and found["reading:expand:media"] == "default"


@pytest.mark.parametrize("form", ["acct:ana@{domain}", "ana@{domain}", "acct:@ana@{domain}", "acct:ANA@{domain}",
                                  "{actor}", "{page}"])
def test_webfinger_knows_all_names_of_a_person(world, form):
    node = world.a
    actor = node.get("/.well-known/webfinger", params={"resource": f"acct:ana@{node.domain}"}).json()["aliases"]
    resource = form.format(domain=node.domain, actor=next(x for x in actor), page=world.ana.me["url"])
    answer = node.get("/.well-known/webfinger", params={"resource": resource})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].split(";")[0] == "application/jrd+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = answer.json()
    assert found["subject"] == f"acct:ana@{node.domain}"
    own = [link for link in found["links"] if link["rel"] == "self"]
    assert own[0]["type"] == "application/activity+json" and own[0]["href"].startswith(node.url + "/")


def test_webfinger_accepts_a_raw_and_an_encoded_resource(world):
    raw = f"acct:ana@{world.a.domain}"
    for text in (raw, quote(raw, safe=""), quote(raw, safe="@")):
        assert world.a.get(f"/.well-known/webfinger?resource={text}").status_code == 200


@pytest.mark.parametrize("resource,status", [(None, 400), ("", 400), ("nonsense", 400), ("acct:nobody@{domain}", 404),
                                             ("acct:ana@elsewhere.example", 404), ("acct:ana@127.0.0.1", 404),
                                             ("https://elsewhere.example/users/ana", 404)])
def test_webfinger_errors(world, resource, status):
    params = {} if resource is None else {"resource": resource.format(domain=world.a.domain)}
    answer = world.a.get("/.well-known/webfinger", params=params)
    assert answer.status_code == status or (status == 400 and resource == "nonsense" and answer.status_code == 404)


def test_host_meta_leads_to_webfinger(world):
    answer = world.a.get("/.well-known/host-meta")
    assert answer.status_code == 200 and "application/xrd+xml" in answer.headers["Content-Type"]
    template = re.search(r'template="([^"]*)"', answer.text)[1]
    assert template == world.a.url + "/.well-known/webfinger?resource={uri}"


def test_nodeinfo_in_both_versions(world):
    links = world.a.get("/.well-known/nodeinfo").json()["links"]
    links = {link["rel"].split("/")[-1]: link["href"] for link in links}
    for version in ("2.0", "2.1"):
        assert links[version] == f"{world.a.url}/nodeinfo/{version}"
        answer = world.a.get(f"/nodeinfo/{version}")
        assert f"schema/{version}#" in answer.headers["Content-Type"]
        info = answer.json()
        assert info["version"] == version and info["protocols"] == ["activitypub"]
        assert info["services"] == {"inbound": [], "outbound": []} and info["openRegistrations"] is False
        assert re.fullmatch(r"[a-z0-9-]+", info["software"]["name"]) and info["software"]["version"]
        assert {"total", "activeMonth", "activeHalfyear"} <= set(info["usage"]["users"])
        assert isinstance(info["usage"]["localPosts"], int) and isinstance(info["metadata"], dict)


def test_nodeinfo_names_the_instance_actor(world):
    links = {link["rel"]: link["href"] for link in world.a.get("/.well-known/nodeinfo").json()["links"]}
    answer = world.a.get(links["https://www.w3.org/ns/activitystreams#Application"],
                         headers={"Accept": "application/activity+json"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/activity+json"
    actor = answer.json()
    assert actor["type"] == "Application" and actor["id"] == answer.url
    assert actor["publicKey"]["owner"] == actor["id"] and "#" in actor["publicKey"]["id"]
    assert actor["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----\n")
