use super::*;
use proptest::prelude::*;

const MAGIC: u32 = 0x0102_0304;

fn packet4(words: u8) -> Vec<u8> {
    let mut packet = vec![0; usize::from(words) * 4 + 20];
    packet[0] = 0x40 | words;
    packet[9] = 6;
    packet[12..20].copy_from_slice(&[192, 0, 2, 1, 198, 51, 100, 2]);
    let tcp = usize::from(words) * 4;
    packet[tcp..tcp + 4].copy_from_slice(&[0x04, 0x57, 0x01, 0xbb]);
    packet
}

fn packet6() -> Vec<u8> {
    let mut packet = vec![0; 60];
    (packet[0], packet[6]) = (0x60, 6);
    packet[8..24].copy_from_slice(&"2001:db8::1".parse::<Ipv6Addr>().unwrap().octets());
    packet[24..40].copy_from_slice(&"2001:db8::2".parse::<Ipv6Addr>().unwrap().octets());
    packet[40..44].copy_from_slice(&[0x04, 0x57, 0x01, 0xbb]);
    packet
}

fn old(packet: &[u8]) -> Vec<u8> {
    let length = u32::try_from(packet.len()).unwrap();
    [&MAGIC.to_be_bytes()[..], &length.to_be_bytes(), packet].concat()
}

fn new(packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap();
    let all = u32::from(length) + 12;
    [
        &MAGIC.to_be_bytes()[..],
        &all.to_be_bytes(),
        &[0, 0],
        &length.to_be_bytes(),
        packet,
    ]
    .concat()
}

#[test]
fn both_forms_of_both_versions_are_read_whole_only() {
    for packet in [packet4(5), packet4(15), packet6()] {
        let want = if packet[0] >> 4 == 4 {
            ("192.0.2.1:1111", "198.51.100.2:443")
        } else {
            ("[2001:db8::1]:1111", "[2001:db8::2]:443")
        };
        for bytes in [old(&packet), new(&packet)] {
            let more = [&bytes[..], b"GET / HTTP/1.1\r\n"].concat();
            let header = parse(&more, MAGIC).unwrap().unwrap();
            assert_eq!(header.used, bytes.len());
            assert_eq!((header.src.to_string().as_str(), header.dst.to_string().as_str()), want);
            for end in 0..bytes.len() {
                assert_eq!(parse(&bytes[..end], MAGIC), Ok(None), "{end}");
            }
        }
    }
}

#[test]
fn what_is_something_else_is_told_as_soon_as_it_shows() {
    assert_eq!(parse(b"\x01\x02\x04", MAGIC), Err(Fault::Magic));
    assert_eq!(parse(b"G", MAGIC), Err(Fault::Magic));
    let with = |at: usize, byte: u8| {
        let mut bytes = new(&packet4(5));
        bytes[at] = byte;
        parse(&bytes, MAGIC)
    };
    assert_eq!(with(8, 1), Err(Fault::Protocol));
    assert_eq!(with(8, 0x50), Err(Fault::Protocol));
    assert_eq!(with(10, 2), Err(Fault::Long));
    assert_eq!(with(12, 0x55), Err(Fault::Protocol));
    assert_eq!(with(12, 0x44), Err(Fault::Protocol), "a header shorter than any");
    assert_eq!(with(12, 0x46), Err(Fault::Protocol), "no room is left for the ports");
    assert_eq!(with(21, 17), Err(Fault::Protocol), "UDP");
    assert_eq!(with(11, 0), Err(Fault::Protocol), "no packet");
    let huge = [&MAGIC.to_be_bytes()[..], &[255; 4], &[0x45; 20]].concat();
    assert_eq!(parse(&huge, MAGIC), Err(Fault::Long));
}

proptest! {
    /// No bytes make it panic; what is read lies within the bytes, and more of them behind change nothing.
    #[test]
    fn any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), form in prop::sample::select(vec![0u8, 0x45, 0x60, 0x4f])) {
        for (at, byte) in MAGIC.to_be_bytes().into_iter().enumerate().take(bytes.len()) {
            bytes[at] = byte;
        }
        if let Some(byte) = bytes.get_mut(8) {
            *byte = form;
        }
        if let Some(length) = bytes.get_mut(4..7) {
            length.fill(0);
        }
        let found = parse(&bytes, MAGIC);
        let more = [&bytes[..], &[7; 40]].concat();
        match found {
            Ok(Some(header)) => {
                prop_assert!(header.used <= bytes.len());
                prop_assert_eq!(parse(&more, MAGIC), found);
            }
            Ok(None) => {}
            Err(_) => prop_assert_eq!(parse(&more, MAGIC), found),
        }
    }
}
