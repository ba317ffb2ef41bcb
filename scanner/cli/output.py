"""Reports to standard output or to files: whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli import console
from scanner.errors import RequestError
from scanner.report import FORMATS, Options, Profile

if TYPE_CHECKING:  # `--help` needs none of it
    from scanner.report.scan_report import Report

STANDARD_OUTPUT = "-"
FOLDER = Path("reports")
STEM = "aoai-scan"
ESTATE = "estate.jsonl"
PART = ".part"


def destinations(formats: tuple[str, ...], output: str | None) -> Mapping[str, Path | None]:
    """
    Return where each format goes; None is standard output.

    One format goes to standard output unless told otherwise, several into a
    folder. Raises RequestError when several are to share one file.
    """
    if output is not None and not output.strip():
        raise RequestError("-o is empty: name a file or a folder, or - for standard output")
    if output == STANDARD_OUTPUT or (output is None and len(formats) == 1):
        if len(formats) > 1:
            raise RequestError("several formats cannot share standard output; use -o FOLDER")
        return dict.fromkeys(formats)
    path = FOLDER if output is None else Path(output)
    is_folder = output is None or output.endswith(("/", "\\")) or path.is_dir()
    if not is_folder and len(formats) == 1:
        if formats == ("sarif",) and path.name == ESTATE:
            raise RequestError(f"{path}: the results point into a file of that name; name another")
        return {formats[0]: path}
    if path.exists() and not path.is_dir():
        wanting = "1 format wants" if len(formats) == 1 else f"{len(formats)} formats want"
        raise RequestError(f"{path} is a file; {wanting} a folder")
    return {name: path / f"{STEM}{FORMATS[name].extension}" for name in formats}


def write(
    report: Report,
    places: Mapping[str, Path | None],
    *,
    color: bool,
    width: int,
    profile: Profile = Profile.GITHUB,
) -> None:
    """
    Render every format, then write them.

    SARIF points at the lines of the estate file, so that is written beside it.
    Raises RequestError when a file cannot be written; then none is.
    """
    texts: dict[Path, str] = {}
    spoken: list[str] = []
    for name, path in places.items():
        options = Options(color=color and path is None, width=width, profile=profile)
        if name == "sarif":
            written = _sarif(report, path, options)
        else:
            written = {path: FORMATS[name].render(report, options)}
        texts |= {file: text for file, text in written.items() if file is not None}
        spoken += [text for file, text in written.items() if file is None]
    _write_files(texts)
    for text in spoken:
        console.say(text, color=color)


def _sarif(report: Report, path: Path | None, options: Options) -> Mapping[Path | None, str]:
    """Return the files of a report in SARIF: what points into the estate, and the estate."""
    from scanner.report import sarif  # noqa: PLC0415 - only for SARIF
    from scanner.report.estate import render_estate  # noqa: PLC0415 - as above

    estate = _estate_beside(path)
    options = replace(options, estate_uri=_uri(estate))
    for said in sarif.cautions(report, options):
        console.note(f"note: {said}")
    if path is None or estate is None:
        console.note(f"note: the results point into {_uri(None)}; -o {FOLDER} writes it")
        return {path: FORMATS["sarif"].render(report, options)}
    texts = sarif.render_files(report, options)
    files: dict[Path | None, str] = {_numbered(path, n): text for n, text in enumerate(texts, 1)}
    left = _numbered(path, len(texts) + 1)
    if left.exists():
        console.note(f"note: {left} is of an earlier scan; do not upload it")
    return files | {estate: render_estate(report)}


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def keep_apart(read: Path | None, saved: Path | None, places: Iterable[Path | None]) -> None:
    """Raise RequestError when a report would be written over what is read, or over a snapshot."""
    for place in filter(None, places):
        for other, whose in ((read, "what --snapshot reads"), (saved, "the saved snapshot")):
            if other is not None and place.resolve() == other.resolve():
                raise RequestError(f"{place}: the report would overwrite {whose}; name another")


def savable(path: Path) -> Path:
    """
    Return where a file named `path` is put, links followed.

    Raises RequestError when there can be none, before an hour of reading is lost.
    """
    if str(path) in {STANDARD_OUTPUT, "."}:
        raise RequestError(f"`{path}` is no file: a snapshot is saved in one; name it")
    if path.exists() and not path.is_file():
        raise RequestError(f"{path}: is not a file, nor can it become one; name another")
    if not os.access(path.resolve().parent, os.W_OK):
        raise RequestError(f"{path}: cannot be written: no folder that can be written to holds it")
    return path.resolve()


def _estate_beside(path: Path | None) -> Path | None:
    """Return where the estate file goes: nothing lies beside standard output or a pipe."""
    return None if path is None or _is_special(path) else path.parent / ESTATE


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _uri(estate: Path | None) -> str:
    """Return the estate file's path in the repository; outside one, where it should lie."""
    default = f"{FOLDER.as_posix()}/{ESTATE}"
    if estate is None:
        return default
    try:
        return estate.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return default


def _write_files(texts: Mapping[Path, str]) -> None:
    """Write all or nothing. What is no file on a disk (`/dev/stdout`) is written where it is."""
    for path in texts:
        if path.is_dir():
            raise RequestError(f"{path}: cannot be written: it is a folder")
    unfinished = {path: _part(path) for path in texts if not _is_special(path)}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.get(path, path).write_text(text, "utf-8", newline="\n")
        for path, part in unfinished.items():
            part.replace(path.resolve())
    except OSError as error:
        where = str(error.filename or next(iter(texts))).removesuffix(PART)
        raise RequestError(f"{where}: cannot be written: {error.strerror}") from error
    finally:
        for part in unfinished.values():
            with contextlib.suppress(OSError):
                part.unlink()
    for path in texts:
        console.note(f"wrote {path}")


def _part(path: Path) -> Path:
    file = path.resolve()
    return file.with_name(file.name + PART)
