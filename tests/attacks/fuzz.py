"""Files that are almost right, thousands of them, for one reader or, with "all", for each.

    python tests/attacks/fuzz.py READER [SECONDS] [FIRST]

spoils good files of the reader at random, and ends with an error unless each is read as an organism (or a target) that
can be right, or refused with a BlastemaError of one line, in a second. The number of an example is its seed: it is
printed when one fails, and FIRST repeats it.
"""

import copy
import json
import random
import struct
import sys
import tempfile
import time
import traceback
import zlib
from pathlib import Path

import numpy as np
from peak_memory import peak_memory
from safetensors.numpy import save

from attacks import GOOD, checked, exported, png
from blastema import BlastemaError, Organism, Rule, load, load_target
from blastema.formats import readable
from blastema.rule import Weights
from blastema.rule.update import weight_shapes

ODD = [
    None, True, 0, -1, 1, 3, 2**31, 2**63, -(2**63), 2**200, 0.5, 1e308, float("nan"), float("inf"), "", "a", "..",
    "../a", "/", "\0", "\n", "\ud800", "48", "DT_FLOAT", [], [0], [[]], {}, {"": 0}, [1] * 300, "A" * 9000,
]  # fmt: skip
MOST_SECONDS, MOST_MEMORY = 1.0, 1_000_000_000


SPOIL = [
    lambda part, draw: bytes(draw.randrange(256) for _ in part),
    lambda part, draw: b"",
    lambda part, draw: part * 2,
    lambda part, draw: bytes([draw.choice([0, 1, 127, 128, 255])]) * len(part),
    lambda part, draw: part[::-1],
    lambda part, draw: part + struct.pack(draw.choice(["<q", ">q", "<i", ">i", "<d"]), draw.choice([0, -1, 1, 2**30])),
]


def spoilt_bytes(content, draw):
    """Bytes flipped, cut out, moved, repeated, cut off, or put in."""
    spoilt = bytearray(content)
    for _ in range(draw.choice([1, 1, 1, 2, 5, 50])):
        begin = draw.randrange(len(spoilt) + 1)
        end = min(len(spoilt), begin + draw.choice([1, 1, 4, 8, 100, 10_000]))
        spoilt[begin:end] = draw.choice(SPOIL)(spoilt[begin:end], draw)
    return bytes(spoilt[: draw.randrange(len(spoilt) + 1)] if draw.random() < 0.1 else spoilt)


def spoilt_json(value, draw):
    """JSON in which a few values are something else, gone, or there twice."""
    value = copy.deepcopy(value)
    for _ in range(draw.choice([1, 1, 2, 4])):
        inside = value
        while True:
            keys = list(inside if isinstance(inside, dict) else range(len(inside)))
            if not keys:
                break
            key = draw.choice(keys)
            if isinstance(inside[key], dict | list) and inside[key] and draw.random() < 0.85:
                inside = inside[key]
                continue
            if draw.random() < 0.15:
                del inside[key]
            elif isinstance(inside, list) and draw.random() < 0.2:
                inside.append(copy.deepcopy(inside[key]))
            elif isinstance(inside, dict) and draw.random() < 0.1:
                inside[draw.choice(["", "a", "shape", "dtype", "../a", "\n"])] = inside.pop(key)
            else:
                inside[key] = copy.deepcopy(draw.choice([*ODD, inside[draw.choice(keys)]]))
            break
    return value


def written(value):
    return json.dumps(value).encode("utf-8", "surrogatepass")


def distill(files, draw):
    (content,) = files.values()
    return {
        "a.json": spoilt_bytes(content, draw)
        if draw.random() < 0.4
        else written(spoilt_json(json.loads(content), draw))
    }


def tfjs(files, draw):
    text, weights = files["model.json"], files["weights.bin"]
    if draw.random() < 0.3:
        return {"model.json": spoilt_bytes(text, draw), "weights.bin": weights}
    if draw.random() < 0.2:
        return {"model.json": text, "weights.bin": spoilt_bytes(weights, draw)}
    return {"model.json": written(spoilt_json(json.loads(text), draw)), "weights.bin": weights}


def packed(files, draw):
    """Bytes, half of the time with the right checksum."""
    (content,) = files.values()
    spoilt = spoilt_bytes(content, draw)
    return {"a.nca": spoilt if draw.random() < 0.5 else checked(spoilt[:-4])}


def tensors(files, draw):
    """Either kind of safetensors: bytes, the header, or JSON within the header's metadata."""
    (content,) = files.values()
    (length,) = struct.unpack("<Q", content[:8])
    if draw.random() < 0.4:
        return {"a.safetensors": spoilt_bytes(content, draw)}
    header = json.loads(content[8 : 8 + length])
    if draw.random() < 0.4 and "__metadata__" in header:
        key = draw.choice(["rule", "training"])
        header["__metadata__"][key] = json.dumps(spoilt_json(json.loads(header["__metadata__"][key]), draw))
    else:
        header = spoilt_json(header, draw)
    text = written(header)
    text += b" " * (-len(text) % 8)
    return {"a.safetensors": struct.pack("<Q", len(text)) + text + content[8 + length :]}


def onnx(files, draw):
    (content,) = files.values()
    if draw.random() < 0.6:
        # Spread evenly over the file, nearly all would hit weights; what is not weights lies at its two ends.
        begin = draw.choice([0, 0, len(content) - 3000])
        part = spoilt_bytes(content[begin : begin + 3000], draw)
        return {"a.onnx": content[:begin] + part + content[begin + 3000 :]}
    import onnx as library

    model = library.load_model_from_string(content)
    tensor = draw.choice(model.graph.initializer)
    pair = draw.choice(model.metadata_props)
    draw.choice(
        [
            lambda: tensor.dims.__setitem__(slice(None), [draw.choice([0, 1, -1, 48, 128, 2**40]) for _ in range(3)]),
            lambda: setattr(tensor, "data_type", draw.randrange(30)),
            lambda: setattr(tensor, "raw_data", spoilt_bytes(tensor.raw_data, draw)),
            lambda: setattr(tensor, "name", draw.choice(["hidden.weight", "update.bias", "\n", ""])),
            lambda: setattr(pair, "value", json.dumps(draw.choice(ODD))),
            lambda: setattr(pair, "key", draw.choice(["rule", "format", "\n"])),
            lambda: tensor.float_data.append(1.0),
            lambda: setattr(tensor, "data_location", 1),
        ]
    )()
    return {"a.onnx": model.SerializeToString()}


def picture(files, draw):
    """A PNG with spoilt chunks whose checksums are right, since nothing else gets past the first look."""
    (content,) = files.values()
    if draw.random() < 0.3:
        return {"a.png": spoilt_bytes(content, draw)}
    png, at, target = content[:8], 8, draw.randrange(4)
    for index in range(100):
        if at >= len(content):
            break
        (length,) = struct.unpack(">I", content[at : at + 4])
        body = content[at + 4 : at + 8 + length]
        body = spoilt_bytes(body, draw) if index == target else body
        png += struct.pack(">I", max(0, len(body) - 4)) + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return {"a.png": png}


def a_picture():
    draw = np.random.default_rng(0)
    rows = draw.integers(0, 256, (30, 1 + 4 * 30)).astype(np.uint8)
    rows[:, 0] = draw.integers(0, 5, 30)
    extra = b"".join(
        struct.pack(">I", len(text)) + kind + text + struct.pack(">I", zlib.crc32(kind + text))
        for kind, text in (
            (b"gAMA", struct.pack(">I", 45455)),
            (b"tEXt", b"a\0b"),
            (b"zTXt", b"a\0\0" + zlib.compress(b"b")),
        )
    )
    return {"a.png": png(30, 30, rows.tobytes(), extra)}


def a_port():
    """The lizard as another program's state_dict, with the filters that it sees through."""
    weights = load("🦎").weights
    slope = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32) / 8
    identity = np.zeros((3, 3), np.float32)
    identity[1, 1] = 1
    tensors = {
        "module.fc0.weight": weights.hidden_weight.T, "module.fc0.bias": weights.hidden_bias,
        "module.fc1.weight": weights.update_weight.T, "filters": np.stack([identity, slope, slope.T]),
    }  # fmt: skip
    return {"a.safetensors": save({name: np.ascontiguousarray(value) for name, value in tensors.items()})}


def with_signals():
    """A small organism of two bodies."""
    rule, draw = Rule(channels=5, hidden=6, signals=("🦎", "text:Hi")), np.random.default_rng(0)
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels, 2)
    return Organism(Weights(*(draw.normal(size=shape).astype(np.float32) / 9 for shape in shapes)), rule)


# A format without a way to spoil it is an error here, so that none is left out.
SPOILING = {"organism": tensors, "torch": tensors, "distill": distill, "tfjs": tfjs, "onnx": onnx, "packed": packed}
READERS = (
    {name: (SPOILING[name], GOOD[name], load) for name in readable()}
    | {
        f"{name} with signals": (SPOILING[name], exported(name, with_signals()), load)
        for name, form in readable().items()
        if form.signals
    }
    | {
        "port": (tensors, a_port(), load),
        "picture": (picture, a_picture(), lambda path: load_target(path, fit=20)),
    }
)


def check(read, path):
    """Return whether the file was read; raise if the result is invalid."""
    began = time.process_time()
    try:
        result = read(path)
    except BlastemaError as error:
        if not str(error).strip() or "\n" in str(error):
            raise AssertionError(f"not a line: {error!r}") from error
        return False
    finally:
        if time.process_time() - began > MOST_SECONDS:
            raise AssertionError(f"{time.process_time() - began:.1f} s for one file")
    values = [result] if isinstance(result, np.ndarray) else result.weights
    if not all(np.isfinite(value).all() for value in values):
        raise AssertionError("numbers that are not finite")
    if not isinstance(result, np.ndarray):
        with np.errstate(over="ignore", invalid="ignore"):
            result.grow(1, 4, 4, engine="numpy")
        json.dumps(result.training)
    return True


def fuzz(name, seconds, first):
    spoil, good, read = READERS[name]
    end, number, accepted = time.monotonic() + seconds, first, 0
    with tempfile.TemporaryDirectory() as folder:
        for file, content in good.items():
            (Path(folder) / file).write_bytes(content)
        if not check(read, Path(folder) / next(iter(good))):
            raise AssertionError("the good file was refused")
        while number == first or time.monotonic() < end:
            files = spoil(good, random.Random(number))
            for file, content in files.items():
                (Path(folder) / file).write_bytes(content)
            try:
                accepted += check(read, Path(folder) / next(iter(files)))
            except BaseException:
                traceback.print_exc()
                sys.exit(f"{name}: example {number} failed; again: python {sys.argv[0]} {name} 0 {number}")
            number += 1
    memory = peak_memory()
    if memory > MOST_MEMORY:
        sys.exit(f"{name}: {memory:,} bytes of memory")
    print(f"{name}: {number - first:,} files, {accepted:,} could be read, {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    for name in READERS if sys.argv[1] == "all" else sys.argv[1:2]:
        fuzz(name, float(sys.argv[2]) if len(sys.argv) > 2 else 10, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
