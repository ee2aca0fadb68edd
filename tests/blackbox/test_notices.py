"""Notifications: one by one, in groups, read or dismissed, held back until their sender is let through."""

import mastodon
import pytest

from entities import check
from node import Node, unkept
from streams import Lines


@pytest.fixture(scope="module")
def node():
    made = Node("Notices")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    yield made.serve()
    made.close()


@pytest.fixture
def people(node, word):
    """Three people who are new here, and Mastodon.py in the hands of the first."""
    gil, hana, ivo = (node.person(name + word) for name in ("gil", "hana", "ivo"))
    return gil, hana, ivo, mastodon.Mastodon(access_token=gil.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())


def test_one_by_one(people, word):
    gil, hana, ivo, api = people
    for i in range(3):
        hana.say(f"@{gil.name} {word} {i}")
    ivo.follow(gil)
    assert gil.get("/api/v1/notifications/unread_count") == {"count": 4}
    assert gil.get("/api/v1/notifications/unread_count", **{"types[]": "follow"}) == {"count": 1}
    seen = check(gil.get("/api/v1/notifications"), "[Notification]")
    assert [n["type"] for n in seen] == ["follow", "mention", "mention", "mention"]
    assert [n["type"] for n in api.notifications(exclude_types=["follow"])] == ["mention"] * 3
    assert [n["type"] for n in api.notifications(account_id=ivo.id)] == ["follow"]
    assert str(api.notifications(id=seen[1]["id"])["id"]) == seen[1]["id"]
    gil.post("/api/v1/markers", **{"notifications[last_read_id]": seen[1]["id"]})
    assert gil.get("/api/v1/notifications/unread_count") == {"count": 1}
    api.notifications_dismiss(seen[1]["id"])
    gil.post("/api/v1/notifications/dismiss", id=seen[2]["id"])
    missing = hana.raw("POST", "/api/v1/notifications/1/dismiss")
    assert hana.raw("POST", f"/api/v1/notifications/{seen[3]['id']}/dismiss").content == missing.content
    assert [n["id"] for n in gil.notifications()] == [seen[0]["id"], seen[3]["id"]]
    api.notifications_clear()
    assert gil.notifications() == []


def test_groups(people, word):
    gil, hana, ivo, _ = people
    said = gil.say(word)
    for other in (hana, ivo):
        other.follow(gil)
        other.post(f"/api/v1/statuses/{said['id']}/favourite")
    hana.say(f"@{gil.name} {word}")
    found = check(gil.get("/api/v2/notifications"), "NotificationGroups")
    assert [(g["type"], g["notifications_count"]) for g in found["notification_groups"]] == \
        [("mention", 1), ("favourite", 2), ("follow", 2)]
    assert sorted(a["id"] for a in found["accounts"]) == sorted([hana.id, ivo.id])
    assert said["id"] in [s["id"] for s in found["statuses"]]
    liked = found["notification_groups"][1]
    assert liked["sample_account_ids"] == [ivo.id, hana.id] and liked["status_id"] == said["id"]
    assert {n["group_key"] for n in gil.notifications("favourite")} == {liked["group_key"]}
    few = check(gil.get("/api/v2/notifications", expand_accounts="partial_avatars", **{"types[]": "favourite"}),
                "NotificationGroups")
    assert [a["id"] for a in few["accounts"]] == [ivo.id] and [a["id"] for a in few["partial_accounts"]] == [hana.id]
    apart = gil.get("/api/v2/notifications", **{"grouped_types[]": "follow"})["notification_groups"]
    assert sorted(g["type"] for g in apart) == ["favourite", "favourite", "follow", "mention"]
    assert gil.get("/api/v2/notifications/unread_count") == {"count": 3}
    one = check(gil.get(f"/api/v2/notifications/{liked['group_key']}"), "NotificationGroups")
    assert one["notification_groups"][0]["notifications_count"] == 2
    who = check(gil.get(f"/api/v2/notifications/{liked['group_key']}/accounts"), "[Account]")
    assert [a["id"] for a in who] == [ivo.id, hana.id]
    assert gil.get(f"/api/v2_alpha/notifications/{liked['group_key']}") == one
    assert hana.raw("GET", f"/api/v2/notifications/{liked['group_key']}").status_code == 404
    assert gil.post(f"/api/v2/notifications/{liked['group_key']}/dismiss") == {}
    assert [g["type"] for g in gil.get("/api/v2/notifications")["notification_groups"]] == ["mention", "follow"]
    assert gil.notifications("favourite") == []
    followed = found["notification_groups"][2]["group_key"]
    assert gil.post(f"/api/v2_alpha/notifications/{followed}/dismiss") == {}
    assert [g["type"] for g in gil.get("/api/v2_alpha/notifications")["notification_groups"]] == ["mention"]


def test_pages_of_groups(people, word):
    gil, hana, _, _ = people
    for i in range(5):
        hana.post(f"/api/v1/statuses/{gil.say(f'{word} {i}')['id']}/favourite")
    whole = [g["group_key"] for g in gil.get("/api/v2/notifications")["notification_groups"]]
    pages, query = [], {"limit": 2}
    while True:
        groups = gil.get("/api/v2/notifications", **query)["notification_groups"]
        if not groups:
            break
        pages += [g["group_key"] for g in groups]
        query["max_id"] = min((g["page_min_id"] for g in groups), key=int)
    assert pages == whole and len(whole) == 5


def test_policy_and_requests(people, word):
    gil, hana, ivo, _ = people
    check(gil.get("/api/v2/notifications/policy"), "NotificationPolicy")
    assert gil.call("PUT", "/api/v2/notifications/policy", json={"for_not_following": "filter"})["for_not_following"] == "filter"
    said = [other.say(f"@{gil.name} {word}") for other in (hana, hana, ivo)]
    assert gil.notifications() == []
    held = gil.get("/api/v1/notifications", include_filtered="true")
    assert len(held) == 3 and all(n["filtered"] for n in held)
    summary = gil.get("/api/v2/notifications/policy")["summary"]
    assert summary == {"pending_requests_count": 2, "pending_notifications_count": 3}
    requests = check(gil.get("/api/v1/notifications/requests"), "[NotificationRequest]")
    assert [(r["account"]["id"], r["notifications_count"]) for r in requests] == [(hana.id, "2"), (ivo.id, "1")]
    assert requests[0]["last_status"]["id"] == said[1]["id"]
    assert [r["id"] for r in gil.all_pages("/api/v1/notifications/requests", limit=1)] == [r["id"] for r in requests]
    assert gil.get(f"/api/v1/notifications/requests/{requests[0]['id']}")["id"] == requests[0]["id"]
    hana.get(f"/api/v1/notifications/requests/{requests[0]['id']}", 404)
    with Lines(gil.node, "user", gil.token) as his, Lines(gil.node, "user/notification", gil.token) as told:
        gil.post(f"/api/v1/notifications/requests/{requests[0]['id']}/accept")
        for stream in (his, told):
            assert stream.event() == ("notifications_merged", {})
    assert gil.get("/api/v1/notifications/requests/merged") == {"merged": True}
    assert [n["account"]["id"] for n in gil.notifications()] == [hana.id] * 2
    gil.post("/api/v1/notifications/requests/dismiss", **{"id[]": requests[1]["id"]})
    assert gil.get("/api/v1/notifications/requests") == []
    hana.say(f"@{gil.name} {word} again")
    assert len(gil.notifications()) == 3
    assert gil.patch("/api/v2/notifications/policy", for_not_following="accept")["for_not_following"] == "accept"
    assert "for_new_accounts" in gil.patch("/api/v2/notifications/policy", 422, for_new_accounts="perhaps")["error"]
