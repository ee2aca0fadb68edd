"""The nodes this one has to do with, in the client API, for moderators and nobody else."""

from node import Person

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
