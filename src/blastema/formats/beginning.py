"""The first bytes of a file, from which its format is recognised."""

from dataclasses import dataclass
from pathlib import Path

from blastema.errors import BlastemaError


@dataclass(frozen=True)
class Beginning:
    """The path and the first bytes of a file, or of a folder, which has none.

    Attributes:
        path: path of the file or folder.
        content: up to 64 bytes; None for a folder.
    """

    path: Path
    content: bytes | None

    @property
    def is_json(self) -> bool:
        """Whether it is a JSON file."""
        if self.content is None:
            return False
        # A safetensors file starts with the length of its header, whose high bytes are zero.
        return (self.first_letter in (b"[", b"{") and self.content[2:8] != bytes(6)) or self.path.suffix == ".json"

    @property
    def is_safetensors(self) -> bool:
        """Whether it is a safetensors file."""
        if self.content is None or self.is_json:
            return False
        return self.content[8:9] == b"{" or self.path.suffix == ".safetensors"

    @property
    def is_pickle(self) -> bool:
        """Whether it is a pickle, plain or in a zip, as PyTorch writes it."""
        return self.content is not None and (self.content[:1] == b"\x80" or self.content[:2] == b"PK")

    @property
    def first_letter(self) -> bytes:
        """The first byte that is not white space."""
        return (self.content or b"").lstrip()[:1]


def beginning_of(path: Path) -> Beginning:
    """Return the beginning of a file or folder.

    Raises:
        BlastemaError: it is missing, cannot be read, or is a device or a pipe.
    """
    try:
        if path.is_dir():
            return Beginning(path, None)
        if path.exists() and not path.is_file():
            raise not_a_file(path)
        with path.open("rb") as file:
            return Beginning(path, file.read(64))
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror}") from None


def not_a_file(path: Path) -> BlastemaError:
    """Return the error for a path that is neither a file nor a folder of a known format."""
    return BlastemaError(f"{path} is a folder, a device or a pipe; give a file")
