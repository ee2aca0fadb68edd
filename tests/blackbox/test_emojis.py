"""Custom emojis: added on the command line, listed, shown in what people write, here and on a sibling, and gone at once."""

import io

import pytest
from PIL import Image

from entities import check


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
        assert world.a.cli("emoji", "add", f"bad_{word}", str(path)).returncode == 1
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
    world.a.do("emoji", "disable", code)
    assert world.ben.get(f"/api/v1/statuses/{before['id']}")["emojis"] == []
    world.a.do("emoji", "enable", code)
    me = world.ben.patch("/api/v1/accounts/update_credentials", display_name=f"Ben :{code}:")
    assert me["emojis"] == [made]
    world.ben.patch("/api/v1/accounts/update_credentials", display_name="Ben")
    world.a.do("emoji", "remove", code)
    assert world.ben.get(f"/api/v1/statuses/{before['id']}")["emojis"] == []
