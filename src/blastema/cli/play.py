"""`blastema play [ORGANISM ...]`: the playground in the browser."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

if TYPE_CHECKING:
    from blastema.playground.events import Bulletin
    from blastema.playground.server import Server
    from blastema.training.run import Run


def play(
    organisms: Annotated[Positional[tuple[Path, ...]], arg(metavar="[ORGANISM ...]", help_behavior_hint="")] = (),
    /,
    train: Annotated[str | None, arg(metavar="TARGET", help_behavior_hint="")] = None,
    resume: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    experiment: Annotated[
        Literal["growing", "persistent", "regenerating"] | None,
        arg(metavar="{growing,persistent,regenerating}", help_behavior_hint="(default: regenerating)"),
    ] = None,
    steps: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 8000)")] = None,
    port: Annotated[int, arg(help_behavior_hint="(default: a free one)")] = 0,
    host: str = "127.0.0.1",
    browser: bool = True,
) -> None:
    """Open the playground in the browser: watch, cut and seed organisms, or see one being trained.

    Args:
        organisms: to play with besides the zoo's: organism files, directories of runs, the article's models (.json)
        train: train an organism to grow this emoji or image file, as blastema train does, and show it live
        resume: go on with the training in this directory, and show it live
        experiment: what it learns: to grow, to persist, to regenerate
        steps: training steps
        port: to listen at
        host: to listen at; another than 127.0.0.1 lets other machines open the page, 0.0.0.0 all that reach this one
        browser: open the browser
    """
    from blastema.errors import BlastemaError
    from blastema.organism import load
    from blastema.playground.catalogue import catalogue
    from blastema.playground.events import Bulletin
    from blastema.playground.files import site_files
    from blastema.playground.server import Server

    if train is not None and resume is not None:
        raise BlastemaError("--train begins a training and --resume goes on with one; give one of them")
    if experiment is not None and train is None:
        raise BlastemaError("--experiment is for a training to begin; give --train TARGET with it")
    if steps is not None and train is None and resume is None:
        raise BlastemaError("--steps is for a training; give --train TARGET or --resume DIR with it")
    if hasattr(signal, "SIGPIPE"):
        # A browser that goes away ends its connection, not the program.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    training = train is not None or resume is not None
    bulletin = Bulletin() if training else None
    # What can be refused is, before a run's directory is made.
    for organism in organisms:
        load(organism)
    with Server(host, port, bulletin) as server:
        run = run_to_show(train, resume, experiment, steps)
        if run:
            # So that there is an organism to show from the beginning.
            run.save()
        shown = (run.directory, *organisms) if run else organisms
        server.start(site_files(catalogue(shown), training))
        try:
            announce(server)
            if browser:
                open_browser(server.url)
            if run and bulletin:
                watch_live(run, bulletin)
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            if run and run.trainer.done < run.config.steps:
                raise


def run_to_show(train: str | None, resume: Path | None, experiment: str | None, steps: int | None) -> "Run | None":
    """Return the run that is begun or gone on with, or None if none was asked for."""
    from blastema.cli.train import begin, warn_if_slow
    from blastema.training.run import Config, Run

    if resume is not None:
        return Run.resume(resume, steps)
    if train is None:
        return None
    asked: dict[str, Any] = {"experiment": experiment, "steps": steps}
    config = Config(train, **{name: value for name, value in asked.items() if value is not None})
    warn_if_slow(config)
    return begin(config)


def watch_live(run: "Run", bulletin: "Bulletin") -> None:
    """Train as `blastema train` does, and tell the browsers."""
    from blastema.cli.training_screen import watch
    from blastema.playground.broadcast import Broadcast

    broadcast = Broadcast(run, bulletin)
    try:
        watch(run, broadcast)
    finally:
        broadcast.end()
        # Time for the message to go out, where the program ends now.
        time.sleep(0.5)


def announce(server: "Server") -> None:
    """Print where the page is, and a warning where others can open it, too."""
    from blastema.playground.server import is_loopback, own_address

    if not is_loopback(server.host):
        everywhere = server.host in ("0.0.0.0", "::")
        address = f"http://{own_address()}:{server.port}/" if everywhere else server.url
        print(f"warning: others on the network can open it, too, at {address}", file=sys.stderr)
    print(f"the playground is at {server.url} (Ctrl-C ends it)", flush=True)


def open_browser(url: str) -> None:
    """Open the page in the browser, where there is a screen to show it on."""
    import webbrowser

    # Elsewhere Python would open a browser for terminals, in this one.
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in variables):
        webbrowser.open(url)
