//! MQTT 3.1, 3.1.1 and 5.0: the first packet of a client (CONNECT) and of a server (CONNACK).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub enum Mqtt {
    IsValid,
    Field(Kind, What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Connect,
    Connack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Flags,
    ProtocolName,
    ProtocolVersion,
    ClientIdentifier,
    WillTopic,
    WillPayload,
    Username,
    Password,
    Keepalive,
    ReasonCode,
    Property(u8),
}

pub const NAMES: &[&str] = &["mqtt_is_valid", "mqtt_field_value"];

/// Properties that each packet can have (MQTT 5.0 sections 3.1.2.11, 3.1.3.2, 3.2.2.3); those of the will after the others.
const OF_CONNECT: &[u8] = &[17, 33, 39, 34, 25, 23, 21, 22, 38];
const OF_WILL: &[u8] = &[24, 1, 2, 3, 8, 9, 38];
const OF_CONNACK: &[u8] = &[17, 33, 36, 37, 39, 18, 34, 31, 38, 40, 41, 42, 19, 26, 28, 21, 22];
/// User properties: there may be several, and they are pairs.
const USER_PROPERTY: u8 = 38;

impl Mqtt {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name == "mqtt_is_valid" {
            return Ok(Some(Self::IsValid));
        }
        let kind = match args.str(0)?.to_ascii_lowercase().as_str() {
            "connect" | "1" => Kind::Connect,
            "connack" | "2" => Kind::Connack,
            _ => return Err(args.wrong(0, "connect or connack")),
        };
        let name = args.str(1)?.to_ascii_lowercase();
        let what = match (kind, name.as_str()) {
            (_, "flags") => What::Flags,
            (Kind::Connect, "protocol_name") => What::ProtocolName,
            (_, "protocol_version") => What::ProtocolVersion,
            (Kind::Connect, "client_identifier") => What::ClientIdentifier,
            (Kind::Connect, "will_topic") => What::WillTopic,
            (Kind::Connect, "will_payload") => What::WillPayload,
            (Kind::Connect, "username") => What::Username,
            (Kind::Connect, "password") => What::Password,
            (Kind::Connect, "keepalive") => What::Keepalive,
            (Kind::Connack, "reason_code") => What::ReasonCode,
            (_, number) => {
                let known = match kind {
                    Kind::Connect => [OF_CONNECT, OF_WILL].concat(),
                    Kind::Connack => OF_CONNACK.to_vec(),
                };
                let id = number.parse().ok().filter(|id| *id != USER_PROPERTY && known.contains(id));
                What::Property(id.ok_or_else(|| args.wrong(1, "a field of the packet or the number of a property"))?)
            }
        };
        Ok(Some(Self::Field(kind, what)))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let bytes = sample.as_bin(view.arena);
        let read = read(bytes);
        if matches!(read, Packet::Partial) {
            return view.wait();
        }
        match (self, read) {
            (Self::IsValid, read) => Some(Sample::Bool(matches!(read, Packet::Connect(_) | Packet::Connack(_)))),
            (Self::Field(Kind::Connect, what), Packet::Connect(packet)) => packet.field(view, what).map(Sample::Str),
            (Self::Field(Kind::Connack, what), Packet::Connack(packet)) => packet.field(view, what).map(Sample::Str),
            (Self::Field(..), _) => None,
        }
    }
}

enum Packet<'e> {
    Connect(Connect<'e>),
    Connack(Connack<'e>),
    Partial,
    Wrong,
}

struct Connect<'e> {
    name: &'e [u8],
    version: u8,
    flags: u8,
    keepalive: u16,
    properties: &'e [u8],
    client: &'e [u8],
    will_properties: &'e [u8],
    will_topic: Option<&'e [u8]>,
    will_payload: Option<&'e [u8]>,
    username: Option<&'e [u8]>,
    password: Option<&'e [u8]>,
}

struct Connack<'e> {
    version: u8,
    flags: u8,
    reason: u8,
    properties: &'e [u8],
}

fn read(bytes: &[u8]) -> Packet<'_> {
    let Some((first, mut rest)) = bytes.split_first() else {
        return Packet::Partial;
    };
    if !matches!(*first, 0x10 | 0x20) {
        return Packet::Wrong;
    }
    let partial = rest.iter().take(4).all(|byte| byte & 0x80 != 0) && rest.len() < 4;
    let Some(length) = number(&mut rest) else {
        return if partial { Packet::Partial } else { Packet::Wrong };
    };
    let Some(body) = rest.get(..length) else {
        return Packet::Partial;
    };
    let read = match *first {
        0x10 => connect(body).map(Packet::Connect),
        _ => connack(body).map(Packet::Connack),
    };
    read.unwrap_or(Packet::Wrong)
}

fn connect(mut rest: &[u8]) -> Option<Connect<'_>> {
    let name = string(&mut rest)?;
    let version = byte(&mut rest)?;
    match (name, version) {
        (b"MQIsdp", 3) | (b"MQTT", 3..=5) => {}
        _ => return None,
    }
    let flags = byte(&mut rest)?;
    let (user, password, will) = (flags & 0x80 != 0, flags & 0x40 != 0, flags & 4 != 0);
    // The lowest bit is reserved. Other rules about flags are not looked at, as in HAProxy.
    if flags & 1 != 0 {
        return None;
    }
    let keepalive = u16::from_be_bytes([byte(&mut rest)?, byte(&mut rest)?]);
    let own = if version == 5 {
        properties(&mut rest, OF_CONNECT)?
    } else {
        &[]
    };
    let client = string(&mut rest)?;
    let will_properties = if will && version == 5 {
        properties(&mut rest, OF_WILL)?
    } else {
        &[]
    };
    let mut when = |wanted: bool| if wanted { string(&mut rest).map(Some) } else { Some(None) };
    let will_topic = when(will)?;
    let will_payload = when(will)?;
    let username = when(user)?;
    let password = when(password)?;
    rest.is_empty().then_some(Connect {
        name,
        version,
        flags,
        keepalive,
        properties: own,
        client,
        will_properties,
        will_topic,
        will_payload,
        username,
        password,
    })
}

fn connack(mut rest: &[u8]) -> Option<Connack<'_>> {
    let (flags, reason) = (byte(&mut rest)?, byte(&mut rest)?);
    if flags & 0xfe != 0 {
        return None;
    }
    // Properties came with 5.0; the packet says nothing else of its version.
    let (version, properties) = if rest.is_empty() {
        (4, &[][..])
    } else {
        (5, properties(&mut rest, OF_CONNACK)?)
    };
    rest.is_empty().then_some(Connack {
        version,
        flags,
        reason,
        properties,
    })
}

impl<'e> Connect<'e> {
    fn field(&self, view: &View<'e>, what: What) -> Option<&'e [u8]> {
        match what {
            What::Flags => Some(decimal(view, self.flags.into())),
            What::ProtocolName => Some(self.name),
            What::ProtocolVersion => Some(decimal(view, self.version.into())),
            What::ClientIdentifier => Some(self.client),
            What::WillTopic => self.will_topic,
            What::WillPayload => self.will_payload,
            What::Username => self.username,
            What::Password => self.password,
            What::Keepalive => Some(decimal(view, self.keepalive.into())),
            What::Property(id) => {
                let own = OF_CONNECT.contains(&id);
                let there = self.version == 5 && (own || self.will_topic.is_some());
                let list = if own { self.properties } else { self.will_properties };
                there.then(|| property(view, list, id)).flatten()
            }
            What::ReasonCode => None,
        }
    }
}

impl<'e> Connack<'e> {
    fn field(&self, view: &View<'e>, what: What) -> Option<&'e [u8]> {
        match what {
            What::Flags => Some(decimal(view, self.flags.into())),
            What::ProtocolVersion => Some(decimal(view, self.version.into())),
            What::ReasonCode => Some(decimal(view, self.reason.into())),
            What::Property(id) if self.version == 5 => property(view, self.properties, id),
            _ => None,
        }
    }
}

fn decimal<'e>(view: &View<'e>, value: u32) -> &'e [u8] {
    Sample::Int(value.into()).as_str(view.arena)
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

/// A number of 1 to 4 bytes, 7 bits each (section 1.5.5).
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in [0, 7, 14, 21] {
        let next = byte(rest)?;
        value |= usize::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take<'e>(rest: &mut &'e [u8], length: usize) -> Option<&'e [u8]> {
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// Text or bytes with two bytes of length in front.
fn string<'e>(rest: &mut &'e [u8]) -> Option<&'e [u8]> {
    let length = u16::from_be_bytes([byte(rest)?, byte(rest)?]);
    take(rest, length.into())
}

/// A list of properties, each of which may be there once, user properties more often.
fn properties<'e>(rest: &mut &'e [u8], known: &[u8]) -> Option<&'e [u8]> {
    let length = number(rest)?;
    let list = take(rest, length)?;
    let (mut left, mut seen) = (list, 0_u64);
    while !left.is_empty() {
        let id = byte(&mut left)?;
        if !known.contains(&id) || (id != USER_PROPERTY && seen >> id & 1 == 1) {
            return None;
        }
        seen |= 1 << id;
        value(&mut left, id)?;
    }
    Some(list)
}

enum Value<'e> {
    Number(u32),
    Bytes(&'e [u8]),
}

/// The value of a property (section 2.2.2.2).
fn value<'e>(rest: &mut &'e [u8], id: u8) -> Option<Value<'e>> {
    let wide = |bytes: &[u8]| bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte));
    match id {
        1 | 23 | 25 | 36 | 37 | 40 | 41 | 42 => byte(rest).map(|value| Value::Number(value.into())),
        19 | 33 | 34 => take(rest, 2).map(|bytes| Value::Number(wide(bytes))),
        2 | 17 | 24 | 39 => take(rest, 4).map(|bytes| Value::Number(wide(bytes))),
        3 | 8 | 9 | 18 | 21 | 22 | 26 | 28 | 31 => string(rest).map(Value::Bytes),
        USER_PROPERTY => {
            string(rest)?;
            string(rest).map(Value::Bytes)
        }
        _ => None,
    }
}

/// A property; a number that is not there is 0, as in HAProxy.
fn property<'e>(view: &View<'e>, list: &'e [u8], wanted: u8) -> Option<&'e [u8]> {
    let mut left = list;
    while !left.is_empty() {
        let id = byte(&mut left)?;
        let found = value(&mut left, id)?;
        if id == wanted {
            return Some(match found {
                Value::Number(number) => decimal(view, number),
                Value::Bytes(bytes) => bytes,
            });
        }
    }
    let is_text = matches!(wanted, 3 | 8 | 9 | 18 | 21 | 22 | 26 | 28 | 31);
    (!is_text).then_some(&b"0"[..])
}
