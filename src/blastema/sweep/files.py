"""The files of a run as bytes, to send them between machines that share no file system."""

from collections.abc import Mapping
from pathlib import Path

from blastema.io.atomic import replacing
from blastema.training.directory import CHECKPOINT, CONFIG, LOG, ORGANISM, TARGET
from blastema.training.milestone import BEST, ROLLBACK

Files = Mapping[str, bytes]
# In the order in which a run saves them: after a kill between any two, it resumes from the newest complete state.
ORDER = (CONFIG, TARGET, BEST, ORGANISM, LOG, ROLLBACK, CHECKPOINT)


def read_files(directory: Path) -> dict[str, bytes]:
    """Return the files from which a run is resumed, by name.

    After a milestone, the checkpoint and the rollback are equal; then both names have the same object, which is sent
    once.
    """
    contents = {name: (directory / name).read_bytes() for name in ORDER if (directory / name).exists()}
    if contents.get(ROLLBACK) == contents.get(CHECKPOINT) and CHECKPOINT in contents:
        contents[ROLLBACK] = contents[CHECKPOINT]
    return contents


def write_files(directory: Path, files: Files) -> None:
    """Write files of a run, each atomically, pictures first and the checkpoint last."""
    for name in [*(files.keys() - set(ORDER)), *(name for name in ORDER if name in files)]:
        with replacing(directory / name) as temporary:
            temporary.write_bytes(files[name])
