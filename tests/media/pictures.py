"""Pictures of every sound and unsound kind, made by Pillow or byte by byte."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

WHITE = (255, 255, 255)


def picture(
    width: int = 40, height: int = 30, *, kind: str = "PNG", mode: str = "RGB", color: Any = (200, 30, 30), **saved: Any
) -> bytes:
    """Make a picture of one colour."""
    return encoded(Image.new(mode, (width, height), color), kind, **saved)


def encoded(image: Image.Image, kind: str, **saved: Any) -> bytes:
    """Write a picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **saved)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """Read a file as Pillow does, to its last pixel."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def noise(width: int = 640, height: int = 480, *, kind: str = "JPEG", **saved: Any) -> bytes:
    """Make a picture in which every part differs, so that a cut is felt."""
    return encoded(Image.effect_noise((width, height), 60).convert("RGB"), kind, **saved)


def turned(width: int, height: int, orientation: int) -> bytes:
    """Make a JPEG that says that it is to be turned before one looks at it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(width, height, kind="JPEG", exif=exif)


def endless_png(width: int, height: int) -> bytes:
    """Write a PNG that claims so many pixels and holds none."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(1_000))) + _chunk(b"IEND")


def claiming_jpeg(width: int, height: int) -> bytes:
    """Write a small progressive JPEG whose header claims another size."""
    data = bytearray(picture(16, 16, kind="JPEG", progressive=True))
    place = data.index(b"\xff\xc2")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def endless_gif(frames: int, side: int) -> bytes:
    """Write an animation of few bytes that would take gigabytes if somebody decoded all of it."""
    one = picture(side, side, kind="GIF")
    head = 13 + 3 * 2 ** ((one[10] & 7) + 1)  # bytes: the screen and its palette
    return one[:head] + one[head:-1] * frames + one[-1:]


def animated(frames: int, side: int, *, kind: str = "GIF") -> bytes:
    """Make an animation of one picture after the other, each of another shade."""
    shades = [Image.new("RGB", (side, side), (number % 256, 60, 120)) for number in range(frames)]
    return encoded(shades[0], kind, save_all=True, append_images=shades[1:])


def _chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
