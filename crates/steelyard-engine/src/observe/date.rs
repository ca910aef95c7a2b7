//! Dates of log headers.

/// A moment, broken down in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// 1 to 12, 1 to 31.
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub micros: u32,
    /// Seconds east of UTC.
    pub offset: i32,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Date {
    /// `wall`: seconds and microseconds since the epoch.
    pub fn new(wall: (u64, u32), offset: i32) -> Self {
        let local = i64::try_from(wall.0).unwrap_or(0) + i64::from(offset);
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400) as u32);
        // Years counted from March, in eras of 400: the leap day is the last of its year.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year,
            month: month as u32,
            day: day as u32,
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: wall.1,
            offset,
        }
    }

    pub fn month_name(&self) -> &'static str {
        MONTHS.get(self.month as usize - 1).copied().unwrap_or("Jan")
    }

    /// `23/Nov/2026:06:01:17.770`
    pub fn common(&self) -> String {
        let Self {
            year,
            day,
            hour,
            minute,
            second,
            ..
        } = self;
        format!(
            "{day:02}/{}/{year:04}:{hour:02}:{minute:02}:{second:02}.{:03}",
            self.month_name(),
            self.micros / 1_000
        )
    }

    /// `+01:00`
    pub fn zone(&self) -> (char, u32, u32) {
        let minutes = self.offset.unsigned_abs() / 60;
        (if self.offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}
