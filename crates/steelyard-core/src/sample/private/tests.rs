use super::{element, Padding, PrivateKey, Rsa, INTEGER};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeySize, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256,
};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;

/// A new key, and what is wrapped for it with each padding.
fn made(secret: &[u8]) -> (Rsa, Vec<(Padding, Vec<u8>)>) {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let ours = Rsa::from_der(der.as_ref()).unwrap();
    let mut room = [0; 256];
    let pkcs1 = Pkcs1PublicEncryptingKey::new(key.public_key()).unwrap();
    let mut wrapped = vec![(Padding::Pkcs1, pkcs1.encrypt(secret, &mut room).unwrap().to_vec())];
    let oaep = OaepPublicEncryptingKey::new(key.public_key()).unwrap();
    for (padding, algorithm) in [
        (Padding::OaepSha1, &OAEP_SHA1_MGF1SHA1),
        (Padding::OaepSha256, &OAEP_SHA256_MGF1SHA256),
    ] {
        wrapped.push((padding, oaep.encrypt(algorithm, secret, &mut room, None).unwrap().to_vec()));
    }
    (ours, wrapped)
}

#[test]
fn what_can_not_be_unwrapped_is_random_and_no_fault() {
    let secret = [7; 32];
    let (key, wrapped) = made(&secret);
    let unwrap = |padding, wrapped: &[u8], length| {
        let mut out = vec![0; length];
        key.unwrap(padding, wrapped, &mut out).unwrap();
        out
    };
    for (padding, wrapped) in &wrapped {
        assert_eq!(unwrap(*padding, wrapped, 32), secret);
        let mut torn = wrapped.clone();
        torn[200] ^= 1;
        for (wrong, length) in [
            (&torn[..], 32),
            (&wrapped[1..], 32),
            (&[], 32),
            (&[0xff; 256], 32),
            (&[9; 2000], 32),
            // Right, and for a key of another length.
            (wrapped, 16),
            (wrapped, 64),
        ] {
            let (one, other) = (unwrap(*padding, wrong, length), unwrap(*padding, wrong, length));
            assert_ne!(one, other, "{padding:?}");
            assert!(!one.starts_with(&secret[..16]), "{padding:?}");
        }
    }
    for (index, (_, wrapped)) in wrapped.iter().enumerate() {
        let other = [Padding::OaepSha1, Padding::OaepSha256, Padding::Pkcs1][index];
        assert_ne!(unwrap(other, wrapped, 32), secret);
    }
}

#[test]
fn keys_are_read_from_either_form() {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let text = |label: &str, der: &[u8]| {
        let digits = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{digits}\n-----END {label}-----\n")
    };
    let whole = der.as_ref();
    assert!(matches!(
        PrivateKey::from_pem(&text("PRIVATE KEY", whole)),
        Some(PrivateKey::Rsa(_))
    ));
    // The key itself stands behind a version, an algorithm, and heads of four bytes.
    let inside = &whole[26..];
    assert!(matches!(
        PrivateKey::from_pem(&text("RSA PRIVATE KEY", inside)),
        Some(PrivateKey::Rsa(_))
    ));
    for wrong in [
        String::new(),
        text("PRIVATE KEY", inside),
        text("PRIVATE KEY", &whole[..whole.len() - 1]),
        text("PUBLIC KEY", whole),
        text("ENCRYPTED PRIVATE KEY", whole),
        "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----".into(),
    ] {
        assert!(PrivateKey::from_pem(&wrong).is_none(), "{wrong}");
    }
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.to_vec();
        changed[at] ^= 0x55;
        // Whatever it gives, it ends well.
        let _ = PrivateKey::from_pem(&text("PRIVATE KEY", &changed));
    }
}

#[test]
fn numbers_that_are_no_key() {
    assert!(Rsa::from_numbers([&[]; 8]).is_none());
    assert!(Rsa::from_numbers([&[1]; 8]).is_none());
    assert!(Rsa::from_numbers([&[0xff; 300]; 8]).is_none());
    assert!(Rsa::from_numbers([&[0xff; 3000]; 8]).is_none());
}

#[test]
fn lengths_are_written_as_der_has_them() {
    let head = |length: usize| element(INTEGER, &[&vec![1; length]])[..].to_vec();
    assert_eq!(head(5)[..2], [2, 5]);
    assert_eq!(head(127)[..2], [2, 127]);
    assert_eq!(head(128)[..3], [2, 0x81, 128]);
    assert_eq!(head(300)[..4], [2, 0x82, 1, 44]);
}
