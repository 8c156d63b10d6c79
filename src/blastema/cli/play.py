"""`blastema play [ORGANISM ...]`: the playground in the browser."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, UseAppendAction, arg

from blastema.cli.choices import flag_name
from blastema.cli.shared_flags import with_flags_of
from blastema.cli.train import config_of, warn_if_slow
from blastema.cli.train import train as train_command

if TYPE_CHECKING:
    from blastema.hosting.events import Bulletin
    from blastema.hosting.server import Server
    from blastema.training.run import Run


# The flags of `blastema train`, except --out and --resume.
TRAINING = (
    "experiment", "recipe", "steps", "batch", "seed", "size", "fit", "pad", "background", "engine", "devices",
    "from_", "set_",
)  # fmt: skip
# Of these, what a run that is resumed may be given.
RESUMED = ("steps", "devices")


@with_flags_of(train_command, TRAINING)
def play(
    organisms: Annotated[Positional[tuple[Path, ...]], arg(metavar="[ORGANISM ...]", help_behavior_hint="")] = (),
    /,
    train: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="TARGET", help_behavior_hint="")] = (),
    resume: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    port: Annotated[int, arg(help_behavior_hint="(default: a free one)")] = 0,
    host: str = "127.0.0.1",
    browser: bool = True,
    **flags: Any,
) -> None:
    """Open the playground in the browser: watch, cut and seed organisms, or see one being trained.

    Args:
        organisms: organisms to offer besides the zoo's: organism files, run directories, the article's models (.json)
        train: train an organism to grow this emoji or image file, with the flags of blastema train, and show it live;
            repeated, for several targets
        resume: continue the training in this directory, and show it live
        port: port to listen on
        host: address to listen on; any other than 127.0.0.1 exposes the page to other machines, 0.0.0.0 to all that
            can reach this one
        browser: open the browser
    """
    from blastema.errors import BlastemaError
    from blastema.formats.page import site_files
    from blastema.hosting.catalogue import catalogue
    from blastema.hosting.events import Bulletin
    from blastema.hosting.server import Server
    from blastema.library import load
    from blastema.playground.bundle import bundled

    if train and resume is not None:
        raise BlastemaError("--train starts a training and --resume continues one; give only one of them")
    given = [name for name in TRAINING if flags[name] != signature(train_command).parameters[name].default]
    if not train and resume is None and (early := [name for name in given if name in RESUMED]):
        raise BlastemaError(f"{flag_name(early[0])} only works together with --train or --resume")
    if not train and (own := [name for name in given if name not in RESUMED]):
        names = ", ".join(map(flag_name, own))
        if resume is not None:
            raise BlastemaError(f"--resume continues a run with its own settings; leave out {names}")
        raise BlastemaError(f"{names} can only be combined with --train")
    if hasattr(signal, "SIGPIPE"):
        # A browser that disconnects must not end the program.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    training = bool(train) or resume is not None
    bulletin = Bulletin() if training else None
    # Refuse invalid organisms before a run directory is created.
    for organism in organisms:
        load(organism)
    with Server(host, port, bulletin) as server:
        run = run_to_show(train, resume, flags)
        if run:
            # So that there is an organism to show from the start.
            run.save()
        shown = (run.directory, *organisms) if run else organisms
        server.start(bundled(site_files(catalogue(shown), training)))
        try:
            announce(server)
            if browser:
                open_browser(server.url)
            if run and bulletin:
                watch_live(run, bulletin)
            while True:
                # Not for long: Ctrl-C just before the sleep begins is noticed when it ends.
                time.sleep(0.5)
        except KeyboardInterrupt:
            if run and run.trainer.done < run.config.steps:
                raise


def run_to_show(train: Sequence[str], resume: Path | None, flags: dict[str, Any]) -> "Run | None":
    """Return the new or resumed run, or None if no training was requested."""
    from blastema.learning import begin
    from blastema.training.run import Run

    if resume is not None:
        return Run.resume(resume, flags["steps"], devices=flags["devices"])
    if not train:
        return None
    config = config_of(train, **flags)
    if flags["engine"] is None:
        warn_if_slow(config)
    return begin(config, devices=flags["devices"])


def watch_live(run: "Run", bulletin: "Bulletin") -> None:
    """Train as `blastema train` does, and publish the progress to the browsers."""
    from blastema.cli.training_screen import watch
    from blastema.hosting.broadcast import Broadcast

    broadcast = Broadcast(run, bulletin)
    try:
        watch(run, broadcast)
    finally:
        broadcast.end()
        # If the program exits now, this leaves time to send the message.
        time.sleep(0.5)


def announce(server: "Server") -> None:
    """Print the address of the page, and a warning if other machines can open it."""
    from blastema.hosting.server import is_loopback, own_address

    if not is_loopback(server.host):
        everywhere = server.host in ("0.0.0.0", "::")
        address = f"http://{own_address()}:{server.port}/" if everywhere else server.url
        print(f"warning: other machines on the network can open it at {address}", file=sys.stderr)
    print(f"the playground is at {server.url} (Ctrl-C stops it)", flush=True)


def open_browser(url: str) -> None:
    """Open the page in the browser, if there is a display."""
    import webbrowser

    # Without a display, Python would open a text browser in this terminal.
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in variables):
        webbrowser.open(url)
