"""The node in figures, for moderators: through Mastodon.py, which knows the methods, and by hand."""

import datetime

import pytest
from mastodon import Mastodon

from node import Person

SCOPES = "read write follow admin:read admin:write"
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def chief(world):
    world.a.add_user("chief", role="moderator")
    return Person(world.a, "chief", world.a.token("chief", SCOPES))


@pytest.fixture(scope="module")
def client(world, chief):
    return Mastodon(access_token=chief.token, api_base_url=world.a.url)


@pytest.fixture(scope="module")
def today():
    return datetime.datetime.now(datetime.timezone.utc)


def by_key(entities):
    return {entity["key"]: entity for entity in entities}


def test_measures_of_the_node(world, client, today, word):
    before = by_key(client.admin_measures(today - DAY, today, interactions=True, opened_reports=True))
    said = world.ben.say(f"counted {word}")
    world.ana.post(f"/api/v1/statuses/{said['id']}/favourite")
    world.ana.post("/api/v1/reports", account_id=world.ben.id, comment=word)
    now = by_key(client.admin_measures(today - DAY, today, active_users=True, new_users=True, interactions=True,
                                       opened_reports=True, resolved_reports=True))
    assert set(now) == {"active_users", "new_users", "interactions", "opened_reports", "resolved_reports"}
    assert int(now["active_users"]["total"]) >= 1 and int(now["new_users"]["total"]) >= 3
    for key in before:
        assert int(now[key]["total"]) == int(before[key]["total"]) + 1
        assert sum(int(day["value"]) for day in now[key]["data"]) == int(now[key]["total"])
    assert all(len(m["data"]) == 2 and m["unit"] is None and m["previous_total"].isdigit() for m in now.values())


def test_measures_of_tags_and_domains(world, chief, client, today, word):
    lucie = world.chloe.say(f"#{word} from there")
    world.ana.resolve(lucie["uri"])
    world.ana.say(f"#{word} from here")
    tag = world.ana.get(f"/api/v1/tags/{word}")
    of_tag = by_key(client.admin_measures(today, today, tag_accounts=tag["id"], tag_uses=tag["id"], tag_servers=tag["id"]))
    assert [of_tag[key]["total"] for key in ("tag_accounts", "tag_uses", "tag_servers")] == ["2", "2", "1"]
    asked = {"keys[]": [f"instance_{what}" for what in ("accounts", "media_attachments", "reports", "statuses", "follows",
                                                       "followers")], "start_at": str(today.date()), "end_at": str(today.date())}
    asked.update({f"{key}[domain]": world.b.domain for key in asked["keys[]"]})
    of_domain = by_key(chief.post("/api/v1/admin/measures", **asked))
    assert list(of_domain) == asked["keys[]"]
    assert int(of_domain["instance_accounts"]["total"]) >= 1 and int(of_domain["instance_statuses"]["total"]) >= 1
    assert of_domain["instance_media_attachments"]["unit"] == "bytes" and of_domain["instance_media_attachments"]["human_value"]
    assert all("previous_total" not in m and m["total"].isdigit() and len(m["data"]) == 1 for m in of_domain.values())
    assert all(isinstance(day["value"], str) for m in of_domain.values() for day in m["data"])
    assert of_domain["instance_accounts"]["data"][0]["date"] == f"{today.date()}T00:00:00.000Z"


def test_dimensions(world, client, today, word):
    world.ana.say(f"#{word} en français", language="fr")
    world.ana.resolve(world.chloe.say(f"#{word} there", language="en")["uri"])
    found = by_key(client.admin_dimensions(today - DAY, today, limit=5, languages=True, sources=True, servers=True, space_usage=True,
                                           software_versions=True, tag_servers=word, tag_languages=word,
                                           instance_languages=world.b.url))
    assert len(found) == 8 and all(entity["data"] for entity in found.values())
    for entity in found.values():
        assert len(entity["data"]) <= 5
        assert all(part["key"] and part["human_key"] and part["value"] is not None for part in entity["data"])
    assert "fr" in [part["key"] for part in found["languages"]["data"]]
    assert {part["key"] for part in found["servers"]["data"]} >= {world.a.domain, world.b.domain}
    assert {part["key"]: int(part["value"]) for part in found["tag_languages"]["data"]} == {"fr": 1, "en": 1}
    space = by_key(found["space_usage"]["data"])["lmdb"]
    assert int(space["value"]) > 0 and space["unit"] == "bytes" and space["human_value"]
    assert by_key(found["software_versions"]["data"])["rse-node"]["value"]


def test_who_stayed(client, today):
    days = client.admin_retention(today - 2 * DAY, today)
    assert [len(cohort["data"]) for cohort in days] == [3, 2, 1] and days[0]["frequency"] == "day"
    assert int(days[2]["data"][0]["value"]) >= 3 and days[2]["data"][0]["rate"] == 1.0
    months = client.admin_retention(today - 70 * DAY, today, frequency="month")
    assert 3 <= len(months) <= 4 and months[-1]["frequency"] == "month" and int(months[-1]["data"][0]["value"]) >= 3


def test_trends_tell_of_no_review(world, client, word):
    said = world.ana.say(f"#{word} trends")
    world.ben.post(f"/api/v1/statuses/{said['id']}/favourite")
    statuses = client.admin_trending_statuses()
    assert said["id"] in [str(s["id"]) for s in statuses] and all(s["requires_review"] is False for s in statuses)
    tags = client.admin_trending_tags()
    assert tags and all((t["requires_review"], t["trendable"], t["usable"]) == (False, True, True) for t in tags)
    assert client.admin_trending_links() == []


def test_bad_questions_and_other_people_are_refused(world, chief):
    dates = {"start_at": "2026-01-01", "end_at": "2026-01-02"}
    for what, asked, named in [
            ("measures", {"keys[]": "new_users", "end_at": "2026-01-01"}, "start_at"),
            ("measures", {"keys[]": "new_users", "start_at": "x", "end_at": "y"}, "start_at"),
            ("measures", {"keys[]": "new_users", "start_at": "2026-01-02", "end_at": "2026-01-01"}, "end_at"),
            ("dimensions", {"keys[]": "servers", "start_at": "1999-01-02", "end_at": "2026-01-01"}, "end_at"),
            ("retention", {"start_at": "1970-01-02", "end_at": "1970-03-01", "frequency": "month"}, "start_at"),
            ("measures", dates, "keys"), ("measures", dict(dates, **{"keys[]": "tag_uses"}), "tag_uses[id]"),
            ("dimensions", dict(dates, **{"keys[]": "instance_accounts"}), "instance_accounts[domain]"),
            ("retention", {"start_at": "2020-01-01", "end_at": "2026-01-01"}, "end_at")]:
        assert named in chief.post(f"/api/v1/admin/{what}", 422, **asked)["error"]
    assert chief.post("/api/v1/admin/measures", **dict(dates, **{"keys[]": "unheard_of"})) == []
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "chief", world.a.token("chief", "read write"))
    for who in (plain, unscoped):
        for what in ("measures", "dimensions", "retention"):
            who.post(f"/api/v1/admin/{what}", 403, **dict(dates, **{"keys[]": "new_users"}))
        for what in ("links", "statuses", "tags"):
            who.get(f"/api/v1/admin/trends/{what}", 403)
