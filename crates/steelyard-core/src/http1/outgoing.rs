//! What a head says of its connection and of its body on the way out, once all rules have had their say. One place for it: a
//! simulation must tell what traffic meets.

use super::{Body, Head, HeadError, Version};

/// Whether the body of a response goes with the status that rules have given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As it is.
    Body,
    /// None of it may be sent: the new status has none.
    Nothing,
}

impl Head {
    /// The `Connection` field of a response, where its absence would be understood otherwise. `client`: the version of the request.
    pub fn say_connection(&mut self, client: Version, keeps: bool) {
        let old = self.version() == Version::Http10;
        if !keeps {
            if !old {
                self.add(b"connection", b"close");
            }
        } else if old || client == Version::Http10 {
            self.add(b"connection", b"keep-alive");
        }
    }

    /// The same of a request to a server.
    pub fn ask_connection(&mut self, keeps: bool, upgrade: bool) {
        if keeps {
            if self.version() == Version::Http10 {
                self.add(b"connection", b"keep-alive");
            }
        } else if self.version() == Version::Http11 && !upgrade {
            self.add(b"connection", b"close");
        }
    }

    /// Frames a server's response for a client of that version. Gives whether the client can tell the end of the body from the end of
    /// the connection: an HTTP/1.0 client knows no chunks, it gets plain bytes (RFC 9112 section 6.1).
    pub fn frame_for(&mut self, client: Version, body: Body) -> bool {
        match body {
            Body::Chunked if client == Version::Http10 => {
                self.set_body(Body::Close);
                return false;
            }
            Body::Chunked | Body::Length(_) => self.set_body(body),
            Body::None | Body::Close => {}
        }
        body != Body::Close
    }

    /// Makes the head of a reply that is whole agree with its length: an error file may lie about it, or say nothing of it, and then the
    /// end of the connection is the end. Gives whether the head tells where the body ends.
    pub fn frame_reply(&mut self, length: u64) -> bool {
        if Self::is_bodiless(self.status()) {
            return true;
        }
        match self.response_body(b"GET") {
            Ok(Body::Length(said)) if said == length => true,
            Ok(Body::Close) => false,
            _ => {
                self.set_body(Body::Length(length));
                true
            }
        }
    }

    /// Rules may have changed a status that says whether there is a body. What is sent must agree with it: a client would take a body
    /// that it does not wait for as its next response, or wait for one that never comes. `before`: what the server said.
    ///
    /// # Errors
    /// A status that announces a response which never comes.
    pub fn fit(&mut self, before: u16, body: Body, method: &[u8]) -> Result<Fit, HeadError> {
        let status = self.status();
        if status == before {
            return Ok(Fit::Body);
        }
        if status < 200 {
            return Err(HeadError::Status);
        }
        match (Self::is_bodiless(status), body) {
            (true, Body::None) => {}
            (true, _) => {
                if status == 204 {
                    self.set_body(Body::None);
                }
                return Ok(Fit::Nothing);
            }
            (false, _) if Self::is_bodiless(before) && method != b"HEAD" => self.set_body(Body::Length(0)),
            (false, _) => {}
        }
        Ok(Fit::Body)
    }
}
