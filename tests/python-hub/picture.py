"""Pictures of black and white: rows of one bit a pixel, most significant first, 1 is black, each row begins on a byte."""

import struct
import zlib

import zstandard
from blake3 import blake3

RAW, ZSTD, ZSTD_ON_BASE = 1, 2, 3
BLACK_AND_WHITE = 1


def stride(width: int) -> int:
    return (width + 7) // 8


def frame_hash(width: int, height: int, rows: bytes) -> bytes:
    """The name of a frame."""
    head = b"placard-frame-1" + struct.pack("<IIB", width, height, BLACK_AND_WHITE)
    return blake3(head + rows).digest()


def decode(encoding: int, payload: bytes, base: bytes | None, raw_length: int) -> bytes:
    """The rows, exactly `raw_length` bytes of them; ValueError for anything else."""
    if encoding == RAW:
        rows = payload
    elif encoding == ZSTD:
        rows = zstandard.ZstdDecompressor().decompress(payload, max_output_size=raw_length)
    elif encoding == ZSTD_ON_BASE:
        if base is None:
            raise ValueError("the frame builds on another one, which is not here")
        prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        decompressor = zstandard.ZstdDecompressor(dict_data=prefix)
        rows = decompressor.decompress(payload, max_output_size=raw_length)
    else:
        raise ValueError(f"encoding {encoding} is not known")
    if len(rows) != raw_length:
        raise ValueError(f"{len(rows)} bytes instead of {raw_length}")
    return rows


def stamp(width: int, height: int, rows: bytes, mark) -> bytes:
    """The rows with a mark on them; what lies outside is lost."""
    out, marked = bytearray(rows), mark.rows
    for y in range(min(mark.height, max(0, height - mark.y))):
        for x in range(min(mark.width, max(0, width - mark.x))):
            black = marked[y * stride(mark.width) + x // 8] >> (7 - x % 8) & 1
            at, bit = (mark.y + y) * stride(width) + (mark.x + x) // 8, 0x80 >> ((mark.x + x) % 8)
            out[at] = out[at] | bit if black else out[at] & ~bit
    return bytes(out)


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of one bit a pixel; there, 0 is black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    line = stride(width)
    lines = b"".join(b"\0" + bytes(b ^ 0xFF for b in rows[y * line : (y + 1) * line]) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    )
