//! Hashes as made by `openssl passwd -5|-6 -salt`.

use super::*;

fn user(password: &str) -> plan::User {
    plan::User {
        password: password.into(),
        ..plan::User::default()
    }
}

#[test]
fn hashes_of_openssl() {
    for (password, hash) in [
        (
            "secret",
            "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.",
        ),
        ("secret", "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM."),
        (
            "a longer password, with blanks and ü",
            "$6$sixteenletters.0$vSom7FNfSFfm0SptKyUqInyrbi3cIGaOC7oSOPeuizMCEIcofasRGAHYcBubLa3Q5g1o8DzjrjYRMZivWWvNe.",
        ),
        (
            "secret",
            "$6$rounds=1000$abc$MqEcPZUYRGGcOeq7PhMpfjfu/F0HrVEI0OlZBijWvO8mSG77iNUDP5MqFceKpJTBc8iITVtNyLiNTRNCxv6oh0",
        ),
        ("secret", "$5$rounds=12345$abc$5CuwqmMV3pmxD0FCRNOspF6pllZQQ80zAmkmVDaR8y7"),
    ] {
        let made = Password::new(&user(hash)).unwrap();
        assert!(!made.fits(b"wrong"), "{hash}");
        for _ in 0..2 {
            assert!(made.fits(password.as_bytes()), "{hash}");
        }
        // What is known of the right one lets no other in.
        assert!(!made.fits(b"wrong"), "{hash}");
        assert!(!made.fits(format!("{password}x").as_bytes()), "{hash}");
    }
}

#[test]
fn the_right_password_is_remembered_in_no_readable_form() {
    let hash =
        Hashed::parse("$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.")
            .unwrap();
    assert!(!hash.fits(b"wrong"));
    assert!(hash.seen.get().is_none());
    assert!(hash.fits(b"secret"));
    assert_eq!(hash.seen.get(), Some(&hash.digest(b"secret")));
    assert!(!hash.fits(&[b'a'; LONGEST + 1]));
}

#[test]
fn other_hashes_are_refused() {
    let good = "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.";
    for hash in [
        "x",
        "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0",
        "$2y$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
        "$y$j9T$abc$abc",
        "$6$x",
        "$6$rounds=999$abc$",
        "\u{fc}$6$",
        &good.replace("$6$", "$6$rounds=1000001$"),
        &good.replace("$6$", "$6$rounds=$"),
        &good.replace("$6$", "$5$"),
    ] {
        assert!(Password::new(&user(hash)).is_err(), "{hash}");
    }
    assert!(!Password::new(&user("")).unwrap().fits(b""));
}
