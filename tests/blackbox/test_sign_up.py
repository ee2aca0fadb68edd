"""Sign-up by apps where people are let in by approval, by Mastodon.py; moderators let in and turn away."""

import mastodon
import pytest

from node import Person, unkept, wait_for

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/v1/admin/accounts"
PASSWORD = "long enough for all"


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("porter", role="moderator")
    return Person(world.a, "porter", world.a.token("porter", SCOPES))


@pytest.fixture(scope="module")
def door(world):
    world.a.do("config", "set", "registrations", "approval")
    wait_for(lambda: world.a.get("/api/v2/instance").json()["registrations"]["enabled"], "the node reads its configuration")
    yield
    world.a.do("config", "set", "registrations", "closed")


@pytest.fixture(scope="module")
def app(world):
    made = mastodon.Mastodon.create_app("newcomer", api_base_url=world.a.url, scopes=["read", "write"], session=unkept())
    token = world.a.request("POST", "/oauth/token", data={
        "grant_type": "client_credentials", "client_id": made[0], "client_secret": made[1], "scope": "read write"})
    return made, token.json()["access_token"]


def sign_up(world, token, word, **changed):
    data = {"username": "new" + word, "email": f"new{word}@corp.example", "password": PASSWORD, "agreement": "true",
            "locale": "fr-FR", "reason": f"because {word}"}
    data.update(changed)
    return world.a.request("POST", "/api/v1/accounts", token=token, data=data)


def test_a_closed_door_says_so(world, app, word):
    answer = sign_up(world, app[1], word)
    assert answer.status_code == 403 and "sign-up" in answer.json()["error"]
    assert world.a.get("/api/v2/instance").json()["registrations"]["enabled"] is False


def test_who_signs_up_waits_and_is_let_in(world, mod, door, app, word):
    shown = world.a.get("/api/v2/instance").json()["registrations"]
    assert (shown["enabled"], shown["approval_required"]) == (True, True)
    v1 = world.a.get("/api/v1/instance").json()
    assert (v1["registrations"], v1["approval_required"]) == (True, True)
    client = mastodon.Mastodon(*app[0], api_base_url=world.a.url, ratelimit_method="throw", session=unkept())
    token = client.create_account("new" + word, PASSWORD, f"new{word}@corp.example", agreement=True, locale="fr",
                                  reason=f"because {word}", scopes=["read", "write"])
    new = Person(world.a, "new" + word, token)
    for method, path in (("GET", "/api/v1/accounts/verify_credentials"), ("POST", "/api/v1/statuses"),
                         ("GET", "/api/v1/timelines/public")):
        answer = new.raw(method, path, data={"status": "x"} if method == "POST" else None)
        assert answer.status_code == 403 and "approval" in answer.json()["error"]
    assert new.raw("GET", "/api/v1/instance").status_code == 200
    waiting = mod.get("/api/v2/admin/accounts", status="pending")
    assert waiting == mod.get(PATH, pending="true")
    person, = [a for a in waiting if a["username"] == "new" + word]
    assert (person["approved"], person["locale"], person["invite_request"]) == (False, "fr", f"because {word}")
    assert person["email"] == f"new{word}@corp.example" and person["account"]["acct"] == "new" + word
    assert world.ana.raw("GET", f"/api/v1/accounts/{person['id']}").status_code == 404
    assert world.a.get(f"/.well-known/webfinger?resource=acct:new{word}@{world.a.domain}").status_code == 404
    assert f"new{word}\t" in world.a.do("user", "list") and "\twaiting\t" in world.a.do("user", "list")
    api = mastodon.Mastodon(access_token=mod.token, api_base_url=world.a.url, ratelimit_method="throw", session=unkept())
    assert not [n for n in mod.get("/api/v1/notifications", **{"types[]": "admin.sign_up"}) if word in n["account"]["acct"]]
    assert api.admin_account_approve(person["id"]).approved
    told = wait_for(lambda: mod.get("/api/v1/notifications", **{"types[]": "admin.sign_up"}), "moderators hear of it")
    assert (told[0]["type"], told[0]["account"]["id"]) == ("admin.sign_up", person["id"])
    groups = mod.get("/api/v2/notifications", **{"types[]": "admin.sign_up"})["notification_groups"]
    assert groups[0]["group_key"].startswith("admin.sign_up-") and groups[0]["sample_account_ids"][0] == person["id"]
    assert new.say(f"hello {word}")["account"]["acct"] == "new" + word
    assert world.ana.get(f"/api/v1/accounts/{person['id']}")["acct"] == "new" + word
    assert mod.raw("POST", f"{PATH}/{person['id']}/approve").status_code == 403
    assert mod.raw("POST", f"{PATH}/{person['id']}/reject").status_code == 403


def test_who_is_turned_away_leaves_no_trace(world, mod, door, app, word):
    token = sign_up(world, app[1], word).json()["access_token"]
    person = mod.get(PATH, pending="true", username="new" + word)[0]
    api = mastodon.Mastodon(access_token=mod.token, api_base_url=world.a.url, ratelimit_method="throw", session=unkept())
    assert api.admin_account_reject(person["id"]).username == "new" + word
    assert mod.get(PATH, username="new" + word) == [] and mod.raw("GET", f"{PATH}/{person['id']}").status_code == 404
    assert world.a.request("GET", "/api/v1/accounts/verify_credentials", token=token).status_code == 401
    world.a.do("check")
    assert sign_up(world, app[1], word).status_code == 200


def test_what_is_wrong_is_named(world, mod, door, app, word):
    for changed, code in (({"username": ""}, "ERR_BLANK"), ({"username": "a b"}, "ERR_INVALID"),
                          ({"username": "ana"}, "ERR_TAKEN"), ({"email": "ana@corp.example"}, "ERR_TAKEN"),
                          ({"email": "x"}, "ERR_INVALID"), ({"password": "short"}, "ERR_TOO_SHORT"),
                          ({"password": "x" * 600}, "ERR_TOO_LONG"), ({"agreement": "false"}, "ERR_ACCEPTED"),
                          ({"reason": "x" * 2001}, "ERR_TOO_LONG")):
        answer = sign_up(world, app[1], word, **changed)
        field = next(iter(changed))
        assert answer.status_code == 422 and answer.json()["details"][field][0]["error"] == code, changed
        assert field in answer.json()["error"]
    assert sign_up(world, world.ana.token, word).status_code == 403
    assert sign_up(world, None, word).status_code == 401
    assert mod.get(PATH, pending="true", username="new" + word) == []


def test_nobody_else_lets_in(world, door, app, word):
    assert sign_up(world, app[1], word).status_code == 200
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    for path in ("approve", "reject"):
        assert plain.raw("POST", f"{PATH}/{world.ben.id}/{path}").status_code == 403
