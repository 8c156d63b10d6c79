"""Bundles the page's modules, and the files that they fetch, into one module or one HTML file.

A module becomes a function that returns its exports, and an import a call of it, once each. The modules keep to what
is understood here: imports and exports at the beginning of a line, of files beside them, and no `export let`. The
module of a worker, `new Worker(new URL('./name.js', import.meta.url), ...)`, becomes a program of its own.
"""

import base64
import gzip
import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from blastema.playground.files import START, content_type

IMPORT = re.compile(r"^import\s+(?:([^'\"]+?)\s+from\s+)?'(\.{1,2}/[^']+)';?[ \t]*$", re.M)
LATER_IMPORT = re.compile(r"\bimport\('(\.{1,2}/[^']+)'\)")
WORKER = re.compile(r"\bnew Worker\(\s*new URL\('(\.{1,2}/[^']+)', import\.meta\.url\)")
DECLARATION = re.compile(r"^export\s+((?:async\s+)?(?:function\*?|class|const)\s+([\w$]+))", re.M)
LIST = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*$", re.M)
DEFAULT = re.compile(r"^export\s+default\s+", re.M)
NOT_UNDERSTOOD = re.compile(r"^(?:import|export)\b(?!\().*|\bnew Worker\(.*", re.M)
# Only comments that fill whole lines: the end of a line could be part of a string.
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.M)
# Spaces that mean nothing in HTML and styles; 7 kB in the page as one file.
INDENT = re.compile(r"\n\s+")
STYLE = re.compile(r'<link rel="stylesheet" href="(?:\./)?([^"]+)"[^>]*>')
# Has a meaning between backquotes.
SPECIAL = re.compile(r"[`\\]|\$(?=\{)")
# Types in JSDoc name modules, too.
TYPE = re.compile(r"/\*\*.*?\*/")
# Suffixes of files that modules fetch: texts and bytes. They are in a bundle if one of its modules names them.
FETCHED, FETCHED_BYTES = (".glsl", ".json"), (".wasm",)
# What shows the training of another program, of which only a server tells; what trains in the page, with which a file
# of one organism would be twice as large; and the kernel that runs it without a graphics card, a fifth of such a file.
OF_A_SERVER = ("training.css", "training.js", "make.css", "make.js", "drawing.css", "kernel_engine.js")
MAKE = re.compile(r'\s*<(button|section)\b[^>]* id="make(?:-open)?".*?</\1>', re.S)
# Names that begin with underscores do not clash with those of the page.
HEAD = """\
const __texts = {
%(texts)s
};
const __packed = {
%(packed)s
};
const __unpacked = (packed) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
};
const __home = 'page:///';
const __fetch = globalThis.fetch.bind(globalThis);
const fetch = async (address, ...options) => {
  const path = String(new URL(address, __home)).replace(__home, '');
  if (Object.hasOwn(__texts, path)) return new Response(__texts[path]);
  if (Object.hasOwn(__packed, path)) return __unpacked(__packed[path]);
  return __fetch(String(address).startsWith(__home) ? path : address, ...options);
};
const __workers = {
%(workers)s
};
const __started = (path, options) => {
  if (!Object.hasOwn(__workers, path)) return new Worker(path, options);
  // Not as a module: in a page from disk, browsers start no workers that are.
  const text = `'use strict';\n(async () => {\n${__workers[path]}})().catch(reportError);\n`;
  return new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
};
const __loaded = {};
const __load = (path) => {
  if (!Object.hasOwn(__modules, path)) return Promise.reject(new Error(`there is no ${path} in this file`));
  return (__loaded[path] ??= __modules[path]());
};
const __modules = {
%(modules)s
};
"""

# Of modules: the body of the function that each becomes, and the names that it exports.
Modules = dict[str, tuple[str, list[str]]]

UNPACK = """
const packed = Uint8Array.from(atob('%s'), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
const text = await new Response(unpacked).text();
await import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
"""


def one_module(files: Mapping[str, bytes], entry: str) -> str:
    """Return a module that exports what `entry` exports and needs no other file.

    Args:
        files: of the page, see `blastema.playground.files`: path and content.
        entry: path of a module.

    Raises:
        ValueError: an import or export has a form that is not supported, names a missing file, or is circular.
    """
    body, exports = _bundle(files, entry, worker_programs(files, entry))
    named = ", ".join(name for name in exports if name != "default")
    body += f"const __entry = await __load({json.dumps(entry)});\nexport const {{ {named} }} = __entry;\n"
    return body + ("export default __entry.default;\n" if "default" in exports else "")


def one_page(files: Mapping[str, bytes]) -> str:
    """Return the page as one HTML file that opens from disk, with all its organisms but no training.

    Args:
        files: of a site, see `blastema.playground.files.site_files`.

    Raises:
        ValueError: as `one_module`.
    """
    files = {path: content for path, content in files.items() if path not in OF_A_SERVER}
    listed = json.loads(files["organisms.json"])
    for entry in listed["organisms"]:
        for holder in (entry, *entry.get("signals", [])):
            for key in ("url", "picture"):
                if holder.get(key):
                    holder[key] = data_url(holder[key], files[holder[key]])
    files |= {"organisms.json": json.dumps(listed, ensure_ascii=False, allow_nan=False).encode()}
    page = _flush(MAKE.sub("", files[START].decode()))
    page = re.sub(r'<link rel="modulepreload"[^>]*>\s*', "", page)
    page = re.sub(
        r'<script src="([^"]+)"></script>', lambda found: f"<script>\n{files[found[1]].decode()}</script>", page
    )
    # A file has no address where others could find the picture.
    page = re.sub(r'\s*<meta\s+(?:property="og:image|name="twitter)[^>]*>', "", page)
    page = STYLE.sub(lambda found: _style(files.get(found[1], b"").decode()), page)
    page = re.sub(r'(<link [^>]*href=")(?:\./)?([^":]+)(")', lambda found: _linked(files, found), page)
    return re.sub(
        r'<script type="module" src="(?:\./)?([^"]+)"[^>]*></script>', lambda found: _script(files, found[1]), page
    )


def program(files: Mapping[str, bytes], entry: str, workers: Mapping[str, str] | None = None) -> str:
    """Return a module that does what the module `entry` does and needs no other module, shader or `rule.json`.

    Args:
        files, entry: as for `one_module`.
        workers: programs of workers that it holds, see `worker_programs`; by default all, while others are files.
    """
    held = worker_programs(files, entry) if workers is None else workers
    return f"{_bundle(files, entry, held)[0]}await __load({json.dumps(entry)});\n"


def worker_programs(files: Mapping[str, bytes], entry: str) -> dict[str, str]:
    """Return the programs of the workers that a module starts, by the paths of their modules.

    They hold no bytes that modules fetch; the page sends these to its workers.
    """
    modules: Modules = {}
    _collect(files, entry, modules, ())
    texts = {path: content for path, content in files.items() if PurePosixPath(path).suffix not in FETCHED_BYTES}
    found = {_beside(path, name) for path in modules for name in WORKER.findall(plain(files[path].decode()))}
    return {path: program(texts, path) for path in sorted(found)}


def data_url(path: str, content: bytes) -> str:
    """Return the content of a file as a data URL."""
    return f"data:{content_type(path).replace(' ', '')};base64,{base64.b64encode(content).decode()}"


def _flush(text: str) -> str:
    """Return a page or styles without indentation and empty lines."""
    return INDENT.sub("\n", text)


def _style(text: str) -> str:
    return f"<style>\n{_flush(plain(text))}</style>" if text else ""


def _linked(files: Mapping[str, bytes], found: re.Match[str]) -> str:
    return found[1] + data_url(found[2], files[found[2]]) + found[3] if found[2] in files else found[0]


def _script(files: Mapping[str, bytes], entry: str) -> str:
    """Return a script that unpacks and runs the modules; packed, they take a third of the space."""
    return f'<script type="module">{UNPACK % _packed(program(files, entry).encode())}</script>'


def _packed(content: bytes) -> str:
    """Return the content compressed with gzip, in base64."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def _bundle(files: Mapping[str, bytes], entry: str, workers: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the modules that `entry` needs as the text that defines `__load`, and the names that `entry` exports."""
    modules: Modules = {}
    _collect(files, entry, modules, ())
    named = {path: content for path, content in files.items() if _is_named(path, modules)}
    texts, packed = _of_kind(named, FETCHED), _of_kind(named, FETCHED_BYTES)
    parts = {
        "texts": {path: _text(path, content) for path, content in texts.items()},
        "packed": {path: f"'{_packed(content)}'" for path, content in packed.items()},
        "workers": {path: _literal(text) for path, text in workers.items()},
    }
    filled = {
        name: "\n".join(f"  {json.dumps(path)}: {value}," for path, value in entries.items())
        for name, entries in parts.items()
    }
    functions = [f"{json.dumps(path)}: async () => {{\n{text}}}," for path, (text, _) in modules.items()]
    return HEAD % (filled | {"modules": "\n".join(functions)}), modules[entry][1]


def _of_kind(files: Mapping[str, bytes], suffixes: tuple[str, ...]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if PurePosixPath(path).suffix in suffixes}


def _is_named(path: str, modules: Modules) -> bool:
    """Return whether a module names a file that could be fetched, or its folder."""
    folder, name = posixpath.split(path)
    return any(name in text or (folder and f"{folder}/" in text) for text, _ in modules.values())


def _text(path: str, content: bytes) -> str:
    text = content.decode()
    return _literal(plain(text) if path.endswith(".glsl") else text)


def _literal(text: str) -> str:
    """Return the text as a literal of JavaScript that keeps its lines; carriage returns would not survive in one."""
    escaped = SPECIAL.sub(r"\\\g<0>", text)
    return json.dumps(text, ensure_ascii=False) if "\r" in text else f"`{escaped}`"


def _collect(files: Mapping[str, bytes], path: str, modules: Modules, importers: tuple[str, ...]) -> None:
    """Add a module after those that it imports."""
    if path in importers:
        raise ValueError(f"modules import each other in a circle: {' → '.join((*importers, path))}")
    if path in modules:
        return
    if path not in files:
        raise ValueError(f"{importers[-1] if importers else 'nobody'} imports {path}, which does not exist")
    text = plain(files[path].decode())
    for found in IMPORT.finditer(text):
        _collect(files, _beside(path, found[2]), modules, (*importers, path))
    modules[path] = _as_function(text, path)
    for found in LATER_IMPORT.finditer(TYPE.sub("", text)):
        if _beside(path, found[1]) in files:
            _collect(files, _beside(path, found[1]), modules, ())


def _as_function(text: str, path: str) -> tuple[str, list[str]]:
    """Return the body of a function that does what the module does and returns its exports, and their names."""
    exports = {found[2]: found[2] for found in DECLARATION.finditer(text)}
    for found in LIST.finditer(text):
        pairs = [part.split(" as ") for part in found[1].split(",") if part.strip()]
        exports |= {pair[-1].strip(): pair[0].strip() for pair in pairs}
    if DEFAULT.search(text):
        exports["default"] = "exported_default"
    text = IMPORT.sub(lambda found: _called(found[1], _beside(path, found[2])), text)
    text = LATER_IMPORT.sub(lambda found: f"__load({json.dumps(_beside(path, found[1]))})", text)
    text = DECLARATION.sub(r"\1", LIST.sub("", DEFAULT.sub("const exported_default = ", text)))
    text = WORKER.sub(lambda found: f"__started({json.dumps(_beside(path, found[1]))}", text)
    text = text.replace("import.meta.url", f"(__home + {json.dumps(path)})")
    if left := NOT_UNDERSTOOD.search(text):
        raise ValueError(f"{path} has a form of import, export or worker that is not understood: {left[0]}")
    returned = ", ".join(name if name == local else f"{name}: {local}" for name, local in exports.items())
    return f"{text}return {{ {returned} }};\n", list(exports)


def _called(what: str | None, path: str) -> str:
    """Return the statement for an import of `{ a, b as c }`, `* as a`, `a`, or nothing."""
    call = f"await __load({json.dumps(path)});"
    if what is None:
        return call
    if what.startswith("* as "):
        return f"const {what.removeprefix('* as ')} = {call}"
    names = re.sub(r"\s+as\s+", ": ", what) if what.startswith("{") else f"{{ default: {what} }}"
    return f"const {names} = {call}"


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


def plain(text: str) -> str:
    """Return a script or shader without the comments that fill whole lines."""
    return COMMENT.sub("", text)
