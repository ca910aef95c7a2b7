//! HTTP basic authentication against userlists (RFC 7617, manual section 3.4).

use super::super::View;
use crate::plan::Userlist;
use crate::program::Program;
use crate::sample::base64::PADDED;
use base64::Engine;

/// What a client says it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'e> {
    pub name: &'e [u8],
    pub password: &'e [u8],
}

/// Scheme and the rest of an Authorization value.
pub(super) fn scheme(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr::memchr(b' ', value)?;
    let (scheme, rest) = value.split_at(space);
    (space > 0).then_some((scheme, rest.trim_ascii_start()))
}

/// User and password of the Basic scheme in the field that this client authenticates with.
pub(crate) fn credentials<'e>(view: &View<'e>) -> Option<Credentials<'e>> {
    let header: &[u8] = if view.to_proxy() {
        b"proxy-authorization"
    } else {
        b"authorization"
    };
    let (scheme, token) = scheme(super::http::request(view)?.get(header)?)?;
    if !scheme.eq_ignore_ascii_case(b"basic") || token.len() > view.limit() {
        return None;
    }
    let space = view.arena.alloc_slice_fill_copy(token.len(), 0_u8);
    let length = PADDED.decode_slice(token, space).ok()?;
    let text: &'e [u8] = &space[..length];
    let colon = memchr::memchr(b':', text)?;
    Some(Credentials {
        name: &text[..colon],
        password: &text[colon + 1..],
    })
}

/// Whether user and password are those of the list of that index.
pub(crate) fn known(program: &Program, list: u32, who: &Credentials<'_>) -> bool {
    let Some(users) = program.plan.userlists.get(list as usize).map(|list| &list.users) else {
        return false;
    };
    let passwords = program.passwords.get(list as usize).into_iter().flatten();
    users
        .iter()
        .zip(passwords)
        .any(|(user, password)| user.name.as_bytes() == who.name && password.fits(who.password))
}

pub(super) fn groups<'p>(list: &'p Userlist, name: &[u8]) -> impl Iterator<Item = &'p str> {
    let user = list.users.iter().find(|user| user.name.as_bytes() == name);
    user.into_iter().flat_map(|user| user.groups.iter().map(String::as_str))
}
