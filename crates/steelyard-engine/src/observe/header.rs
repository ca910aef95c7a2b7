//! What stands in front of a line, format by format (manual, `log`, "format"), byte for byte as HAProxy 2.6 and 2.8 write it.

use super::date::Date;
use std::io::Write;
use steelyard_core::plan::LogFormatName;

/// What headers are made of.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub format: LogFormatName,
    pub facility: u8,
    pub level: u8,
    pub date: &'a Date,
    pub tag: &'a str,
    /// `log-send-hostname`
    pub host: Option<&'a str>,
    pub pid: u32,
    /// `log-format-sd`, for RFC 5424; empty: none.
    pub structured: &'a [u8],
}

impl Header<'_> {
    /// Appends the header, up to the first byte of the line's body.
    pub fn write(&self, out: &mut Vec<u8>) {
        let Self { tag, pid, level, .. } = self;
        let priority = u32::from(self.facility) * 8 + u32::from(*level);
        // Writing to a vector can't fail.
        let _ = match self.format {
            LogFormatName::Rfc3164 => {
                let host = self.host.unwrap_or("localhost");
                write!(out, "<{priority}>")
                    .and_then(|()| self.bsd_date(out))
                    .and_then(|()| write!(out, " {host} {tag}[{pid}]: "))
            }
            LogFormatName::Local => write!(out, "<{priority}>")
                .and_then(|()| self.bsd_date(out))
                .and_then(|()| write!(out, " {tag}[{pid}]: ")),
            LogFormatName::Rfc5424 => {
                let host = self.host.unwrap_or("-");
                write!(out, "<{priority}>1 ")
                    .and_then(|()| self.iso_date(out))
                    .and_then(|()| write!(out, " {host} {tag} {pid} - "))
                    .map(|()| {
                        out.extend_from_slice(if self.structured.is_empty() { b"-" } else { self.structured });
                        out.push(b' ');
                    })
            }
            LogFormatName::Priority => write!(out, "<{priority}>"),
            LogFormatName::Short => write!(out, "<{level}>"),
            LogFormatName::Timed => write!(out, "<{level}>")
                .and_then(|()| self.iso_date(out))
                .and_then(|()| write!(out, " ")),
            LogFormatName::Iso => self.iso_date(out).and_then(|()| write!(out, " ")),
            LogFormatName::Raw => Ok(()),
        };
    }

    fn bsd_date(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let date = self.date;
        let (month, day) = (date.month_name(), date.day);
        write!(out, "{month} {day:2} {:02}:{:02}:{:02}", date.hour, date.minute, date.second)
    }

    fn iso_date(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let Date {
            year,
            month,
            day,
            hour,
            minute,
            second,
            micros,
            ..
        } = self.date;
        let (sign, hours, minutes) = self.date.zone();
        write!(
            out,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}{sign}{hours:02}:{minutes:02}"
        )
    }
}
