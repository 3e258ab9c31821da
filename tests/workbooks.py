"""Reads what stands in an XLSX file, as far as tests ask; independent of what wrote it."""

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# How the format writes a character that XML cannot hold, and itself.
ESCAPED = re.compile(r"_x([0-9A-F]{4})_")

Value = str | float | None


@dataclass
class SheetText:
    """One sheet: values and number formats row by row, and how it is shown."""

    rows: list[list[Value]]
    formats: list[list[str | None]]
    formulas: int
    frozen: tuple[str, str]  # the pane's state, and how many rows stay
    widths: list[float]


class Workbook:
    """The sheets of a file."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._texts = [
            ESCAPED.sub(
                lambda found: chr(int(found[1], 16)),
                "".join(part.text or "" for part in one.iter(f"{MAIN}t")),
            )
            for one in self._read("xl/sharedStrings.xml").iter(f"{MAIN}si")
        ]
        self._formats = self._number_formats()
        book = self._read("xl/workbook.xml")
        self.names = [one.attrib["name"] for one in book.iter(f"{MAIN}sheet")]

    @property
    def links(self) -> list[str]:
        """Parts that point outside the file."""
        names = [name for name in self._zip.namelist() if name.endswith(".rels")]
        return [name for name in names if b'TargetMode="External"' in self._zip.read(name)]

    def sheet(self, name: str) -> SheetText:
        """The sheet with this name."""
        root = self._read(f"xl/worksheets/sheet{self.names.index(name) + 1}.xml")
        pane = root.find(f".//{MAIN}pane")
        assert pane is not None
        lines = list(root.iter(f"{MAIN}row"))
        return SheetText(
            rows=[[self._value(cell) for cell in line] for line in lines],
            formats=[[self._formats[int(cell.get("s", 0))] for cell in line] for line in lines],
            formulas=len(list(root.iter(f"{MAIN}f"))),
            frozen=(pane.attrib["state"], pane.attrib["ySplit"]),
            widths=[float(one.attrib["width"]) for one in root.iter(f"{MAIN}col")],
        )

    def _value(self, cell: ET.Element) -> Value:
        value = cell.findtext(f"{MAIN}v")
        if value is None:
            return None
        return self._texts[int(value)] if cell.get("t") == "s" else float(value)

    def _number_formats(self) -> list[str | None]:
        styles = self._read("xl/styles.xml")
        named = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
        used = styles.find(f"{MAIN}cellXfs")
        assert used is not None
        return [named.get(one.get("numFmtId")) for one in used]

    def _read(self, name: str) -> ET.Element:
        return ET.fromstring(self._zip.read(name))
