"""A poll between two nodes: asked here, answered there, and the votes come back."""

from node import wait_for


def test_a_poll_is_answered_across(world, word):
    asker, voter = world.a.person(f"{word}q"), world.b.person(f"{word}v")
    voter.follow(asker)
    status = asker.say(f"Which {word}?", **{"poll[options][]": ["tea", "coffee"], "poll[expires_in]": "300"})
    assert [o["title"] for o in status["poll"]["options"]] == ["tea", "coffee"] and not status["poll"]["expired"]
    poll = voter.sees(f"Which {word}?")["poll"]
    assert [o["title"] for o in poll["options"]] == ["tea", "coffee"] and not poll["voted"]
    assert poll["expires_at"] == status["poll"]["expires_at"]
    voted = voter.post(f"/api/v1/polls/{poll['id']}/votes", **{"choices[]": ["1"]})
    assert voted["voted"] and voted["own_votes"] == [1]
    voter.post(f"/api/v1/polls/{poll['id']}/votes", expect=422, **{"choices[]": ["0"]})
    own = wait_for(lambda: next((p for p in [asker.get(f"/api/v1/polls/{status['poll']['id']}")]
                                 if p["voters_count"] == 1), None), "the vote arrives")
    assert [o["votes_count"] for o in own["options"]] == [0, 1]
    assert asker.notifications("mention") == []
