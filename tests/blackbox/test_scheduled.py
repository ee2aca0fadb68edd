"""Posts that are scheduled for later, by Mastodon.py."""

import datetime
import io

import mastodon
import pytest
from PIL import Image

from entities import check
from node import Node, unkept


@pytest.fixture(scope="module")
def node():
    made = Node("Scheduled")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    yield made.serve()
    made.close()


def _in(minutes):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)


def test_scheduled(node, word):
    gil, hana = node.person("gil" + word), node.person("hana" + word)
    api = mastodon.Mastodon(access_token=gil.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())
    parent = hana.say(word)
    made = api.status_post(f"@{hana.name} later {word}", in_reply_to_id=parent["id"], visibility="unlisted",
                           scheduled_at=_in(10))
    assert made["params"]["text"] == f"@{hana.name} later {word}" and str(made["params"]["in_reply_to_id"]) == parent["id"]
    polled = gil.call("POST", "/api/v1/statuses", json={
        "status": word, "scheduled_at": _in(20).isoformat(), "poll": {"options": ["a", "b"], "expires_in": 600}})
    assert check(polled, "ScheduledStatus")["params"]["poll"]["options"] == ["a", "b"]
    listed = check(gil.get("/api/v1/scheduled_statuses"), "[ScheduledStatus]")
    assert [s["id"] for s in listed] == [polled["id"], str(made["id"])] and gil.home() == []
    assert [s["id"] for s in gil.all_pages("/api/v1/scheduled_statuses", limit=1)] == [s["id"] for s in listed]
    assert str(api.scheduled_status(made["id"])["id"]) == str(made["id"])
    moved = api.scheduled_status_update(made["id"], _in(60))
    assert moved["scheduled_at"] > _in(50)
    hana.get(f"/api/v1/scheduled_statuses/{polled['id']}", 404)
    node.restart()
    assert [s["id"] for s in gil.get("/api/v1/scheduled_statuses")] == [s["id"] for s in listed]
    assert "publish" in node.cli("jobs").stdout
    api.scheduled_status_delete(made["id"])
    gil.get(f"/api/v1/scheduled_statuses/{made['id']}", 404)


def test_files_wait_with_it(node, word):
    ada = node.person("ada" + word)
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 99, 199)).save(out, "PNG")
    file = ada.raw("POST", "/api/v2/media", files={"file": ("a.png", out.getvalue())}).json()
    made = ada.call("POST", "/api/v1/statuses", json={"status": word, "scheduled_at": _in(10).isoformat(),
                                                      "media_ids": [file["id"]]})
    assert check(made, "ScheduledStatus")["params"]["media_ids"] == [file["id"]]
    assert made["media_attachments"] == [file]
    node.kill()
    node.serve()
    assert ada.get(f"/api/v1/scheduled_statuses/{made['id']}") == made
    assert node.get(file["url"].removeprefix(node.url), token=ada.token).status_code == 200
    assert "media_ids" in ada.call("POST", "/api/v1/statuses", 422, json={"status": word, "media_ids": [file["id"]]})["error"]
    assert node.cli("check").stdout == "clean\n"


def test_the_same_twice_is_one(node, word):
    gil = node.person("ivo" + word)
    body = {"status": word, "scheduled_at": _in(10).isoformat()}
    first, again = (gil.call("POST", "/api/v1/statuses", json=body, headers={"Idempotency-Key": word}) for _ in range(2))
    assert first == again and len(gil.get("/api/v1/scheduled_statuses")) == 1


@pytest.mark.parametrize("when", ["soon", "2020-01-01T00:00:00Z", "9999-01-01T00:00:00Z"])
def test_bad_input_is_named(node, word, when):
    gil = node.person("joe" + word)
    assert "scheduled_at" in gil.call("POST", "/api/v1/statuses", 422, json={"status": word, "scheduled_at": when})["error"]
