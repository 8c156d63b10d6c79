"""Which formats there are, and which one a file has."""

from collections.abc import Callable
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.formats import c, distill, html, onnx, shadertoy, tfjs, torch
from blastema.formats.format import Format, Size
from blastema.io.tensors import read_header
from blastema.organism import Organism, read_organism

ALL = (c.FORMAT, distill.FORMAT, html.FORMAT, onnx.FORMAT, shadertoy.FORMAT, tfjs.FORMAT, torch.FORMAT)


def formats() -> dict[str, Format]:
    """Return all formats by name.

    >>> formats()["distill"].suffix
    '.json'
    """
    return {one.name: one for one in ALL}


def export(organism: Organism, name: str, out: Path | str, size: Size = None) -> str:
    """Write an organism in the format of this name and return what to know about it, in one line.

    Args:
        organism: any; formats that cannot hold its rule refuse it.
        name: of the format.
        out: file, or folder where the format consists of several files. Written whole or not at all.
        size: (height, width) of the grid, for the formats that have one.

    Raises:
        BlastemaError: there is no such format, it cannot hold this organism, or `out` cannot be written.
    """
    out = Path(out)
    if name not in formats():
        raise BlastemaError(f"there is no format {name!r}; choose one of {', '.join(formats())}")
    form = formats()[name]
    if out.suffix != form.suffix:
        ending = f"a file that ends in {form.suffix}" if form.suffix else "a folder, with no suffix"
        raise BlastemaError(f"{out} has the suffix {out.suffix or 'none'!r}; {name} is written to {ending}")
    if not out.parent.is_dir():
        raise BlastemaError(f"there is no folder {out.parent} to write {out.name} to; make it first")
    if size is not None and not form.sized:
        able = ", ".join(one.name for one in ALL if one.sized)
        raise BlastemaError(f"{name} is for grids of any size; --size is for {able}")
    return form.write(organism, out, size)


def read(path: Path | str, layout: str | None = None) -> Organism:
    """Return the organism in a file, or folder, of any format that can be read; its content says which one.

    Args:
        path: of the file or folder.
        layout: of its tensors, for the formats whose files may not say it; None tries the usual ones.

    Raises:
        BlastemaError: it is missing, in no such format, or cannot be right; the message says in what.
    """
    path = Path(path)
    name = recognise(path)
    if layout is None:
        return READERS[name](path)
    if name == "organism" or not formats()[name].layouts:
        able = ", ".join(form.name for form in ALL if form.layouts)
        raise BlastemaError(f"{path} is in the format {name}, which has one layout; --layout is for {able}")
    return READERS[name](path, layout)


def recognise(path: Path | str) -> str:
    """Return the name of the format that a file, or folder, is in, as far as its beginning tells; or `organism`.

    Raises:
        BlastemaError: it is missing, or looks like none of ours.
    """
    path = Path(path)
    if path.is_dir() and (path / "model.json").is_file():
        return "tfjs"
    begins = _beginning(path)
    # A header of safetensors begins with its length, of which these are the lowest two bytes.
    is_text = begins.lstrip()[:1] in (b"[", b"{") and begins[2:8] != bytes(6)
    if is_text or path.suffix == ".json":
        return "distill" if begins.lstrip()[:1] == b"[" else "tfjs"
    if begins[8:9] == b"{" or path.suffix == ".safetensors":
        return "torch" if _is_state_dict(path) else "organism"
    # The first field of an ONNX model, the version of its layout.
    if begins[:1] == b"\x08" or path.suffix == ".onnx":
        return "onnx"
    if begins[:1] == b"\x80" or begins[:2] == b"PK":
        raise BlastemaError(
            f"{path} is a pickle, which can run any program when it is read; save its weights in PyTorch: "
            "safetensors.torch.save_file(module.state_dict(), 'model.safetensors')"
        )
    raise BlastemaError(f"{path} is in none of the formats that can be read: {', '.join(READERS)}")


def _is_state_dict(path: Path) -> bool:
    """Return whether a safetensors file is of another program: with none of what we say of our own files."""
    metadata = read_header(path).get("__metadata__", {})
    if not isinstance(metadata, dict):
        return False
    name = str(metadata.get("format", ""))
    return name == torch.KIND or not (name.startswith("blastema") or metadata.keys() & {"rule", "training"})


def _beginning(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise BlastemaError(f"{path} is a folder, a device or a pipe; give a file")
        with path.open("rb") as file:
            return file.read(64)
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror}") from None


READERS: dict[str, Callable[..., Organism]] = {
    "organism": read_organism,
    **{one.name: one.read for one in ALL if one.read is not None},
}
