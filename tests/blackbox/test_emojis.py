"""Custom emojis: added on the command line, listed, shown in what people write, here and on a sibling, and gone at once."""

import io

import pytest
from PIL import Image

from entities import check
from node import wait_for


def png(colour=(200, 30, 60, 128), side=48, kind="PNG", frames=1):
    out = io.BytesIO()
    images = [Image.new("RGBA", (side, side), (colour[0], 40 * n, colour[2], colour[3])) for n in range(frames)]
    more = {"save_all": True, "append_images": images[1:], "duration": 100} if frames > 1 else {}
    images[0].save(out, kind, **more)
    return out.getvalue()


@pytest.fixture
def emoji(world, word, tmp_path):
    """Adds emojis to the head office; they go when the test ends."""
    codes = []

    def add(code, data, *options, suffix=".png"):
        path = tmp_path / f"{code}{suffix}"
        path.write_bytes(data)
        world.a.do("emoji", "add", code, str(path), *options)
        codes.append(code)
        return next(e for e in world.a.get("/api/v1/custom_emojis").json() if e["shortcode"] == code)

    yield add
    for code in codes:
        world.a.cli("emoji", "remove", code)


def test_pictures_are_made_anew_and_read_by_anybody(world, emoji, word):
    still = emoji(f"still_{word}", png(), "--category", "Ours")
    check([still], "[CustomEmoji]")
    assert still["category"] == "Ours" and still["visible_in_picker"] is True
    answer = world.a.get(still["url"].removeprefix(world.a.url))
    assert answer.headers["Content-Type"] == "image/png" and answer.headers["Cache-Control"].startswith("public")
    assert Image.open(io.BytesIO(answer.content)).size == (48, 48)
    moving = emoji(f"moving_{word}", png(side=300, kind="GIF", frames=3), "--hidden", suffix=".gif")
    assert moving["visible_in_picker"] is False
    film = Image.open(io.BytesIO(world.a.get(moving["url"].removeprefix(world.a.url)).content))
    first = Image.open(io.BytesIO(world.a.get(moving["static_url"].removeprefix(world.a.url)).content))
    assert film.n_frames == 3 and getattr(first, "n_frames", 1) == 1 and max(film.size + first.size) <= 256
    world.a.do("emoji", "remove", f"still_{word}")
    assert world.a.get(still["url"].removeprefix(world.a.url)).status_code == 404


def test_what_is_no_picture_is_not_taken(world, tmp_path, word):
    for name, data in (("text", b"hello"), ("large", b"\x89PNG" + bytes(300 * 1024)), ("empty", b"")):
        path = tmp_path / name
        path.write_bytes(data)
        done = world.a.cli("emoji", "add", f"bad_{word}", str(path))
        assert done.returncode == 1 and ("is no PNG, GIF or WebP" in done.stderr) == (name == "text"), done.stderr
    assert world.a.cli("emoji", "add", f"bad_{word}", str(tmp_path / "nothing")).returncode == 1
    assert world.a.cli("emoji", "add", "bad-name", str(path)).returncode == 2
    assert word not in world.a.cli("emoji", "list").stdout


def test_without_a_serving_node(new_node, tmp_path):
    node = new_node(serve=False)
    (tmp_path / "a.png").write_bytes(png())
    node.do("emoji", "add", "calm", str(tmp_path / "a.png"))
    assert ":calm:" in node.cli("emoji", "list").stdout and node.cli("check").stdout == "clean\n"


def test_texts_show_them_until_they_go(world, emoji, word):
    code = f"wave_{word}"
    before = world.ana.say(f"early :{code}: {word}")
    assert before["emojis"] == []
    made = emoji(code, png())
    shown = check(world.ben.get(f"/api/v1/statuses/{before['id']}"), "Status")
    assert shown["emojis"] == [made]
    warned = world.ana.say(f"{word}", spoiler_text=f":{code}:", visibility="private")
    assert warned["emojis"] == [made]
    assert f":{code}: is disabled" in world.a.do("emoji", "disable", f":{code}:")
    assert world.ben.get(f"/api/v1/statuses/{before['id']}")["emojis"] == []
    world.a.do("emoji", "enable", code)
    me = world.ben.patch("/api/v1/accounts/update_credentials", display_name=f"Ben :{code}:")
    assert me["emojis"] == [made]
    world.ben.patch("/api/v1/accounts/update_credentials", display_name="Ben")
    world.a.do("emoji", "remove", code)
    assert world.ben.get(f"/api/v1/statuses/{before['id']}")["emojis"] == []


def shown(person, status_id):
    return person.get(f"/api/v1/statuses/{status_id}")


def read(person, url):
    """A picture, which comes from the reader's own node."""
    assert url.startswith(person.node.url)
    answer = person.node.get(url.removeprefix(person.node.url))
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content))


def test_siblings_see_them_by_way_of_their_own_node(world, emoji, word):
    made = emoji(f"far_{word}", png(kind="GIF", frames=2), suffix=".gif")
    world.chloe.follow(world.ana)
    status = world.ana.say(f"choose {word}", **{"poll[options][]": [f":far_{word}:", "no"], "poll[expires_in]": 3600})
    assert status["poll"]["emojis"] == status["emojis"] == [made]
    there = check(world.chloe.sees(word), "Status")
    picture, = there["emojis"]
    assert picture["shortcode"] == f"far_{word}" and there["poll"]["emojis"] == [picture]
    assert world.chloe.get(f"/api/v1/polls/{there['poll']['id']}")["emojis"] == [picture]
    assert read(world.chloe, picture["url"]).n_frames == 2
    assert getattr(read(world.chloe, picture["static_url"]), "n_frames", 1) == 1
    world.ana.patch("/api/v1/accounts/update_credentials", display_name=f"Ana :far_{word}:")
    wait_for(lambda: shown(world.chloe, there["id"])["account"]["emojis"], "the profile with its emoji")
    world.ana.patch("/api/v1/accounts/update_credentials", display_name="Ana")
    world.ana.put(f"/api/v1/statuses/{status['id']}", status=f":far_{word}: {word}")
    history = check(world.ana.get(f"/api/v1/statuses/{status['id']}/history"), "[StatusEdit]")
    assert [h["emojis"] for h in history] == [[], [made]]
    wait_for(lambda: not shown(world.chloe, there["id"])["account"]["emojis"], "the profile without")


def test_the_object_of_an_emoji(world, emoji, word):
    made = emoji(f"object_{word}", png())
    number = made["url"].split("/")[-3]
    document = world.a.get(f"/emojis/{number}").json()
    assert document["type"] == "Emoji" and document["name"] == f":object_{word}:"
    assert document["icon"] == {"type": "Image", "mediaType": "image/png", "url": made["url"]}
    world.a.do("emoji", "remove", f"object_{word}")
    assert world.a.get(f"/emojis/{number}").status_code == 404


def test_reactions_with_them(world, emoji, word):
    made = emoji(f"nod_{word}", png())
    world.ana.follow(world.chloe)
    status = world.chloe.say(f"react {word}")
    here = world.ana.sees(f"react {word}")["id"]

    def kinds(person, status_id):
        return check(person.get(f"/api/v1/pleroma/statuses/{status_id}/reactions"), "[ReactionPeople]")

    world.ana.call("PUT", f"/api/v1/pleroma/statuses/{here}/reactions/:nod_{word}:")
    mine, = kinds(world.ana, here)
    assert (mine["name"], mine["url"], mine["me"]) == (f"nod_{word}", made["url"], True)
    theirs, = wait_for(lambda: kinds(world.chloe, status["id"]), "the reaction")
    name = f"nod_{word}@{world.a.domain}"
    assert theirs["name"] == name and read(world.chloe, theirs["url"]).size == (48, 48) and theirs["static_url"]
    told, = [n for n in world.chloe.notifications("pleroma:emoji_reaction") if n["status"]["id"] == status["id"]]
    assert told["emoji"] == name and told["emoji_url"] == theirs["url"]
    world.chloe.call("PUT", f"/api/v1/pleroma/statuses/{status['id']}/reactions/{name}")
    assert [(k["name"], k["count"], k["me"]) for k in kinds(world.chloe, status["id"])] == [(name, 2, True)]
    world.dan.call("PUT", f"/api/v1/pleroma/statuses/{status['id']}/reactions/nobody@{world.a.domain}", 422)
    world.dan.call("PUT", f"/api/v1/pleroma/statuses/{status['id']}/reactions/nobody", 422)
    world.a.do("emoji", "remove", f"nod_{word}")
    assert "url" not in kinds(world.ana, here)[0]
    world.ana.call("DELETE", f"/api/v1/pleroma/statuses/{here}/reactions/nod_{word}")
    wait_for(lambda: [k["count"] for k in kinds(world.chloe, status["id"])] == [1], "the Undo")


def test_hearts_of_both_styles_are_one_reaction(world, word):
    status = world.ana.say(f"heart {word}")["id"]
    world.ana.call("PUT", f"/api/v1/pleroma/statuses/{status}/reactions/❤")
    told = world.ben.call("PUT", f"/api/v1/pleroma/statuses/{status}/reactions/❤️")
    assert [(k["name"], k["count"], k["me"]) for k in told["pleroma"]["emoji_reactions"]] == [("❤", 2, True)]
    assert told["emoji_reactions"] == told["pleroma"]["emoji_reactions"], "Phanpy and Elk look there"
    assert len(world.ana.get(f"/api/v1/pleroma/statuses/{status}/reactions/❤️")) == 1
    told = world.ana.call("DELETE", f"/api/v1/pleroma/statuses/{status}/reactions/❤️")
    assert [(k["name"], k["count"], k["me"]) for k in told["pleroma"]["emoji_reactions"]] == [("❤️", 1, False)]


def test_announcements_have_them(world, emoji, word):
    made = emoji(f"news_{word}", png())
    world.a.do("announcement", "add", f":news_{word}: {word}")
    told = next(a for a in world.ana.get("/api/v1/announcements") if word in a["content"])
    assert told["emojis"] == [made]
    world.ana.call("PUT", f"/api/v1/announcements/{told['id']}/reactions/news_{word}")
    world.ana.call("PUT", f"/api/v1/announcements/{told['id']}/reactions/nobody_{word}", 422)
    told = next(a for a in check(world.ben.get("/api/v1/announcements"), "[Announcement]") if word in a["content"])
    assert told["reactions"] == [{"name": f"news_{word}", "count": 1, "me": False, "url": made["url"],
                                  "static_url": made["static_url"]}]
    world.a.do("announcement", "remove", told["id"])
