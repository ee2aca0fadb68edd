"""Small documents of each kind, as bytes."""

import io
import zipfile


def archive(*parts, stored=("mimetype",)):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in parts:
            # the type of an OpenDocument file stands first, and as it is
            file.writestr(name, text, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def odt(xml, kind="text"):
    return archive(("mimetype", "application/vnd.oasis.opendocument." + kind),
                   ("content.xml", f'<o:doc xmlns:o="o" xmlns:text="t">{xml}</o:doc>'))


def office(part, xml):
    """Office Open XML; `part` is the one with the text."""
    folder = part.split("/")[0]
    main = {"word": "document", "xl": "workbook", "ppt": "presentation"}[folder]
    kind = {"word": "wordprocessingml.document", "xl": "spreadsheetml.sheet", "ppt": "presentationml.presentation"}[folder]
    parts = [("[Content_Types].xml", f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override
              PartName="/{folder}/{main}.xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>
              </Types>"""), ("_rels/.rels", "<R/>")]
    if part != f"{folder}/{main}.xml":
        parts.append((f"{folder}/{main}.xml", "<x/>"))
    return archive(*parts, (part, f'<d xmlns:w="w" xmlns:a="a">{xml}</d>'))


def docx(xml):
    return office("word/document.xml", xml)


def pdf(words, trailer="", stream=None, stream_extra="", font="/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding"):
    """A page that says `words`, or that `stream` (bytes) draws."""
    stream = stream or f"BT /F 12 Tf 20 50 Td ({words}) Tj ET".encode("latin-1")
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 99]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>",
               f"<</Type/Font{font}>>".encode(),
               f"<</Length {len(stream)}{stream_extra}>>stream\n".encode() + stream + b"\nendstream"]
    out, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, text in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj" % number + text + b"endobj\n"
    return out + b"xref\n0 6\n" + table + (f"trailer<</Root 1 0 R/Size 6{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n").encode()
