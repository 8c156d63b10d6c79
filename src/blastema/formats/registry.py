"""The list of formats, and how a file's format is recognised."""

from pathlib import Path

from blastema.errors import BlastemaError
from blastema.formats import c, cell, distill, html, onnx, organism, packed, shadertoy, tfjs, torch
from blastema.formats.beginning import beginning_of, not_a_file
from blastema.formats.format import Format, Size
from blastema.io.arguments import suffix_named
from blastema.organism import Organism

ALL = [module.FORMAT for module in (c, cell, distill, html, onnx, organism, packed, shadertoy, tfjs, torch)]


def formats() -> dict[str, Format]:
    """Return all formats by name.

    >>> formats()["distill"].suffix
    '.json'
    """
    return {form.name: form for form in ALL}


def readable() -> dict[str, Format]:
    """Return the formats that can be read, by name.

    >>> "c" in readable(), "onnx" in readable()
    (False, True)
    """
    return {form.name: form for form in ALL if form.read is not None}


def export(organism: Organism, name: str, out: Path | str, size: Size = None) -> str:
    """Write an organism in the format of this name and return a note for the user, in one line.

    Args:
        organism: the organism; formats that cannot store its rule refuse it.
        name: name of the format.
        out: file, or folder if the format consists of several files; written atomically.
        size: (height, width) of the grid, for formats that have one.

    Raises:
        BlastemaError: there is no such format, it cannot store this organism, or `out` cannot be written.
    """
    out = Path(out)
    if name not in formats():
        raise BlastemaError(f"there is no format {name!r}; choose one of {', '.join(formats())}")
    form = formats()[name]
    if out.suffix != form.suffix:
        ending = f"a file that ends in {form.suffix}" if form.suffix else "a folder, with no suffix"
        raise BlastemaError(f"{out} has {suffix_named(out)}; {name} is written to {ending}")
    if not out.parent.is_dir():
        raise BlastemaError(f"there is no folder {out.parent} to write {out.name} to; create it first")
    if size is not None and not form.sized:
        able = ", ".join(known.name for known in ALL if known.sized)
        raise BlastemaError(f"{name} is for grids of any size; --size is for {able}")
    if organism.rule.signals and not form.signals:
        raise BlastemaError(
            f"this organism grows {' or '.join(organism.rule.signals)}, and {name} has no room for signals; "
            "export one body with --signal NAME"
        )
    return form.write(organism, out, size)


def read(path: Path | str, layout: str | None = None) -> Organism:
    """Return the organism in a file or folder of any readable format, recognised by its content.

    Args:
        path: path of the file or folder.
        layout: layout of its tensors, for formats whose files may not record it; None tries the usual ones.

    Raises:
        BlastemaError: it is missing, in no readable format, or invalid; the message says why.
    """
    path = Path(path)
    form = readable()[recognise(path)]
    assert form.read is not None
    if layout is None:
        return form.read(path)
    if not form.layouts:
        able = ", ".join(known.name for known in ALL if known.layouts)
        raise BlastemaError(f"{path} is in the format {form.name}, which has one layout; --layout is for {able}")
    return form.read(path, layout)


def recognise(path: Path | str) -> str:
    """Return the name of the format of a file or folder, judged by its first bytes.

    Raises:
        BlastemaError: it is missing, or in no readable format.
    """
    path = Path(path)
    file = beginning_of(path)
    for form in readable().values():
        if form.recognise(file):
            return form.name
    if file.content is None:
        raise not_a_file(path)
    if file.is_pickle:
        raise BlastemaError(
            f"{path} is a pickle, which can run any program when it is read; save its weights in PyTorch: "
            "safetensors.torch.save_file(module.state_dict(), 'model.safetensors')"
        )
    raise BlastemaError(f"{path} is in none of the formats that can be read: {', '.join(readable())}")
