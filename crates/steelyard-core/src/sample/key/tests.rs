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

/// `openssl req -x509` with a key on P-256, and that key.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUPhfAOE9dzn8uoHEz1GWu2uiX2PIwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGYS50ZXN0MB4XDTI2MTEyMzE1NDQyOVoXDTM2MTEyMDE1NDQy
OVowETEPMA0GA1UEAwwGYS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
k8m6kmgX4/T79UCdaTAeQ2bRL3qqqANTzaAXh7NITLLLS+xk6I9bMl46GkbT3jJp
SBzuKnd6CH7jNBrtmrMU7KNTMFEwHQYDVR0OBBYEFE2ccfFIYq6RLm8rAcwySrM9
2X2wMB8GA1UdIwQYMBaAFE2ccfFIYq6RLm8rAcwySrM92X2wMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJ4rVhBjYc6LHBRn4vVovOHnDZ0DpdN3
4kGtt+9vyS15AiA20fccJ2UukjkcbwR9+W84oLu/7LNMWE/QNlrDwveiiA==
-----END CERTIFICATE-----
";
const ITS_KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEk8m6kmgX4/T79UCdaTAeQ2bRL3qq
qANTzaAXh7NITLLLS+xk6I9bMl46GkbT3jJpSBzuKnd6CH7jNBrtmrMU7A==
-----END PUBLIC KEY-----
";

#[test]
fn a_certificate_has_its_key() {
    assert_eq!(PublicKey::from_certificate(CERTIFICATE), PublicKey::from_pem(ITS_KEY));
    assert!(PublicKey::from_certificate(CERTIFICATE).is_some());
    for text in ["", P256, "-----BEGIN CERTIFICATE-----\nMFkw\n-----END CERTIFICATE-----"] {
        assert!(PublicKey::from_certificate(text).is_none(), "{text}");
    }
}

#[test]
fn torn_and_changed_certificates_do_no_harm() {
    let body: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let wrapped = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    for end in (0..body.len()).step_by(4) {
        assert!(PublicKey::from_certificate(&wrapped(&body[..end])).is_none(), "{end}");
    }
    for at in 0..body.len() {
        for letter in ["A", "/", "g"] {
            let mut changed = body.clone();
            changed.replace_range(at..=at, letter);
            // Whatever it gives, it ends well.
            let _ = PublicKey::from_certificate(&wrapped(&changed));
        }
    }
}

#[test]
fn keys_of_certificates_are_not_found_as_keys() {
    let mut keys = super::Keys::default();
    assert!(keys.read("a.pem", CERTIFICATE, true).is_some());
    assert!(keys.read("b.pem", P256, false).is_some());
    assert!(keys.read("c.pem", P256, true).is_none());
    let found = |path: &str| [true, false].map(|certificate| keys.get(path.as_bytes(), certificate).is_some());
    assert_eq!(
        (found("a.pem"), found("b.pem"), found("c.pem")),
        ([true, false], [false, true], [false, false])
    );
}
