"""People move between two nodes: from here to there, with followers on both, and within one node."""

from node import PASSWORD, wait_for


def lands_at(follower, old, new):
    """Waits until a follower of the old account follows the new one, and the old one no more."""
    ids = [follower.find(handle)["id"] for handle in (old, new)]
    wait_for(lambda: [follower.relationship(i)["following"] for i in ids] == [False, True],
             f"{follower.handle} follows {new} instead of {old}")


def test_a_move_takes_followers_of_both_nodes_along(world, word):
    old, new = world.a.person(f"{word}o"), world.b.person(f"{word}n")
    here, there = world.a.person(f"{word}h"), world.b.person(f"{word}t")
    here.follow(old)
    there.follow(old)
    refused = world.a.cli("user", "move", old.name, new.handle)
    assert refused.returncode == 1 and "alias" in refused.stderr
    world.b.do("user", "alias", new.name, "add", old.handle)
    assert world.b.do("user", "alias", new.name, "list").split("\t") == [old.me["uri"], old.handle]
    world.a.do("user", "move", old.name, new.handle)
    lands_at(here, old.handle, new.handle)
    lands_at(there, old.handle, new.handle)
    wait_for(lambda: old.get(f"/api/v1/accounts/{old.id}")["followers_count"] == 0, "the old one has no followers")
    followers = wait_for(lambda: [f for f in [new.get(f"/api/v1/accounts/{new.id}/followers")] if len(f) == 2],
                         "the new one has both")[0]
    assert sorted(a["acct"] for a in followers) == sorted([here.handle, there.name])
    new.say(f"from my new place {word}")
    here.sees(f"from my new place {word}")
    there.sees(f"from my new place {word}")
    assert old.get(f"/api/v1/accounts/{old.id}")["moved"]["acct"] == new.handle
    shown = there.get(f"/api/v1/accounts/{there.find(old.handle)['id']}")
    assert shown["moved"]["id"] == new.id
    assert there.raw("POST", f"/api/v1/accounts/{shown['id']}/follow").status_code == 403
    again = world.a.cli("user", "move", old.name, new.handle)
    assert again.returncode == 1 and "seven days" in again.stderr and again.stderr.count("\n") == 1
    world.a.do("user", "unmove", old.name)
    wait_for(lambda: "moved" not in here.get(f"/api/v1/accounts/{old.id}"), "it is taken back")
    wait_for(lambda: "moved" not in there.get(f"/api/v1/accounts/{shown['id']}"), "there, too")
    there.follow(old)


def test_a_move_within_a_node_is_heard_of_elsewhere(world, word):
    old, new, there = world.a.person(f"{word}o"), world.a.person(f"{word}n"), world.b.person(f"{word}t")
    there.follow(old)
    world.a.do("user", "alias", new.name, "add", old.name)
    world.a.do("user", "move", old.name, new.name)
    lands_at(there, old.handle, new.handle)


def test_a_move_needs_a_serving_node_to_ask(new_node, word):
    node = new_node()
    node.add_user("ana")
    node.add_user("ben")
    node.stop()
    node.do("user", "alias", "ben", "add", "ana")
    node.do("user", "move", "ana", "ben")
    asked = node.cli("user", "move", "ben", "somebody@elsewhere.example")
    assert asked.returncode == 1 and "serving" in asked.stderr
    node.do("user", "alias", "ben", "remove", "ana")
    assert node.do("user", "alias", "ben", "list") == ""
    assert "moved to" in node.do("user", "list").splitlines()[0]
    for status, words in ((1, ["remove", "ana"]), (1, ["add", "nonsense://x"]), (2, ["add"]), (2, ["list", "ana"]),
                          (2, ["praise", "ana"])):
        failed = node.cli("user", "alias", "ben", *words)
        assert failed.returncode == status and failed.stderr.count("\n") == 1, failed.stderr


def test_people_move_with_a_client(world, word):
    old, new, here = world.a.person(f"{word}o"), world.b.person(f"{word}n"), world.a.person(f"{word}h")
    here.follow(old)
    address = new.me["uri"]
    refused = old.post("/api/v1/accounts/move", 422, password=PASSWORD, moved_to_uri=address)
    assert "moved_to_uri" in refused["error"] and "alias" in refused["error"]
    assert new.post("/api/v1/accounts/alias", **{"also_known_as_uris[]": [old.me["uri"], "https://c.example/u/1"]})[
        "source"]["also_known_as_uris"] == [old.me["uri"], "https://c.example/u/1"]
    assert world.b.do("user", "alias", new.name, "list").startswith(old.me["uri"])
    kept = new.post("/api/v1/accounts/alias", **{"also_known_as_uris[]": [old.me["uri"]]})
    assert kept["source"]["also_known_as_uris"] == [old.me["uri"]]
    for asked, status, named in [({"moved_to_uri": address}, 422, "password"),
                                 ({"password": PASSWORD}, 422, "moved_to_uri"),
                                 ({"password": "a wrong password", "moved_to_uri": address}, 403, "password"),
                                 ({"password": PASSWORD, "moved_to_uri": "https://unlisted.example/u/1"}, 422, "moved_to_uri"),
                                 ({"password": PASSWORD, "moved_to_uri": old.me["uri"]}, 422, "itself")]:
        assert named in old.post("/api/v1/accounts/move", status, **asked)["error"]
    assert "also_known_as_uris" in new.post("/api/v1/accounts/alias", 422, **{"also_known_as_uris[]": "nonsense"})["error"]
    moved = old.post("/api/v1/accounts/move", 202, password=PASSWORD, moved_to_uri=address)
    assert moved["moved"]["acct"] == new.handle
    lands_at(here, old.handle, new.handle)
    old.post("/api/v1/accounts/unmove", 403, password="a wrong password")
    assert "moved" not in old.post("/api/v1/accounts/unmove", password=PASSWORD)
    old.post("/api/v1/accounts/unmove", 422, password=PASSWORD)
    assert new.post("/api/v1/accounts/alias", **{"also_known_as_uris[]": ""})["source"]["also_known_as_uris"] == []
