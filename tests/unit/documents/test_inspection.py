"""What the inspection says of honest and hostile files."""

import hashlib
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.documents.domain import Scan, Verdict
from chalicelib.documents.inspection import Finding, Report, Upload, images, inspect_file, malware
from tests import documents_support as made


def look(
    folder: Path, data: bytes, name: str, scan: Scan = Scan.CLEAN, upload: Upload | None = None
) -> Report:
    path = folder / "upload"
    path.write_bytes(data)
    said = upload or Upload(name, len(data), hashlib.sha256(data).hexdigest())
    return inspect_file(path, said, scan)


HONEST = [
    ("plan.pdf", made.pdf(pages=3), "PDF"),
    ("foto.jpg", made.photo("JPEG"), "JPEG"),
    ("foto.jpeg", made.photo("JPEG"), "JPEG"),
    ("foto.png", made.photo("PNG"), "PNG"),
    ("foto.webp", made.photo("WEBP"), "WebP"),
    ("brief.docx", made.docx(), "DOCX"),
    ("tekst.odt", made.odt(), "ODT"),
    ("lees.txt", "Een idee voor de buurt.\r\nMet thee: € 1.".encode(), "TXT"),
    ("lees.md", b"# Idee\n\n- thee\n", "TXT"),
]


@pytest.mark.parametrize(("name", "data", "kind"), HONEST)
def test_an_honest_file_is_clean(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    report = look(tmp_path, data, name)
    assert (report.verdict, report.findings, report.kind) == (Verdict.CLEAN, (), kind)
    assert report.keep is not None
    assert report.size == report.keep.stat().st_size
    assert report.sha256 == hashlib.sha256(report.keep.read_bytes()).hexdigest()


def test_pages_and_pixels_are_counted(tmp_path: Path) -> None:
    assert look(tmp_path, made.pdf(pages=3), "plan.pdf").pages == 3
    photo = look(tmp_path, made.photo("PNG", (30, 20)), "foto.png")
    assert (photo.width, photo.height) == (30, 20)


REFUSED = [
    ("empty", "leeg.txt", b"", Finding.EMPTY),
    ("svg", "plaatje.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Finding.TYPE_NOT_ALLOWED),
    ("html", "pagina.txt", b"\n <!DOCTYPE html><p>hoi", Finding.TYPE_NOT_ALLOWED),
    ("script in text", "a.md", b"# hoi\n<script>alert(1)</script>", Finding.TYPE_NOT_ALLOWED),
    ("shell script", "a.txt", b"#!/bin/sh\nrm -rf /\n", Finding.TYPE_NOT_ALLOWED),
    ("elf", "a.pdf", b"\x7fELF" + b"\0" * 200, Finding.TYPE_NOT_ALLOWED),
    ("windows program", "a.docx", b"MZ\x90\0" + b"\0" * 200, Finding.TYPE_NOT_ALLOWED),
    ("gif", "a.gif", b"GIF89a" + b"\0" * 50, Finding.TYPE_NOT_ALLOWED),
    ("plain zip", "a.docx", made.archive([("a.txt", b"hoi")]), Finding.TYPE_NOT_ALLOWED),
    ("jar", "a.docx", made.archive([("META-INF/MANIFEST.MF", b"x")]), Finding.TYPE_NOT_ALLOWED),
    ("zip bomb", "a.docx", made.zip_bomb(), Finding.ARCHIVE_TOO_LARGE),
    ("path out", "a.docx", made.docx(("../../etc/passwd", b"x")), Finding.ARCHIVE_UNSAFE),
    ("absolute path", "a.docx", made.docx(("/etc/passwd", b"x")), Finding.ARCHIVE_UNSAFE),
    ("pixel flood", "a.png", made.pixel_flood(), Finding.TOO_MANY_PIXELS),
    ("half a photo", "a.jpg", made.photo()[:200], Finding.BROKEN),
    ("half a pdf", "a.pdf", made.pdf()[:120], Finding.BROKEN),
    ("no pages", "a.pdf", made.pdf(pages=0), Finding.BROKEN),
    ("half a docx", "a.docx", made.docx()[:150], Finding.BROKEN),
    ("pdf and zip", "a.pdf", made.pdf() + made.docx(), Finding.TWO_TYPES),
    ("photo and zip", "a.jpg", made.photo() + made.docx(), Finding.TWO_TYPES),
    ("zip with a tail", "a.docx", made.docx() + b"<script>", Finding.TWO_TYPES),
]


@pytest.mark.parametrize(
    ("name", "data", "finding"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_hostile_file_is_refused(
    tmp_path: Path, name: str, data: bytes, finding: Finding
) -> None:
    report = look(tmp_path, data, name)
    assert (report.verdict, report.findings) == (Verdict.REFUSED, (finding,))
    assert report.keep is None


def test_an_archive_with_too_many_entries_is_refused(tmp_path: Path) -> None:
    many = [(f"word/{number}.xml", b"") for number in range(2001)]
    report = look(tmp_path, made.docx(*many), "a.docx")
    assert report.findings == (Finding.ARCHIVE_TOO_LARGE,)


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO(made.docx())
    with zipfile.ZipFile(out, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("word/document.xml", "another")
    assert look(tmp_path, out.getvalue(), "a.docx").findings == (Finding.ARCHIVE_UNSAFE,)


DECLARED = [
    (Upload("a.txt", 4, None), Finding.SIZE_DIFFERS),
    (Upload("a.txt", 3, "0" * 64), Finding.HASH_DIFFERS),
]


@pytest.mark.parametrize(("upload", "finding"), DECLARED)
def test_what_differs_from_what_was_said_is_refused(
    tmp_path: Path, upload: Upload, finding: Finding
) -> None:
    report = look(tmp_path, b"hoi", "a.txt", upload=upload)
    assert (report.verdict, report.findings) == (Verdict.REFUSED, (finding,))


def action(kind: bytes) -> bytes:
    return made.pdf(
        {100: b"<< /S /%s /JS (app.alert\\(1\\)) >>" % kind}, catalog=b"/OpenAction 100 0 R"
    )


PERSON = [
    ("javascript", "a.pdf", action(b"JavaScript"), Finding.ACTIVE_CONTENT),
    ("javascript in disguise", "a.pdf", action(b"Java#53cript"), Finding.ACTIVE_CONTENT),
    (
        "launch",
        "a.pdf",
        made.pdf({100: b"<< /S /Launch /F (cmd.exe) >>"}, catalog=b"/OpenAction 100 0 R"),
        Finding.ACTIVE_CONTENT,
    ),
    (
        "unused launch",
        "a.pdf",
        made.pdf({100: b"<< /A [ << /S /Launch >> ] >>"}),
        Finding.ACTIVE_CONTENT,
    ),
    (
        "embedded file",
        "a.pdf",
        made.pdf(catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"),
        Finding.FILES_INSIDE,
    ),
    ("macros", "a.docx", made.docx(("word/vbaProject.bin", b"x")), Finding.MACROS),
    (
        "macros by type",
        "a.docx",
        made.docx(types='<Types ContentType="application/vnd.ms-word.document.macroEnabled"/>'),
        Finding.MACROS,
    ),
    ("basic", "a.odt", made.odt(("Basic/Standard/a.xml", b"x")), Finding.MACROS),
    ("embedding", "a.docx", made.docx(("word/embeddings/a.bin", b"x")), Finding.FILES_INSIDE),
    (
        "template from elsewhere",
        "a.docx",
        made.docx(
            (
                "word/_rels/settings.xml.rels",
                b'<Relationship Type="x/attachedTemplate" Target="//x" TargetMode="External"/>',
            )
        ),
        Finding.OUTSIDE_CONTENT,
    ),
    ("another name", "a.pdf", made.photo(), Finding.OTHER_TYPE),
    ("program name", "a.exe", made.pdf(), Finding.OTHER_TYPE),
]


@pytest.mark.parametrize(
    ("name", "data", "finding"), [row[1:] for row in PERSON], ids=[row[0] for row in PERSON]
)
def test_a_doubtful_file_goes_to_a_person(
    tmp_path: Path, name: str, data: bytes, finding: Finding
) -> None:
    report = look(tmp_path, data, name)
    assert (report.verdict, report.findings) == (Verdict.NEEDS_PERSON, (finding,))


def test_a_moving_image_keeps_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    report = look(tmp_path, out.getvalue(), "a.webp")
    assert (report.verdict, report.findings) == (Verdict.NEEDS_PERSON, (Finding.MOVING_IMAGE,))


SCANS = [
    (Scan.CLEAN, Verdict.CLEAN, ()),
    (Scan.INFECTED, Verdict.REFUSED, (Finding.INFECTED,)),
    (Scan.NOT_SCANNED, Verdict.NEEDS_PERSON, (Finding.NOT_SCANNED,)),
    (Scan.FAILED, Verdict.NEEDS_PERSON, (Finding.SCAN_FAILED,)),
    (Scan.UNSUPPORTED, Verdict.NEEDS_PERSON, (Finding.SCAN_UNSUPPORTED,)),
    (Scan.NO_ANSWER, Verdict.NEEDS_PERSON, (Finding.SCAN_NO_ANSWER,)),
]


@pytest.mark.parametrize(("scan", "verdict", "findings"), SCANS)
def test_only_an_explicit_yes_of_the_scanner_is_clean(
    tmp_path: Path, scan: Scan, verdict: Verdict, findings: tuple[Finding, ...]
) -> None:
    report = look(tmp_path, made.pdf(), "plan.pdf", scan)
    assert (report.verdict, report.findings) == (verdict, findings)
    assert set(Scan) == {row[0] for row in SCANS}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_place_camera_and_tail(tmp_path: Path, kind: str) -> None:
    data = made.photo(kind, with_place=True) + b"<?php tail ?>"
    assert b"Canarische Camera" in data
    report = look(tmp_path, data, f"a.{kind.lower()}")
    assert report.keep is not None
    kept = report.keep.read_bytes()
    assert b"Canarische" not in kept
    assert b"php" not in kept
    with Image.open(report.keep) as image:
        assert not image.getexif()
        assert image.size == (64, 48)


def test_a_photo_on_its_side_is_put_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    report = look(tmp_path, out.getvalue(), "a.jpg")
    assert (report.width, report.height) == (20, 40)


def test_a_colour_space_that_a_browser_lacks_is_converted(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(out, "JPEG")
    report = look(tmp_path, out.getvalue(), "a.jpg")
    assert report.verdict is Verdict.CLEAN
    assert report.keep is not None
    with Image.open(report.keep) as image:
        assert image.mode == "RGB"


def test_the_pixel_limit_is_below_what_pillow_itself_allows() -> None:
    assert (Image.MAX_IMAGE_PIXELS or 0) >= images.MOST_PIXELS


GUARDDUTY = [
    ("NO_THREATS_FOUND", Scan.CLEAN),
    ("THREATS_FOUND", Scan.INFECTED),
    ("UNSUPPORTED", Scan.UNSUPPORTED),
    ("ACCESS_DENIED", Scan.FAILED),
    ("FAILED", Scan.FAILED),
    ("SOMETHING_NEW", Scan.FAILED),
    (None, None),
]


@pytest.mark.parametrize(("status", "scan"), GUARDDUTY)
def test_guardduty_is_believed_only_for_what_it_says(status: str | None, scan: Scan | None) -> None:
    tags = {"Eigen": "NO_THREATS_FOUND"} | ({malware.GUARDDUTY_TAG: status} if status else {})
    assert malware.guardduty_verdict(tags) is scan


def test_without_clamav_nothing_is_called_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert malware.scan_with_clamav(tmp_path / "upload") is Scan.NOT_SCANNED


@pytest.mark.parametrize(("code", "scan"), [(0, Scan.CLEAN), (1, Scan.INFECTED), (2, Scan.FAILED)])
def test_what_clamscan_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, scan: Scan
) -> None:
    program = tmp_path / "clamscan"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert malware.scan_with_clamav(tmp_path / "upload") is scan


def test_clamscan_without_signatures_scans_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "clamscan"
    program.write_text("#!/bin/sh\necho 'No supported database files found' >&2\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert malware.scan_with_clamav(tmp_path / "upload") is Scan.NOT_SCANNED


@pytest.mark.skipif(
    shutil.which("clamscan") is None,
    reason="CLAMAV IS NOT INSTALLED: the EICAR test did not run (apt-get install clamav)",
)
def test_clamav_finds_eicar_also_inside_an_archive(tmp_path: Path) -> None:
    eicar = made.EICAR.encode()
    database = tmp_path / "own.hdb"
    database.write_text(f"{hashlib.md5(eicar).hexdigest()}:{len(eicar)}:Eicar-Own\n")
    for name, data in (("eicar.txt", eicar), ("eicar.docx", made.docx(("word/a.txt", eicar)))):
        path = tmp_path / name
        path.write_bytes(data)
        assert malware.scan_with_clamav(path, str(database)) is Scan.INFECTED
    harmless = tmp_path / "plan.pdf"
    harmless.write_bytes(made.pdf())
    assert malware.scan_with_clamav(harmless, str(database)) is Scan.CLEAN
