"""`blastema site DIR`: the playground as static files."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg


def site(
    directory: Annotated[Positional[Path], arg(metavar="DIR")],
    organisms: Annotated[Positional[tuple[Path, ...]], arg(metavar="[ORGANISM ...]", help_behavior_hint="")] = (),
    /,
    address: Annotated[str | None, arg(metavar="URL", help_behavior_hint="")] = None,
) -> None:
    """Write the playground as static files, for any web host.

    Args:
        directory: new, empty, or written by this command before
        organisms: organisms to include besides the zoo's: organism files, run directories, the article's models (.json)
        address: where the site will be, as in https://example.org/blastema/; with it, links to the site show a preview
            picture in chats and social networks
    """
    from blastema.formats.page import site_files
    from blastema.hosting.catalogue import catalogue
    from blastema.hosting.site import write_site
    from blastema.playground.bundle import bundled
    from blastema.playground.offline import offline

    files = offline(bundled(site_files(catalogue(organisms)), address))
    write_site(directory, files)
    print(
        f"wrote {len(files)} files to {directory}; upload them to any web host, or view them on this machine:",
        file=sys.stderr,
    )
    print(f"  python3 -m http.server --directory {directory}", file=sys.stderr)
