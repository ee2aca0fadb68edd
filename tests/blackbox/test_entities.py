"""The look at every answer (answers.py) is itself looked at: it knows every route, and it sees what is wrong."""

import re

from answers import entities_of
from entities import fields, problems

GOOD = {"id": "1", "title": "t", "replies_policy": "list", "exclusive": False}


def test_every_route_of_the_client_api_has_an_entity(world):
    for method, path, summary in re.findall(r"^(\w+) +(/api/\S*) +\w+ +\S+ +.*?  (\S.*)$", world.a.do("routes"), re.M):
        if not path.startswith("/api/v1/streaming") and not path.endswith(".csv"):
            kinds = entities_of(method, re.sub(r":\w+", "1", path))
            assert kinds, f"answers.py does not name what {method} {path} answers with"
            assert all(kind.strip("[]") in ("o", "s", "b") or fields(kind.strip("[]")) is not None for kind in kinds)


def test_what_is_wrong_is_seen():
    assert problems(GOOD, "List") == []
    assert problems(dict(GOOD, more=1), "List") == ["List.more is no key of List"]
    assert problems(dict(GOOD, id=1), "List") == ["List.id is no id: 1"]
    assert problems(dict(GOOD, title=None), "List") == ["List.title is null"]
    assert problems(dict(GOOD, replies_policy="x"), "List") == ["List.replies_policy is not (followed|list|none): 'x'"]
    assert problems({k: v for k, v in GOOD.items() if k != "exclusive"}, "List") == ["List.exclusive is missing"]
    assert problems([GOOD, {}], "[List]")[0].startswith("[List][1].id is missing")
    assert problems({"last_read_id": "1", "version": 1, "updated_at": "2026-01-02T03:04:05Z"}, "Marker") == [
        "Marker.updated_at is no d: '2026-01-02T03:04:05Z'"]
    assert problems({"a": 1}, "{b}") == ["{b}.a is no b: 1"]
    assert fields("Status")["favourited"] == ("b", "!")
