"""Filters of what one reads: version 2 as JSON, version 1 by Mastodon.py, and what a post met by them says."""

import mastodon
import pytest

from entities import check
from node import Node, unkept


@pytest.fixture(scope="module")
def node():
    made = Node("Filters")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    yield made.serve()
    made.close()


@pytest.fixture
def people(node, word):
    """Two people who are new here, and Mastodon.py in the hands of the first."""
    gil, hana = node.person("gil" + word), node.person("hana" + word)
    return gil, hana, mastodon.Mastodon(access_token=gil.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())


def test_version_2(people, word):
    gil, hana, _ = people
    gil.follow(hana)
    made = check(gil.call("POST", "/api/v2/filters", json={
        "title": "Noise", "context": ["home", "notifications"], "filter_action": "hide", "expires_in": 3600,
        "keywords_attributes": [{"keyword": word, "whole_word": True}, {"keyword": "din"}]}), "Filter")
    assert made["context"] == ["home", "notifications"] and len(made["keywords"]) == 2 and made["expires_at"]
    gone, kept = made["keywords"]
    changed = check(gil.call("PUT", f"/api/v2/filters/{made['id']}", json={
        "title": "Noises", "context": ["home"], "filter_action": "blur",
        "keywords_attributes": [{"id": gone["id"], "_destroy": True},
                                {"id": kept["id"], "keyword": word, "whole_word": False}]}), "Filter")
    assert changed["keywords"] == [{"id": kept["id"], "keyword": word, "whole_word": False}]
    assert check(gil.get("/api/v2/filters"), "[Filter]") == [changed] == [gil.get(f"/api/v2/filters/{made['id']}")]
    said = hana.say(f"xx{word.upper()}xx")
    result = check(gil.home()[0], "OwnStatus")["filtered"][0]
    assert result["keyword_matches"] == [word] and result["filter"]["filter_action"] == "blur"
    check(result, "FilterResult")
    added = check(gil.post(f"/api/v2/filters/{made['id']}/statuses", status_id=said["id"]), "FilterStatus")
    assert gil.home()[0]["filtered"][0]["status_matches"] == [said["id"]]
    assert gil.get(f"/api/v2/filters/statuses/{added['id']}") == added
    assert gil.get(f"/api/v2/filters/{made['id']}/statuses") == [added]
    gil.delete(f"/api/v2/filters/statuses/{added['id']}")
    keyword = check(gil.post(f"/api/v2/filters/{made['id']}/keywords", keyword="more"), "FilterKeyword")
    assert len(gil.get(f"/api/v2/filters/{made['id']}/keywords")) == 2
    gil.call("PUT", f"/api/v2/filters/keywords/{keyword['id']}", json={"keyword": "less", "whole_word": False})
    assert gil.get(f"/api/v2/filters/keywords/{keyword['id']}")["keyword"] == "less"
    assert gil.delete(f"/api/v2/filters/keywords/{keyword['id']}") == {}
    missing = hana.raw("GET", "/api/v2/filters/1")
    assert hana.raw("GET", f"/api/v2/filters/{made['id']}").content == missing.content
    assert gil.delete(f"/api/v2/filters/{made['id']}") == {}
    assert gil.get("/api/v2/filters") == [] and gil.home()[0]["filtered"] == []


def test_version_1(people, word):
    gil, _, api = people
    made = api.filter_create(word, ["home", "public"], irreversible=True, expires_in=3600)
    check(gil.get(f"/api/v1/filters/{made['id']}"), "Filter1")
    assert [f["phrase"] for f in api.filters()] == [word]
    assert api.filter_update(made["id"], phrase="other", context=["thread"])["phrase"] == "other"
    assert str(api.filter(made["id"])["id"]) == str(made["id"])
    assert gil.get("/api/v2/filters")[0]["filter_action"] == "hide"
    api.filter_delete(made["id"])
    assert api.filters() == []


@pytest.mark.parametrize("name, body", [
    ("title", {"context": ["home"]}), ("context", {"title": "x"}), ("context", {"title": "x", "context": ["x"]}),
    ("filter_action", {"title": "x", "context": ["home"], "filter_action": "x"}),
    ("expires_in", {"title": "x", "context": ["home"], "expires_in": "soon"}),
    ("keyword", {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x" * 201}]})])
def test_bad_input_is_named(people, name, body):
    assert name in people[0].call("POST", "/api/v2/filters", 422, json=body)["error"]
