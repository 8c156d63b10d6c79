"""Organisms in few bytes: the layout of the format `packed`, which docs/formats.md describes."""

import struct
import zlib
from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError
from blastema.quantisation.few_bits import FEWEST_BITS, MOST_BITS, Whole, bias_bits, largest_whole
from blastema.rule import FILTERS, Rule

MAGIC, VERSION = b"NCA", 1
# After the magic: version and bits, hidden units, channels, number of filters and edge, threshold, rate, exponents.
HEAD = struct.Struct("<BHBBHHBB")
WRAPS, CHECKSUM = 0x80, 4
# Alive threshold and fire rate are whole numbers of these.
PARTS = 10_000
MOST_HIDDEN, MOST_CHANNELS = 2**16 - 1, 2**8 - 1


def packed_size(rule: Rule, bits: int) -> int:
    """Return the length of a packed organism in bytes.

    >>> packed_size(Rule(), 4), packed_size(Rule(), 8)
    (4389, 8629)
    """
    weights, biases = rule.hidden * (rule.perception + rule.channels), rule.hidden + rule.channels
    content = -(-(weights * bits + biases * bias_bits(bits)) // 8)
    return len(MAGIC) + HEAD.size + len(rule.filters) + rule.hidden + content + CHECKSUM


def check_packs(rule: Rule) -> None:
    """Raise a BlastemaError if the format cannot hold this rule."""
    own = [given.name for given in rule.filters if not isinstance(given, str)]
    if rule.signals or own:
        what = f"the signals {', '.join(rule.signals)}" if rule.signals else f"the filter {own[0]}"
        raise BlastemaError(f"this organism has {what}; a packed file has room for one body with built-in filters")
    if rule.hidden > MOST_HIDDEN or rule.channels > MOST_CHANNELS:
        raise BlastemaError(
            f"this organism has {rule.hidden} hidden units and {rule.channels} channels; a packed file has room for "
            f"{MOST_HIDDEN} and {MOST_CHANNELS}"
        )
    for name in ("alive_threshold", "fire_rate"):
        if _parts(value := getattr(rule, name)) / PARTS != value:
            raise BlastemaError(f"{name} of this organism is {value}; a packed file has room for four decimal places")


def pack(rule: Rule, whole: Whole) -> bytes:
    """Return the bytes of an organism.

    Raises:
        BlastemaError: the format cannot hold the rule.
    """
    check_packs(rule)
    known = list(FILTERS)
    head = HEAD.pack(
        VERSION << 4 | whole.bits,
        rule.hidden,
        rule.channels,
        len(rule.filters) | (WRAPS if rule.edge == "wrap" else 0),
        _parts(rule.alive_threshold),
        _parts(rule.fire_rate),
        whole.input_exponent,
        whole.bias_exponent,
    )
    biases = np.concatenate([whole.hidden_bias, whole.update_bias])
    weights = np.concatenate([whole.hidden_weight.reshape(-1), whole.update_weight.reshape(-1)])
    content = np.concatenate([_bits(biases, bias_bits(whole.bits)), _bits(weights, whole.bits)])
    filters = bytes(known.index(str(name)) for name in rule.filters)
    body = MAGIC + head + filters + whole.output_exponents.tobytes() + np.packbits(content).tobytes()
    return body + zlib.crc32(body).to_bytes(CHECKSUM, "little")


class Packed(NamedTuple):
    """What a packed file holds."""

    rule: Rule
    whole: Whole


def unpack(content: bytes, source: str) -> Packed:
    """Return what packed bytes hold.

    Args:
        content: the bytes.
        source: name of the file, for messages.

    Raises:
        BlastemaError: they are not a packed organism, or damaged.
    """
    body, checksum = content[:-CHECKSUM], content[-CHECKSUM:]
    if not content.startswith(MAGIC) or len(body) < len(MAGIC) + HEAD.size:
        raise BlastemaError(f"{source} is not a packed organism, or the end of it is missing")
    if zlib.crc32(body).to_bytes(CHECKSUM, "little") != checksum:
        raise BlastemaError(f"{source} is damaged: its content does not match its checksum")
    rule, bits, exponents, rest = _head(body, source)
    if len(content) != (size := packed_size(rule, bits)):
        raise BlastemaError(f"{source} is damaged: it has {len(content)} bytes; its rule needs {size}")
    packed = Packed(rule, _whole(rule, bits, rest, *exponents))
    written = (packed.whole.hidden_weight, packed.whole.update_weight)
    if any((numbers < -largest_whole(bits)).any() for numbers in written) or pack(*packed) != content:
        raise BlastemaError(f"{source} is damaged: it has numbers that no weights are written as")
    return packed


def _head(body: bytes, source: str) -> tuple[Rule, int, tuple[int, int], bytes]:
    """Return the rule, the bits of a weight, both exponents, and what follows."""
    kind, hidden, channels, shape, threshold, rate, *exponents = HEAD.unpack_from(body, len(MAGIC))
    version, bits, place = kind >> 4, kind & 15, len(MAGIC) + HEAD.size
    if version != VERSION or not FEWEST_BITS <= bits <= MOST_BITS:
        raise BlastemaError(f"{source} is a packed organism of version {version} with {bits} bits; update Blastema")
    count, known, edge = shape & ~WRAPS, list(FILTERS), "wrap" if shape & WRAPS else "dead"
    numbers = body[place : place + count]
    if len(numbers) < count or any(number >= len(known) for number in numbers):
        raise BlastemaError(f"{source} is damaged: its filters are {list(numbers)}")
    filters = tuple(known[number] for number in numbers)
    rule = Rule(channels, hidden, filters, threshold / PARTS, rate / PARTS, edge)  # type: ignore[arg-type]
    return rule, bits, (exponents[0], exponents[1]), body[place + count :]


def _whole(rule: Rule, bits: int, body: bytes, input_exponent: int, bias_exponent: int) -> Whole:
    steps, stream = body[: rule.hidden], np.unpackbits(np.frombuffer(body[rule.hidden :], np.uint8))
    biases = (rule.hidden + rule.channels) * bias_bits(bits)
    weights = rule.hidden * (rule.perception + rule.channels) * bits
    bias, weight = _numbers(stream[:biases], bias_bits(bits)), _numbers(stream[biases : biases + weights], bits)
    first = rule.perception * rule.hidden
    return Whole(
        bits,
        weight[:first].reshape(rule.perception, rule.hidden),
        bias[: rule.hidden],
        weight[first:].reshape(rule.hidden, rule.channels),
        bias[rule.hidden :],
        input_exponent,
        np.frombuffer(steps, np.uint8),
        bias_exponent,
    )


def _bits(values: np.ndarray, bits: int) -> np.ndarray:
    """Return numbers as bits, the highest first; two's complement."""
    return (values[:, None] >> np.arange(bits - 1, -1, -1) & 1).reshape(-1).astype(np.uint8)


def _numbers(stream: np.ndarray, bits: int) -> np.ndarray:
    """Return the numbers in a stream of bits, int16."""
    values = stream.reshape(-1, bits).astype(np.int32) @ (1 << np.arange(bits - 1, -1, -1))
    return np.where(values >> (bits - 1), values - (1 << bits), values).astype(np.int16)


def _parts(value: float) -> int:
    return round(value * PARTS)
