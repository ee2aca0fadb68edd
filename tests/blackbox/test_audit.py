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


def test_of_who_is_erased_the_act_is_left(world, word):
    gone = world.a.person(f"gone{word}")
    world.a.add_user(f"law{word}", role="moderator,data_protection_officer")
    law = Person(world.a, f"law{word}", world.a.token(f"law{word}", SCOPES))
    at = f"/api/v1/admin/accounts/{gone.id}"
    law.post(at + "/action", type="suspend")
    law.delete(at)
    acts = [line[3] for line in lines(world.a, "--account", f"#{gone.id}")]
    assert acts[:2] == ["account.erase", "account.suspend"] and acts[-1] == "user.add"
    assert gone.name not in world.a.do("audit", "list", "--limit", "1000")
    listed = law.get(PATH, account_id=gone.id)
    assert [act["action"] for act in listed] == acts and {act["subject"] for act in listed} == {None}
    assert listed[0]["actor"] == f"law{word}" and listed[0]["subject_id"] == gone.id
    assert law.get(PATH + "/verify")["whole"]


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


# Every command that there is: what changes something, in an order in which all of it can be done, and what reads.
CSV = "Account address\nben@x.example\n"
WRITES = [
    "user add ana --email ana@corp.example", "user add ben --email ben@corp.example", "user disable ben", "user enable ben",
    "user factor remove ana", "user password ana", "user email ana new@corp.example", "user rotate-keys ana", "user alias ana add https://b.example/u/ana", "user alias ana remove https://b.example/u/ana",
    "data export ana follows", "data import ana follows {csv}", "user export", "user import {people}",
    "invite create --email zoe@corp.example --name zoe", "invite resend {invite}", "invite revoke {invite}", "role grant ana moderator", "role revoke ana moderator",
    "token create ana --scopes read", "peer add b.example", "peer pause b.example", "peer resume b.example",
    "peer limit b.example --rate 5", "peer remove b.example", "rule add word x", "rule remove word x", "house-rule add Be~kind",
    "house-rule edit {rule} --hint Really", "house-rule move {rule} 1", "house-rule remove {rule}",
    "announcement add Tonight", "announcement remove {announcement}", "emoji add tick {png}", "emoji disable tick", "emoji enable tick", "emoji remove tick",
    "text set about {csv}", "text remove about", "post ana hello", "config set title Audited", "config set title"]
READS = """user list;user show ana;user sessions ana;user factor list ana;user alias ana list;data imports ana;role list;peer list;peer show b.example;rule list;
    refusals;report list;report show 1;house-rule list;audit list;audit verify;mail list;mail show 1;directory status;announcement list;emoji list;text show about;
    invite list;invite show 1;config;config get title;status;jobs;check""".split(";")
# Without a store, or what needs more than a node alone; "reindex" writes no store.
NOT_HERE = {"init", "serve", "role actions", "routes", "version", "reindex", "user move", "user unmove", "report close", "mail retry",
            "mail test", "directory test", "directory preview", "directory sync", "directory link"}


# What a room calls the act in an entry of its own.
OWN = {"user factor remove": "second_factor.removed", "user import": "invitation.create", "invite create": "invitation.create",
       "invite resend": "invitation.resend", "invite revoke": "invitation.revoke"}


def command_of(words, table):
    return next(name for name in sorted(table, key=len, reverse=True) if (words + " ").startswith(name + " "))


@pytest.mark.plain
def test_every_command_that_writes_leaves_an_entry(new_node, tmp_path):
    node = new_node(serve=False)
    table = set(re.findall(r"^  ([a-z-]+(?: [a-z-]+)*)", node.run("--help").stdout, re.M))
    csv, png = tmp_path / "follows.csv", tmp_path / "tick.png"
    csv.write_text(CSV)
    people = tmp_path / "people.csv"
    people.write_text("email,name\nyves@corp.example,yves\n")
    png.write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da"
                                  "636460f85f0f0002870180eb47ba920000000049454e44ae426082"))
    known = {command_of(words.strip(), table) for words in WRITES + READS} | NOT_HERE
    assert table <= known, f"say above whether it writes: {table - known}"
    given, count = {"csv": str(csv), "people": str(people), "png": str(png)}, int(lines(node, "--limit", "1")[0][0])
    for words in WRITES:
        done = node.cli(*(word.format(**given).replace("~", " ") for word in words.split()))
        assert done.returncode == 0, f"{words}: {done.stderr}"
        newest = lines(node, "--limit", "3")
        command = command_of(words, table)
        assert newest[0][3] == OWN.get(command, command.replace(" ", ".")) and int(newest[0][0]) == count + 1, f"{words}: {newest}"
        assert "corp.example" not in "".join(newest[0]) and "kind" not in newest[0][4]
        count += 1
        if command in ("house-rule add", "announcement add", "invite create"):
            key = command.split()[0].removeprefix("house-")
            given[key] = re.search(r"\d{10,}", done.stdout + node.do(command.split()[0], "list"))[0]
    for words in READS:
        node.cli(*words.split())
    assert int(lines(node, "--limit", "1")[0][0]) == count, "what reads leaves none"
    assert node.do("audit", "verify").startswith(f"{count}\t")
