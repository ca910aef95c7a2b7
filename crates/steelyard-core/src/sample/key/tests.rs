use super::{element, PublicKey, Scheme, SEQUENCE};

/// `openssl ec -pubout` of a key on P-256.
const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
";

#[test]
fn keys_of_other_kinds_and_torn_ones_are_none() {
    assert!(matches!(PublicKey::from_pem(P256), Some(PublicKey::P256(point)) if point.len() == 65));
    for text in [
        "",
        "secret",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMFkw\n-----END CERTIFICATE-----",
    ] {
        assert!(PublicKey::from_pem(text).is_none(), "{text}");
    }
}

#[test]
fn a_signature_of_zeros_or_of_another_scheme_is_wrong() {
    let key = PublicKey::from_pem(P256).unwrap();
    for scheme in [Scheme::Es256, Scheme::Es384, Scheme::Es512, Scheme::Rs256, Scheme::Ps512] {
        assert!(!key.verifies(scheme, b"message", &[0; 64]));
    }
    assert!(!PublicKey::P521([4; 133].into()).verifies(Scheme::Es512, b"message", &[1; 132]));
}

#[test]
fn elements_never_reach_beyond_their_bytes() {
    for bytes in [
        &[][..],
        &[0x30],
        &[0x30, 2, 1],
        &[0x30, 0x80],
        &[0x30, 0x84, 0, 0, 0, 1, 0],
        &[0x30, 0x82, 1],
        &[0x31, 0],
    ] {
        assert!(element(&mut &*bytes, SEQUENCE).is_none(), "{bytes:?}");
    }
    let mut long = vec![0x30, 0x81, 200];
    long.extend([7; 200]);
    assert_eq!(element(&mut &*long, SEQUENCE).map(<[u8]>::len), Some(200));
}
