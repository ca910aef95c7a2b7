//! How connections fail: the table of the manual (section 7.3.3, `fc_err_str`), as far as it can happen here.

/// The code of a connection that the other end reset.
pub const RESET: u8 = 47;

/// One way to fail. `name` and `text` as the manual has them; the good end has no name.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub code: u8,
    pub name: &'static str,
    pub text: &'static str,
}

const GOOD: Row = row(0, "", "Success");

/// In the order of their codes.
const ROWS: &[Row] = &[
    GOOD,
    row(2, "PROC_FDLIM", "Too many sockets on the process"),
    row(3, "SYS_FDLIM", "Too many sockets on the system"),
    row(4, "SYS_MEMLIM", "Out of system buffers"),
    row(5, "NOPROTO", "Protocol or address family not supported"),
    row(6, "SOCK_ERR", "General socket error"),
    row(9, "FREE_PORTS", "Out of local source ports on the system"),
    row(10, "ADDR_INUSE", "Local source address already in use"),
    row(11, "PRX_EMPTY", "Connection closed while waiting for PROXY protocol header"),
    row(12, "PRX_ABORT", "Connection error while waiting for PROXY protocol header"),
    row(13, "PRX_TIMEOUT", "Timeout while waiting for PROXY protocol header"),
    row(14, "PRX_TRUNCATED", "Truncated PROXY protocol header received"),
    row(
        15,
        "PRX_NOT_HDR",
        "Received something which does not look like a PROXY protocol header",
    ),
    row(16, "PRX_BAD_HDR", "Received an invalid PROXY protocol header"),
    row(
        17,
        "PRX_BAD_PROTO",
        "Received an unhandled protocol in the PROXY protocol header",
    ),
    row(
        18,
        "CIP_EMPTY",
        "Connection closed while waiting for NetScaler Client IP header",
    ),
    row(
        19,
        "CIP_ABORT",
        "Connection error while waiting for NetScaler Client IP header",
    ),
    row(20, "CIP_TIMEOUT", "Timeout while waiting for a NetScaler Client IP header"),
    row(21, "CIP_TRUNCATED", "Truncated NetScaler Client IP header received"),
    row(22, "CIP_BAD_MAGIC", "Received an invalid NetScaler Client IP magic number"),
    row(
        23,
        "CIP_BAD_PROTO",
        "Received an unhandled protocol in the NetScaler Client IP header",
    ),
    row(46, "EREFUSED", "ECONNREFUSED returned by OS"),
    row(47, "ERESET", "ECONNRESET returned by OS"),
    row(48, "EUNREACH", "ENETUNREACH returned by OS"),
    row(56, "EPIPE", "EPIPE returned by OS"),
];

const fn row(code: u8, name: &'static str, text: &'static str) -> Row {
    Row { code, name, text }
}

pub fn by_code(code: u8) -> &'static Row {
    ROWS.iter().find(|row| row.code == code).unwrap_or(&GOOD)
}

pub fn by_text(text: &str) -> &'static Row {
    ROWS.iter().find(|row| row.text == text).unwrap_or(&GOOD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_code_and_by_text() {
        for row in ROWS {
            assert_eq!(by_code(row.code), row);
            assert_eq!(by_text(row.text), row);
        }
        assert!(ROWS.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(by_code(255), &GOOD);
    }
}
