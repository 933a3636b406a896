"""An export as one file: JSON, CSV tables in an archive, or an XLSX workbook; no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any
from xml.sax.saxutils import escape

from csi.cycle.exporting import Table
from csi.step3_gather.mending import escaped

Tables = Mapping[str, Table]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # same content, same bytes
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL = 32_767  # characters a cell of a workbook holds
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def as_json(tables: Tables) -> bytes:
    """All tables in one JSON object."""
    return json.dumps(tables, ensure_ascii=False, indent=1).encode()


def as_csv(tables: Tables) -> bytes:
    """A CSV file per table, in one archive."""
    return _zipped({f"{name}.csv": _csv(table) for name, table in tables.items()})


def as_xlsx(tables: Tables) -> bytes:
    """A workbook with a sheet per table."""
    numbered = list(enumerate(tables.items(), start=1))
    sheets = "".join(f'<sheet name="{name[:31]}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in numbered)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n, _ in numbered
    )
    book = f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    root = f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{rels}{book}{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": _sheet(table) for n, (_, table) in numbered},
    }
    return _zipped({name: f"{_HEAD}{content}".encode() for name, content in files.items()})


FORMATS: dict[str, tuple[Callable[[Tables], bytes], str]] = {
    "json": (as_json, "json"),
    "csv": (as_csv, "zip"),
    "xlsx": (as_xlsx, "xlsx"),
}


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = list(table[0]) if table else []
    writer.writerow(names)
    writer.writerows([_text(one[name]) for name in names] for one in table)
    return out.getvalue().encode("utf-8-sig")


def _sheet(table: Table) -> str:
    names = list(table[0]) if table else []
    lines = [[*names], *([one[name] for name in names] for one in table)]
    body = "".join(f"<row>{''.join(_cell(value) for value in line)}</row>" for line in lines)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return f"<c><v>{value!r}</v></c>"
    text = escape(_UNPRINTABLE.sub("\ufffd", str(_text(value)))[:_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _text(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return escaped(json.dumps(value, ensure_ascii=False))
    return escaped(value) if isinstance(value, str) else value


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, held)
    return content.getvalue()
