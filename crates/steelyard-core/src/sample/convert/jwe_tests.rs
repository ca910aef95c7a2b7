use super::*;

fn hex(text: &str) -> Vec<u8> {
    crate::sample::fetch::constant::unhex(text).unwrap()
}

/// RFC 3394 section 4.
#[test]
fn keys_are_unwrapped() {
    for (secret, wrapped, key) in [
        (
            "000102030405060708090A0B0C0D0E0F",
            "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
            "00112233445566778899AABBCCDDEEFF",
        ),
        (
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        ),
    ] {
        let mut room = [0; KEY_MAX];
        assert_eq!(unwrap(&hex(secret), &hex(wrapped), &mut room), Some(&*hex(key)));
        let mut wrong = hex(wrapped);
        wrong[9] ^= 1;
        assert_eq!(unwrap(&hex(secret), &wrong, &mut room), None);
    }
    let mut room = [0; KEY_MAX];
    for length in 0..200 {
        assert_eq!(unwrap(&[1; 16], &vec![7; length], &mut room), None, "{length}");
    }
}

/// RFC 7518 appendix C.
#[test]
fn keys_are_derived() {
    let secret = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246,
        218, 167, 121, 140, 254, 144, 196,
    ];
    let mut key = [0; 16];
    derive(&secret, [b"A128GCM", b"Alice", b"Bob"], &mut key).unwrap();
    assert_eq!(key, [86, 170, 141, 234, 248, 35, 109, 32, 92, 34, 40, 205, 113, 167, 16, 26]);
}
