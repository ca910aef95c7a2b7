//! Lines that name the client for the server, `option forwardfor` and `option originalto`, and the server itself.

use crate::http1::{Head, TargetForm};
use crate::plan::{Backend, KeepAlive, Options};
use crate::program::{Forwarded, ProxyProgram};
use std::io::Write;
use std::net::{IpAddr, SocketAddr};

/// Those of both sides of a request; `back` only where the backend is another proxy. `None`: not an IP address.
pub fn forwarded(
    front: Option<&ProxyProgram>,
    back: Option<&ProxyProgram>,
    src: Option<SocketAddr>,
    dst: Option<SocketAddr>,
    request: &mut Head,
) {
    let pair = |which: fn(&ProxyProgram) -> Option<&Forwarded>| (front.and_then(which), back.and_then(which));
    let (front_for, back_for) = pair(|program| program.forwardfor.as_ref());
    address_field(request, front_for, back_for, src);
    let (front_to, back_to) = pair(|program| program.originalto.as_ref());
    address_field(request, front_to, back_to, dst);
}

/// `http-send-name-header`: the name takes the place of what the client said there. A server without a name (`dispatch`) is told none.
pub fn tell_server(backend: &Backend, server: Option<u32>, request: &mut Head) {
    let Some(header) = &backend.send_name_header else { return };
    request.remove(header.as_bytes());
    if let Some(server) = server.and_then(|server| backend.servers.get(server as usize)) {
        request.add(header.as_bytes(), server.name.as_bytes());
    }
}

/// Adds a line with an address. The backend's header name goes before the frontend's; an exception of either counts; the field is
/// added although there is one already unless all that ask for it say `if-none`.
fn address_field(request: &mut Head, front: Option<&Forwarded>, back: Option<&Forwarded>, address: Option<SocketAddr>) {
    let (Some(option), Some(address)) = (back.or(front), address) else {
        return;
    };
    let ip = address.ip().to_canonical();
    let both = || [front, back].into_iter().flatten();
    if both().any(|option| option.except.find(ip).is_some()) {
        return;
    }
    if both().all(|option| option.if_none) && request.get(&option.header).is_some() {
        return;
    }
    let mut text = [0u8; 64];
    let mut room = &mut text[..];
    let _ = write!(room, "{ip}");
    let left = room.len();
    let length = text.len() - left;
    request.add(&option.header, text.get(..length).unwrap_or_default());
}

/// Whether the server's connection ends with this message: `option http-server-close` of either side, `option httpclose` of the
/// backend.
#[must_use]
pub fn closes_server(front: &Options, back: &Options) -> bool {
    front.http_connection == KeepAlive::ServerClose || back.http_connection != KeepAlive::KeepAlive
}

/// `option http_proxy`: the server is the address in the URL, which must be numeric; the request line keeps the path only. `None`: it
/// points nowhere.
pub fn aim_at_url(request: &mut Head) -> Option<SocketAddr> {
    let http = request.target_form() == TargetForm::Absolute
        && request.scheme().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http"));
    let address = request.authority().filter(|_| http).and_then(numeric_address)?;
    let path = match request.pathq() {
        Some(path) if !path.is_empty() => path.to_vec(),
        _ => b"/".to_vec(),
    };
    request.set_target(&path);
    Some(address)
}

fn numeric_address(authority: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(authority).ok()?;
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 80))
}
