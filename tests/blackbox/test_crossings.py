"""Blocks, pins, reports and reactions between two nodes: what one side says is what the other side shows."""

import pytest

from node import wait_for

REACTIONS = "/api/v1/pleroma/statuses/{}/reactions"


def pair_up(world, here, there):
    """One here and one there who follow each other; `there` of each is the other's account."""
    here, there = world.a.person(here), world.b.person(there)
    here.there, there.there = here.follow(there), there.follow(here)
    return here, there


@pytest.fixture(scope="module")
def couple(world):
    return pair_up(world, "hilda", "theo")


def sides(couple, way):
    return couple if way == "there" else couple[::-1]


ways = pytest.mark.parametrize("way", ["there", "here"])


def test_a_block_ends_what_was_and_its_end_lets_begin_again(world, word):
    here, there = pair_up(world, f"{word}h", f"{word}t")
    status = here.say(f"before {word}")
    seen = there.sees(f"before {word}")
    blocking = here.post(f"/api/v1/accounts/{here.there['id']}/block")
    assert blocking["blocking"] and not blocking["following"] and not blocking["followed_by"]
    assert [a["acct"] for a in here.get("/api/v1/blocks")] == [there.handle]

    blocked = wait_for(lambda: next((r for r in [there.relationship(there.there["id"])]
                                     if not r["following"] and not r["followed_by"]), None), "both follows end there")
    assert not blocked["blocking"]
    there.raw("POST", f"/api/v1/statuses/{seen['id']}/favourite")
    there.raw("POST", f"/api/v1/accounts/{there.there['id']}/follow")
    there.say(f"@{here.handle} let me in {word}")
    here.say(f"after {word}")
    sibling = here.node.person(f"{word}s")
    sibling.there = sibling.follow(there)
    there.say(f"heard {word}")
    sibling.sees(f"heard {word}")  # what was sent before has come by now
    now = here.relationship(here.there["id"])
    assert not now["followed_by"] and not now["requested_by"]
    assert here.get(f"/api/v1/statuses/{status['id']}")["favourites_count"] == 0
    assert here.notifications("mention", "follow_request") == []
    assert not [s for s in here.get("/api/v1/timelines/public", limit=40) if f"let me in {word}" in s["content"]]
    assert not [s for s in there.home() if f"after {word}" in s["content"]]

    here.post(f"/api/v1/accounts/{here.there['id']}/unblock")
    assert here.get("/api/v1/blocks") == []
    wait_for(lambda: there.raw("POST", f"/api/v1/accounts/{there.there['id']}/follow").status_code == 200,
             "the end of the block arrives")
    wait_for(lambda: there.relationship(there.there["id"])["following"], "a follow anew")
    here.say(f"anew {word}")
    there.sees(f"anew {word}")


@ways
def test_pins_cross(couple, word, way):
    author, reader = sides(couple, way)
    first, second = author.say(f"first {word}"), author.say(f"second {word}", visibility="unlisted")
    reader.sees(f"second {word}")

    def pinned():
        return {s["uri"] for s in reader.get(f"/api/v1/accounts/{reader.there['id']}/statuses", pinned="true")}

    for status in (first, second):
        assert author.post(f"/api/v1/statuses/{status['id']}/pin")["pinned"] is True
    wait_for(lambda: pinned() == {first["uri"], second["uri"]}, "both pins arrive")
    author.post(f"/api/v1/statuses/{first['id']}/unpin")
    wait_for(lambda: pinned() == {second["uri"]}, "one goes")
    author.delete(f"/api/v1/statuses/{second['id']}")
    wait_for(lambda: pinned() == set(), "the other goes with its post")


def reports(node, *options):
    """Lines of `report list` as lists of fields."""
    return [line.split("\t") for line in node.do("report", "list", *options).splitlines()]


@ways
def test_a_report_is_forwarded_without_its_reporter(couple, word, way):
    culprit, reporter = sides(couple, way)
    status = culprit.say(f"bad {word}")
    seen = reporter.sees(f"bad {word}")
    told = reporter.post("/api/v1/reports", account_id=reporter.there["id"], **{"status_ids[]": [seen["id"]]},
                         comment=f"why {word}", category="spam", forward="true")
    assert told["forwarded"] is True and told["status_ids"] == [seen["id"]] and told["comment"] == f"why {word}"
    assert told["target_account"]["acct"] == culprit.handle
    kept = [line for line in reports(reporter.node) if f"why {word}" in line[-1]]
    assert len(kept) == 1 and culprit.handle in kept[0] and f"by {reporter.name}" in kept[0]

    there = wait_for(lambda: [line for line in reports(culprit.node) if f"why {word}" in line[-1]], "the report there")
    assert len(there) == 1 and there[0][2] == "open" and culprit.name in there[0] and "1 posts" in there[0]
    assert reporter.name not in "\t".join(there[0])
    culprit.node.do("report", "close", there[0][0])
    assert [line for line in reports(culprit.node) if f"why {word}" in line[-1]] == []
    assert [line[2] for line in reports(culprit.node, "--all") if f"why {word}" in line[-1]] == ["closed"]
    assert culprit.get(f"/api/v1/statuses/{status['id']}")["id"] == status["id"]


def test_a_report_that_is_not_forwarded_stays(couple, word):
    here, there = couple
    there.post("/api/v1/reports", account_id=there.there["id"], comment=f"quietly {word}")
    there.post("/api/v1/reports", account_id=there.there["id"], comment=f"loudly {word}", forward="true")
    wait_for(lambda: [line for line in reports(here.node) if f"loudly {word}" in line[-1]], "the second report")
    assert [line for line in reports(here.node) if f"quietly {word}" in line[-1]] == []


@ways
def test_reactions_cross(couple, word, way):
    author, reader = sides(couple, way)
    status = author.say(f"react {word}")
    seen = reader.sees(f"react {word}")

    def kinds(person, status_id):
        return [(k["name"], k["count"], k["me"]) for k in person.get(REACTIONS.format(status_id))]

    for emoji in ("🎉", "👍🏽"):
        reader.call("PUT", f"{REACTIONS.format(seen['id'])}/{emoji}")
    assert kinds(reader, seen["id"]) == [("🎉", 1, True), ("👍🏽", 1, True)]
    wait_for(lambda: kinds(author, status["id"]) == [("🎉", 1, False), ("👍🏽", 1, False)], "both reactions")
    told = [n for n in author.notifications() if n.get("status") and n["status"]["id"] == status["id"]]
    assert [(n["type"], n["emoji"]) for n in told] == [("pleroma:emoji_reaction", "🎉")], "told once of all"
    assert author.get(f"/api/v1/statuses/{status['id']}")["favourites_count"] == 0
    reader.call("DELETE", f"{REACTIONS.format(seen['id'])}/🎉")
    wait_for(lambda: kinds(author, status["id"]) == [("👍🏽", 1, False)], "one is taken back")
    author.call("PUT", f"{REACTIONS.format(status['id'])}/👍🏽")
    assert kinds(author, status["id"]) == [("👍🏽", 2, True)]


def test_a_post_that_goes_takes_pins_reactions_and_votes_along(couple, word):
    here, there = couple
    status = here.say(f"all of it {word}", **{"poll[options][]": ["a", "b"], "poll[expires_in]": "300"})
    seen = there.sees(f"all of it {word}")
    here.post(f"/api/v1/statuses/{status['id']}/pin")
    there.call("PUT", f"{REACTIONS.format(seen['id'])}/🎉")
    there.post(f"/api/v1/polls/{seen['poll']['id']}/votes", **{"choices[]": ["1"]})
    wait_for(lambda: here.get(REACTIONS.format(status["id"])) and
             here.get(f"/api/v1/polls/{status['poll']['id']}")["voters_count"] == 1, "reaction and vote arrive")
    here.delete(f"/api/v1/statuses/{status['id']}")
    wait_for(lambda: there.raw("GET", f"/api/v1/statuses/{seen['id']}").status_code == 404, "it goes there")
    assert here.get(f"/api/v1/accounts/{here.id}/statuses", pinned="true") == []
    for person, gone in ((here, status), (there, seen)):
        person.get(f"/api/v1/polls/{gone['poll']['id']}", expect=404)
        person.get(REACTIONS.format(gone["id"]), expect=404)
        person.node.do("check")
