"""Every crossing between two nodes that allow each other, through their public faces only."""

import pytest

from entities import check
from node import plain, wait_for

pytestmark = pytest.mark.threads


@pytest.fixture(scope="module")
def friends(world):
    """Chloe (there) follows Ana (here), and the other way round."""
    world.chloe.follow(world.ana)
    world.ana.follow(world.chloe)
    return world.ana, world.chloe


def gone(person, status_id):
    return wait_for(lambda: person.raw("GET", f"/api/v1/statuses/{status_id}").status_code in (404, 410),
                    f"{status_id} disappears at {person.node.domain}")


def becomes(person, path, **wanted):
    """Waits until an entity has these values."""
    return wait_for(lambda: next((e for e in [person.get(path)] if all(e[k] == v for k, v in wanted.items())), None),
                    f"{path} shows {wanted}")


def test_follow_is_accepted_across(world, word):
    here, there = world.a.person(f"{word}h"), world.b.person(f"{word}t")
    account = check(here.find(there.handle), "Account")
    assert account["acct"] == there.handle and account["url"].startswith(world.b.url)
    assert account["display_name"] == there.name.title()
    here.follow(there)
    assert [n["account"]["acct"] for n in there.notifications("follow")] == [here.handle]
    assert [a["acct"] for a in there.get(f"/api/v1/accounts/{there.id}/followers")] == [here.handle]
    assert [a["acct"] for a in here.get(f"/api/v1/accounts/{here.id}/following")] == [there.handle]
    assert here.get(f"/api/v1/accounts/{account['id']}")["followers_count"] >= 1
    here.post(f"/api/v1/accounts/{account['id']}/unfollow")
    wait_for(lambda: there.get(f"/api/v1/accounts/{there.id}/followers") == [], "unfollow arrives")
    assert there.notifications("follow") == []


def test_a_locked_account_decides_across(world, word):
    asker, keeper = world.a.person(f"{word}q"), world.b.person(f"{word}k")
    keeper.patch("/api/v1/accounts/update_credentials", locked="true")
    account = asker.find(keeper.handle)
    assert account["locked"] is True

    def request():
        assert asker.post(f"/api/v1/accounts/{account['id']}/follow")["requested"] is True
        return wait_for(lambda: keeper.get("/api/v1/follow_requests"), "the request arrives")[0]

    known = request()
    assert known["acct"] == asker.handle
    keeper.post(f"/api/v1/follow_requests/{known['id']}/reject")
    wait_for(lambda: not asker.relationship(account["id"])["requested"], "the refusal arrives")
    assert asker.relationship(account["id"])["following"] is False
    request()
    keeper.post(f"/api/v1/follow_requests/{known['id']}/authorize")
    wait_for(lambda: asker.relationship(account["id"])["following"], "the consent arrives")
    status = keeper.say(f"for followers {word}", visibility="private")
    asker.sees(f"for followers {word}")
    assert world.ben.get("/api/v2/search", q=status["uri"], resolve="true")["statuses"] == []


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_a_post_reaches_followers_across(friends, world, word, visibility):
    ana, chloe = friends
    status = ana.say(f"Hello & <b>{word}</b>", visibility=visibility, spoiler_text="cw", sensitive="true",
                     language="fr")
    seen = check(chloe.sees(word), "OwnStatus")
    assert seen["uri"] == status["uri"] and seen["url"] == status["url"] and seen["visibility"] == visibility
    assert seen["account"]["acct"] == ana.handle and seen["spoiler_text"] == "cw" and seen["sensitive"] is True
    assert plain(seen["content"]) == f"Hello & <b>{word}</b>" and seen["created_at"] == status["created_at"]
    assert seen["language"] == "fr"
    expected = 404 if visibility == "private" else 200
    assert world.dan.raw("GET", f"/api/v1/statuses/{seen['id']}").status_code == expected
    public = [s["id"] for s in world.dan.get("/api/v1/timelines/public", limit=40)]
    assert (seen["id"] in public) == (visibility == "public")


def test_a_direct_post_reaches_the_named_and_nobody_else(friends, world, word):
    ana, chloe = friends
    ana.say(f"@dan@{world.b.domain} psst {word}", visibility="direct")
    note = wait_for(lambda: [n for n in world.dan.notifications("mention") if word in n["status"]["content"]],
                    "the direct post arrives")[0]
    seen = note["status"]
    assert seen["visibility"] == "direct" and [m["acct"] for m in seen["mentions"]] == ["dan"]
    for person in (chloe, world.b.person(f"{word}x")):
        person.get(f"/api/v1/statuses/{seen['id']}", expect=404)
        assert person.get("/api/v2/search", q=seen["uri"], resolve="true")["statuses"] == []
    talk = world.dan.get("/api/v1/conversations")[0]
    assert talk["last_status"]["id"] == seen["id"] and talk["accounts"][0]["acct"] == ana.handle
    world.dan.say(f"@ana@{world.a.domain} yes {word}", visibility="direct", in_reply_to_id=seen["id"])
    wait_for(lambda: [c for c in ana.get("/api/v1/conversations") if c["last_status"] and
                      f"yes {word}" in plain(c["last_status"]["content"])], "the direct answer arrives")


def test_answers_cross_both_ways(friends, word):
    ana, chloe = friends
    root = ana.say(f"root {word}")
    seen = chloe.sees(f"root {word}")
    reply = chloe.say(f"@{ana.handle} reply {word}", in_reply_to_id=seen["id"])
    assert [m["acct"] for m in reply["mentions"]] == [ana.handle]
    back = ana.sees(f"reply {word}")
    assert back["in_reply_to_id"] == root["id"] and back["in_reply_to_account_id"] == ana.id
    becomes(ana, f"/api/v1/statuses/{root['id']}", replies_count=1)
    assert [n["status"]["id"] for n in ana.notifications("mention")][0] == back["id"]
    again = ana.say(f"@{chloe.handle} again {word}", in_reply_to_id=back["id"])
    third = chloe.sees(f"again {word}")
    assert third["in_reply_to_id"] == reply["id"] and third["uri"] == again["uri"]
    context = chloe.get(f"/api/v1/statuses/{third['id']}/context")
    assert [s["uri"] for s in context["ancestors"]] == [root["uri"], reply["uri"]]
    context = ana.get(f"/api/v1/statuses/{root['id']}/context")
    assert [s["uri"] for s in context["descendants"]] == [reply["uri"], again["uri"]]


def test_a_mention_reaches_one_who_does_not_follow(world, word):
    writer, named = world.a.person(f"{word}w"), world.b.person(f"{word}n")
    status = writer.say(f"Hey @{named.handle}, {word} #{word}")
    note = wait_for(lambda: named.notifications("mention"), "the mention arrives")[0]
    seen = note["status"]
    assert note["account"]["acct"] == writer.handle and seen["uri"] == status["uri"]
    assert [m["acct"] for m in seen["mentions"]] == [named.name] and [t["name"] for t in seen["tags"]] == [word]
    assert f'href="{seen["mentions"][0]["url"]}"' in seen["content"]
    assert [s["uri"] for s in named.get(f"/api/v1/timelines/tag/{word}")] == [status["uri"]]


def test_favourite_and_boost_cross_and_are_undone(friends, world, word):
    ana, chloe = friends
    status = ana.say(f"like me {word}")
    seen = chloe.sees(f"like me {word}")
    here, there = f"/api/v1/statuses/{status['id']}", f"/api/v1/statuses/{seen['id']}"
    chloe.post(there + "/favourite")
    becomes(ana, here, favourites_count=1)
    assert [n["account"]["acct"] for n in ana.notifications("favourite")][0] == chloe.handle
    chloe.post(there + "/unfavourite")
    becomes(ana, here, favourites_count=0)
    chloe.post(there + "/reblog")
    becomes(ana, here, reblogs_count=1)
    assert [n["account"]["acct"] for n in ana.notifications("reblog")][0] == chloe.handle
    boost = wait_for(lambda: [s for s in ana.home() if s["reblog"] and s["reblog"]["id"] == status["id"]],
                     "the boost comes home")[0]
    assert boost["account"]["acct"] == chloe.handle
    chloe.post(there + "/unreblog")
    becomes(ana, here, reblogs_count=0)
    gone(ana, boost["id"])


def test_a_boost_brings_what_the_follower_does_not_have(world, word):
    """Chloe's node has never seen Ben's post when Ana boosts it; Chloe follows Ana only."""
    author, booster, reader = world.a.person(f"{word}a"), world.a.person(f"{word}b"), world.b.person(f"{word}r")
    reader.follow(booster)
    status = author.say(f"worth a boost {word}")
    booster.post(f"/api/v1/statuses/{status['id']}/reblog")
    boost = wait_for(lambda: [s for s in reader.home() if s["reblog"]], "the boost arrives with its post")[0]
    assert boost["reblog"]["uri"] == status["uri"] and boost["account"]["acct"] == booster.handle
    assert boost["reblog"]["account"]["acct"] == author.handle


def test_an_edit_crosses(friends, word):
    ana, chloe = friends
    status = ana.say(f"draft {word}")
    seen = chloe.sees(f"draft {word}")
    ana.put(f"/api/v1/statuses/{status['id']}", status=f"final {word}", spoiler_text="now with a warning")
    path = f"/api/v1/statuses/{seen['id']}"
    wait_for(lambda: chloe.get(path)["edited_at"], "the edit arrives")
    changed = chloe.get(path)
    assert plain(changed["content"]) == f"final {word}" and changed["spoiler_text"] == "now with a warning"
    assert changed["created_at"] == status["created_at"]


def test_a_deletion_crosses_and_leaves_a_tombstone(friends, word):
    ana, chloe = friends
    status = ana.say(f"oops {word}")
    seen = chloe.sees(f"oops {word}")
    ana.delete(f"/api/v1/statuses/{status['id']}")
    gone(chloe, seen["id"])
    assert chloe.get("/api/v2/search", q=status["uri"], resolve="true")["statuses"] == []


def test_a_changed_profile_crosses(friends, world, word):
    ana, chloe = friends
    known = chloe.find(ana.handle)["id"]
    ana.patch("/api/v1/accounts/update_credentials", display_name=f"Ana {word}", note=f"Bio {word}",
              **{"fields_attributes[0][name]": "Dept", "fields_attributes[0][value]": "R&D"})
    account = becomes(chloe, f"/api/v1/accounts/{known}", display_name=f"Ana {word}")
    assert f"Bio {word}" in account["note"] and plain(account["fields"][0]["value"]) == "R&D"
    ana.patch("/api/v1/accounts/update_credentials", display_name="Ana", note="")


def test_search_brings_a_post_from_there(world, word):
    """Nobody here follows the author; a pasted address brings the post."""
    author, reader = world.b.person(f"{word}a"), world.a.person(f"{word}r")
    status = author.say(f"findable {word}")
    for url in (status["uri"], status["url"]):
        found = check(reader.resolve(url), "OwnStatus")
        assert found["uri"] == status["uri"] and found["account"]["acct"] == author.handle
    quiet = author.say(f"quiet {word}", visibility="private")
    assert reader.get("/api/v2/search", q=quiet["uri"], resolve="true")["statuses"] == []
    assert reader.get("/api/v2/search", q=author.me["url"], resolve="true")["accounts"][0]["acct"] == author.handle
    liked = reader.post(f"/api/v1/statuses/{found['id']}/favourite")
    assert liked["favourited"] is True
    becomes(author, f"/api/v1/statuses/{status['id']}", favourites_count=1)


def test_an_answer_to_a_fetched_post_crosses(world, word):
    author, reader = world.b.person(f"{word}a"), world.a.person(f"{word}r")
    status = author.say(f"ask me {word}")
    found = reader.resolve(status["uri"])
    reader.say(f"@{author.handle} a question {word}", in_reply_to_id=found["id"])
    note = wait_for(lambda: author.notifications("mention"), "the answer arrives")[0]
    assert note["status"]["in_reply_to_id"] == status["id"]


def test_a_missing_parent_is_fetched(world, word):
    """The reader's node gets an answer whose parent it never saw; the thread fills itself."""
    author, answerer, reader = world.a.person(f"{word}p"), world.a.person(f"{word}q"), world.b.person(f"{word}r")
    reader.follow(answerer)
    root = author.say(f"root {word}")
    answerer.say(f"answer {word}, see above @{reader.handle}", in_reply_to_id=root["id"])
    seen = wait_for(lambda: reader.notifications("mention"), "the answer arrives")[0]["status"]
    wait_for(lambda: [s["uri"] for s in reader.get(f"/api/v1/statuses/{seen['id']}/context")["ancestors"]]
             == [root["uri"]], "the parent is fetched")
    assert reader.get(f"/api/v1/statuses/{seen['id']}")["in_reply_to_id"]


def test_a_thread_of_strangers_stays_out_of_home(friends, world, word):
    ana, chloe = friends
    world.ben.say(f"not for you {word}")
    ana.say(f"marker {word}")
    chloe.sees(f"marker {word}")
    assert not [s for s in chloe.home(limit=40) if "not for you" in s["content"]]


def test_order_holds_and_nothing_comes_twice(friends, word):
    ana, chloe = friends
    sent = [ana.say(f"{word} {i}")["uri"] for i in range(30)]
    chloe.sees(f"{word} 29")
    wait_for(lambda: len([s for s in chloe.home(limit=40) if word in s["content"]]) >= 30, "all arrive")
    assert [s["uri"] for s in chloe.home(limit=40) if word in s["content"]] == sent[::-1]


def test_handles_with_a_port_work_in_every_place(friends, world, word):
    ana, chloe = friends
    assert ana.get("/api/v1/accounts/lookup", acct=chloe.handle)["acct"] == chloe.handle
    status = ana.say(f"@{chloe.handle} @{ana.name}@{world.a.domain} {word}")
    assert {m["acct"] for m in status["mentions"]} == {chloe.handle, ana.name}


def test_peer_list_shows_pinned_keys(world):
    line = next(line for line in world.a.do("peer", "list").splitlines() if line.startswith(world.b.domain))
    assert "unpinned" not in line and "group" in line
