//! Moments in time: unsigned 32-bit seconds in the pixels, RFC 3339 in text. No clock is read here.
//!
//! Calendar arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2021), `days_from_civil`
//! and `civil_from_days`: years begin in March, so the leap day comes last.

use std::fmt;
use std::str::FromStr;

use super::FieldError;

/// Seconds since 1970-01-01T00:00:00Z without leap seconds; reaches 2106-02-07T06:28:15Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u32);

impl UnixSeconds {
    /// Wraps a signed count of seconds, as clocks hand it out.
    ///
    /// # Errors
    /// [`FieldError::TimeOutOfRange`] before 1970 or after 2106-02-07T06:28:15Z.
    pub fn from_i64(value: i64) -> Result<Self, FieldError> {
        u32::try_from(value).map(Self).map_err(|_| FieldError::TimeOutOfRange { value })
    }
}

/// RFC 3339 in UTC: `2026-01-31T09:30:00Z`.
impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, second) = (self.0 / 86_400, self.0 % 86_400);
        // Day 0 is moved to 0000-03-01; 1970 to 2106 stays inside one range of u32.
        let day = day + 719_468;
        let (era, day_of_era) = (day / 146_097, day % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day_of_month = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + u32::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// RFC 3339 with any offset. Fractions of a second are dropped; a leap second counts as the second after it.
impl FromStr for UnixSeconds {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let seconds = parse(text.as_bytes()).ok_or_else(|| FieldError::TimeSyntax { text: text.to_owned() })?;
        Self::from_i64(seconds)
    }
}

fn parse(text: &[u8]) -> Option<i64> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T' | b't' | b' ', clock @ ..] = date_time else { return None };
    let (year, month, day) = (number(&[*y0, *y1, *y2, *y3])?, number(&[*m0, *m1])?, number(&[*d0, *d1])?);
    let (hour, minute) = hour_minute(clock.get(..5)?)?;
    let second = number(clock.get(6..)?).filter(|&s| s <= 60 && clock[5] == b':')?;
    if !(1..=12).contains(&month) || !(1..=month_days(year, month)).contains(&day) {
        return None;
    }
    let days = days_from_civil(year, month, day);
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - offset_s(after_fraction(rest)?)?)
}

/// What follows an optional `.` with at least one digit.
fn after_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(rest) };
    let digits = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
    (digits > 0).then(|| &fraction[digits..])
}

fn offset_s(text: &[u8]) -> Option<i64> {
    let (sign, clock) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', clock @ ..] => (1, clock),
        [b'-', clock @ ..] => (-1, clock),
        _ => return None,
    };
    hour_minute(clock).map(|(hour, minute)| sign * (hour * 3600 + minute * 60))
}

fn hour_minute(text: &[u8]) -> Option<(i64, i64)> {
    let [h0, h1, b':', m0, m1] = text else { return None };
    let (hour, minute) = (number(&[*h0, *h1])?, number(&[*m0, *m1])?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// At most four decimal digits, nothing else.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, c| c.is_ascii_digit().then(|| value * 10 + i64::from(c - b'0')))
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a Gregorian date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_moments() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u32::MAX, "2106-02-07T06:28:15Z"),
        ] {
            assert_eq!(UnixSeconds(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(UnixSeconds(seconds)));
        }
    }

    #[test]
    fn spellings_of_one_moment() {
        for text in [
            "2023-11-14t22:13:20z",
            "2023-11-14 22:13:20.987654321Z",
            "2023-11-15T07:13:20+09:00",
            "2023-11-14T17:13:20-05:00",
            "2023-11-14T22:12:60Z",
        ] {
            let expected = 1_700_000_000 - if text.contains(":60") { 20 } else { 0 };
            assert_eq!(text.parse(), Ok(UnixSeconds(expected)), "{text}");
        }
    }

    #[test]
    fn malformed_times() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13Z",
            "2023-11-14T22:13:20",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20Zx",
            "2023-11-14T22:13:20+0900",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:60:00Z",
            "2023-11-14T22:13:61Z",
            "2023-11-14T22:13.20Z",
            "2023-00-14T22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-11-00T22:13:20Z",
            "2023-11-31T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "2100-02-29T22:13:20Z",
            "+023-11-14T22:13:20Z",
            "2023-11-14T22:13:2\u{0662}Z",
        ] {
            assert_eq!(text.parse::<UnixSeconds>(), Err(FieldError::TimeSyntax { text: text.to_owned() }));
        }
    }

    #[test]
    fn times_before_1970_and_after_2106() {
        for (text, value) in [
            ("1969-12-31T23:59:59Z", -1),
            ("1970-01-01T00:00:00+00:01", -60),
            ("2106-02-07T06:28:16Z", 1 << 32),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
        ] {
            assert_eq!(text.parse::<UnixSeconds>(), Err(FieldError::TimeOutOfRange { value }));
        }
    }

    proptest! {
        #[test]
        fn text_round_trip(seconds in any::<u32>()) {
            prop_assert_eq!(UnixSeconds(seconds).to_string().parse(), Ok(UnixSeconds(seconds)));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*|[0-9TZ:.+ -]{18,30}") {
            let _ = text.parse::<UnixSeconds>();
        }
    }
}
