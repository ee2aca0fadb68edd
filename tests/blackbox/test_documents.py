"""The text of documents: found by search with the post that carries them, by who may see that post; what hostile ones cost."""

import io
import os
import pathlib
import subprocess
import tempfile
import time
import zipfile
import zlib

import pytest

from documents import archive, docx, odt, office, pdf
from node import BINARY, Node, wait_for

os.environ["RSE_MEDIA_KILL"] = "1"
WORKER = pathlib.Path(BINARY).parent / "rse-node-media"
TEXT_MAX = 128 * 1024


@pytest.fixture(scope="module")
def office_node():
    node = Node("Documents").init().serve()
    people = [node.person(name) for name in ("ana", "bob", "cleo")]
    people[1].follow(people[0])
    yield node, *people
    node.close()


def upload(person, data, name):
    answer = person.raw("POST", "/api/v2/media", files={"file": (name, data)})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def hits(person, words):
    return [status["id"] for status in person.get("/api/v2/search", q=words, type="statuses")["statuses"]]


def finds(person, words, status):
    wait_for(lambda: hits(person, words) == [status["id"]], f"{person.name} finds {words!r}")


KINDS = {
    "a.odt": (odt("<text:h>Chauffage</text:h><text:p>les ré<text:span>unions</text:span> mensuelles</text:p>"), "reunion mensuel"),
    "a.ods": (odt("<text:p>amortissements</text:p>", "spreadsheet"), "amortissement"),
    "a.odp": (odt("<text:p>perspectives</text:p>", "presentation"), "perspective"),
    "a.docx": (docx("<w:p><w:r><w:t>soudures inoxy</w:t></w:r><w:r><w:t>dables</w:t></w:r></w:p>"), "soudure inoxydable"),
    "a.xlsx": (office("xl/sharedStrings.xml", "<si><t>trésorerie</t></si><si><t>annuelle</t></si>"), "tresoreries"),
    "a.pptx": (office("ppt/slides/slide1.xml", "<a:p><a:t>échéancier</a:t></a:p>"), "echeanciers"),
    "a.pdf": (pdf("Chaudi\\350res pr\xe9vues"), "chaudière prévu"),
    "a.txt": ("l'étanchéité des cuves\n".encode(), "etancheite cuve"),
    "a.csv": ("préposé;numéro\nLefèvre;3\n".encode("latin-1"), "lefevre"),
}


def shuffled(data):
    """The same parts the other way round, packed."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return archive(*[(name, file.read(name)) for name in reversed(file.namelist())], stored=())


def test_the_order_of_parts_does_not_matter(office_node):
    _, ana, _, _ = office_node
    for name in ("a.odt", "a.ods", "a.odp", "a.docx", "a.xlsx", "a.pptx"):
        data, _ = KINDS[name]
        types = [ana.raw("POST", "/api/v2/media", files={"file": (name, d)}).json()["file"]["mime_type"]
                 for d in (data, shuffled(data))]
        assert types[0] == types[1] and "application/vnd.o" in types[0], types
    assert draw(shuffled(KINDS["a.docx"][0]))[0] == draw(KINDS["a.docx"][0])[0] != b""


@pytest.mark.parametrize("parts", [
    [("a.txt", "a")], [("META-INF/MANIFEST.MF", "Manifest-Version: 1.0"), ("A.class", "a")],
    [("AndroidManifest.xml", "a"), ("classes.dex", "a")], [("mimetype", "application/epub+zip"), ("content.xml", "<a/>")],
    [("word/document.xml", "<a/>"), ("[Content_Types].xml", "<Types/>")]], ids=["zip", "jar", "apk", "epub", "says nothing"])
def test_other_archives_are_refused(office_node, parts):
    _, ana, _, _ = office_node
    answer = ana.raw("POST", "/api/v2/media", files={"file": ("a.docx", archive(*parts))})
    assert answer.status_code == 422 and "kind" in answer.json()["error"]


def test_followers_find_a_post_by_the_words_of_its_documents(office_node):
    node, ana, bob, cleo = office_node
    posts = {name: ana.say("Ci-joint", visibility="private", **{"media_ids[]": upload(ana, data, name)})
             for name, (data, _) in KINDS.items()}
    for name, (_, words) in KINDS.items():
        finds(bob, words, posts[name])
        assert hits(ana, words) == [posts[name]["id"]] and hits(cleo, words) == [], name
    assert node.do("check") == "clean"
    node.do("reindex")
    for name, (_, words) in KINDS.items():
        finds(bob, words, posts[name])
    bob.post(f"/api/v1/accounts/{ana.id}/unfollow")
    assert hits(bob, "soudure inoxydable") == []
    for post in posts.values():
        ana.delete(f"/api/v1/statuses/{post['id']}")
    for _, words in KINDS.values():
        assert hits(ana, words) == []


def test_an_edit_gives_and_takes_documents(office_node):
    _, ana, bob, _ = office_node
    status = ana.say("Voir plus tard")
    media = upload(ana, docx("<w:p><w:t>un hélicoptère amphibie</w:t></w:p>"), "h.docx")
    ana.put(f"/api/v1/statuses/{status['id']}", status="Voir maintenant", **{"media_ids[]": media})
    finds(bob, "helicopteres", status)
    finds(bob, "maintenant hélicoptère", status)
    finds(bob, '"hélicoptère amphibie"', status)
    ana.put(f"/api/v1/statuses/{status['id']}", status="Plus rien")
    assert hits(bob, "helicoptere") == []


def draw(data):
    """What the worker draws from a document, and how long that takes it."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile() as document, tempfile.NamedTemporaryFile() as text:
        document.write(data)
        document.flush()
        # the worker reads 0 and writes to 3; 4 is for pictures
        done = subprocess.run(["sh", "-c", 'exec "$0" file 100 100 <"$1" 3>"$2" 4>/dev/null', WORKER, document.name, text.name],
                              capture_output=True, check=False, text=True)
        drawn = text.read(TEXT_MAX + 1)
    assert done.returncode == 0 and done.stdout.startswith("kind document\n"), done
    return drawn, time.monotonic() - began


PLAIN = pdf("plain words")
PASSWORD = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{'11' * 32}>/U<{'22' * 32}>/P -4>>/ID[<01><01>]"
JAPANESE = ("/Subtype/Type0/BaseFont/X/Encoding/UniJIS-UTF16-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/X"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 1>>>>]")
HOSTILE = {
    "a bomb in a PDF": lambda: pdf("", stream=zlib.compress(b"BT /F 9 Tf 9 9 Td " + b"(ab) Tj 1 1 Td " * 3_000_000, 1),
                                   stream_extra="/Filter/FlateDecode"),
    "a PDF that needs a password": lambda: pdf("secret", trailer=PASSWORD),
    "a huge cross reference table": lambda: PLAIN.replace(b"xref\n0 6", b"xref\n0 2000000000").replace(b"/Size 6", b"/Size 2000000000"),
    "pages that are their own parents": lambda: PLAIN.replace(b"Kids[3 0 R]", b"Kids[2 0 R]"),
    "arrays in arrays": lambda: PLAIN.replace(b"(plain words)", b"[" * 1_000_000),
    "a font that is not there": lambda: pdf("cid", font=JAPANESE),
    "a PDF that was cut": lambda: PLAIN[:300],
    "a bomb in a ZIP": lambda: odt("<text:p>" + "a" * 100 + "</text:p>" + "<b/>" * 9_000_000),
    "an entity that is none": lambda: docx("<w:p><w:t>a</w:t></w:p><w:t>&lol;</w:t>"),
}


@pytest.mark.plain
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_kept_without_their_text(name):
    text, seconds = draw(HOSTILE[name]())
    assert len(text) <= TEXT_MAX and seconds < 10, (len(text), seconds)
    assert b"secret" not in text and b"lol" not in text


@pytest.mark.plain
def test_what_is_read_is_bounded():
    assert draw(PLAIN)[0].strip() == b"plain words"
    assert len(draw(odt("<text:p>" + "mot " * 100_000 + "</text:p>"))[0]) == TEXT_MAX
