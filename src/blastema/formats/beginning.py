"""What the beginning of a file tells of its format."""

from dataclasses import dataclass
from pathlib import Path

from blastema.errors import BlastemaError


@dataclass(frozen=True)
class Beginning:
    """The path and the first bytes of a file, or of a folder, which has none.

    Attributes:
        path: of the file or folder.
        content: up to 64 bytes; None of a folder.
    """

    path: Path
    content: bytes | None

    @property
    def is_json(self) -> bool:
        """Whether it is a file of JSON."""
        if self.content is None:
            return False
        # A header of safetensors begins with its length, of which these are the lowest two bytes.
        return (self.first_letter in (b"[", b"{") and self.content[2:8] != bytes(6)) or self.path.suffix == ".json"

    @property
    def is_safetensors(self) -> bool:
        """Whether it is a file of safetensors."""
        if self.content is None or self.is_json:
            return False
        return self.content[8:9] == b"{" or self.path.suffix == ".safetensors"

    @property
    def is_pickle(self) -> bool:
        """Whether it is a pickle, alone or in a zip, as PyTorch writes it."""
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
    """Return the error for what is not a file, and no folder of a format either."""
    return BlastemaError(f"{path} is a folder, a device or a pipe; give a file")
