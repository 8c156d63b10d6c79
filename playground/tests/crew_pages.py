"""Writes pages that train a little, for crew.test.js: in modules, as a site in few files, and in one file.

    python playground/tests/crew_pages.py FOLDER

prints the Content-Security-Policy of `blastema play`.
"""

import sys
from pathlib import Path

from blastema.formats.page import site_files
from blastema.hosting.server import HEADERS
from blastema.hosting.site import write_site
from blastema.playground.bundle import bundled
from blastema.playground.inline import one_page

ENTRY = """\
import { Crew } from './crew.js';
import { Trainer } from './trainer.js';

try {
  const [height, width] = [12, 12];
  const target = new Float32Array(4 * height * width);
  for (let y = 4; y < 8; y++) target.fill(1, 4 * (y * width + 4), 4 * (y * width + 8));
  const crew = await Crew.of(2);
  const trainer = await Trainer.begin({ target, height, width, crew, settings: { steps: 50, pool: 12 } });
  const losses = [];
  while (losses.length < 3) losses.push((await trainer.step()).loss);
  document.title = `losses ${losses.join(' ')}`;
} catch (error) {
  document.title = `failed: ${error}`;
}
"""


def main(folder: Path) -> None:
    files = site_files([])
    files["index.html"] = files["index.html"].replace(b'src="main.js"', b'src="train.js"')
    files["train.js"] = ENTRY.encode()
    write_site(folder / "modules", files)
    write_site(folder / "site", bundled(files))
    (folder / "one.html").write_text(one_page(files), "utf-8")
    sys.stdout.write(HEADERS["Content-Security-Policy"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
