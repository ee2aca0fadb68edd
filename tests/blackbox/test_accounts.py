"""People: their entities, follows, relationships, profiles."""

import pytest

from entities import check


@pytest.fixture
def pair_of(world, word):
    """Two people of one node who have not met."""
    return world.a.person(f"{word}a"), world.a.person(f"{word}b")


def test_ones_own_account(world):
    me = check(world.ana.me, "CredentialAccount")
    assert me["acct"] == me["username"] == "ana" and me["display_name"] == "Ana"
    assert me["locked"] is False and me["url"].startswith(world.a.url)


def test_an_account_by_id_and_by_lookup(world):
    by_id = check(world.ben.get(f"/api/v1/accounts/{world.ana.id}"), "Account")
    for acct in ("ana", "@ana", f"ana@{world.a.domain}", "ANA"):
        assert check(world.ben.get("/api/v1/accounts/lookup", acct=acct), "Account") == by_id
    assert "source" not in by_id
    check(world.ben.get("/api/v1/accounts/lookup", acct="nobody", expect=404), "Error")


@pytest.mark.parametrize("account_id", ["0", "1", "99999999999999999999999", "abc", "-1", "%00", "1%2F2"])
def test_an_unknown_account_is_404(world, account_id):
    for method, more in (("GET", ""), ("GET", "/statuses"), ("GET", "/followers"), ("GET", "/following"),
                         ("POST", "/follow")):
        answer = world.ana.raw(method, f"/api/v1/accounts/{account_id}{more}")
        assert answer.status_code == 404 or (answer.status_code == 400 and "%" in account_id)
        check(answer.json(), "Error")


def test_follow_and_unfollow_show_on_both_sides(pair_of):
    a, b = pair_of
    path = f"/api/v1/accounts/{b.id}"
    assert check(a.post(path + "/follow"), "Relationship")["following"] is True
    assert check(a.relationship(b.id), "Relationship")["following"] is True
    assert b.relationship(a.id)["followed_by"] is True and b.relationship(a.id)["following"] is False
    assert [x["id"] for x in check(a.get(f"/api/v1/accounts/{a.id}/following"), "[Account]")] == [b.id]
    assert [x["id"] for x in check(b.get(path + "/followers"), "[Account]")] == [a.id]
    assert a.get(path)["followers_count"] == 1
    assert a.get(f"/api/v1/accounts/{a.id}")["following_count"] == 1
    assert a.post(path + "/follow")["following"] is True
    assert a.get(path)["followers_count"] == 1
    assert len(b.notifications("follow")) == 1
    assert a.post(path + "/unfollow")["following"] is False
    assert a.get(path)["followers_count"] == 0 and a.get(path + "/followers") == []
    assert a.post(path + "/unfollow")["following"] is False


def test_following_oneself_is_refused(world):
    answer = world.ana.raw("POST", f"/api/v1/accounts/{world.ana.id}/follow")
    assert answer.status_code in (403, 422)


def test_relationships_of_several_in_every_notation(world):
    ids = [world.ben.id, world.ana.id]
    for notation in ({"id[]": ids}, {"id": ids}, {"id[0]": ids[0], "id[1]": ids[1]}):
        assert [r["id"] for r in world.ana.get("/api/v1/accounts/relationships", **notation)] == ids
    assert world.ana.get("/api/v1/accounts/relationships") == []
    assert world.ana.get("/api/v1/accounts/relationships", **{"id[]": "999"}) == []


def test_follow_options_are_kept(pair_of):
    a, b = pair_of
    path = f"/api/v1/accounts/{b.id}/follow"
    assert a.post(path, reblogs="false", notify="true")["showing_reblogs"] is False
    assert a.relationship(b.id)["notifying"] is True
    again = a.call("POST", path, json={"reblogs": True})
    assert again["showing_reblogs"] is True
    assert a.call("POST", path, json={"languages": ["fr"]})["languages"] == ["fr"]
    english, french = (b.say(f"in {language}", language=language)["id"] for language in ("en", "fr"))
    assert [s["id"] for s in a.home() if s["id"] in (english, french)] == [french]
    assert a.post(path, **{"languages[]": ""})["languages"] is None
    assert english in [s["id"] for s in a.home()]


def test_a_locked_account_decides_who_follows(pair_of):
    a, b = pair_of
    assert b.patch("/api/v1/accounts/update_credentials", locked="true")["locked"] is True
    path = f"/api/v1/accounts/{b.id}/follow"
    asked = a.post(path)
    assert asked["requested"] is True and asked["following"] is False
    assert b.relationship(a.id)["requested_by"] is True
    assert [x["id"] for x in check(b.get("/api/v1/follow_requests"), "[Account]")] == [a.id]
    assert [n["account"]["id"] for n in b.notifications("follow_request")] == [a.id]
    assert check(b.post(f"/api/v1/follow_requests/{a.id}/reject"), "Relationship")["requested_by"] is False
    assert a.relationship(b.id)["requested"] is False
    a.post(path)
    assert check(b.post(f"/api/v1/follow_requests/{a.id}/authorize"), "Relationship")["followed_by"] is True
    assert a.relationship(b.id)["following"] is True and b.get("/api/v1/follow_requests") == []
    b.post(f"/api/v1/follow_requests/{a.id}/authorize", expect=404)


def test_a_request_can_be_taken_back(pair_of):
    a, b = pair_of
    b.patch("/api/v1/accounts/update_credentials", locked="true")
    a.post(f"/api/v1/accounts/{b.id}/follow")
    assert a.post(f"/api/v1/accounts/{b.id}/unfollow")["requested"] is False
    assert b.get("/api/v1/follow_requests") == []


def test_a_profile_is_changed_in_every_kind_of_body(pair_of):
    a, other = pair_of
    path = "/api/v1/accounts/update_credentials"
    note = "One\ntwo <script>x</script>"
    me = check(a.patch(path, display_name="É <b>&", note=note, bot="true"), "CredentialAccount")
    assert me["display_name"] == "É <b>&" and me["source"]["note"] == note and me["bot"] is True
    assert "<script" not in me["note"] and "two" in me["note"]
    me = a.call("PATCH", path, json={"fields_attributes": [{"name": "Dept", "value": "R&D"}], "discoverable": True,
                                     "source": {"privacy": "unlisted", "language": "fr"}})
    assert [f["name"] for f in me["fields"]] == ["Dept"] and me["source"]["fields"][0]["value"] == "R&D"
    assert me["source"]["privacy"] == "unlisted" and me["discoverable"] is True and me["bot"] is True
    me = a.call("PATCH", path, files={"fields_attributes[0][name]": (None, "Site"),
                                      "fields_attributes[0][value]": (None, "https://x.example/"),
                                      "display_name": (None, "")})
    assert [f["name"] for f in me["fields"]] == ["Site"] and 'href="https://x.example/"' in me["fields"][0]["value"]
    assert me["display_name"] == ""
    assert other.get(f"/api/v1/accounts/{a.id}")["fields"][0]["name"] == "Site"
    assert a.say("Quiet by default")["visibility"] == "unlisted"


def test_a_profile_has_limits(world):
    for change in ({"display_name": "x" * 5000}, {"note": "x" * 200000}):
        world.ana.call("PATCH", "/api/v1/accounts/update_credentials", 422, data=change)


def test_followers_page_by_link(world, word):
    star = world.a.person(f"{word}star")
    fans = [world.a.person(f"{word}f{i}") for i in range(5)]
    for fan in fans:
        fan.post(f"/api/v1/accounts/{star.id}/follow")
    pages = star.all_pages(f"/api/v1/accounts/{star.id}/followers", limit=2)
    assert sorted(x["id"] for x in pages) == sorted(f.id for f in fans)


def test_who_is_shut_out_reads_no_circle(world, word):
    whole, out, friend = (world.a.person(word + letter) for letter in "wof")
    friend.follow(whole)
    whole.follow(friend)
    out.follow(friend)
    paths = [f"/api/v1/accounts/{whole.id}/followers", f"/api/v1/accounts/{whole.id}/following"]
    assert all(friend.name in out.raw("GET", path).text for path in paths)
    whole.post(f"/api/v1/accounts/{out.id}/block")
    assert [out.get(path) for path in paths] == [[], []]
    assert out.get("/api/v1/accounts/familiar_followers", **{"id[]": whole.id}) == [{"id": whole.id, "accounts": []}]


def test_a_disabled_person_is_shut_out_at_once(world, word):
    gone, other = world.a.person(f"{word}gone"), world.ana
    path = f"/api/v1/accounts/{gone.id}"
    world.a.do("user", "disable", gone.name)
    assert gone.raw("GET", "/api/v1/timelines/home").status_code in (401, 403)
    assert other.raw("GET", path).status_code in (200, 404, 410)
