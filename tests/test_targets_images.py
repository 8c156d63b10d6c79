"""Image files as targets: every kind of pixel, removal of backgrounds, and files that are not pictures."""

import base64
import gzip
import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets import load_target
from blastema.targets.svg import safe_markup


def refusal(path, **options) -> str:
    with pytest.raises(BlastemaError) as refused:
        load_target(str(path), **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def rectangle(size=(30, 20)) -> Image.Image:
    """Return a transparent picture with a red rectangle in the middle."""
    image = Image.new("RGBA", size)
    image.paste((255, 0, 0, 255), (size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4))
    return image


# Readable files


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif", ".bmp", ".tiff", ".PNG"])
def test_pictures_are_cropped_to_their_visible_pixels(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    rectangle().save(path, **({"lossless": True} if suffix == ".webp" else {}))
    target = load_target(str(path), fit=15, pad=2)
    assert target[..., 3].sum() == pytest.approx(150, abs=1)
    np.testing.assert_allclose(target[9, 9], [1, 0, 0, 1], atol=0.02)


def test_a_file_may_be_given_as_a_path(tmp_path):
    rectangle().save(tmp_path / "a.png")
    assert np.array_equal(load_target(tmp_path / "a.png"), load_target(str(tmp_path / "a.png")))


def test_the_file_name_may_be_an_emoji_and_need_no_suffix(tmp_path):
    rectangle().save(tmp_path / "👨‍👩‍👧.png")
    rectangle().save(tmp_path / "a", "PNG")
    assert np.array_equal(load_target(str(tmp_path / "👨‍👩‍👧.png")), load_target(str(tmp_path / "a")))


def test_an_opaque_photo_fills_its_rectangle(tmp_path):
    Image.new("RGB", (80, 40), "green").save(tmp_path / "a.jpg")
    alpha = load_target(str(tmp_path / "a.jpg"), fit=20, pad=0)[..., 3]
    assert (alpha[5:15] == 1).all()
    assert alpha.sum() == 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(tmp_path, mode):
    grey = np.full((12, 12), 0.5)
    if mode == "I;16":
        image = Image.fromarray((grey * 65535).astype(np.uint16))
    else:
        image = Image.fromarray((grey * 255).astype(np.uint8)).convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    image.save(path)
    with Image.open(path) as opened:
        assert opened.mode == mode
    target = load_target(str(path), fit=12, pad=0)
    assert (target[..., 3] == 1).all()
    np.testing.assert_allclose(target[..., :3].mean(), 0.5, atol=0.05)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "I;16"])
def test_transparency_of_every_kind_is_kept(tmp_path, mode):
    """The left half is transparent, in every way that a format can express it."""
    values = np.where(np.arange(20) < 10, 7, 200) * np.ones((20, 1))
    if mode == "I;16":
        image, says = Image.fromarray((values * 257).astype(np.uint16)), {"transparency": 7 * 257}
    elif mode == "LA":
        image, says = Image.fromarray(values.astype(np.uint8)).convert("LA"), {}
        image.putalpha(Image.fromarray(np.where(values == 7, 0, 255).astype(np.uint8)))
    else:
        image = Image.fromarray(values.astype(np.uint8)).convert(mode)
        says = {
            "transparency": {"L": 7, "RGB": (7, 7, 7), "P": bytes(0 if at == 7 else 255 for at in range(256))}[mode]
        }
        if mode == "P":
            image = Image.fromarray(values.astype(np.uint8))
            image.putpalette([at for grey in range(256) for at in (grey, grey, grey)])
    image.save(tmp_path / "a.png", **says)
    target = load_target(str(tmp_path / "a.png"), fit=20, pad=0)
    # 10 wide and 20 high, in the middle.
    assert (target[:, 5:15, 3] == 1).all()
    assert target[..., 3].sum() == 200
    np.testing.assert_allclose(target[:, 5:15, :3], 200 / 255, atol=0.01)


def test_exif_orientation_is_applied(tmp_path):
    image = Image.new("RGB", (20, 10), "green")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    alpha = load_target(str(tmp_path / "a.jpg"), fit=20, pad=0)[..., 3]
    assert alpha[:, 10].sum() == 20
    assert alpha[10].sum() == 10


def test_broken_exif_data_are_ignored(tmp_path):
    Image.new("RGB", (20, 10), "green").save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0\x01\0\0\0\x08")
    assert load_target(str(tmp_path / "a.jpg"), fit=20, pad=0)[..., 3].sum() == 200


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mpo"])
def test_the_first_frame_of_an_animation_is_used(tmp_path, suffix):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=frames[1:])
    target = load_target(str(tmp_path / f"a{suffix}"), fit=8, pad=0)
    np.testing.assert_allclose(target[4, 4], [1, 0, 0, 1], atol=0.03)


# Backgrounds


@pytest.mark.parametrize("background", ["white", "#ffffff", "rgb(255, 255, 255)", "auto"])
def test_a_background_is_removed(tmp_path, background):
    image = Image.new("RGB", (40, 40), "white")
    image.paste((0, 0, 200), (10, 10, 30, 30))
    image.save(tmp_path / "a.jpg", quality=95)
    target = load_target(str(tmp_path / "a.jpg"), fit=20, pad=5, background=background)
    np.testing.assert_allclose(target[15, 15], [0, 0, 200 / 255, 1], atol=0.03)
    assert target[..., 3].sum() == pytest.approx(400, abs=40)


def test_edges_towards_the_background_are_soft(tmp_path):
    # Grey levels from the background, 255, down to 155.
    values = (255 - np.arange(101)) * np.ones((101, 1))
    Image.fromarray(values.astype(np.uint8)).save(tmp_path / "a.png")
    alpha = load_target(str(tmp_path / "a.png"), fit=101, pad=0, background="white")[50, :, 3]
    shows = alpha[alpha > 0.02]
    assert shows[-1] == 1
    assert ((shows > 0.1) & (shows < 0.9)).sum() > 20
    assert (np.diff(shows) > -0.02).all()


def test_auto_background_ignores_transparent_corners(tmp_path):
    rectangle().save(tmp_path / "a.png")
    assert np.array_equal(load_target(tmp_path / "a.png", background="auto"), load_target(tmp_path / "a.png"))


def test_removing_a_colour_keeps_transparent_pixels_transparent(tmp_path):
    rectangle().save(tmp_path / "a.png")
    assert np.array_equal(load_target(tmp_path / "a.png", background="blue"), load_target(tmp_path / "a.png"))


def test_auto_background_needs_corners_that_agree(tmp_path):
    image = Image.effect_noise((40, 40), 20).convert("RGB")
    for place, colour in (((0, 0), "red"), ((39, 0), "green"), ((0, 39), "blue"), ((39, 39), "white")):
        image.paste(colour, (*place, place[0] + 1, place[1] + 1))
    image.save(tmp_path / "a.png")
    says = refusal(tmp_path / "a.png", background="auto")
    assert says.endswith("a.png differ in colour; name the colour to remove, such as --background white")


def test_an_invalid_colour_is_refused_before_the_file_is_read(tmp_path):
    says = "'mauvish' is not a colour; use white, #00ff00 and the like, or auto for that of the corners"
    assert refusal(tmp_path / "missing.png", background="mauvish") == says


# SVG

CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="2" fill="lime"/></svg>'


@pytest.fixture
def svg(tmp_path):
    pytest.importorskip("resvg_py", reason="not installed: the extra [svg]")
    return tmp_path / "a.svg"


def test_svg_is_drawn(svg):
    svg.write_text(CIRCLE)
    target = load_target(str(svg), fit=20, pad=0)
    np.testing.assert_allclose(target[10, 10], [0, 1, 0, 1], atol=0.02)
    assert target[..., 3].sum() == pytest.approx(np.pi * 100, rel=0.01)


@pytest.mark.parametrize("view", ["0 0 1 10000000", "0 0 10000000 1", "0 0 100000 100000"])
def test_the_declared_size_of_an_svg_is_ignored(svg, view):
    svg.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><rect width="100%" height="100%" fill="red"/></svg>'
    )
    assert load_target(str(svg), fit=20, pad=0)[..., 3].any()


@pytest.mark.parametrize("content", [b"", b"<svg", b"<a/>", b"\xff\xfe\x00", b"\x89PNG\r\n", CIRCLE[:60].encode()])
def test_svg_that_cannot_be_drawn_is_refused(svg, content):
    svg.write_bytes(content)
    assert f"{svg} is not an SVG that can be drawn: " in refusal(svg)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "windows-1252"])
def test_svg_in_every_encoding_is_drawn(svg, encoding):
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>{CIRCLE.replace("><", "><title>Höhe</title><", 1)}'
    svg.write_bytes(text.encode(encoding))
    np.testing.assert_allclose(load_target(svg, fit=20, pad=0)[10, 10], [0, 1, 0, 1], atol=0.02)


def test_compressed_svg_is_drawn(svg):
    packed = svg.with_suffix(".svgz")
    packed.write_bytes(gzip.compress(CIRCLE.encode()))
    np.testing.assert_allclose(load_target(packed, fit=20, pad=0)[10, 10], [0, 1, 0, 1], atol=0.02)


@pytest.mark.parametrize("unit", ["mm", "cm", "in", "pt", "pc"])
def test_svg_with_sizes_in_units_is_drawn(svg, unit):
    svg.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="40{unit}" height="20{unit}">'
        f'<rect width="40{unit}" height="20{unit}" fill="lime"/></svg>'
    )
    alpha = load_target(svg, fit=20, pad=0)[..., 3]
    assert alpha.sum() == pytest.approx(200, rel=0.06)


@pytest.mark.parametrize("reference", ["secret.png", "file://{}/secret.png", "{}/secret.png", "&path;"])
@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
def test_svg_reads_no_other_files(svg, reference, attribute):
    Image.new("RGB", (9, 9), "red").save(svg.parent / "secret.png")
    inside = f'<image width="9" height="9" {attribute}="{reference.format(svg.parent)}"/>'
    image = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{inside}'
    )
    packed = base64.b64encode(f"{image}</svg>".replace("&path;", "secret.png").encode()).decode()
    nested = f'<image width="9" height="9" href="data:image/svg+xml;base64,{packed}"/>'
    svg.write_text(
        f'<!DOCTYPE svg [<!ENTITY path "{svg.parent}/secret.png">]>{image}{nested}<rect width="9" height="9"/></svg>'
    )
    markup = safe_markup(svg.read_bytes())
    assert "secret" not in markup
    assert "image/svg" not in markup


def test_svg_keeps_embedded_pictures(svg):
    packed = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(packed, "PNG")
    data = base64.b64encode(packed.getvalue()).decode()
    svg.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        f'<image width="9" height="9" href="data:image/png;base64,{data}"/></svg>'
    )
    np.testing.assert_allclose(load_target(svg, fit=8, pad=0)[4, 4], [1, 0, 0, 1], atol=0.02)


def test_deeply_nested_svg_is_refused(svg):
    svg.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{"<g>" * 200_000}{"</g>" * 200_000}</svg>')
    assert "it is nested more than 100 elements deep" in refusal(svg)


STALLS = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><filter id="f">
<feTurbulence baseFrequency=".1" numOctaves="999999999"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>"""


def test_svg_that_stalls_is_refused_in_time(svg, monkeypatch):
    monkeypatch.setattr("blastema.targets.svg.MOST_WAITING", 2)
    svg.write_bytes(STALLS)
    assert refusal(svg).endswith("takes too long to draw; simplify it, or save it as PNG")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="not here: Windows limits the time as a whole only")
def test_svg_that_stalls_is_refused_by_its_own_process(svg):
    svg.write_bytes(STALLS)
    assert refusal(svg).endswith("needs more than 10 seconds or 1 GB of memory to draw; simplify it, or save it as PNG")


def test_svg_needs_its_extra(tmp_path, monkeypatch):
    (tmp_path / "a.svg").write_text(CIRCLE)
    monkeypatch.setitem(sys.modules, "resvg_py", None)  # how Python marks a module that cannot be imported
    assert refusal(tmp_path / "a.svg").endswith("a.svg needs an extra: pip install 'blastema[svg]'")


# Files that are not pictures


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF-1.7\n", "a PDF document"),
        ("a.ico", b"\0\0\1\0\1\0", "an ICO icon"),
        ("a.avif", b"\0\0\0 ftypavif\0\0\0\0", "an AVIF image"),
        ("a.heic", b"\0\0\0 ftypheic\0\0\0\0", "a HEIC image"),
        ("a.jxl", b"\xff\x0a\0", "a JPEG XL image"),
        ("a.psd", b"8BPS\0\1", "a Photoshop document"),
        ("a.png", b"<!doctype html><html>", "an HTML page"),
        ("a.mp4", b"\0\0\0 ftypisom", "an MP4 video"),
        ("a.docx", b"PK\3\4", "a ZIP archive or a document of an office or drawing program"),
    ],
)
def test_files_of_other_kinds_are_named(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == (
        f"{tmp_path / name} is {says}, which is not supported; save it as PNG, JPEG, WebP, GIF, BMP, TIFF or SVG"
    )


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    assert refusal(tmp_path / "a.png").startswith(f"{tmp_path / 'a.png'} is an empty file; give PNG, ")


def test_svg_is_recognised_by_its_content(svg):
    svg.with_suffix(".png").write_text(f'<?xml version="1.0"?><!-- a --><!-- b -->{CIRCLE}')
    assert load_target(svg.with_suffix(".png"), fit=8, pad=0)[4, 4, 3] > 0.99


LARGE = """
import sys
from blastema import load_target
from peak_memory import peak_memory
target = load_target(sys.argv[1], fit=20, pad=0, background=sys.argv[2])
print(peak_memory(), target[..., 3].sum())
"""
ATTACKS = Path(__file__).parent / "attacks"


def reading(path, background):
    """Return the peak memory and the visible cells of reading a large picture."""
    command = [sys.executable, "-c", LARGE, path, background]
    environment = {**os.environ, "PYTHONPATH": str(ATTACKS)}
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    memory, visible = run.stdout.split()
    return int(memory), float(visible)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="not here: Windows has no getrusage")
@pytest.mark.parametrize(
    ("kind", "side"), [("jpg", 8000), ("png", 8000), ("webp", 5400), ("bmp", 8000), ("tiff", 8000), ("gif", 8000)]
)
def test_large_pictures_take_less_than_600_megabytes(tmp_path, kind, side):
    image = Image.new("RGB", (side, side), "white")
    image.paste((0, 0, 200), (side // 10, side // 5, side // 2, side // 2))
    # Pillow's own palette turns so much white into grey.
    image = image.convert("P") if kind == "gif" else image
    image.save(tmp_path / f"a.{kind}")
    memory, visible = reading(tmp_path / f"a.{kind}", "auto")
    assert memory < 600_000_000
    assert 250 < visible < 350


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="not here: Windows has no getrusage")
def test_a_large_progressive_cmyk_picture_takes_less_than_900_megabytes(tmp_path):
    Image.new("CMYK", (7999, 7999), (0, 90, 90, 0)).save(tmp_path / "a.jpg", progressive=True)
    memory, _ = reading(tmp_path / "a.jpg", "white")
    assert memory < 900_000_000


def test_large_pictures_are_read_like_small_ones(tmp_path):
    image = Image.new("RGBA", (4100, 4100), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (1000, 600, 3000, 3000))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "large.png", compress_level=1, exif=exif)
    image.resize((410, 410), Image.Resampling.BOX).save(tmp_path / "small.png", exif=exif)
    large, small = (load_target(tmp_path / f"{name}.png", fit=20, pad=0) for name in ("large", "small"))
    np.testing.assert_allclose(large, small, atol=0.02)


def test_missing_files_are_refused(tmp_path):
    assert refusal(tmp_path / "a.png") == (
        f"there is no file {tmp_path / 'a.png'}; check the name, or give an emoji such as 🦎"
    )
    assert refusal(tmp_path) == f"{tmp_path} is a folder; give an image file"
    assert refusal("a\0b.png").startswith("there is no file 'a\\x00b.png'; ")
    assert refusal("a\nb.png").startswith("there is no file 'a\\nb.png'; ")
    assert "File name too long" in refusal("a" * 5000 + ".png")


def test_files_that_are_not_pictures_are_refused(tmp_path):
    for name, content in (("text.png", b"not a picture"), ("scan.tiff", b"II*\0\x08\0\0\0")):
        (tmp_path / name).write_bytes(content)
        says = f"{tmp_path / name} is not an image, or is damaged; give PNG, JPEG, WebP, GIF, BMP, TIFF or SVG"
        assert refusal(tmp_path / name) == says


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "gif"])
def test_truncated_pictures_are_refused(tmp_path, kind):
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    noise.save(tmp_path / f"whole.{kind}")
    content = (tmp_path / f"whole.{kind}").read_bytes()
    for part in (0.02, 0.3, 0.7):
        (tmp_path / f"part.{kind}").write_bytes(content[: int(len(content) * part)])
        assert "damaged" in refusal(tmp_path / f"part.{kind}")


def test_invisible_pictures_are_refused(tmp_path):
    Image.new("RGBA", (9, 9), (255, 0, 0, 1)).save(tmp_path / "a.png")
    says = f"{tmp_path / 'a.png'} is completely transparent; use a picture with something visible in it"
    assert refusal(tmp_path / "a.png") == says
    Image.new("RGB", (9, 9), "white").save(tmp_path / "b.png")
    says = f"{tmp_path / 'b.png'} is empty once its background (white) is removed; use a picture with something visible"
    assert refusal(tmp_path / "b.png", background="white") == f"{says} in it"


@pytest.mark.parametrize(
    ("side", "says"),
    [(8001, "has 8001x8001 pixels"), (10000, "has 10000x10000 pixels"), (60000, "has more than 64,000,000 pixels")],
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path, side, says):
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    # The file is only a header, so decoding would report that it is truncated.
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "bomb.png").write_bytes(content + b"\0\0\0\x04IDAT")
    text = refusal(tmp_path / "bomb.png")
    assert text.endswith(f"{says}; at most 64,000,000 are allowed, and a few thousand are enough")


def test_a_large_webp_is_refused_because_it_is_decoded_as_a_whole(tmp_path):
    Image.new("1", (8000, 8000)).save(tmp_path / "a.webp", lossless=True, method=0)
    says = "has 8000x8000 pixels; at most 30,000,000 are allowed, and a few thousand are enough"
    assert refusal(tmp_path / "a.webp").endswith(says)


def test_unreadable_files_are_refused(tmp_path):
    rectangle().save(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    if os.access(tmp_path / "a.png", os.R_OK):
        pytest.skip("not here: this user may read everything")
    assert "Permission denied; check the name and the permissions" in refusal(tmp_path / "a.png")


def test_read_errors_are_reported():
    if not os.path.exists("/proc/self/mem"):  # noqa: PTH110
        pytest.skip("not here: only Linux has /proc/self/mem, whose beginning cannot be read")
    says = "cannot read /proc/self/mem: Input/output error; check the name and the permissions"
    assert refusal("/proc/self/mem") == says


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not here: this system has no named pipes")
def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    assert refusal(tmp_path / "a.png") == f"{tmp_path / 'a.png'} is a device or a pipe; give an image file"


@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]), st.data())
def test_damaged_files_are_refused_or_read_without_a_crash(tmp_path_factory, kind, data):
    path = tmp_path_factory.mktemp("broken") / "a.png"
    rectangle().convert("RGB" if kind == "JPEG" else "RGBA").save(path, kind)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    says = ""
    try:
        assert load_target(str(path), height=120).shape == (120, 120, 4)
    except BlastemaError as refused:
        says = str(refused)
    assert "\n" not in says
