//! The hash functions that `hash-type` names, with HAProxy's values (checked against its converters of the same names).

use crate::plan::HashFunction;

/// A function and the `avalanche` modifier by themselves.
#[must_use]
pub fn hash_with(function: HashFunction, modifier: bool, bytes: &[u8]) -> u32 {
    let hash = match function {
        HashFunction::Sdbm => sdbm(bytes),
        HashFunction::Djb2 => djb2(bytes),
        HashFunction::Wt6 => wt6(bytes),
        HashFunction::Crc32 => crc32(bytes),
        HashFunction::None => number(bytes),
    };
    if modifier {
        avalanche(hash)
    } else {
        hash
    }
}

/// h = byte + 65599 h
fn sdbm(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |h: u32, &b| h.wrapping_mul(65_599).wrapping_add(u32::from(b)))
}

/// h = byte + 33 h
fn djb2(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(5_381, |h: u32, &b| h.wrapping_mul(33).wrapping_add(u32::from(b)))
}

/// Two words that each byte goes into, rotated and swapped by amounts taken from themselves.
fn wt6(bytes: &[u8]) -> u32 {
    let (mut a, mut b): (u32, u32) = (0xa53c_965a, 0x5ca6_953a);
    let (mut turn_a, mut turn_b) = (6, 18);
    for &byte in bytes {
        a = !(a ^ u32::from(byte));
        b = !b.wrapping_add(u32::from(byte));
        (a, b) = (b.rotate_left(turn_a), a.rotate_left(turn_b));
        let mixed = ((a >> 16) ^ b) & 0xffff;
        turn_a = mixed & 31;
        turn_b = mixed >> 11;
    }
    a ^ b
}

/// CRC-32 of IEEE 802.3, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0, |crc: u32, &b| (crc >> 8) ^ CRC[((crc ^ u32::from(b)) & 0xff) as usize])
}

static CRC: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0u32; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// `none`: the key is a decimal number itself; digits up to the first other byte, cut to 32 bits.
fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .fold(0, |n: u32, &b| n.wrapping_mul(10).wrapping_add(u32::from(b - b'0')))
}

/// Bob Jenkins' full avalanche of four bytes (burtleburtle.net/bob/hash/integer.html), then HAProxy's odd factor.
#[must_use]
pub fn avalanche(mut a: u32) -> u32 {
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = (a ^ 0xc761_c23c) ^ (a >> 19);
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    a = (a ^ 0xb55a_4f09) ^ (a >> 16);
    a.wrapping_mul(0xc000_0001)
}
