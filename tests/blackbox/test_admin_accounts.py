"""Accounts in the client API, for moderators and nobody else, by Mastodon.py."""

import base64

import mastodon
import pytest

from node import Person, unkept, wait_for

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/v1/admin/accounts"
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("sheriff", role="moderator")
    return Person(world.a, "sheriff", world.a.token("sheriff", SCOPES))


@pytest.fixture(scope="module")
def api(world, mod):
    return mastodon.Mastodon(access_token=mod.token, api_base_url=world.a.url, ratelimit_method="throw", session=unkept())


def names(accounts):
    return [a["username"] for a in accounts]


def test_one_of_ours_is_disabled_and_enabled(world, mod, api, word):
    made = world.a.person("gus" + word)
    shown = api.admin_account(made.id)
    assert (shown.username, shown.domain, shown.disabled) == ("gus" + word, None, False)
    assert shown.email == f"gus{word}@corp.example" and shown.account.acct == "gus" + word
    assert mod.get(f"{PATH}/{made.id}")["role"]["permissions"] == "0"
    report = world.ana.post("/api/v1/reports", account_id=made.id, comment=word)
    api.admin_account_moderate(made.id, action="disable", report_id=report["id"])
    assert made.raw("GET", "/api/v1/accounts/verify_credentials").status_code == 401
    assert mod.get(f"/api/v1/admin/reports/{report['id']}")["action_taken"]
    assert names(api.admin_accounts(status="disabled", username=word)) == ["gus" + word]
    assert api.admin_accounts(status="active", username=word) == []
    assert not api.admin_account_enable(made.id).disabled
    assert names(mod.get("/api/v2/admin/accounts", origin="local", status="active", username=word)) == ["gus" + word]


def test_one_of_another_node_is_silenced_and_kept_out(world, mod, api, word):
    there = world.b.person("rem" + word)
    here = world.ana.find(there.handle)["id"]
    assert names(mod.get("/api/v2/admin/accounts", origin="remote", username=word)) == ["rem" + word]
    api.admin_account_moderate(here, action="silence")
    assert api.admin_account(here).silenced and names(api.admin_accounts(status="silenced", username=word))
    assert not api.admin_account_unsilence(here).silenced
    api.admin_account_moderate(here, action="suspend")
    assert api.admin_account(here).suspended and names(api.admin_accounts(status="suspended", username=word))
    uri = mod.get(f"/api/v1/accounts/{here}")["uri"]
    assert f"account\t{uri}\t" in world.a.do("rule", "list")
    assert not api.admin_account_unsuspend(here).suspended
    assert uri not in world.a.do("rule", "list")


def test_one_of_ours_is_silenced(world, mod, api, word):
    made = world.a.person("sil" + word)
    made.patch("/api/v1/accounts/update_credentials", discoverable="true")
    world.ana.follow(made)
    said = made.say(f"#{word} loud")

    def public(who):
        return said["id"] in [s["id"] for s in who.get("/api/v1/timelines/public", limit=40)]

    def listed(who):
        return made.id in [a["id"] for a in who.get("/api/v1/directory", order="new", limit=80)]

    assert public(world.ben) and listed(world.ben)
    api.admin_account_moderate(made.id, action="silence")
    assert api.admin_account(made.id).silenced
    assert world.ben.get(f"/api/v1/accounts/{made.id}")["limited"] is True, "clients show such a profile when asked again"
    assert not public(world.ben) and world.ben.get(f"/api/v1/timelines/tag/{word}") == [] and not listed(world.ben)
    assert public(world.ana) and public(made) and listed(world.ana)
    assert world.ben.get(f"/api/v1/statuses/{said['id']}")["id"] == said["id"]
    assert not api.admin_account_unsilence(made.id).silenced and public(world.ben)
    assert "limited" not in world.ben.get(f"/api/v1/accounts/{made.id}")


def test_one_of_ours_is_suspended_comes_back_and_is_erased(world, mod, api, word):
    made = world.a.person("sus" + word)
    world.ana.follow(made)
    said = made.say(f"gone {word}")
    at, mine = f"/api/v1/statuses/{said['id']}", f"/api/v1/accounts/{made.id}"
    world.ana.sees(word)
    assert mod.raw("DELETE", f"{PATH}/{made.id}").status_code == 403
    api.admin_account_moderate(made.id, action="suspend")
    shown = api.admin_account(made.id)
    assert shown.suspended and not shown.disabled and shown.account.acct == "sus" + word
    assert names(api.admin_accounts(status="suspended", username=word)) == ["sus" + word]
    assert made.raw("GET", "/api/v1/accounts/verify_credentials").status_code == 401
    for path in (at, mine, mine + "/statuses", f"/api/v1/accounts/lookup?acct=sus{word}"):
        assert world.ana.raw("GET", path).status_code == 404, path
    assert all(said["id"] != s["id"] for s in world.ana.home())
    assert world.a.get(f"/.well-known/webfinger?resource=acct:sus{word}@{world.a.domain}").status_code == 404
    api.admin_account_moderate(made.id, action="disable")
    assert api.admin_account_enable(made.id).suspended
    assert not api.admin_account_unsuspend(made.id).suspended
    assert world.ana.get(at)["id"] == said["id"] and world.ana.get(mine)["username"] == "sus" + word
    again = Person(world.a, "sus" + word, world.a.token("sus" + word))
    assert again.get("/api/v1/accounts/verify_credentials")["id"] == made.id
    api.admin_account_moderate(made.id, action="suspend")
    api.admin_account_delete(made.id)
    assert mod.get(PATH, username="sus" + word) == []
    assert world.ana.raw("GET", at).status_code == 404
    assert mod.raw("POST", f"{PATH}/{made.id}/unsuspend").status_code == 404
    assert f"sus{word}" not in world.a.do("user", "list")
    world.a.do("check")


def test_lists_show_nobody_in_the_place_of_who_is_suspended(world, mod, api, word):
    made, other = world.a.person("lst" + word), world.a.person("oth" + word)
    other.follow(made)
    made.follow(other)
    root = other.say(f"root {word}")
    made.post(f"/api/v1/statuses/{root['id']}/favourite")
    made.post(f"/api/v1/statuses/{root['id']}/reblog")
    made.post("/api/v1/statuses", status="answer", in_reply_to_id=root["id"])
    made.say(f"@oth{word} letter", visibility="direct")
    kept = other.post("/api/v1/lists", title=word)["id"]
    other.post(f"/api/v1/lists/{kept}/accounts", **{"account_ids[]": made.id})
    other.post(f"/api/v1/accounts/{made.id}/mute", notifications="false")
    paths = (f"/api/v1/accounts/{other.id}/followers", f"/api/v1/accounts/{other.id}/following",
             f"/api/v1/statuses/{root['id']}/favourited_by", f"/api/v1/statuses/{root['id']}/reblogged_by",
             "/api/v1/notifications", "/api/v1/conversations", f"/api/v1/lists/{kept}/accounts", "/api/v1/mutes")
    assert all(other.get(path) for path in paths)
    api.admin_account_moderate(made.id, action="suspend")
    for path in paths:
        assert all(other.get(path)) and f"lst{word}" not in other.raw("GET", path).text, path
    assert other.get(f"/api/v1/statuses/{root['id']}/context")["descendants"] == []
    api.admin_account_unsuspend(made.id)
    assert all(other.get(path) for path in paths)


@pytest.mark.plain
def test_other_nodes_hear_of_a_suspension_and_of_its_end(world, mod, api, word):
    made = world.a.person("sib" + word)
    world.chloe.follow(made)
    made.say(f"kept {word}")
    post = world.chloe.sees(f"kept {word}")
    there = post["account"]["id"]
    paths = (f"/api/v1/accounts/{there}", f"/api/v1/accounts/{there}/statuses", f"/api/v1/statuses/{post['id']}")

    def answers():
        return [world.chloe.raw("GET", path).status_code for path in paths]

    api.admin_account_moderate(made.id, action="suspend")
    wait_for(lambda: answers() == [404] * 3, "the suspension, told to the other node")
    assert all(post["id"] != s["id"] for s in world.chloe.home())
    assert world.chloe.get("/api/v2/search", q=f"@{made.handle}", resolve="true")["accounts"] == []
    world.b.do("check")
    api.admin_account_unsuspend(made.id)
    wait_for(lambda: answers() == [200] * 3, "its end, told to the other node")
    assert world.chloe.sees(f"kept {word}")["id"] == post["id"]
    Person(world.a, made.name, world.a.token(made.name)).say(f"back {word}")
    world.chloe.sees(f"back {word}")


@pytest.mark.plain
def test_other_nodes_hear_of_the_end_of_who_was_suspended(world, mod, api, word):
    made = world.a.person("end" + word)
    world.chloe.follow(made)
    made.say(f"soon gone {word}")
    world.chloe.sees(f"soon gone {word}")
    there = world.chloe.find(made.handle)["id"]
    api.admin_account_moderate(made.id, action="suspend")
    api.admin_account_delete(made.id)
    wait_for(lambda: world.chloe.raw("GET", f"/api/v1/accounts/{there}").status_code == 404, "the end, told to the other node")


def test_media_are_shown_behind_a_warning(world, mod, api, word):
    made = world.a.person("pic" + word)
    picture = made.call("POST", "/api/v2/media", files={"file": ("p.png", PIXEL, "image/png")})
    plain, shown = made.say(f"words {word}"), made.say(f"picture {word}", **{"media_ids[]": picture["id"]})
    assert not shown["sensitive"] and shown["media_attachments"]
    api.admin_account_moderate(made.id, action="sensitive")

    def marks(who):
        return [who.get(f"/api/v1/statuses/{s['id']}")["sensitive"] for s in (plain, shown)]

    assert mod.get(f"{PATH}/{made.id}")["sensitized"]
    assert marks(world.ben) == [False, True] and marks(made) == [False, False]
    assert [s["sensitive"] for s in world.ben.get(f"/api/v1/accounts/{made.id}/statuses")] == [True, False]
    api.admin_account_unsensitive(made.id)
    assert marks(world.ben) == [False, False]


def test_a_rule_by_name_is_taken_back_too(world, mod, word):
    there = world.b.person("nam" + word)
    here = world.ana.find(there.handle)["id"]
    world.a.do("rule", "add", "account", there.handle)
    assert mod.get(f"{PATH}/{here}")["suspended"]
    assert not mod.post(f"{PATH}/{here}/unsuspend")["suspended"]


def test_lists_are_narrowed_and_paged(world, mod, word):
    made = [world.a.person(f"p{i}{word}") for i in range(3)]
    first = mod.raw("GET", PATH, params={"username": word.upper(), "limit": 2})
    assert [a["id"] for a in first.json()] == [made[2].id, made[1].id]
    assert [a["id"] for a in mod.raw("GET", first.links["next"]["url"]).json()] == [made[0].id]
    newer = mod.get(PATH, username=word, min_id=made[0].id, limit=1)
    assert [a["id"] for a in newer] == [made[1].id]
    assert names(mod.get(PATH, email=f"p1{word}@corp.example")) == [f"p1{word}"]
    assert "sheriff" in names(mod.get(PATH, staff="true")) and not [a for a in mod.get(PATH, pending="true") if a["approved"]]
    assert mod.get(PATH, username=word, staff="true") == []
    assert mod.get(PATH, username=word, by_domain="elsewhere.example") == []


def test_what_cannot_be_meant_is_refused(world, mod, word):
    there = world.ana.find(world.b.person("odd" + word).handle)["id"]
    report = world.ana.post("/api/v1/reports", account_id=world.ben.id, comment=word)
    for account, data in ((there, {}), (there, {"type": "odd"}), (there, {"type": "disable"}),
                          (there, {"type": "none", "report_id": report["id"]}),
                          (there, {"type": "none", "report_id": "x"})):
        answer = mod.raw("POST", f"{PATH}/{account}/action", data=data)
        assert answer.status_code == 422 and "Validation failed" in answer.json()["error"]
    assert mod.post(f"{PATH}/{there}/action", type="none") == {}
    for path in ("1", "x"):
        assert mod.raw("GET", f"{PATH}/{path}").status_code == 404
        assert mod.raw("POST", f"{PATH}/{path}/action", data={"type": "none"}).status_code == 404


def test_nobody_else_may_nor_over_equals(world, mod, word):
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "sheriff", world.a.token("sheriff", "read write"))
    at = f"{PATH}/{world.ben.id}"
    for method, path in (("GET", PATH), ("GET", "/api/v2/admin/accounts"), ("GET", at), ("POST", at + "/action"),
                         ("POST", at + "/enable"), ("POST", at + "/unsilence"), ("POST", at + "/unsuspend"),
                         ("POST", at + "/unsensitive"), ("DELETE", at)):
        for who in (plain, unscoped):
            answer = who.raw(method, path, data={"type": "disable"} if method == "POST" else None)
            assert answer.status_code == 403 and answer.json()["error"] and "@corp" not in answer.text
    world.a.add_user("boss" + word, role="admin")
    boss = Person(world.a, "boss" + word, world.a.token("boss" + word, SCOPES))
    for equal in (mod, boss):
        assert mod.raw("POST", f"{PATH}/{equal.id}/action", data={"type": "disable"}).status_code == 403
    assert boss.post(f"{PATH}/{mod.id}/action", type="none") == {}
