"""Files to read: made here, byte by byte where no library should stand between."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from docx import Document

# (size, text) lines of a page, from the top.
Lines = Sequence[tuple[int, str]]


def pdf(pages: Sequence[Lines], *, picture_on_empty: bool = True) -> bytes:
    """A PDF in Helvetica; a page without lines holds a picture."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Length 1 >>\nstream\n\x80\nendstream"
    )
    kids = []
    for lines in pages:
        content, y = [], 800
        for size, text in lines:
            y -= int(size * 1.4)
            escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            content.append(f"BT /F1 {size} Tf 1 0 0 1 50 {y} Tm ({escaped}) Tj ET")
        if not lines and picture_on_empty:
            content.append("q 500 0 0 700 50 50 cm /Im1 Do Q")
        stream = "\n".join(content).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> /XObject << /Im1 4 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def price_list() -> bytes:
    """A short PDF with headings of two sizes, a paragraph over two lines and a list."""
    return pdf([
        [(24, "Price list"), (16, "Repairs"), (11, "A full service of a city bike costs 89 euros and takes two work-"),
         (11, "ing days in our workshop."), (11, "- New brake pads: 25 euros"), (16, "Rental"),
         (11, "A cargo bike costs 60 euros a day.")],
    ])  # fmt: skip


def encrypted_pdf() -> bytes:
    """The price list behind a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(price_list())))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx() -> bytes:
    """A Word document with a heading, a list and a table with a merged cell."""
    document = Document()
    document.add_heading("Opening hours", 1)
    document.add_paragraph("We are open all year.")
    document.add_paragraph("Bring your bike", style="List Bullet")
    document.add_paragraph("Bring its key", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate([("Day", "Hours"), ("Monday", "9 to 18"), ("Sunday", "closed")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zip_bomb() -> bytes:
    """An archive that says it is a Word document and unpacks to 400 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w") as member,
    ):
        zeros = bytes(1024 * 1024)
        for _ in range(400):
            member.write(zeros)
    return out.getvalue()


def stored(folder: Path, name: str, content: bytes) -> Path:
    """The content as a file."""
    path = folder / name
    path.write_bytes(content)
    return path
