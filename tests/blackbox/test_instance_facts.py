"""What people may know of their node: its texts, its figures, whom it keeps out; and their own profile as typed."""

import datetime

import mastodon
import pytest

from node import Node, unkept, wait_for


@pytest.fixture(scope="module")
def node():
    made = Node("Facts")
    made.init()
    made.do("config", "set", "limits.rate", "off")
    yield made.serve()
    made.close()


@pytest.fixture(scope="module")
def ana(node):
    return node.person("ana")


@pytest.fixture(scope="module")
def api(node, ana):
    return mastodon.Mastodon(access_token=ana.token, api_base_url=node.url, ratelimit_method="throw", session=unkept())


def test_texts_are_rendered_and_harmless(node, ana, tmp_path):
    for path in ("privacy_policy", "extended_description", "terms_of_service", "terms_of_service/2026-01-01"):
        assert ana.get(f"/api/v1/instance/{path}", 404)["error"]
    node.do("config", "set", "description", "For us")
    wait_for(lambda: ana.raw("GET", "/api/v1/instance/extended_description").status_code == 200, "the setting holds")
    assert ana.get("/api/v1/instance/extended_description")["content"] == "<p>For us</p>"
    text = tmp_path / "text"
    text.write_text("We keep <little>.\n\nAsk @nobody.")
    node.do("text", "set", "privacy", str(text))
    policy = ana.get("/api/v1/instance/privacy_policy")
    assert policy["content"] == "<p>We keep &lt;little&gt;.</p><p>Ask @nobody.</p>" and policy["updated_at"].endswith("Z")
    urls = node.get("/api/v2/instance").json()["configuration"]["urls"]
    assert urls["privacy_policy"] == node.url + "/legal#privacy" and urls["terms_of_service"] is None
    page = node.get("/legal", headers={"Accept-Language": "fr", "Cookie": "none=1"}).text
    assert '<section id="privacy">' in page and policy["content"] in page and "Politique de confidentialité" in page
    text.write_text("<h2>About</h2><p onclick='x()'>us<script>alert(1)</script></p>")
    node.do("text", "set", "about", str(text))
    assert ana.get("/api/v1/instance/extended_description")["content"] == "<h2>About</h2><p>us</p>"
    assert "<h2>" in node.do("text", "show", "about")
    node.do("text", "remove", "privacy")
    ana.get("/api/v1/instance/privacy_policy", 404)
    assert node.cli("text", "set", "motto", str(text)).returncode == 2


def test_terms_hold_from_a_day_on(node, ana, tmp_path):
    text = tmp_path / "terms"
    for day in ("2026-01-01", "2026-06-01", "2999-01-01"):
        text.write_text(f"as of {day}")
        node.do("text", "set", "terms", str(text), "--from", day)
    now = ana.get("/api/v1/instance/terms_of_service")
    assert now == {"effective_date": "2026-06-01", "effective": True, "content": "<p>as of 2026-06-01</p>",
                   "succeeded_by": "2999-01-01"}
    coming = ana.get("/api/v1/instance/terms_of_service/2999-01-01")
    assert coming["effective"] is False and coming["succeeded_by"] is None
    assert ana.get("/api/v1/instance/terms_of_service/2026-01-01")["succeeded_by"] == "2026-06-01"
    for day in ("2026-01-02", "x", "2026-13-01"):
        ana.get(f"/api/v1/instance/terms_of_service/{day}", 404)


def test_activity_week_by_week(node, ana, api):
    ana.say("counted")
    weeks = ana.get("/api/v1/instance/activity")
    assert len(weeks) == 12 and all(isinstance(value, str) for week in weeks for value in week.values())
    assert (int(weeks[0]["statuses"]), int(weeks[0]["logins"]), int(weeks[0]["registrations"])) == (1, 1, 1)
    begins = [datetime.datetime.fromtimestamp(int(week["week"]), datetime.timezone.utc) for week in weeks]
    assert all(day.weekday() == 0 and day.hour == 0 for day in begins) and (begins[0] - begins[11]).days == 77
    assert len(api.instance_activity()) == 12


def test_people_read_whom_the_node_keeps_out_if_the_operator_says_so(node, ana):
    node.do("rule", "add", "domain", "bad.example", "--comment", "secret reasons")
    node.do("rule", "add", "silence-domain", "loud.example")
    ana.get("/api/v1/instance/domain_blocks", 404)
    node.do("config", "set", "instance.show_domain_blocks", "on")
    wait_for(lambda: ana.raw("GET", "/api/v1/instance/domain_blocks").status_code == 200, "the setting holds")
    blocks = ana.get("/api/v1/instance/domain_blocks")
    assert [(b["domain"], b["severity"], b["comment"]) for b in blocks] == [("bad.example", "suspend", None),
                                                                            ("loud.example", "silence", None)]
    assert all(len(b["digest"]) == 64 for b in blocks)


def test_what_there_is_none_of(ana):
    assert ana.get("/api/v1/instance/translation_languages") == {}
    assert ana.get("/api/v1/annual_reports") == {"annual_reports": [], "accounts": [], "statuses": []}
    assert ana.get("/api/v1/annual_reports/2025/state") == {"state": "ineligible"}
    assert ana.get(f"/api/v1/accounts/{ana.id}/identity_proofs") == []
    ana.get("/api/v1/accounts/1/identity_proofs", 404)
    said = ana.say("to translate")
    assert ana.post(f"/api/v1/statuses/{said['id']}/translate", 404)["error"]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_profile_as_typed(ana, method, word):
    ana.post("/api/v1/featured_tags", name=word)
    before = ana.get("/api/v1/profile")
    assert before["avatar"] is None and before["header_static"] is None and before["avatar_description"] == ""
    after = ana.call(method, "/api/v1/profile", json={"display_name": word, "note": "I & you\n#here", "locked": True,
                                                      "fields_attributes": [{"name": "Floor", "value": "3rd"}]})
    assert after == ana.get("/api/v1/profile") and after["id"] == ana.id
    assert (after["display_name"], after["note"], after["locked"]) == (word, "I & you\n#here", True)
    assert after["fields"] == [{"name": "Floor", "value": "3rd", "verified_at": None}]
    assert word in [tag["name"] for tag in after["featured_tags"]] and after["attribution_domains"] == []
    sites = ["https://News.example/by/me", "blog.example", "news.example"]
    assert ana.call(method, "/api/v1/profile", json={"attribution_domains": sites})["attribution_domains"] == \
        ["news.example", "blog.example"] == ana.get("/api/v1/accounts/verify_credentials")["source"]["attribution_domains"]
    ana.call(method, "/api/v1/profile", 422, json={"attribution_domains": ["not a host"]})
    assert ana.call(method, "/api/v1/profile", data={"attribution_domains[]": ""})["attribution_domains"] == []
    assert all(after[key] is True for key in ("show_media", "show_media_replies", "show_featured"))
    assert "too long" in ana.call(method, "/api/v1/profile", 422, json={"display_name": "x" * 200})["error"]
