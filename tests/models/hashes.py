"""Hash functions from their specifications, in plain Python: nothing here is fast or clever."""

from __future__ import annotations

M32, M64 = 2**32 - 1, 2**64 - 1


def djb2(data: bytes) -> int:
    value = 5381
    for byte in data:
        value = (value * 33 + byte) & M32
    return value


def sdbm(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value * 65599 + byte) & M32
    return value


def crc32c(data: bytes) -> int:
    """Castagnoli, reflected."""
    value = M32
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ M32


def avalanche(value: int) -> int:
    """Bob Jenkins' six shifts (burtleburtle.net/bob/hash/integer.html), then HAProxy's own factor."""
    value = (value + 0x7ED55D16 + (value << 12)) & M32
    value = (value ^ 0xC761C23C ^ (value >> 19)) & M32
    value = (value + 0x165667B1 + (value << 5)) & M32
    value = ((value + 0xD3A2646C) ^ (value << 9)) & M32
    value = (value + 0xFD7046C5 + (value << 3)) & M32
    return (value ^ 0xB55A4F09 ^ (value >> 16)) * 0xC0000001 & M32


def wt6(data: bytes) -> int:
    """Two words that each byte goes into, which then change places, each rotated by what the byte before left of them."""
    one, other, turns = 0xA53C965A, 0x5CA6953A, (6, 18)
    for byte in data:
        one, other = ~(one ^ byte) & M32, ~(other + byte) & M32
        one, other = left(other, turns[0], 32), left(one, turns[1], 32)
        mixed = (one >> 16 ^ other) & 0xFFFF
        turns = (mixed % 32, mixed >> 11)
    return one ^ other


def left(value: int, count: int, bits: int) -> int:
    """Rotated."""
    mask = (1 << bits) - 1
    return ((value << count) | (value & mask) >> (bits - count)) & mask


# --- XXH32 and XXH64: xxHash fast digest algorithm, version 0.1.1 (github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md) ---

P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def word(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def xxh32(data: bytes, seed: int = 0) -> int:
    p1, p2, p3, p4, p5 = P32
    at, seed = 0, seed & M32
    if len(data) >= 16:
        lanes = [seed + p1 + p2, seed + p2, seed, seed - p1]
        while at + 16 <= len(data):
            for lane in range(4):
                value = (lanes[lane] + word(data, at, 4) * p2) & M32
                lanes[lane] = left(value, 13, 32) * p1 & M32
                at += 4
        value = sum(left(lane & M32, turn, 32) for lane, turn in zip(lanes, (1, 7, 12, 18)))
    else:
        value = seed + p5
    value = (value + len(data)) & M32
    while at + 4 <= len(data):
        value = left((value + word(data, at, 4) * p3) & M32, 17, 32) * p4 & M32
        at += 4
    for byte in data[at:]:
        value = left((value + byte * p5) & M32, 11, 32) * p1 & M32
    value = (value ^ value >> 15) * p2 & M32
    value = (value ^ value >> 13) * p3 & M32
    return value ^ value >> 16


def _round64(lane: int, read: int) -> int:
    return left((lane + read * P64[1]) & M64, 31, 64) * P64[0] & M64


def _avalanche64(value: int) -> int:
    value = (value ^ value >> 33) * P64[1] & M64
    value = (value ^ value >> 29) * P64[2] & M64
    return value ^ value >> 32


def xxh64(data: bytes, seed: int = 0) -> int:
    p1, p2, p3, p4, p5 = P64
    at, seed = 0, seed & M64
    if len(data) >= 32:
        lanes = [(seed + p1 + p2) & M64, (seed + p2) & M64, seed, (seed - p1) & M64]
        while at + 32 <= len(data):
            for lane in range(4):
                lanes[lane] = _round64(lanes[lane], word(data, at, 8))
                at += 8
        value = sum(left(lane, turn, 64) for lane, turn in zip(lanes, (1, 7, 12, 18))) & M64
        for lane in lanes:
            value = ((value ^ _round64(0, lane)) * p1 + p4) & M64
    else:
        value = (seed + p5) & M64
    value = (value + len(data)) & M64
    while at + 8 <= len(data):
        value = (left(value ^ _round64(0, word(data, at, 8)), 27, 64) * p1 + p4) & M64
        at += 8
    if at + 4 <= len(data):
        value = (left(value ^ word(data, at, 4) * p1 & M64, 23, 64) * p2 + p3) & M64
        at += 4
    for byte in data[at:]:
        value = left(value ^ byte * p5 & M64, 11, 64) * p1 & M64
    return _avalanche64(value)


def signed(value: int) -> int:
    """64 bits as HAProxy's integers show them."""
    return value - 2**64 if value >> 63 else value


# --- XXH3, 64 bits (the same specification, version 0.2) -------------------------------------------------------------------

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d"
    "8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc"
    "8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)


def _fold(one: int, other: int) -> int:
    product = one * other
    return product & M64 ^ product >> 64


def _avalanche3(value: int) -> int:
    value ^= value >> 37
    value = value * 0x165667919E3779F9 & M64
    return value ^ value >> 32


def _mix16(data: bytes, at: int, secret: bytes, place: int, seed: int) -> int:
    one, other = word(data, at, 8), word(data, at + 8, 8)
    return _fold(one ^ (word(secret, place, 8) + seed) & M64, other ^ (word(secret, place + 8, 8) - seed) & M64)


def xxh3(data: bytes, seed: int = 0) -> int:
    seed &= M64
    size = len(data)
    if size <= 16:
        return _short3(data, size, seed)
    if size <= 128:
        total = size * P64[0]
        for step in range((size - 1) // 32, -1, -1):
            total += _mix16(data, 16 * step, SECRET, 32 * step, seed)
            total += _mix16(data, size - 16 * step - 16, SECRET, 32 * step + 16, seed)
        return _avalanche3(total & M64)
    if size <= 240:
        total = size * P64[0] + sum(_mix16(data, 16 * step, SECRET, 16 * step, seed) for step in range(8))
        total = _avalanche3(total & M64)
        total += sum(_mix16(data, 16 * step, SECRET, 16 * (step - 8) + 3, seed) for step in range(8, size // 16))
        return _avalanche3(total + _mix16(data, size - 16, SECRET, 136 - 17, seed) & M64)
    return _long3(data, size, seed)


def _short3(data: bytes, size: int, seed: int) -> int:
    if size > 8:
        flip = (word(SECRET, 24, 8) ^ word(SECRET, 32, 8)) + seed & M64
        flop = (word(SECRET, 40, 8) ^ word(SECRET, 48, 8)) - seed & M64
        low, high = word(data, 0, 8) ^ flip, word(data, size - 8, 8) ^ flop
        swapped = int.from_bytes(low.to_bytes(8, "little"), "big")
        return _avalanche3(size + swapped + high + _fold(low, high) & M64)
    if size >= 4:
        seed ^= int.from_bytes((seed & M32).to_bytes(4, "little"), "big") << 32
        flip = (word(SECRET, 8, 8) ^ word(SECRET, 16, 8)) - seed & M64
        value = flip ^ word(data, size - 4, 4) + (word(data, 0, 4) << 32)
        value ^= left(value, 49, 64) ^ left(value, 24, 64)
        value = value * 0x9FB21C651E98DF25 & M64
        value ^= (value >> 35) + size
        value = value * 0x9FB21C651E98DF25 & M64
        return value ^ value >> 28
    if size:
        combined = data[0] << 16 | data[size >> 1] << 24 | data[size - 1] | size << 8
        return _avalanche64(combined ^ (word(SECRET, 0, 4) ^ word(SECRET, 4, 4)) + seed & M64)
    return _avalanche64(seed ^ word(SECRET, 56, 8) ^ word(SECRET, 64, 8))


def _long3(data: bytes, size: int, seed: int) -> int:
    secret = b"".join(
        ((word(SECRET, at, 8) + (seed if at % 16 == 0 else -seed)) & M64).to_bytes(8, "little") for at in range(0, 192, 8)
    )
    lanes = [P32[2], *P64[:4], P32[1], P64[4], P32[0]]

    def add(at: int, place: int) -> None:
        for lane in range(8):
            value = word(data, at + 8 * lane, 8)
            key = value ^ word(secret, place + 8 * lane, 8)
            lanes[lane ^ 1] = lanes[lane ^ 1] + value & M64
            lanes[lane] = lanes[lane] + (key & M32) * (key >> 32) & M64

    # 16 stripes of 64 bytes are a block, after which the lanes are mixed; the last stripe may overlap the one before it.
    for stripe in range((size - 1) // 64):
        add(64 * stripe, 8 * (stripe % 16))
        if stripe % 16 == 15:
            for lane in range(8):
                lanes[lane] = (lanes[lane] ^ lanes[lane] >> 47 ^ word(secret, 128 + 8 * lane, 8)) * P32[0] & M64
    add(size - 64, 192 - 64 - 7)
    total = size * P64[0]
    for pair in range(4):
        total += _fold(lanes[2 * pair] ^ word(secret, 11 + 16 * pair, 8), lanes[2 * pair + 1] ^ word(secret, 19 + 16 * pair, 8))
    return _avalanche3(total & M64)
