"""Reports in the client API, for moderators and nobody else."""

import mastodon
import pytest

from node import Person, unkept, wait_for


SCOPES = "read write follow admin:read admin:write"


@pytest.fixture(scope="module")
def mod(world):
    world.a.add_user("mod", role="moderator")
    return Person(world.a, "mod", world.a.token("mod", SCOPES))


def reported(world, word):
    said = world.ben.say(f"nasty {word}")
    return said, world.ana.post("/api/v1/reports", account_id=world.ben.id, comment=word, category="spam",
                                **{"status_ids[]": said["id"]})


def test_a_moderator_reads_closes_and_reopens(world, mod, word):
    said, report = reported(world, word)
    shown = mod.get(f"/api/v1/admin/reports/{report['id']}")
    assert shown in mod.get("/api/v1/admin/reports", target_account_id=world.ben.id)
    assert (shown["comment"], shown["category"], shown["action_taken"]) == (word, "spam", False)
    assert shown["account"]["account"]["acct"] == "ana" and shown["account"]["email"] == "ana@corp.example"
    assert shown["target_account"]["id"] == world.ben.id and shown["target_account"]["domain"] is None
    assert [s["id"] for s in shown["statuses"]] == [said["id"]]
    closed = mod.post(f"/api/v1/admin/reports/{report['id']}/resolve")
    assert closed["action_taken"] and closed["action_taken_at"]
    assert closed["id"] not in [r["id"] for r in mod.get("/api/v1/admin/reports")]
    assert closed["id"] in [r["id"] for r in mod.get("/api/v1/admin/reports", resolved="true")]
    opened = mod.post(f"/api/v1/admin/reports/{report['id']}/reopen")
    assert not opened["action_taken"] and opened["action_taken_at"] is None
    assert opened["id"] in [r["id"] for r in mod.get("/api/v1/admin/reports")]


def test_lists_are_narrowed_and_paged(world, mod, word):
    made = [reported(world, word)[1]["id"] for _ in range(3)]
    mine = {"account_id": world.ana.id, "target_account_id": world.ben.id}
    first = mod.raw("GET", "/api/v1/admin/reports", params=dict(mine, limit=2))
    assert [r["id"] for r in first.json()] == made[:0:-1]
    assert mod.raw("GET", first.links["next"]["url"]).json()[0]["id"] == made[0]
    assert mod.get("/api/v1/admin/reports", account_id=world.ben.id) == []
    up = mod.raw("GET", "/api/v1/admin/reports", params=dict(mine, limit=1, min_id=made[0]))
    assert [r["id"] for r in up.json()] == [made[1]]
    assert [r["id"] for r in mod.raw("GET", up.links["prev"]["url"]).json()] == [made[2]]


def test_reports_are_taken_on_sorted_and_left(world, mod, word):
    api = mastodon.Mastodon(access_token=mod.token, api_base_url=world.a.url, session=unkept())
    _, report = reported(world, word)
    at = f"/api/v1/admin/reports/{report['id']}"
    assert mod.get(at)["assigned_account"] is None
    assert api.admin_report_assign(report["id"]).assigned_account.username == "mod"
    assert api.admin_report_unassign(report["id"]).assigned_account is None
    assert mod.put(at, category="legal")["category"] == "legal"
    assert mod.put(at)["category"] == mod.get(at)["category"] == "legal"
    for wrong in ({"category": "odd"}, {"category": "violation", "rule_ids[]": "1"}):
        answer = mod.raw("PUT", at, data=wrong)
        assert answer.status_code == 422 and list(wrong)[-1].rstrip("[]") in answer.json()["error"]
    closed = api.admin_report_resolve(report["id"])
    assert closed.action_taken_by_account.username == "mod" and closed.updated_at >= closed.created_at
    assert api.admin_report_reopen(report["id"]).action_taken_by_account is None


def test_a_report_does_not_open_letters(world, mod, word):
    said = world.ben.say(f"@ana nasty {word}", visibility="direct")
    report = world.ana.post("/api/v1/reports", account_id=world.ben.id, comment="c", **{"status_ids[]": said["id"]})
    assert mod.get(f"/api/v1/admin/reports/{report['id']}")["statuses"] == []


def test_nobody_else_may(world, mod, word):
    _, report = reported(world, word)
    plain = Person(world.a, "ana", world.a.token("ana", SCOPES))
    unscoped = Person(world.a, "mod", world.a.token("mod", "read write"))
    for method, path in (("GET", ""), ("GET", "/" + report["id"]), ("POST", f"/{report['id']}/resolve"),
                         ("POST", f"/{report['id']}/reopen"), ("PUT", "/" + report["id"]),
                         ("POST", f"/{report['id']}/assign_to_self"), ("POST", f"/{report['id']}/unassign")):
        for who in (plain, unscoped):
            answer = who.raw(method, "/api/v1/admin/reports" + path)
            assert answer.status_code == 403 and answer.json()["error"] and word not in answer.text
    for path in ("/1", "/x"):
        assert mod.raw("GET", "/api/v1/admin/reports" + path).status_code == 404
        assert mod.raw("POST", "/api/v1/admin/reports" + path + "/resolve").status_code == 404
    assert mod.get(f"/api/v1/admin/reports/{report['id']}")["action_taken"] is False


def test_moderators_hear_of_a_report_and_nobody_else_does(world, mod, word):
    def told(who, **wanted):
        return [n for n in who.get("/api/v1/notifications", **wanted) if n.get("report", {}).get("comment") == word]

    _, report = reported(world, word)
    notice = wait_for(lambda: told(mod, **{"types[]": "admin.report"}), "the moderator hears of it")[0]
    assert notice["report"]["id"] == report["id"] and notice["report"]["target_account"]["id"] == world.ben.id
    assert notice["account"]["id"] == world.ana.id and "status" not in notice
    assert mod.get(f"/api/v1/notifications/{notice['id']}") == notice
    assert told(mod, **{"exclude_types[]": "admin.report"}) == []
    groups = mod.get("/api/v2/notifications", **{"types[]": "admin.report"})
    group = next(g for g in groups["notification_groups"] if g["report"]["comment"] == word)
    assert group["group_key"] == f"ungrouped-{notice['id']}" and group["report"] == notice["report"]
    assert mod.get(f"/api/v2/notifications/{group['group_key']}")["notification_groups"] == [group]
    assert told(world.ana) == told(world.ben) == []
