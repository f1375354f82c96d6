"""A small valid JPEG of one grey, of any size: what the stand-ins have for posters."""

import re
import zlib

SHAPES = {"p": (2, 3), "f": (2, 3), "b": (16, 9), "s": (16, 9), "l": (1, 1)}
"""Width to height of posters, faces, backdrops, stills and logos, by the first letter of an invented path."""
INVENTED = re.compile(r"([a-z])[0-9]{12}Invented\.jpg")
ORIGINAL_WIDTH = 1600


def picture(size: str, file: str) -> bytes | None:
    """What TMDB's image server has at `/t/p/{size}/{file}`; None: nothing."""
    named = INVENTED.fullmatch(file)
    if named is None or named[1] not in SHAPES or not re.fullmatch(r"w[0-9]{2,4}|original", size):
        return None
    width = ORIGINAL_WIDTH if size == "original" else int(size[1:])
    across, down = SHAPES[named[1]]
    return grey_jpeg(width, width * down // across, level=40 + zlib.crc32(file.encode()) % 180)


def grey_jpeg(width: int, height: int, *, level: int) -> bytes:
    """`level` runs from 0 (black) to 255 (white). Baseline, one component; all blocks are alike, so the first says how
    bright it is, and each other that nothing changes. Source: ITU-T T.81."""
    brightness = level - 128
    category = abs(brightness).bit_length()
    magnitude = brightness if brightness >= 0 else brightness + (1 << category) - 1
    first = "10" + (f"{magnitude:0{category}b}" if category else "")
    if not category:
        first = "0"
    blocks = -(-width // 8) * -(-height // 8)
    bits = first + "0" + "00" * (blocks - 1)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + bytes([8] * 64)),
            _segment(0xC0, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"),
            # Brightness: "0" is no change, "10" a change of so many bits. The rest of a block: "0" is nothing more.
            _segment(0xC4, b"\x00" + bytes([1, 1, *[0] * 14]) + bytes([0, max(category, 1)])),
            _segment(0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\x00"),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            scan,
            b"\xff\xd9",
        ]
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content
