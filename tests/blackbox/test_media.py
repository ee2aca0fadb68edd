"""Files: uploading, posting, reading, and what becomes of them. Pictures are made anew without what stood beside their
pixels; a file is read at an address that nobody can guess and that ends with what shows it."""

import concurrent.futures
import io
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import zlib

import pytest
from PIL import Image

from entities import check
from node import BINARY, PATIENCE, Node, pair, wait_for
from peer import Peer

# A call that the sandbox does not let through ends the worker here; outside tests it only fails.
os.environ["RSE_MEDIA_KILL"] = "1"

GPS = ["-GPSLatitude=48.8584", "-GPSLatitudeRef=N", "-GPSLongitude=2.2945", "-GPSLongitudeRef=E",
       "-XMP:Description=seen from home", "-Artist=Ana Exemple"]


def picture(width=800, height=600, kind="JPEG", colour=(200, 30, 60)):
    image = Image.new("RGB", (width, height), colour)
    for x in range(0, width, 7):
        for y in range(0, height, 50):
            image.putpixel((x, y), (x % 256, y % 256, 90))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def upload(person, data, name="picture.jpg", version="v2", expect=200, **fields):
    answer = person.raw("POST", f"/api/{version}/media", files={"file": (name, data)}, data=fields)
    assert answer.status_code == expect, f"{answer.status_code}: {answer.text}\n{person.node.log()[-1500:]}"
    return answer.json()


def tags(data, suffix, folder):
    path = pathlib.Path(folder) / f"out{suffix}"
    path.write_bytes(data)
    found = subprocess.run(["exiftool", "-a", "-G1", "-json", str(path)], capture_output=True, text=True)
    return json.loads(found.stdout)[0]


@pytest.fixture(scope="module")
def node():
    node = Node().init().serve()
    yield node
    node.close()


@pytest.fixture(scope="module")
def ana(node):
    return node.person("ana")


@pytest.fixture(scope="module")
def tom(node):
    return node.person("tom")


def test_a_picture_is_uploaded_described_posted_and_read(node, ana, tom):
    media = upload(ana, picture(1200, 900), description="A red wall", focus="-0.5,0.25")
    assert media["type"] == "image" and media["description"] == "A red wall" and media["remote_url"] is None
    assert media["meta"]["original"] == {"width": 1200, "height": 900, "size": "1200x900", "aspect": 1.3333}
    assert media["meta"]["small"]["width"] == 640 and media["meta"]["focus"] == {"x": -0.5, "y": 0.25}
    assert len(media["blurhash"]) == 28
    assert ana.get(f"/api/v1/media/{media['id']}") == media
    changed = ana.put(f"/api/v1/media/{media['id']}", description="A wall", focus="0,0")
    assert changed["description"] == "A wall" and changed["meta"]["focus"] == {"x": 0, "y": 0}

    status = ana.say("Look", **{"media_ids[]": media["id"]})
    assert [m["id"] for m in status["media_attachments"]] == [media["id"]]
    seen = tom.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]
    assert seen["description"] == "A wall" and seen["url"].startswith(node.url + "/media/")
    for url, width in ((seen["url"], 1200), (seen["preview_url"], 640)):
        answer = node.get(url)
        assert answer.status_code == 200 and Image.open(io.BytesIO(answer.content)).width == width
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ana.get(f"/api/v1/accounts/{ana.id}/statuses", only_media="true")[0]["id"] == status["id"]


def test_a_post_may_be_a_picture_alone(ana):
    media = upload(ana, picture(kind="PNG"), "x.png", version="v1")
    status = ana.post("/api/v1/statuses", **{"media_ids[]": media["id"]})
    assert status["content"] == "" and len(status["media_attachments"]) == 1


@pytest.mark.parametrize("kind,suffix,kept", [("JPEG", ".jpg", "image/jpeg"), ("PNG", ".png", "image/png"),
                                              ("WEBP", ".webp", "image/webp")])
def test_where_a_picture_was_taken_is_not_told(node, ana, tmp_path, kind, suffix, kept):
    source = tmp_path / f"in{suffix}"
    source.write_bytes(picture(kind=kind))
    subprocess.run(["exiftool", "-q", "-overwrite_original", *GPS, str(source)], check=True)
    assert "48" in str(tags(source.read_bytes(), suffix, tmp_path).get("GPS:GPSLatitude"))
    media = upload(ana, source.read_bytes(), f"in{suffix}")
    for key in ("url", "preview_url"):
        answer = node.get(media[key])
        assert key == "preview_url" or answer.headers["Content-Type"] == kept
        left = tags(answer.content, suffix if key == "url" else ".webp", tmp_path)
        assert not [t for t in left if t.split(":")[0] in ("GPS", "IFD0", "ExifIFD") or t.startswith("XMP")], left
        assert b"Exemple" not in answer.content and b"home" not in answer.content


def test_where_an_avif_was_taken_is_not_told(node, ana, tmp_path):
    source = pathlib.Path(__file__).parent / "fixtures" / "gps.avif"
    assert "GPS:GPSLatitude" in tags(source.read_bytes(), ".avif", tmp_path)
    media = upload(ana, source.read_bytes(), "gps.avif")
    for key in ("url", "preview_url"):
        left = tags(node.get(media[key]).content, ".webp", tmp_path)
        assert not [t for t in left if t.split(":")[0] in ("GPS", "IFD0", "ExifIFD") or t.startswith("XMP")], left


def test_a_picture_is_turned_upright(node, ana, tmp_path):
    source = tmp_path / "turned.jpg"
    source.write_bytes(picture(300, 200))
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-n", "-Orientation=6", str(source)], check=True)
    assert upload(ana, source.read_bytes())["meta"]["original"]["size"] == "200x300"


def png_header(width, height):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def test_bombs_and_broken_files_are_refused_and_harm_nobody(node, ana):
    for data, word in [(png_header(30000, 30000), "pixels"), (picture()[:2000], "read"), (b"\xff\xd8\xff" + b"x" * 500, "read"),
                       (b"<svg xmlns='http://www.w3.org/2000/svg'/>" + b"\0", "kind"), (b"MZ\x90\0" + b"\0" * 200, "kind"),
                       (b"\x7fELF" + b"\0" * 200, "kind"), (b"GIF89a" + b"\xff" * 300, "read"),
                       (b"RIFF\x10\0\0\0WEBPVP8 " + b"\xff" * 300, "read")]:
        error = upload(ana, data, "holiday.jpg", expect=422)["error"]
        assert word in error, error
    upload(ana, picture())
    assert ana.raw("POST", "/api/v2/media").status_code == 422
    for fields in ({"focus": "2,0"}, {"focus": "nan,0"}, {"focus": "x"}, {"description": "x" * 1501}):
        assert "error" in upload(ana, picture(20, 20), expect=422, **fields)


def test_what_is_more_than_it_seems_is_served_safely(node, ana):
    page = b"<html><script>alert(1)</script></html>"
    media = upload(ana, page, "innocent.jpg")
    assert media["type"] == "unknown" and media["preview_url"] is None and media["blurhash"] is None
    answer = node.get(media["url"])
    assert answer.content == page and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    both = io.BytesIO()
    Image.new("P", (40, 40)).save(both, "GIF")
    media = upload(ana, both.getvalue() + b"*/=1;alert(1)//", "polyglot.gif")
    assert b"alert" not in node.get(media["url"]).content


def test_an_uploaded_document_of_ours_is_nobody(node, ana):
    """No file that somebody uploads is read as an actor or a post of this node."""
    actor = json.dumps({"@context": "https://www.w3.org/ns/activitystreams", "type": "Person", "id": node.url + "/u/1",
                        "preferredUsername": "root", "inbox": node.url + "/u/1/inbox"}).encode()
    for name in ("actor.json", "../../../u/1", "actor.jsonld"):
        media = upload(ana, actor, name)
        answer = node.get(media["url"], headers={"Accept": "application/activity+json"})
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8" and answer.content == actor
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "/" not in media["file"]["name"]


def test_documents_keep_their_name_and_bytes(node, ana, tom):
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    media = upload(ana, pdf, "C:\\docs\\Bilan annuel é.pdf")
    assert media["type"] == "unknown" and media["description"] == "Bilan annuel é.pdf"
    assert media["meta"] == {} and media["file"] == {"name": "Bilan annuel é.pdf", "size": len(pdf),
                                                     "mime_type": "application/pdf"}
    status = ana.say("The report", **{"media_ids[]": media["id"]})
    answer = node.get(tom.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]["url"])
    assert answer.content == pdf and answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Bilan%20annuel%20%C3%A9.pdf"
    assert upload(ana, b"a,b\n1,2\n3,4\n", "t.csv")["file"]["mime_type"] == "text/csv"
    assert upload(ana, b"words", "rapport\u202etxt.exe")["file"]["name"] == "rapport_txt.exe", "it looks like what it is"


def film(path, *encoding, picture_of=True):
    """Two seconds, with a place and names beside them."""
    sources = ["-f", "lavfi", "-i", "testsrc=size=640x360:rate=25:duration=2"] if picture_of else []
    subprocess.run(["ffmpeg", "-v", "error", "-y", *sources, "-f", "lavfi", "-i", "sine=duration=2", *encoding,
                    "-metadata", "location=+48.8584+002.2945/", "-metadata", "title=seen from home",
                    "-metadata", "artist=Ana Exemple", str(path)], check=True)
    return path.read_bytes()


@pytest.mark.parametrize("suffix,encoding,kind,served", [
    ("mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"], "video", "video/mp4"),
    ("webm", ["-c:v", "libvpx", "-c:a", "libopus"], "video", "video/webm"),
    ("mp3", ["-c:a", "libmp3lame"], "audio", "audio/mpeg"), ("ogg", ["-c:a", "libvorbis"], "audio", "audio/ogg")])
def test_films_and_sound_are_packed_anew(node, ana, tom, tmp_path, suffix, encoding, kind, served):
    data = film(tmp_path / f"in.{suffix}", *encoding, picture_of=kind == "video")
    assert b"home" in data
    media = upload(ana, data, f"in.{suffix}", description="A test")
    assert media["type"] == kind and 1.9 < media["meta"]["original"]["duration"] < 2.2
    assert media["meta"]["original"]["bitrate"] > 1000
    answer = node.get(media["url"], headers={"Range": "bytes=0-"})
    assert answer.status_code == 206 and answer.headers["Content-Type"] == served
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for word in (b"home", b"Exemple", b"48.8584"):
        assert word not in answer.content
    left = tags(answer.content, f".{suffix}", tmp_path)
    assert not [t for t in left if "GPS" in t or "Artist" in t or "Title" in t], left
    if kind == "video":
        assert media["meta"]["original"]["size"] == "640x360" and media["meta"]["original"]["frame_rate"] == "25/1"
        assert Image.open(io.BytesIO(node.get(media["preview_url"]).content)).size == (640, 360) and media["blurhash"]
    else:
        assert media["preview_url"] is None and media["blurhash"] is None
    status = ana.say("Listen", **{"media_ids[]": media["id"]})
    assert tom.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]["type"] == kind
    assert "error" in upload(ana, data[:len(data) // 3] if suffix == "mp4" else data[:30], f"in.{suffix}", expect=422)


def test_parts_of_a_file(node, ana):
    url = upload(ana, b"0123456789" * 10, "digits.txt")["url"]
    for sent, status, content, said in [("bytes=0-3", 206, b"0123", "bytes 0-3/100"), ("bytes=97-", 206, b"789", "bytes 97-99/100"),
                                        ("bytes=-2", 206, b"89", "bytes 98-99/100"), ("bytes=90-500", 206, b"0123456789", "bytes 90-99/100"),
                                        ("bytes=100-", 416, b"", "bytes */100"), ("bytes=5-2", 200, None, None),
                                        ("bytes=0-18446744073709551615", 206, b"0123456789" * 10, "bytes 0-99/100"),
                                        ("bytes=0-1,4-5", 200, None, None), ("lines=1-2", 200, None, None)]:
        answer = node.get(url, headers={"Range": sent})
        assert answer.status_code == status and answer.headers.get("Content-Range") == said, (sent, answer.headers)
        assert answer.content == (b"0123456789" * 10 if content is None else content)
    tag = node.get(url).headers["ETag"]
    assert node.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert node.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200
    head = node.request("HEAD", url)
    assert head.status_code == 200 and head.headers["Content-Length"] == "100" and not head.content


def test_an_address_ends_with_what_shows_the_file(node, ana, tom):
    media = upload(ana, picture())
    assert tom.raw("GET", f"/api/v1/media/{media['id']}").status_code == 404
    assert tom.raw("GET", media["url"]).status_code == 404, "before it is posted it is its owner's"
    assert node.get(media["url"][:-8] + "x/file.jpg").status_code == 404
    status = ana.say("For followers", visibility="private", **{"media_ids[]": media["id"]})
    url = status["media_attachments"][0]["url"]
    assert tom.raw("GET", url).status_code == 404, "who says who he is must be one who may see the post"
    assert ana.raw("GET", url).status_code == 200 and node.get(url).status_code == 200
    assert ana.raw("DELETE", f"/api/v1/media/{media['id']}").status_code == 422
    assert tom.raw("POST", "/api/v1/statuses", data={"status": "mine", "media_ids[]": media["id"]}).status_code == 422
    assert ana.raw("POST", "/api/v1/statuses", data={"status": "twice", "media_ids[]": media["id"]}).status_code == 422
    ana.delete(f"/api/v1/statuses/{status['id']}")
    assert node.get(url).status_code == 404
    gone = ana.say("Gone", **{"media_ids[]": upload(ana, picture(30, 30))["id"]})
    ana.delete(f"/api/v1/statuses/{gone['id']}?delete_media=true")
    ana.get(f"/api/v1/media/{gone['media_attachments'][0]['id']}", 404)
    again = ana.say("Anew", **{"media_ids[]": media["id"]})["media_attachments"][0]
    assert again["url"] != url and node.get(again["url"]).status_code == 200 and node.get(url).status_code == 404


def test_who_stops_to_follow_is_left_with_no_address(node, ana, tom):
    account = tom.follow(ana)
    status = ana.say("For followers", visibility="private", **{"media_ids[]": upload(ana, picture())["id"]})
    seen = tom.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]
    mine = ana.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]
    assert seen["url"] != mine["url"] and seen["id"] == mine["id"]
    for url in (seen["url"], seen["preview_url"], mine["url"]):
        assert node.get(url).status_code == 200
    tom.post(f"/api/v1/accounts/{account['id']}/unfollow")
    for url in (seen["url"], seen["preview_url"], seen["url"].replace(f"/r{tom.id}.", f"/r{ana.id}.")):
        assert node.get(url).status_code == 404, "an address ends when its reader leaves the audience"
    assert node.get(mine["url"]).status_code == 200


def test_who_is_shut_out_of_the_node_is_left_with_no_address(node, ana):
    gone = node.person("gone")
    gone.follow(ana)
    status = ana.say("For followers", visibility="private", **{"media_ids[]": upload(ana, picture())["id"]})
    seen = gone.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]
    assert node.get(seen["url"]).status_code == 200
    node.do("user", "disable", "gone")
    assert node.get(seen["url"]).status_code == 404 and node.get(seen["preview_url"]).status_code == 404


def test_who_is_dropped_from_a_direct_post_loses_its_files(node, ana, tom):
    media = upload(ana, picture())
    status = ana.say("@tom look", visibility="direct", **{"media_ids[]": media["id"]})
    url = tom.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]["url"]
    assert node.get(url).status_code == 200
    edited = ana.put(f"/api/v1/statuses/{status['id']}", status="nobody", **{"media_ids[]": media["id"]})
    assert node.get(url).status_code == 404
    told = ana.get(f"/api/v1/statuses/{status['id']}/history")
    assert [h["media_attachments"][0]["url"] for h in told] == [edited["media_attachments"][0]["url"]] * 2
    assert node.get(edited["media_attachments"][0]["url"]).status_code == 200


def test_an_edit_changes_describes_and_takes_away(node, ana):
    one, two = upload(ana, picture()), upload(ana, picture(400, 300))
    status = ana.say("Two", **{"media_ids[]": [one["id"], two["id"]]})
    edited = ana.call("PUT", f"/api/v1/statuses/{status['id']}", json={
        "status": "Two", "media_ids": [two["id"]],
        "media_attributes": [{"id": two["id"], "description": "The second", "focus": "0.1,-0.2"}]})
    assert [m["id"] for m in edited["media_attachments"]] == [two["id"]] and edited["edited_at"]
    assert edited["media_attachments"][0]["description"] == "The second"
    assert edited["media_attachments"][0]["meta"]["focus"] == {"x": 0.1, "y": -0.2}
    assert node.get(status["media_attachments"][0]["url"]).status_code == 404
    first, last = check(ana.get(f"/api/v1/statuses/{status['id']}/history"), "[StatusEdit]")
    assert [m["id"] for m in first["media_attachments"]] == [one["id"], two["id"]]
    left, stays = first["media_attachments"]
    assert left["url"] == status["url"] and left["preview_url"] is None and left["blurhash"] and left["type"] == "unknown", "what left is not read any more"
    assert node.get(stays["url"]).status_code == 200 and stays["description"] is None
    assert last["media_attachments"] == edited["media_attachments"]
    ana.call("PUT", f"/api/v1/statuses/{status['id']}", json={"status": "Two", "media_ids": [two["id"]]})
    assert len(ana.get(f"/api/v1/statuses/{status['id']}/history")) == 2, "nothing changed"
    many = [upload(ana, picture(20, 20))["id"] for _ in range(5)]
    assert "4" in ana.post("/api/v1/statuses", 422, status="many", **{"media_ids[]": many})["error"]
    ana.delete(f"/api/v1/media/{many[0]}")
    ana.get(f"/api/v1/media/{many[0]}", 404)


def test_a_profile_has_pictures(node, ana, tom):
    before = ana.get("/api/v1/accounts/verify_credentials")
    answer = ana.raw("PATCH", "/api/v1/accounts/update_credentials", data={"note": "new"},
                     files={"avatar": ("a.jpg", picture(900, 900)), "header": ("h.png", picture(2000, 700, "PNG"))})
    assert answer.status_code == 200, answer.text
    seen = tom.get(f"/api/v1/accounts/{ana.id}")
    assert Image.open(io.BytesIO(node.get(seen["avatar"]).content)).size == (400, 400)
    assert Image.open(io.BytesIO(node.get(seen["header"]).content)).width == 1500
    assert seen["avatar_static"] == seen["avatar"] and "new" in seen["note"]
    ana.raw("PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.jpg", picture(500, 500))})
    now = tom.get(f"/api/v1/accounts/{ana.id}")
    assert now["avatar"] != seen["avatar"] and node.get(seen["avatar"]).status_code == 404
    assert now["header"] == seen["header"]
    moving, frames = io.BytesIO(), [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue")]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    ana.raw("PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.gif", moving.getvalue())})
    now = tom.get(f"/api/v1/accounts/{ana.id}")
    shown = Image.open(io.BytesIO(node.get(now["avatar_static"]).content))
    assert getattr(shown, "n_frames", 1) == 1 and shown.size == (60, 60), "what is called static does not move"
    bad = ana.raw("PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.jpg", b"no picture")})
    assert bad.status_code == 422 and "avatar" in bad.json()["error"]
    assert ana.delete("/api/v1/profile/avatar")["avatar"] == before["avatar"]
    assert ana.delete("/api/v1/profile/header")["header"] == before["header"]
    assert node.get(now["header"]).status_code == 404 and node.get(now["avatar"]).status_code == 404
    assert node.do("check") == "clean"


def test_the_instance_says_what_it_takes(node, ana):
    for version in ("v1", "v2"):
        said = node.get(f"/api/{version}/instance").json()["configuration"]
        assert said["statuses"]["max_media_attachments"] == 4
        assert {"image/jpeg", "image/avif", "application/pdf"} <= set(said["media_attachments"]["supported_mime_types"])
        assert said["media_attachments"]["image_size_limit"] == 16 * 1024 * 1024
        assert said["media_attachments"]["image_matrix_limit"] == 50_000_000
        assert said["media_attachments"]["description_limit"] == 1500


def test_large_files_are_for_people_who_signed_in(node, ana):
    large = os.urandom(3 * 1024 * 1024)
    text = large.hex().encode()
    assert upload(ana, text, "long.txt")["file"]["size"] == len(text)
    assert node.request("POST", "/api/v2/media", files={"file": ("a", text)}).status_code in (401, 413)
    assert ana.raw("POST", "/api/v1/statuses", data={"status": text}).status_code == 413
    assert "large" in upload(ana, b"x" * (16 * 1024 * 1024 + 1), "huge.txt", expect=422)["error"]


def test_what_was_posted_survives_kill_and_half_files_do_not():
    node = Node().init().serve()
    try:
        ana = node.person("ana")
        media = upload(ana, picture())
        status = ana.say("Kept", **{"media_ids[]": media["id"]})
        left = pathlib.Path(node.data) / "media" / "new" / "half"
        left.write_bytes(b"half a file")
        node.kill()
        assert node.do("check") == "clean"
        node.serve()
        assert not left.exists()
        url = ana.get(f"/api/v1/statuses/{status['id']}")["media_attachments"][0]["url"]
        assert node.get(url).status_code == 200
        files = [f for f in (pathlib.Path(node.data) / "media").rglob("*") if f.is_file()]
        assert len(files) == 2 and all(f.stat().st_mode & 0o777 == 0o600 for f in files)
        assert upload(ana, picture())["id"] != media["id"]
        assert len([f for f in (pathlib.Path(node.data) / "media").rglob("*") if f.is_file()]) == 2, "the same bytes are kept once"
        files[0].unlink()
        done = node.cli("check")
        assert done.returncode == 1 and "file" in done.stdout + done.stderr
    finally:
        node.close()


def with_worker(tmp_path, script):
    """A node whose worker is a script; REAL in it is the worker."""
    node = Node().init()
    path = tmp_path / "worker"
    path.write_text("#!/bin/sh\n" + script.replace("REAL", str(pathlib.Path(BINARY).parent / "rse-node-media")) + "\n")
    path.chmod(0o755)
    node.do("config", "set", "media.worker", str(path))
    return node.serve()


def test_a_worker_that_dies_spoils_one_upload_alone(tmp_path):
    node = with_worker(tmp_path, f'if [ ! -e {tmp_path}/once ]; then touch {tmp_path}/once; kill -SEGV $$; fi; exec REAL "$@"')
    try:
        ana = node.person("ana")
        assert "read" in upload(ana, picture(), expect=422)["error"]
        assert upload(ana, picture())["blurhash"]
    finally:
        node.close()


@pytest.mark.threads
def test_an_upload_waits_its_turn_when_all_workers_are_taken(tmp_path):
    node = with_worker(tmp_path, 'sleep 6; exec REAL "$@"')
    try:
        ana, tom = node.person("ana"), node.person("tom")
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            waiting = pool.map(lambda i: ana.raw("POST", "/api/v2/media", files={"file": ("p.jpg", picture(100 + i, 90))},
                                                 data={"description": f"number {i}"}), range(3))
            assert upload(tom, picture(80, 80))["url"], "one account does not get all workers"
            answers = list(waiting)
        assert sorted(a.status_code for a in answers) == [200, 200, 202], [a.text for a in answers]
        late = next(a for a in answers if a.status_code == 202).json()
        assert late["url"] is None and late["preview_url"] is None and late["description"].startswith("number")
        assert ana.raw("GET", f"/api/v1/media/{late['id']}").status_code == 206
        error = ana.post("/api/v1/statuses", 422, status="early", **{"media_ids[]": late["id"]})["error"]
        assert "processing" in error
        wait_for(lambda: ana.raw("GET", f"/api/v1/media/{late['id']}").status_code == 200, "the job is done", 40)
        done = ana.get(f"/api/v1/media/{late['id']}")
        assert done["description"] == late["description"] and node.get(done["url"]).status_code == 200
        assert node.do("check") == "clean"
    finally:
        node.close()


def test_a_file_that_takes_long_does_not_keep_a_node_from_stopping(tmp_path):
    node = with_worker(tmp_path, f'if [ ! -e {tmp_path}/once ]; then touch {tmp_path}/once; exec sleep 19; fi; exec REAL "$@"')
    try:
        ana = node.person("ana")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ana.raw, "POST", "/api/v2/media", files={"file": ("p.jpg", picture())})
            wait_for((tmp_path / "once").exists, "the worker is at it")
            started = time.monotonic()
            node.stop()
            assert time.monotonic() - started < 5 * PATIENCE
            assert answer.result().status_code in (202, 503), answer.result().text
        node.serve()
        if answer.result().status_code == 202:
            media = ana.raw("GET", f"/api/v1/media/{answer.result().json()['id']}")
            assert media.status_code in (200, 206), "what was promised is a job"
    finally:
        node.close()


@pytest.mark.threads
def test_a_sibling_shows_the_picture_and_a_real_client_posts_it(tmp_path):
    from mastodon import Mastodon
    here, there = Node().init(), Node().init()
    pair(here, there)
    here.serve(), there.serve()
    try:
        ana, lucie = here.person("ana"), there.person("lucie")
        lucie.follow(ana)
        client = Mastodon(access_token=ana.token, api_base_url=here.url)
        path = tmp_path / "wall.png"
        path.write_bytes(picture(900, 600, "PNG"))
        media = client.media_post(str(path), description="A wall", focus=(0.5, -0.5))
        assert client.media(media["id"])["url"]
        client.status_post("With a picture", media_ids=[media["id"]])
        seen = lucie.sees("With a picture")["media_attachments"][0]
        assert seen["type"] == "image" and seen["description"] == "A wall" and seen["blurhash"] == media["blurhash"]
        assert seen["meta"]["original"]["size"] == "900x600" and seen["meta"]["focus"] == {"x": 0.5, "y": -0.5}
        assert seen["remote_url"].startswith(here.url + "/media/") and seen["url"].startswith(there.url + "/media/proxy/")
        assert seen["preview_url"].startswith(there.url + "/media/proxy/")
        assert Image.open(io.BytesIO(there.get(seen["preview_url"]).content)).width == 640
        for _ in range(2):
            answer = there.get(seen["url"])
            assert answer.status_code == 200 and Image.open(io.BytesIO(answer.content)).size == (900, 600)
            here.stop()  # what was read once is ours
        here.serve()
        changed = seen["url"][:-4] + ("AAAA" if not seen["url"].endswith("AAAA") else "BBBB")
        assert there.get(changed).status_code == 404, "nobody else's addresses are fetched"
        assert there.do("check") == "clean"
        ana.raw("PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.png", picture(300, 300, "PNG"))})
        shown = wait_for(lambda: next((a for a in [lucie.find(ana.handle)] if "/media/proxy/" in a["avatar"]), None),
                         "the avatar arrives")
        assert Image.open(io.BytesIO(there.get(shown["avatar"]).content)).size == (300, 300)
        status = ana.say("Soon gone", **{"media_ids[]": client.media_post(str(path))["id"]})
        url = lucie.sees("Soon gone")["media_attachments"][0]["url"]
        ana.delete(f"/api/v1/statuses/{status['id']}")
        wait_for(lambda: there.get(url).status_code == 404, "a picture goes with its post")
    finally:
        here.close()
        there.close()


def _pictures_of_a_peer(node, person, peer, word, answer, count=8):
    """Addresses here of pictures there, which `answer` gives out."""
    node.allow(peer)
    painter = peer.actor("painter")
    person.post(f"/api/v1/accounts/{person.find(f'painter@{peer.domain}')['id']}/follow")
    wait_for(lambda: peer.inbox("Follow"), "the follow arrives")
    peer.deliver(node, peer.activity("Accept", painter, peer.inbox("Follow")[0]), painter)
    for i in range(0, count, 4):
        names = [f"/pictures/{k}.png" for k in range(i, i + 4)]
        peer.answers.update({name: answer for name in names})
        note = peer.create(painter, f"{word} {i}", attachment=[
            {"type": "Document", "mediaType": "image/png", "url": peer.url + name} for name in names])
        assert peer.deliver(node, note, painter).status_code == 202
    return [a["url"] for i in range(0, count, 4) for a in person.sees(f"{word} {i}")["media_attachments"]]


def test_many_pictures_of_a_slow_sibling_are_shown(node, word):
    """A page asks for all its pictures at once: they wait for each other, and none is refused."""
    peer, data = Peer(), picture(60, 40, "PNG")

    def answer(_):
        time.sleep(0.2)
        return 200, "image/png", data, {}

    urls = _pictures_of_a_peer(node, node.person("looker"), peer, word, answer)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert [a.status_code for a in pool.map(node.get, urls)] == [200] * 8
    peer.close()


def test_pictures_that_hang_keep_nobody_from_uploading(node, word):
    peer, free = Peer(), threading.Event()

    def answer(_):
        free.wait(20)
        return 404, "text/plain", b"", {}

    urls = _pictures_of_a_peer(node, node.person("waiter"), peer, word, answer, 12)
    threads = [threading.Thread(target=lambda url=url: node.get(url), daemon=True) for url in urls]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    started = time.monotonic()
    assert upload(node.person("waiter"), picture(60, 40, "PNG"))["type"] == "image"
    assert time.monotonic() - started < 3 * PATIENCE
    free.set()
    for thread in threads:
        thread.join()
    peer.close()


def test_a_person_has_so_much_room(new_node):
    node = new_node()
    node.do("config", "set", "limits.media_quota_mib", "1")
    ivy, kim = node.person("ivy"), node.person("kim")
    data = io.BytesIO()
    Image.frombytes("RGB", (400, 400), os.urandom(3 * 400 * 400)).save(data, "PNG")

    def used():
        return int(re.search(r"^files\t(\d+) bytes of 1048576$", node.do("user", "show", "ivy"), re.M)[1])

    assert used() == 0
    first, second = upload(ivy, data.getvalue(), "a.png"), upload(ivy, data.getvalue(), "b.png")
    size = len(node.get(first["url"]).content)
    node.kill()
    node.serve()
    assert used() == 2 * size
    assert "1 MiB" in upload(ivy, data.getvalue(), "c.png", expect=422)["error"]
    upload(kim, data.getvalue(), "c.png")
    ivy.delete(f"/api/v1/media/{first['id']}")
    assert used() == size
    third = upload(ivy, data.getvalue(), "c.png")
    ivy.say("kept", **{"media_ids[]": [second["id"], third["id"]]})
    assert used() == 2 * size and node.cli("check").stdout == "clean\n"
