"""The audit journal: what leaves an entry, who may read it, and what happens to whoever lays hands on it."""

import pathlib
import re

import pytest

from node import Person

PATH = "/api/rse/v1/admin/audit"
SCOPES = "read write admin:read admin:write"


@pytest.fixture(scope="module")
def boss(world):
    world.a.add_user("auditor", role="admin")
    return Person(world.a, "auditor", world.a.token("auditor", SCOPES))


def lines(node, *options):
    return [line.split("\t") for line in node.do("audit", "list", *options).splitlines()]


def test_a_command_leaves_one_entry(world, boss):
    world.a.add_user("watched")
    world.a.do("user", "disable", "watched")
    world.a.do("user", "enable", "@watched")
    found = lines(world.a, "--account", "watched")
    assert [line[3] for line in found] == ["user.enable", "user.disable", "user.add"]
    assert {line[2] for line in found} == {"-"} and {line[4] for line in found} == {"@watched"}
    assert "watched@" not in "".join(found[-1]), "no address of mail is kept"
    assert [line[3] for line in lines(world.a, "--account", "watched", "--action", "user.add")] == ["user.add"]
    assert len(lines(world.a, "--account", "watched", "--limit", "2")) == 2
    assert lines(world.a, "--account", "watched", "--since", "2100-01-01") == []


def test_what_fails_or_reads_leaves_none(world):
    before = world.a.do("audit", "verify")
    assert world.a.cli("user", "disable", "nobody-here").returncode == 1
    world.a.do("user", "list")
    assert world.a.do("audit", "verify") == before


def test_it_is_read_with_a_client(world, boss):
    world.a.do("rule", "add", "word", "audited-word", "--comment", "not to be kept")
    try:
        first, second = boss.get(PATH, limit=2)
        assert (first["action"], first["actor"], first["subject"], first["detail"]) == \
            ("rule.add", None, "word", "audited-word --comment")
        assert int(second["id"]) == int(first["id"]) - 1
        assert boss.get(PATH, limit=1, max_id=first["id"]) == [second]
        assert boss.get(PATH, limit=1, min_id=second["id"]) == [first]
        assert boss.get(PATH, action="rule.add", limit=1) == [first]
        assert boss.get(PATH, action="no.such.act") == []
        assert boss.raw("GET", PATH + "?since=yesterday").status_code == 422
        told = boss.get(PATH + "/verify", hash=second["hash"])
        assert told["whole"] and told["noted_id"] == second["id"] and int(told["entries"]) >= int(first["id"])
        assert boss.get(PATH + "/verify", hash="0" * 64)["noted_id"] is None
        assert boss.raw("GET", PATH + "/verify?hash=xyz").status_code == 422
    finally:
        world.a.do("rule", "remove", "word", "audited-word")


def test_others_are_refused(world):
    for path in (PATH, PATH + "/verify"):
        assert world.ana.raw("GET", path).status_code == 403


def test_a_noted_hash_stays_in_it(world):
    count, noted = world.a.do("audit", "verify").split("\t")
    world.a.do("rule", "add", "word", "audited-word")
    world.a.do("rule", "remove", "word", "audited-word")
    assert re.fullmatch(r"[0-9a-f]{64}", noted)
    told = world.a.do("audit", "verify", "--from", noted).splitlines()
    assert told[0].startswith(f"{int(count) + 2}\t") and told[1].endswith(f"entry {count}")
    missing = world.a.cli("audit", "verify", "--from", "ab" * 32)
    assert missing.returncode == 1 and "not in it" in missing.stderr
    assert world.a.cli("audit", "verify", "--from", "abc").returncode == 2


def test_bytes_that_were_changed_are_found(new_node):
    node = new_node(serve=False)
    for word in ("alpha", "bravo", "charlie"):
        node.do("rule", "add", "word", word)
    number = next(line[0] for line in lines(node) if line[5] == "bravo")
    verdict = node.do("audit", "verify")
    store = pathlib.Path(node.data, "data.mdb")
    whole = store.read_bytes()
    at = [m.start() for m in re.finditer(b"rule.add.{0,12}word.{0,3}bravo", whole, re.DOTALL)]
    assert at, "the entry is in the file"
    broken = bytearray(whole)
    for place in at:
        broken[whole.index(b"bravo", place)] ^= 4
    store.write_bytes(broken)
    told = node.cli("audit", "verify")
    assert told.returncode == 1 and f"broken at entry {number}" in told.stderr, told
    assert node.cli("check").returncode == 1
    store.write_bytes(whole)
    assert node.do("audit", "verify") == verdict
