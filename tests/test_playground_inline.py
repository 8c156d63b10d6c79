"""The page in one text: modules do what they did apart. Node is the judge, and Chromium in playground/tests."""

import base64
import gzip
import json
import re
import shutil
import subprocess

import pytest

from blastema.playground.files import PAGE, TYPES
from blastema.playground.inline import one_module, one_page, plain, program, worker_programs

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="not installed: Node")

MODULES = {
    "entry.js": """\
// @ts-check
// </script> in a comment, and a text below.
import { area, PI as pi, Disc } from './shapes/disc.js';
import * as everything from './shapes/disc.js';
import one from './one.js';
import './counted.js';

/** @typedef {import('./nowhere.js').Type} Type */

export const results = [area(2), pi, new Disc().name, everything.area(1), '// no comment', one];
export async function later() {
  return (await import('./later.js')).value;
}
export { pi as circle };
export default { text: '</script><!-- still here', shader: await (await fetch('shaders/a.glsl')).text() };
globalThis.count;
""",
    "shapes/disc.js": """\
import { PI } from '../numbers.js';

/** The area. */
export function area(radius) {
  return PI * radius ** 2;
}
export class Disc {
  get name() {
    return import.meta.url.split('/').pop();
  }
}
export { PI };
""",
    "numbers.js": "export const PI = 3;\nglobalThis.count = (globalThis.count ?? 0) + 1;\n",
    "counted.js": "import { PI } from './numbers.js';\nglobalThis.seen = PI;\n",
    "one.js": "export default 1;\n",
    "later.js": (
        "export const value = await (await fetch(new URL('./shaders/a.glsl', import.meta.url))).text()"
        " + globalThis.count;\n"
    ),
    "starter.js": (
        "import { PI } from './numbers.js';\n"
        "export const started = () =>\n"
        "  new Worker(\n    new URL('./shapes/worker.js', import.meta.url), { type: 'module' });\n"
    ),
    "shapes/worker.js": (
        "import { area } from './disc.js';\n"
        "const text = await (await fetch(new URL('../shaders/a.glsl', import.meta.url))).text();\n"
        "console.log(JSON.stringify([area(2), text, import.meta.url]));\n"
    ),
    "unused.js": "throw new Error('nobody asked for this');\n",
    "shaders/a.glsl": "// a comment\nvoid main() {} // </script>\n",
}
FILES = {path: text.encode() for path, text in MODULES.items()}


def run(text, tmp_path):
    """Return what a module of this text prints as JSON in Node."""
    (tmp_path / "inline.mjs").write_text(text, "utf-8")
    ran = subprocess.run(["node", tmp_path / "inline.mjs"], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@needs_node
def test_a_bundle_exports_what_its_entry_does(tmp_path):
    (tmp_path / "bundle.mjs").write_text(one_module(FILES, "entry.js"), "utf-8")
    out = run(
        "import * as all from './bundle.mjs';\n"
        "console.log(JSON.stringify([Object.keys(all).sort(), all.results, all.circle, all.default, await all.later(),"
        " globalThis.seen]));",
        tmp_path,
    )
    assert out == [
        ["circle", "default", "later", "results"],
        [12, 3, "disc.js", 3, "// no comment", 1],
        3,
        {"text": "</script><!-- still here", "shader": "void main() {} // </script>\n"},
        "void main() {} // </script>\n1",
        3,
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("export let a = 1;", "not understood: export let a = 1;"),
        ("export * from './one.js';", "not understood: export *"),
        ("import x from 'three';", "not understood: import x from 'three';"),
        ("import './nowhere.js';", "entry.js imports nowhere.js, which does not exist"),
        ("import './entry.js';", "in a circle: entry.js → entry.js"),
        ("new Worker('./shapes/worker.js');", "worker that is not understood: new Worker('./shapes/worker.js');"),
        (MODULES["starter.js"].replace("worker.js", "w.js"), "nobody imports shapes/w.js, which does not exist"),
    ],
)
def test_what_is_not_understood_is_refused(text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        one_module(FILES | {"entry.js": text.encode()}, "entry.js")


@needs_node
def test_a_worker_becomes_a_program_of_its_own(tmp_path):
    files = FILES | {"shapes/kernel.wasm": b"bytes", "unnamed.json": b"{}"}
    ((path, text),) = worker_programs(files, "starter.js").items()
    assert path == "shapes/worker.js"
    assert run(text, tmp_path) == [12, "void main() {} // </script>\n", "page:///shapes/worker.js"]
    assert "unnamed.json" not in text
    # Beside the page it is a file; a page that is one file holds it.
    start = """__started("shapes/worker.js", { type: 'module' })"""
    for holds, whole in ((False, program(files, "starter.js", {})), (True, one_module(files, "starter.js"))):
        assert start in whole
        assert ("area(2)" in whole) == holds


def test_only_comments_on_lines_of_their_own_go():
    text = "a // b\n// c\n  /* d\n * e */\n  // f\ng /* h */\n/** i */ j\nconst k = '/* l';\n*/ m\n"
    assert plain(text) == "a // b\ng /* h */\n/** i */ j\nconst k = '/* l';\n*/ m\n"


@needs_node
def test_a_page_in_one_file_has_all_that_it_had_in_many(tmp_path):
    organisms = [
        {"url": "organisms/a.safetensors", "picture": "organisms/a.png"},
        {"url": "organisms/a.safetensors", "picture": None},
    ]
    files = FILES | {
        "index.html": b"""<!doctype html><link rel="stylesheet" href="./style.css">
<link rel="stylesheet" href="training.css"><link rel="icon" href="icon.svg">
<link rel="modulepreload" href="unused.js"><p>text</p><script type="module" src="page.js"></script>""",
        "style.css": b"p { color: red }\n", "icon.svg": b"<svg/>",
        "page.js": b"import all from './entry.js';\nconst listed = await (await fetch('organisms.json')).json();\n"
        b"console.log(JSON.stringify([all.text, await (await fetch(listed.organisms[0].url)).text()]));\n",
        "organisms.json": json.dumps({"organisms": organisms, "training": None}).encode(),
        "organisms/a.safetensors": b"content", "organisms/a.png": b"picture",
    }  # fmt: skip
    page = one_page(files)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.S)
    # Node imports no blobs; that browsers do is tested in playground/tests.
    (packed,) = re.findall(r"atob\('(.*?)'\)", script)
    text = gzip.decompress(base64.b64decode(packed)).decode()
    assert run(text, tmp_path) == ["</script><!-- still here", "content"]
    assert "<style>\np { color: red }\n</style>" in page
    assert '<link rel="icon" href="data:image/svg+xml;base64,PHN2Zy8+">' in page
    assert page.endswith("</script>")
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_every_file_of_the_page_is_of_a_type_that_browsers_are_told():
    odd = [path.name for path in PAGE.rglob("*") if path.is_file() and path.suffix not in TYPES]
    assert odd == []


BYTES = bytes(range(256)) * 3
FETCHES = """\
const response = await fetch(new URL('./a.wasm', import.meta.url));
export const bytes = [...new Uint8Array(await response.arrayBuffer())];
"""


@needs_node
def test_bytes_that_a_module_names_travel_with_it(tmp_path):
    files = {"entry.js": FETCHES.encode(), "a.wasm": BYTES, "unnamed.wasm": BYTES}
    text = one_module(files, "entry.js")
    assert "unnamed.wasm" not in text
    (tmp_path / "bundle.mjs").write_text(text, "utf-8")
    assert run("import { bytes } from './bundle.mjs';\nconsole.log(JSON.stringify(bytes));", tmp_path) == list(BYTES)


@needs_node
def test_bytes_that_stay_apart_are_fetched_from_beside_the_page(tmp_path):
    (tmp_path / "bundle.mjs").write_text(one_module({"entry.js": FETCHES.encode()}, "entry.js"), "utf-8")
    asked = run(
        "const asked = [];\n"
        "globalThis.fetch = async (address) => asked.push(String(address)) && new Response();\n"
        "await import('./bundle.mjs');\nconsole.log(JSON.stringify(asked));",
        tmp_path,
    )
    assert asked == ["a.wasm"]


@needs_node
def test_texts_survive_whatever_they_contain(tmp_path):
    texts = {"a.json": "`${1}` \\n $ {", "b.json": "a\r\nb`", "c.glsl": "#define A \\\n  1\n"}
    entry = "console.log(JSON.stringify(await Promise.all([%s].map(async (path) => (await fetch(path)).text()))));\n"
    files = {"entry.js": entry % ", ".join(map(repr, texts))} | texts
    text = program({path: content.encode() for path, content in files.items()}, "entry.js")
    assert run(text, tmp_path) == [*texts.values()]
