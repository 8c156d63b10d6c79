"""Files that Python's readers and the page's must judge alike: which are read, and which are refused.

    python tests/attacks/verdicts.py FOLDER [COUNT]

writes them into a folder, with `COUNT` spoilt files more, and `verdicts.json`: which of them Python reads.
"""

import base64
import json
import random
import re
import sys
from pathlib import Path

import fuzz
import numpy as np

from attacks import ATTACKS, GOOD, header, layers, safetensors, twice, with_tensor
from blastema import BlastemaError, load

ENTRIES, NUMBERS = header("organism")
METADATA = ENTRIES.pop("__metadata__")
DATA = json.loads(GOOD["distill"]["a.json"])[0]["data_b64"]
# What the page has room for, see its rule.js.
MOST_CHANNELS, MOST_HIDDEN, MOST_FILTERS = 16, 256, 16
ZERO = [[0, 0, 0]] * 3
OWN = {"name": "ridge", "fixed": [[0, -1, 0], [0, 2.5, 0], [0, -1, 0]], "along": ZERO, "across": ZERO}


def organism(entries=None, numbers=NUMBERS, **metadata):
    """The lizard with other entries in its header, another content, or other metadata."""
    return safetensors({"__metadata__": METADATA | metadata} | (entries or ENTRIES), numbers)


def nested(levels):
    """JSON of so many objects, one inside the other."""
    return '{"a":' * levels + "1" + "}" * levels


def shifted(by, after=0):
    """The entries, with tensors that start at `after` or later moved by `by` bytes."""
    return {
        name: entry | {"data_offsets": [at + by * (entry["data_offsets"][0] >= after) for at in entry["data_offsets"]]}
        for name, entry in ENTRIES.items()
    }


def raw(change):
    """The lizard with the text of its header changed."""
    text = json.dumps({"__metadata__": METADATA} | ENTRIES)
    return safetensors(change(text).encode(), NUMBERS)


def rule(change):
    return organism(rule=change(METADATA["rule"]))


def filtered(*filters, version="2"):
    """The lizard with these filters; there must be three."""
    return organism(rule=json.dumps(json.loads(METADATA["rule"]) | {"filters": filters}), version=version)


def own(**changes):
    """The lizard with a filter of one's own, changed."""
    return filtered("identity", "sobel_x", {key: value for key, value in (OWN | changes).items() if value is not None})


def signalled(names, *, shape=None, tensor=True, version="2", value=0.25):
    """The lizard with these signals; its tensor of them has `shape`."""
    shape = shape or [len(names) if isinstance(names, list) else 1, 128]
    numbers = np.full(shape, value, np.float32).tobytes()
    entry = {"dtype": "F32", "shape": shape, "data_offsets": [len(NUMBERS), len(NUMBERS) + len(numbers)]}
    return organism(
        ENTRIES | ({"signal.bias": entry} if tensor else {}),
        NUMBERS + (numbers if tensor else b""),
        rule=json.dumps(json.loads(METADATA["rule"]) | ({} if names is None else {"signals": names})),
        version=version,
    )


def reordered():
    """The same tensors, the other way round in the file."""
    entries, parts, end = {}, [], 0
    for name, entry in reversed(ENTRIES.items()):
        begin, stop = entry["data_offsets"]
        parts.append(NUMBERS[begin:stop])
        entries[name] = entry | {"data_offsets": [end, end + stop - begin]}
        end += stop - begin
    return organism(entries, b"".join(parts))


def many(step):
    """Twelve thousand tensors of 64 kB that overlap, or that lie one behind the other and hold nothing."""
    size = 65536 if step else 0
    entry = {"dtype": "F32", "shape": [size // 4]}
    entries = {f"{place:05}": entry | {"data_offsets": [place * step, place * step + size]} for place in range(12_000)}
    return organism(entries, bytes(12_000 * step + size))


def wider(dtype, itemsize):
    entries = shifted(512 * itemsize // 4 - 512, 512)
    entries["hidden.bias"] = {"dtype": dtype, "shape": [128], "data_offsets": [0, 128 * itemsize]}
    return organism(entries, bytes(128 * itemsize) + NUMBERS[512:])


READ = {
    "organism": organism(),
    "organism, tensors in another order": reordered(),
    "organism, header padded with spaces": raw(lambda text: text + " " * 1000),
    "organism, spaces in its header": raw(lambda text: text.replace('"shape":', '"shape"\t:\n ')),
    "organism, scores that are not finite": organism(scores='{"a": [NaN, -Infinity, 1e999], "NaN": "NaN, Infinity"}'),
    "organism, a backslash before a u": organism(training=r'{"target": "\\ud800"}'),
    "organism, an empty training record": organism(training="{}"),
    "organism, training record of 500 levels": organism(training=nested(500)),
    "organism, many objects side by side": organism(training=f'{{"a": [{", ".join(["{}"] * 2000)}]}}'),
    "organism, brackets in a text": organism(training=f'{{"a": "{"[" * 2000}"}}'),
    "organism, shape of one side more": with_tensor("organism", "hidden.bias", shape=[128]),
    "organism, version 2 with built-in filters": filtered("identity", "sobel_x", "laplacian"),
    "organism, a filter of one's own": own(),
    "organism, a filter first": filtered(OWN, "sobel_y", "identity"),
    "organism, two filters of one's own that are alike": filtered(OWN, OWN | {"name": "same"}, "identity"),
    "organism, a built-in filter as matrices": filtered(
        "sobel_y", "sobel_x", OWN | {"name": "identity", "fixed": [[0, 0, 0], [0, 1, 0], [0, 0, -0.0]]}
    ),
    "organism, a filter with truth": own(along=[[True, False, 0], [0, 0, 0], [0, 0, 0]]),
    "organism, the largest weights": own(along=[[1e6, -1e6, 0], [0, 0, 0], [0, 0, 0]]),
    "organism, the longest name": own(name="_" * 40),
    "organism, two signals": signalled(["🦎", "tree"]),
    "organism, one signal": signalled(["a"]),
    "organism, an empty list of signals": signalled([], tensor=False),
    "organism, a signal of joined emoji": signalled(["👩‍🚀", "❤️", "two heads"]),
    "organism, the longest signal": signalled(["🦎" * 40]),
    "organism, 256 signals": signalled([str(number) for number in range(256)]),
    "organism, a signal that looks like a rule": signalled(['"channels": 16.0']),
    "distill": GOOD["distill"]["a.json"],
    "distill, no type": json.dumps(
        [{key: value for key, value in layer.items() if key != "type"} for layer in json.loads(layers())]
    ).encode(),
    "distill, whole numbers as floats": layers(in_ch=48.0, weight_scale=3),
    "distill, spaces before it": b"\n \t" + layers(),
    "distill, largest scale": layers(weight_scale=-1e30),
    "distill, no scale": layers(weight_scale=0),
}
REFUSED = {
    "organism, overlap": organism(shifted(-4, 512), NUMBERS[4:]),
    "organism, one tensor on another": organism(ENTRIES | {"update.bias": ENTRIES["update.bias"] | {
        "data_offsets": [0, 64]}}, NUMBERS),
    "organism, hole at the beginning": organism(shifted(8), bytes(8) + NUMBERS),
    "organism, hole inside": organism(shifted(8, 512), NUMBERS[:512] + bytes(8) + NUMBERS[512:]),
    "organism, a byte behind it": organism(numbers=NUMBERS + b"\0"),
    "organism, a byte missing": organism(numbers=NUMBERS[:-1]),
    "organism, another copy behind it": organism(numbers=NUMBERS * 2),
    "organism, 12,000 tensors that overlap": many(4),
    "organism, 12,000 tensors of nothing": many(0),
    "organism, a tensor twice": raw(lambda text: twice(text.encode(), "hidden.bias").decode()),
    "organism, a shape twice": raw(lambda text: twice(text.encode(), "shape").decode()),
    "organism, metadata twice": raw(lambda text: twice(text.encode(), "__metadata__").decode()),
    "organism, a key twice in the rule": rule(lambda text: twice(text.encode(), "channels").decode()),
    "organism, an escaped key twice in the rule": rule(lambda text: text.replace("{", r'{"\u0065dge":"dead",', 1)),
    "organism, a key twice in the training record": organism(training='{"a": 1, "a": 1}'),
    "organism, a key twice, deep in the scores": organism(scores='{"a": [{"b": {"c": 1, "c": 1}}]}'),
    "organism, an entry with more keys": with_tensor("organism", "hidden.bias", more=1),
    "organism, sides that are floats": with_tensor("organism", "hidden.bias", shape=[128.0]),
    "organism, a negative zero": with_tensor("organism", "hidden.bias", shape=[128, -0.0]),
    "organism, sides of truth": with_tensor("organism", "hidden.bias", shape=[128, True]),
    "organism, a shape of text": with_tensor("organism", "hidden.bias", shape="128"),
    "organism, no shape": with_tensor("organism", "hidden.bias", shape=None),
    "organism, one side more": with_tensor("organism", "hidden.bias", shape=[128, 1]),
    "organism, sides that overflow": with_tensor("organism", "hidden.bias", shape=[2**62, 4, 128]),
    "organism, three offsets": with_tensor("organism", "hidden.bias", data_offsets=[0, 512, 512]),
    "organism, unknown type": with_tensor("organism", "hidden.bias", dtype="F31"),
    "organism, type as of an object": with_tensor("organism", "hidden.bias", dtype="toString"),
    "organism, whole numbers": with_tensor("organism", "hidden.bias", dtype="U32"),
    "organism, double precision": wider("F64", 8),
    "organism, half precision": wider("BF16", 2),
    "organism, a prototype for a tensor": organism(ENTRIES | {"__proto__": ENTRIES["hidden.bias"]}),
    "organism, tensors that are a list": safetensors([METADATA], NUMBERS),
    "organism, metadata that is a number": organism(version=1),
    "organism, metadata that is null": raw(lambda text: text.replace('"version": "1"', '"version": null')),
    "organism, metadata that is a list": safetensors({"__metadata__": [METADATA]} | ENTRIES, NUMBERS),
    "organism, a space before its header": raw(lambda text: " " + text),
    "organism, a byte order mark": raw(lambda text: "\ufeff" + text),
    "organism, its header in UTF-16": safetensors(json.dumps({"__metadata__": METADATA} | ENTRIES).encode("utf-16")),
    "organism, a header that is not UTF-8": organism(training='{"a": "QQQ"}').replace(b"QQQ", b"\xff\xff\xff"),
    "organism, NaN in its header": raw(lambda text: text.replace('"shape": [128]', '"shape": [NaN]')),
    "organism, a text that is not Unicode": organism(training=r'{"target": "\ud800"}'),
    "organism, a target that is not Unicode, deep": organism(training=r'{"a": [{"\udfff": 1}]}'),
    "organism, a rule with floats": rule(lambda text: text.replace('"channels": 16', '"channels": 16.0')),
    "organism, a rule with exponents": rule(lambda text: text.replace('"hidden": 128', '"hidden": 128e0')),
    "organism, a rule that is never alive": rule(lambda text: text.replace("0.1", "NaN")),
    "organism, a rule that always fires": rule(lambda text: text.replace("0.5", "1e999")),
    "organism, a rule with truth": rule(lambda text: text.replace("0.5", "true")),
    "organism, version 3": filtered("identity", "sobel_x", "sobel_y", version="3"),
    "organism, a filter of one's own in version 1": filtered("identity", "sobel_x", OWN, version="1"),
    "organism, no filters": filtered(),
    "organism, filters that are an object": rule(lambda text: text.replace('["identity", ', '{"identity": [').replace(
        '"sobel_y"]', '"sobel_y"]}')),
    "organism, filters that are text": rule(lambda text: re.sub(r"\[.*?\]", '"sobel_x"', text)),
    "organism, a filter twice": filtered("identity", OWN, OWN),
    "organism, a built-in filter twice": filtered("identity", "sobel_x", "sobel_x"),
    "organism, an unknown filter": filtered("identity", "sobel_x", "ridge"),
    "organism, a filter of the prototype": filtered("identity", "sobel_x", "constructor"),
    "organism, a filter that is a number": filtered("identity", "sobel_x", 7),
    "organism, a filter that is null": filtered("identity", "sobel_x", None),
    "organism, a filter that is a list": filtered("identity", "sobel_x", [OWN]),
    "organism, a filter without a matrix": own(along=None),
    "organism, a filter with more keys": own(more=1),
    "organism, a filter without a name": own(name=""),
    "organism, a name that is a number": own(name=7),
    "organism, a name with a space": own(name="my ridge"),
    "organism, a name with a line end": own(name="ridge\n"),
    "organism, a name that is not ASCII": own(name="Kante_é"),
    "organism, a name that begins with a digit": own(name="3x3"),
    "organism, a name too long": own(name="_" * 41),
    "organism, a built-in filter's name": own(name="sobel_y"),
    "organism, a filter of zeros": own(fixed=ZERO),
    "organism, a filter of minus zeros": own(fixed=[[-0.0] * 3] * 3),
    "organism, two rows": own(fixed=ZERO[:2]),
    "organism, four columns": own(fixed=[[0, 1, 0, 0]] * 3),
    "organism, a matrix of matrices": own(fixed=[[[1], [1], [1]]] * 3),
    "organism, a matrix that is a number": own(fixed=1),
    "organism, a matrix of null": own(fixed=[[None, 1, 0]] * 3),
    "organism, a matrix of NaN": own(fixed=[[float("nan"), 1, 0]] * 3),
    "organism, a matrix of infinity": own(fixed=[[float("inf"), 1, 0]] * 3),
    "organism, weights too large": own(fixed=[[1_000_001, 1, 0]] * 3),
    "organism, signals in version 1": signalled(["a"], version="1"),
    "organism, an empty list of signals in version 1": signalled([], tensor=False, version="1"),
    "organism, signals without their tensor": signalled(["a"], tensor=False),
    "organism, a tensor of signals without signals": signalled(None),
    "organism, a tensor of signals for none": signalled([], shape=[1, 128]),
    "organism, a row too few": signalled(["a", "b"], shape=[1, 128]),
    "organism, signals the other way round": signalled(["a", "b"], shape=[128, 2]),
    "organism, a signal of NaN": signalled(["a"], value=np.nan),
    "organism, signals that are text": signalled("a"),
    "organism, signals that are null": organism(
        rule=METADATA["rule"].replace("{", '{"signals": null, ', 1), version="2"),
    "organism, a signal that is a number": signalled([7]),
    "organism, a signal twice": signalled(["a", "b", "a"]),
    "organism, a signal without a name": signalled([""]),
    "organism, a signal too long": signalled(["🦎" * 41]),
    "organism, a signal with a space at its end": signalled(["a "]),
    "organism, a signal with a line end": signalled(["a\nb"]),
    "organism, a signal with a wide space": signalled(["a\u3000b"]),
    "organism, a signal with a comma": signalled(["a,b"]),
    "organism, a signal with a step": signalled(["a@3"]),
    "organism, 257 signals": signalled([str(number) for number in range(257)]),
    "organism, training record of 501 levels": organism(training=nested(501)),
    "distill, a scale of 1e300": layers(weight_scale=1e300),
    "distill, a scale of -1e31": layers(bias_scale=-1e31),
    "distill, a scale of 10 to the 400": layers(bias_scale=10**400),
    "distill, a scale of truth": layers(bias_scale=True),
    "distill, a scale of text": layers(bias_scale="1"),
    "distill, base64 with a space": layers(data_b64=f" {DATA}"),
    "distill, base64 without padding": layers(data_b64=DATA.rstrip("=")),
    "distill, base64 with more padding": layers(data_b64=DATA + "="),
    "distill, base64 of another alphabet": layers(data_b64=base64.urlsafe_b64encode(b"\xff" * 6272).decode()),
    "distill, base64 that is a list": layers(data_b64=[DATA]),
    "distill, a byte order mark": b"\xef\xbb\xbf" + layers(),
    "distill, in UTF-16": layers().decode().encode("utf-16"),
    "distill, not UTF-8": layers(type="\0").replace(b"\\u0000", b"\xff"),
    "distill, two megabytes": layers() + b" " * 2_000_000,
    "distill, three layers": json.dumps([*json.loads(layers()), 1]).encode(),
    "distill, a layer that is a list": json.dumps([[], []]).encode(),
    "distill, NaN": layers(weight_scale=float("nan")),
} | {
    name: content
    for name, (files, _) in ATTACKS.items()
    for content in files.values()
    if name.startswith(("organism", "distill")) and isinstance(content, bytes) and len(content) < 10_000_000
}  # fmt: skip


def is_read(path):
    """Return whether Python reads the file, and the page has room for it."""
    try:
        loaded = load(path)
    except BlastemaError:
        return False
    rule = loaded.rule
    return rule.channels <= MOST_CHANNELS and rule.hidden <= MOST_HIDDEN and len(rule.filters) <= MOST_FILTERS


def write(folder, count):
    files = READ | REFUSED
    for number in range(count):
        for name, spoil in (("organism", fuzz.tensors), ("distill", fuzz.distill)):
            with np.errstate(all="ignore"):
                (content,) = spoil(GOOD[name], random.Random(number)).values()
            files[f"{name}, spoilt with seed {number}"] = content
    verdicts = {}
    for name, content in files.items():
        # Its suffix must not tell what the page is not told.
        path = folder / f"{len(verdicts)}.{'json' if name.startswith('distill') else 'safetensors'}"
        path.write_bytes(content)
        verdicts[name] = [path.name, is_read(path)]
    (folder / "verdicts.json").write_text(json.dumps(verdicts), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
