"""The nodes this one has to do with, in the client API, for moderators and nobody else."""

from node import Person, wait_for

SCOPES = "read write follow admin:read admin:write"
PATH = "/api/v1/admin/domain_allows"


def test_moderators_read_the_list_and_nobody_else(world, word):
    world.a.add_user("mod" + word, role="moderator")
    mod = Person(world.a, "mod" + word, world.a.token("mod" + word, SCOPES))
    shown = mod.get(PATH)
    assert world.b.url.split("//")[1] in [allow["domain"] for allow in shown]
    assert mod.get(f"{PATH}/{shown[0]['id']}") == shown[0] and shown[0]["created_at"]
    pages, url, params = [], PATH, {"limit": 1}
    while url:
        answer = mod.raw("GET", url, params=params)
        pages += answer.json()
        url, params = answer.links.get("next", {}).get("url"), None
    assert pages == shown
    assert [mod.raw("GET", f"{PATH}/{path}").status_code for path in ("1", "x")] == [404, 404]
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "mod" + word, world.a.token("mod" + word, "read write"))
    for who in (plain, unscoped):
        for path in (PATH, f"{PATH}/{shown[0]['id']}"):
            assert who.raw("GET", path).status_code == 403


def test_moderators_pair_and_part(world, word):
    world.a.add_user("pair" + word, role="moderator")
    mod = Person(world.a, "pair" + word, world.a.token("pair" + word, SCOPES))
    made = mod.post(PATH, domain=world.stranger.domain.upper())
    assert made["domain"] == world.stranger.domain and made in mod.get(PATH)
    assert mod.post(PATH, domain=world.stranger.domain)["id"] == made["id"]
    wait_for(lambda: "\tpinned" in next(line for line in world.a.do("peer", "list").splitlines()
                                       if line.startswith(world.stranger.domain + "\t")), "the key of the new peer")
    assert mod.delete(f"{PATH}/{made['id']}") == {}
    assert world.stranger.domain not in world.a.do("peer", "list")
    assert mod.raw("DELETE", f"{PATH}/{made['id']}").status_code == 404
    for domain in ("", "a b", world.a.domain, "x" * 300):
        answer = mod.raw("POST", PATH, data={"domain": domain})
        assert answer.status_code == 422 and "domain" in answer.json()["error"]
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    shown = mod.get(PATH)
    for method, path in (("POST", PATH), ("DELETE", f"{PATH}/{shown[0]['id']}")):
        assert plain.raw(method, path, data={"domain": "c.example"}).status_code == 403
    assert mod.get(PATH) == shown
