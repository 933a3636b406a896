"""Small workbooks written by hand, also crafted ones no program would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
_STYLES = """<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>"""
_MANIFEST = """<?xml version="1.0"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
_SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Wrong(str):
    """What a cell says whose formula went wrong."""


class Formula(str):
    """A formula as XML, with its result as it is written; empty: it was never calculated."""

    result: str

    def __new__(cls, text: str, result: str = "") -> Formula:
        made = super().__new__(cls, text)
        made.result = result
        return made


def _cell(row: int, column: int, value: object) -> str:
    place = f"{column_letters(column)}{row}"
    if value is None:
        return ""
    if isinstance(value, Wrong):
        return f'<c r="{place}" s="1" t="e"><f>1/0</f><v>{value}</v></c>'
    if isinstance(value, Formula):
        return f'<c r="{place}" s="1"><f>{value}</f><v>{value.result}</v></c>'
    if isinstance(value, tuple):  # an Excel date: its serial number
        return f'<c r="{place}" s="1"><v>{value[0]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def sheet_xml(rows: Iterable[Sequence[object]]) -> str:
    lines = [
        f'<row r="{number}">{"".join(_cell(number, place, value) for place, value in enumerate(row, 1))}</row>'
        for number, row in enumerate(rows, 1)
    ]
    return _SHEET + "".join(lines) + "</sheetData></worksheet>"


def xlsx(*, hidden: Sequence[str] = (), texts: Sequence[str] = (), is_due: bool = False, **sheets: str) -> bytes:
    """A workbook of sheets, and of texts their cells may share, given as XML; perhaps due to be calculated."""
    due = '<calcPr calcId="1" fullCalcOnLoad="1"/>' if is_due else ""
    states = dict.fromkeys(hidden, ' state="hidden"')
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}"{states.get(name, "")} r:id="s{n}"/>' for n, name in enumerate(sheets, 1)
    )
    rels = "".join(
        f'<Relationship Id="s{n}" Target="worksheets/sheet{n}.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        for n in range(1, len(sheets) + 1)
    )
    styles = (
        '<Relationship Id="st" Target="styles.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/>'
    )
    if texts:
        styles += (
            '<Relationship Id="tx" Target="sharedStrings.xml" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
        )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr(
            "xl/workbook.xml",
            '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            f"<sheets>{names}</sheets>{due}</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{package}">{rels}{styles}</Relationships>',
        )
        archive.writestr("xl/styles.xml", _STYLES)
        if texts:
            items = "".join(f"<si><t>{text}</t></si>" for text in texts)
            spaces = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{spaces}">{items}</sst>')
        for number, xml in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    return out.getvalue()


def ods(table_xml: str) -> bytes:
    """An OpenDocument sheet of rows given as XML."""
    names = ("office", "table", "text", "calcext")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{table_xml}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
    return out.getvalue()
