"""Quotes between two nodes: asked for, stamped, shown, and taken back by either side."""

import pytest

from node import wait_for


def shown(person, status_id, state):
    def look():
        status = person.get(f"/api/v1/statuses/{status_id}")
        return status if status["quote"] and status["quote"]["state"] == state else None
    return wait_for(look, f"the quote is {state}")


@pytest.fixture
def pair(world, word):
    """Whoever is quoted, who quotes from elsewhere, and the status between them."""
    quoted, quoting = world.a.person(f"{word}a"), world.b.person(f"{word}b")
    quoting.follow(quoted)
    quoted.follow(quoting)
    status = quoted.say(f"said {word}")
    return quoted, quoting, status, quoting.sees(f"said {word}")


def test_a_quote_is_asked_for_and_taken_back(pair, word):
    quoted, quoting, status, seen = pair
    assert seen["quote_approval"]["current_user"] == "automatic"
    ours = quoting.say(f"look {word}", quoted_status_id=seen["id"])
    assert ours["quote"] and "quote-inline" in ours["content"]
    accepted = shown(quoting, ours["id"], "accepted")
    assert accepted["quote"]["quoted_status"]["id"] == seen["id"] and not accepted["edited_at"]
    there = quoted.sees(f"look {word}")
    there = shown(quoted, there["id"], "accepted")
    assert there["quote"]["quoted_status"]["id"] == status["id"] and "quote-inline" in there["content"]
    assert quoted.get(f"/api/v1/statuses/{status['id']}")["quotes_count"] == 1
    assert [s["id"] for s in quoted.get(f"/api/v1/statuses/{status['id']}/quotes")] == [there["id"]]
    assert len(quoted.notifications("quote")) == 1
    revoked = quoted.post(f"/api/v1/statuses/{status['id']}/quotes/{there['id']}/revoke")
    assert revoked["quote"]["state"] == "revoked"
    assert shown(quoting, ours["id"], "revoked")["quote"]["quoted_status"] is None
    assert quoted.get(f"/api/v1/statuses/{status['id']}")["quotes_count"] == 0


def test_who_may_not_is_told(pair, word):
    quoted, quoting, _, _ = pair
    quoted.say(f"mine {word}", quote_approval_policy="nobody")
    mine = quoting.sees(f"mine {word}")
    assert mine["quote_approval"]["current_user"] == "denied"
    quoting.post("/api/v1/statuses", expect=422, status="x", quoted_status_id=mine["id"])
    quoted.say(f"limited {word}", visibility="private")
    limited = quoting.sees(f"limited {word}")
    answer = quoting.post("/api/v1/statuses", expect=422, status="x", quoted_status_id=limited["id"])
    assert answer["error"] == "quote_denied"


def test_a_policy_that_changed_meanwhile_rejects(pair, word):
    """What the other node still believes is not what counts."""
    quoted, quoting, status, seen = pair
    quoted.put(f"/api/v1/statuses/{status['id']}/interaction_policy", quote_approval_policy="nobody")
    wait_for(lambda: quoting.get(f"/api/v1/statuses/{seen['id']}")["quote_approval"]["current_user"] == "denied",
             "the new policy arrives")
    quoting.post("/api/v1/statuses", expect=422, status="x", quoted_status_id=seen["id"])


def test_who_may_quote_by_default(pair, word):
    quoted, quoting, _, _ = pair
    path = "/api/v1/accounts/update_credentials"
    assert quoted.get("/api/v1/preferences")["posting:default:quote_policy"] == "public"
    assert quoted.patch(path, **{"source[quote_policy]": "followers"})["source"]["quote_policy"] == "followers"
    assert quoted.patch(path, note="x")["source"]["quote_policy"] == "followers"
    assert quoted.get("/api/v1/preferences")["posting:default:quote_policy"] == "followers"
    quoted.patch(path, expect=422, **{"source[quote_policy]": "everybody"})
    assert quoted.say(f"default {word}")["quote_approval"]["automatic"] == ["followers"]
    assert quoted.say(f"asked {word}", quote_approval_policy="public")["quote_approval"]["automatic"] == ["public"]
    assert quoted.say(f"few {word}", visibility="private")["quote_approval"]["automatic"] == []


def test_who_quotes_hears_of_edits(pair, word):
    quoted, quoting, status, seen = pair
    ours = quoting.say(f"look {word}", quoted_status_id=seen["id"])
    shown(quoting, ours["id"], "accepted")
    neighbour = quoted.node.person(f"{word}c")
    near = neighbour.say(f"near {word}", quoted_status_id=status["id"])
    quoted.put(f"/api/v1/statuses/{status['id']}", status=f"edited {word}")
    for person, quote in (quoting, ours), (neighbour, near):
        told = wait_for(lambda: person.notifications("quoted_update"), f"{person.name} hears of the edit")
        assert [n["status"]["id"] for n in told] == [quote["id"]] and told[0]["account"]["username"] == quoted.name
    assert not quoted.notifications("quoted_update")
