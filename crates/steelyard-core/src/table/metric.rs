//! The values that fetches and converters name: how they are read off an entry, or counted in it.

use super::Row;
use crate::plan::TableData as D;

/// A column, by its own name and, for `gpc0`, `gpc1` and `gpt0`, as the element of the array that may stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    data: D,
    index: u32,
    array: Option<D>,
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Read(Place),
    /// In units of 1024.
    Kilo(Place),
    /// One more: the counter, and its rate.
    Increment(Place, Place),
    /// 0 from now on; gives what it was.
    Clear(Place),
    /// One connection more, without tracking it.
    Connection,
    Trackers,
}

impl Place {
    fn plain(data: D) -> Self {
        Self {
            data,
            index: 0,
            array: None,
        }
    }

    /// An element of an array.
    pub fn element(data: D, index: u32) -> Self {
        Self {
            data,
            index,
            array: None,
        }
    }

    /// `gpc0`, `gpc1`, `gpt0`: by their own name, else as elements.
    pub fn numbered(data: D, array: D, index: u32) -> Self {
        Self {
            data,
            index,
            array: Some(array),
        }
    }

    /// The rate that belongs to a general purpose counter.
    pub fn rate(self) -> Self {
        let data = match self.data {
            D::Gpc0 => D::Gpc0Rate,
            D::Gpc1 => D::Gpc1Rate,
            _ => D::GpcRate,
        };
        Self {
            data,
            array: self.array.map(|_| D::GpcRate),
            ..self
        }
    }

    fn try_each<R>(self, mut look: impl FnMut(D, u32) -> Option<R>) -> Option<R> {
        match self.array {
            None => look(self.data, self.index),
            Some(array) => look(self.data, 0).or_else(|| look(array, self.index)),
        }
    }

    pub fn add(self, row: &mut Row<'_>, amount: u32) -> Option<u64> {
        self.try_each(|data, index| row.add(data, index, amount))
    }

    pub fn tick(self, row: &mut Row<'_>, events: u32) -> Option<u64> {
        self.try_each(|data, index| row.tick(data, index, events))
    }

    pub fn set(self, row: &mut Row<'_>, value: u32) -> Option<u64> {
        self.try_each(|data, index| row.set(data, index, value))
    }
}

/// The value of that name, without the `sc_`, `src_` or `table_` in front. `index`: of an array's element.
pub fn metric(name: &str, index: u32) -> Option<Metric> {
    let gpc0 = Place::numbered(D::Gpc0, D::Gpc, 0);
    let gpc1 = Place::numbered(D::Gpc1, D::Gpc, 1);
    let gpc = Place::element(D::Gpc, index);
    let read = |data| Metric::Read(Place::plain(data));
    let increment = |place: Place| Metric::Increment(place, place.rate());
    Some(match name {
        "bytes_in_rate" => read(D::BytesInRate),
        "bytes_out_rate" => read(D::BytesOutRate),
        "clr_gpc" => Metric::Clear(gpc),
        "clr_gpc0" => Metric::Clear(gpc0),
        "clr_gpc1" => Metric::Clear(gpc1),
        "conn_cnt" => read(D::ConnCnt),
        "conn_cur" => read(D::ConnCur),
        "conn_rate" => read(D::ConnRate),
        "get_gpc" | "gpc" => Metric::Read(gpc),
        "get_gpc0" | "gpc0" => Metric::Read(gpc0),
        "get_gpc1" | "gpc1" => Metric::Read(gpc1),
        "get_gpt" | "gpt" => Metric::Read(Place::element(D::Gpt, index)),
        "get_gpt0" | "gpt0" => Metric::Read(Place::numbered(D::Gpt0, D::Gpt, 0)),
        "glitch_cnt" => read(D::GlitchCnt),
        "glitch_rate" => read(D::GlitchRate),
        "gpc_rate" => Metric::Read(gpc.rate()),
        "gpc0_rate" => Metric::Read(gpc0.rate()),
        "gpc1_rate" => Metric::Read(gpc1.rate()),
        "http_err_cnt" => read(D::HttpErrCnt),
        "http_err_rate" => read(D::HttpErrRate),
        "http_fail_cnt" => read(D::HttpFailCnt),
        "http_fail_rate" => read(D::HttpFailRate),
        "http_req_cnt" => read(D::HttpReqCnt),
        "http_req_rate" => read(D::HttpReqRate),
        "inc_gpc" => increment(gpc),
        "inc_gpc0" => increment(gpc0),
        "inc_gpc1" => increment(gpc1),
        "kbytes_in" => Metric::Kilo(Place::plain(D::BytesInCnt)),
        "kbytes_out" => Metric::Kilo(Place::plain(D::BytesOutCnt)),
        "server_id" => read(D::ServerId),
        "sess_cnt" => read(D::SessCnt),
        "sess_rate" => read(D::SessRate),
        "trackers" => Metric::Trackers,
        "updt_conn_cnt" => Metric::Connection,
        _ => return None,
    })
}

impl Metric {
    /// Whether a key that has no entry gets one.
    pub fn makes_entry(self) -> bool {
        matches!(self, Self::Increment(..) | Self::Connection)
    }

    /// The value; `None`: it is not stored.
    pub fn of(self, row: &mut Row<'_>) -> Option<u64> {
        match self {
            Self::Read(place) => place.try_each(|data, index| row.read(data, index)),
            Self::Kilo(place) => place.try_each(|data, index| row.read(data, index)).map(|bytes| bytes >> 10),
            Self::Increment(counter, rate) => {
                let events = rate.tick(row, 1);
                // A counter that the table does not store stays at 0, as with HAProxy.
                counter.add(row, 1).or(events).or(Some(0))
            }
            Self::Clear(place) => place.set(row, 0),
            Self::Connection => {
                row.tick(D::ConnRate, 0, 1);
                row.add(D::ConnCnt, 0, 1)
            }
            Self::Trackers => Some(u64::from(row.trackers())),
        }
    }
}
