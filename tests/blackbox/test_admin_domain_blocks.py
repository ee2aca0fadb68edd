"""Domains that are kept out, in the client API, for moderators and nobody else, by Mastodon.py."""

import mastodon
import pytest

from node import Person, unkept

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/v1/admin/domain_blocks"


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("marshal", role="moderator")
    return Person(world.a, "marshal", world.a.token("marshal", SCOPES))


def test_a_domain_is_blocked_changed_and_freed(world, mod, word):
    api = mastodon.Mastodon(access_token=mod.token, api_base_url=world.a.url, ratelimit_method="throw", session=unkept())
    made = api.admin_create_domain_block(f"{word}.example", severity="silence", private_comment="loud")
    assert (made.domain, made.severity, made.private_comment) == (f"{word}.example", "silence", "loud")
    assert f"silence-domain\t{word}.example\t" in world.a.do("rule", "list")
    assert api.admin_domain_blocks(made.id) == made
    assert made in api.admin_domain_blocks()
    changed = api.admin_update_domain_block(made.id, severity="suspend")
    assert (changed.id, changed.severity, changed.private_comment) == (made.id, "suspend", "loud")
    assert changed.created_at == made.created_at
    rules = world.a.do("rule", "list")
    assert f"\ndomain\t{word}.example\t" in "\n" + rules and f"silence-domain\t{word}" not in rules
    api.admin_delete_domain_block(made.id)
    assert word not in world.a.do("rule", "list")
    assert mod.raw("GET", f"{PATH}/{made.id}").status_code == 404


def test_a_client_is_told_that_moderators_may(mod):
    assert int(mod.get("/api/v1/accounts/verify_credentials")["role"]["permissions"]) & 32, "Mastodon's bit of federation"


def test_the_list_is_paged(world, mod, word):
    made = {mod.post(PATH, domain=f"{i}.{word}.example")["id"] for i in range(3)}
    seen, url, params = [], PATH, {"limit": 2}
    while url:
        answer = mod.raw("GET", url, params=params)
        seen += [block["id"] for block in answer.json()]
        url, params = answer.links.get("next", {}).get("url"), None
    assert made <= set(seen) and len(seen) == len(set(seen))
    for block in made:
        assert mod.delete(f"{PATH}/{block}") == {}


def test_what_cannot_be_meant_is_refused(world, mod, word):
    made = mod.post(PATH, domain=f"{word}.example", severity="suspend")
    for data in ({}, {"domain": "no domain"}, {"domain": f"{word}.example"}, {"domain": world.a.url.split("//")[1]},
                 {"domain": f"x{word}.example", "severity": "noop"},
                 {"domain": f"x{word}.example", "private_comment": "two\nlines"}):
        answer = mod.raw("POST", PATH, data=data)
        assert answer.status_code == 422 and "Validation failed" in answer.json()["error"], data
    assert mod.raw("PUT", f"{PATH}/{made['id']}", data={"severity": "x"}).status_code == 422
    mod.delete(f"{PATH}/{made['id']}")
    for path in ("1", "x", made["id"]):
        for method in ("GET", "PUT", "DELETE"):
            assert mod.raw(method, f"{PATH}/{path}").status_code == 404


def test_nobody_else_may(world, mod, word):
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "marshal", world.a.token("marshal", "read write"))
    made = mod.post(PATH, domain=f"{word}.example")
    at = f"{PATH}/{made['id']}"
    for method, path in (("GET", PATH), ("GET", at), ("POST", PATH), ("PUT", at), ("DELETE", at)):
        for who in (plain, unscoped):
            answer = who.raw(method, path, data={"domain": f"y{word}.example"} if method == "POST" else None)
            assert answer.status_code == 403 and answer.json()["error"] and word not in answer.text
    assert mod.delete(at) == {}
