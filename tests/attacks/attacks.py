"""Files that mean harm, or were harmed: what is in them, and what has to be said of them. See test_attacks.py.

An attack is the files it consists of, the first of which is given to the program, and a part of the answer.
"""

import base64
import functools
import json
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np

from blastema import load
from blastema.formats import export, readable


def exported(name, organism=None):
    """The lizard, or another organism, in this format: file names and contents, those of the folder for tfjs."""
    with tempfile.TemporaryDirectory() as folder:
        export(organism or load("🦎"), name, Path(folder) / f"a{readable()[name].suffix}")
        return {path.name: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


# Every format that is read: one that is added is attacked and fuzzed, too.
GOOD = {name: exported(name) for name in readable()}


def checked(body):
    """A packed organism with this body, and the checksum of it."""
    return body + struct.pack("<I", zlib.crc32(body))


def packed(at, *numbers):
    """The packed lizard with these bytes at a place, and the right checksum."""
    body = GOOD["packed"]["a.nca"][:-4]
    return checked(body[:at] + bytes(numbers) + body[at + len(numbers) :])


def safetensors(header, content=b""):
    """A file with this header, text or JSON, whose length may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def header(name):
    """The header of one of our safetensors files, and what follows it."""
    (whole,) = GOOD[name].values()
    (length,) = struct.unpack("<Q", whole[:8])
    return json.loads(whole[8 : 8 + length]), whole[8 + length :]


def with_tensor(kind, name, **changes):
    """One of our safetensors files with the entry of a tensor in its header changed."""
    entries, content = header(kind)
    return safetensors(entries | {name: entries[name] | changes}, content)


def with_number(kind, name, number):
    """One of our safetensors files with the first number of a tensor changed."""
    entries, content = header(kind)
    at = entries[name]["data_offsets"][0]
    return safetensors(entries, content[:at] + struct.pack("<f", number) + content[at + 4 :])


def twice(text, key):
    """JSON in which one object has a key a second time."""
    return text.replace(f'"{key}":'.encode(), f'"{key}":0,"{key}":'.encode(), 1)


def layers(**changes):
    """A distill model with its first layer changed."""
    first, second = json.loads(GOOD["distill"]["a.json"])
    return json.dumps([first | changes, second]).encode()


def tfjs(change=None, **files):
    """A graph model with its JSON changed, and other files beside it."""
    model = json.loads(GOOD["tfjs"]["model.json"])
    if change:
        change(model)
    return {"model.json": json.dumps(model).encode(), "weights.bin": GOOD["tfjs"]["weights.bin"]} | files


def onnx(change):
    import onnx as library

    model = library.load_model_from_string(GOOD["onnx"]["a.onnx"])
    change(model, {tensor.name: tensor for tensor in model.graph.initializer})
    return model.SerializeToString()


def elsewhere(model, tensors):
    tensors["hidden.weight"].data_location = 1
    tensors["hidden.weight"].external_data.add(key="location", value="../../../../etc/passwd")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, pixels=b"", extra=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def gigabyte(gzipped=False):
    """A gigabyte of zeros, packed by zlib: a hundred equal blocks, in little time and memory."""
    packer = zlib.compressobj(9, wbits=31 if gzipped else 15)
    zeros = bytes(10**7)
    first, another = (packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    end = struct.pack(">HH", 10**9 % 65521, 1)
    if gzipped:
        end = struct.pack("<II", functools.reduce(lambda crc, _: zlib.crc32(zeros, crc), range(100), 0), 10**9)
    return first + 99 * another + b"\x03\0" + end


DEEP = b"[" * 200_000
LONG = struct.pack("<Q", 2**63)
INFINITE, NAN = float("inf"), float("nan")
NAMES = ("hidden.weight", "hidden.bias")


def manifest(**changes):
    return lambda model: model["weightsManifest"][0].update(changes)


def weight(index, **changes):
    return lambda model: model["weightsManifest"][0]["weights"][index].update(changes)


def sparse(length):
    """A file of this length that takes no room."""
    return length


PICKLE = "is a pickle, which can run any program"
WHOLE, SAFE = "is not a complete safetensors file", "a.safetensors"
ATTACKS = {
    "organism, truncated": ({SAFE: GOOD["organism"][SAFE][:-5]}, WHOLE),
    "organism, truncated in the header": ({SAFE: GOOD["organism"][SAFE][:100]}, WHOLE),
    "organism, empty": ({SAFE: b""}, WHOLE),
    "organism, header longer than the file": ({SAFE: LONG + b"{}"}, WHOLE),
    "organism, header of 90 MB": ({SAFE: safetensors(b"{" + b" " * 90_000_000 + b"}")}, WHOLE),
    "organism, wrong shape": (
        {SAFE: with_tensor("organism", "hidden.weight", shape=[96, 64])}, "its rule needs float32"),
    "organism, shape that overflows": (
        {SAFE: with_tensor("organism", "hidden.weight", shape=[2**40, 2**40])}, WHOLE,
    ),
    "organism, tensors that overlap": (
        {SAFE: with_tensor("organism", "update.weight", data_offsets=[0, 8192])}, WHOLE,
    ),
    "organism, negative offset": ({SAFE: with_tensor("organism", "hidden.bias", data_offsets=[-512, 0])}, WHOLE),
    "organism, NaN": ({SAFE: with_number("organism", "hidden.weight", NAN)}, "not finite"),
    "organism, infinity": ({SAFE: with_number("organism", "update.bias", -INFINITE)}, "not finite"),
    "organism, a tensor twice": (
        {SAFE: safetensors(twice(json.dumps(header("organism")[0], separators=(",", ":")).encode(), "hidden.bias"))},
        "has the key 'hidden.bias' twice",
    ),
    "organism, deep nesting": ({SAFE: safetensors(b'{"a":' + DEEP)}, "nested too deeply"),
    "organism, deep nesting in the rule": (
        {SAFE: safetensors({"__metadata__": header("organism")[0]["__metadata__"] | {"rule": DEEP.decode()}}
                           | {key: value for key, value in header("organism")[0].items() if key != "__metadata__"},
                           header("organism")[1])},
        "rule in the metadata of a.safetensors is nested too deeply",
    ),
    "organism, a terabyte": ({SAFE: sparse(2**40)}, WHOLE),
    "torch, truncated": ({SAFE: GOOD["torch"][SAFE][:-5]}, WHOLE),
    "torch, wrong shape": (
        {SAFE: with_tensor("torch", "hidden.weight", shape=[64, 96, 1, 1])}, "its rule needs float32"),
    "torch, NaN": ({SAFE: with_number("torch", "hidden.weight", NAN)}, "not finite"),
    "torch, a pickle": ({"a.pt": b"\x80\x02cos\nsystem\n(S'touch owned'\ntR."}, PICKLE),
    "torch, a zipped pickle": ({"a.pt": b"PK\x03\x04" + bytes(60)}, PICKLE),
    "distill, truncated": ({"a.json": GOOD["distill"]["a.json"][:-5]}, "is not JSON, or is cut off"),
    "distill, wrong shape": ({"a.json": layers(in_ch=64, out_ch=96)}, "the article's is 48 to 128"),
    "distill, wrong length": ({"a.json": layers(data_b64="AAAA")}, "holds 3 bytes; 6272 are needed"),
    "distill, infinite scale": ({"a.json": layers(weight_scale=INFINITE)}, "it must be a finite number"),
    "distill, scale that overflows": ({"a.json": layers(weight_scale=1e300)}, "it must be a finite number"),
    "distill, NaN": ({"a.json": layers(bias_scale=NAN)}, "it must be a finite number"),
    "distill, a key twice": ({"a.json": twice(layers(), "in_ch").replace(b" ", b"")}, "has the key"),
    "distill, deep nesting": ({"a.json": DEEP}, "is nested too deeply"),
    "distill, endless": ({"a.json": b"[" + b" " * 5_000_000 + b"]"}, "larger than 1,000,000 bytes"),
    "distill, number of a million digits": ({"a.json": b"[1" + b"0" * 900_000 + b"]"}, "is not JSON, or is cut off"),
    "tfjs, truncated": ({"model.json": GOOD["tfjs"]["model.json"][:-5]}, "is not JSON, or is cut off"),
    "tfjs, weights truncated": (tfjs(**{"weights.bin": GOOD["tfjs"]["weights.bin"][:-5]}), "its manifest needs"),
    "tfjs, a path out of the folder": (tfjs(manifest(paths=["../secret"])), "weights must lie in the folder"),
    "tfjs, an absolute path": (tfjs(manifest(paths=["/etc/passwd"])), "weights must lie in the folder of the model"),
    "tfjs, wrong shape": (tfjs(weight(0, shape=[3, 3, 16, 4])), "its manifest needs"),
    "tfjs, shape that overflows": (tfjs(weight(0, shape=[9**7] * 8)), "larger than any tensor of an organism"),
    "tfjs, a node twice": (
        tfjs(lambda model: model["modelTopology"]["node"].append(model["modelTopology"]["node"][0])), "duplicate node",
    ),
    "tfjs, a ring of nodes": (
        tfjs(lambda model: [node.update(input=[node["name"]]) for node in model["modelTopology"]["node"]]),
        "0 of size 1 with constant kernels",
    ),
    "tfjs, a constant that is too long": (
        {"a.json": json.dumps({"modelTopology": {"node": [
            {"name": "k", "op": "Const", "attr": {"value": {"tensor": {
                "dtype": "DT_FLOAT", "floatVal": [0], "tensorShape": {"dim": [{"size": "9" * 18}]}}}}},
            {"name": "c", "op": "Conv2D", "input": ["k", "k"]}]}}).encode()},
        "does not match its shape",
    ),
    "tfjs, weights of a terabyte": (tfjs(**{"weights.bin": sparse(2**40)}), "larger than 64,000,000 bytes"),
    "tfjs, deep nesting": ({"model.json": b'{"a":' + DEEP}, "is nested too deeply"),
    "packed, truncated": ({"a.nca": GOOD["packed"]["a.nca"][:-5]}, "does not match its checksum"),
    "packed, only the magic": ({"a.nca": b"NCA"}, "is not a packed organism, or the end of it is missing"),
    "packed, another version": ({"a.nca": packed(3, 0x28)}, "of version 2 with 8 bits"),
    "packed, one bit": ({"a.nca": packed(3, 0x11)}, "of version 1 with 1 bits"),
    "packed, no hidden units": ({"a.nca": packed(4, 0, 0)}, "hidden of a rule is 0"),
    "packed, many hidden units": ({"a.nca": packed(4, 255, 255)}, "has 8629 bytes; its rule needs"),
    "packed, unknown filter": ({"a.nca": packed(14, 200)}, "its filters are [200, 1, 2]"),
    "packed, more filters than bytes": ({"a.nca": checked(GOOD["packed"]["a.nca"][:16])}, "its filters are [0, 1]"),
    "packed, fires too often": ({"a.nca": packed(10, 255, 255)}, "fire_rate of a rule is 6.5535"),
    "packed, a number without a negative": ({"a.nca": packed(-100, 0x80)}, "it has numbers that no weights"),
    "onnx, truncated": ({"a.onnx": GOOD["onnx"]["a.onnx"][:-5]}, "is not an ONNX model, or is cut off"),
    "onnx, wrong shape": (
        {"a.onnx": onnx(lambda _, tensors: tensors["hidden.weight"].dims.__setitem__(slice(None), [96, 64]))},
        "its rule needs float32",
    ),
    "onnx, shape that overflows": (
        {"a.onnx": onnx(lambda _, tensors: tensors["hidden.weight"].dims.__setitem__(slice(None), [2**40, 2**22]))},
        "hidden.weight in a.onnx is damaged",
    ),
    "onnx, NaN": (
        {"a.onnx": onnx(lambda _, tensors: setattr(
            tensors["hidden.bias"], "raw_data", np.full(128, np.nan, np.float32).tobytes()))},
        "not finite",
    ),
    "onnx, a tensor twice": (
        {"a.onnx": onnx(lambda model, tensors: model.graph.initializer.append(tensors["hidden.bias"]))},
        "has the duplicate tensor hidden.bias",
    ),
    "onnx, metadata that is not text": (
        {"a.onnx": GOOD["onnx"]["a.onnx"].replace(b"training", b"train\xff\xff\xff", 1)},
        "has metadata that is not text",
    ),
    "onnx, weights in another place": ({"a.onnx": onnx(elsewhere)}, "is stored in another file"),
    "onnx, deep nesting": ({"a.onnx": b"\x08\x08" + b"\x3a" * 3_000_000}, "is not an ONNX model, or is cut off"),
    "onnx, a terabyte": ({"a.onnx": sparse(2**40)}, "larger than 64,000,000 bytes"),
    "unknown": ({"a.bin": base64.b64encode(bytes(range(256)))}, "is in none of the formats that can be read"),
    "zeros": ({"a.safetensors": bytes(10_000)}, WHOLE),
}  # fmt: skip
PICTURES = {
    "picture, 900 megapixels": ({"a.png": png(30_000, 30_000, bytes(1000))}, "at most 64,000,000 are allowed"),
    "picture, 4,294,967,295 pixels wide": ({"a.png": png(2**32 - 1, 1)}, "a.png"),
    "picture, truncated": ({"a.png": png(100, 100, bytes(40_100))[:60]}, "a.png"),
    "picture, 1 GB of text in 1 MB": (
        {"a.png": png(1, 1, bytes(5), chunk(b"zTXt", b"a\0\0" + gigabyte()))}, "is damaged",
    ),
    "picture, a profile of 1 GB in 1 MB": (
        {"a.png": png(1, 1, bytes(5), chunk(b"iCCP", b"a\0\0" + gigabyte()))}, "a.png",
    ),
}  # fmt: skip
