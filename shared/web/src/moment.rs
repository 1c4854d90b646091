//! Moments as JSON and `datetime` attributes write them: RFC 3339, UTC.

use dossier_proto::Micros;
use jiff::Timestamp;

/// `2026-03-03T10:42:07.000001Z`. A moment beyond what can be written (before year -9999 or after 9999) is the nearest
/// that can.
pub fn written(moment: Micros) -> String {
    let nearest = if moment.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(moment.0).unwrap_or(nearest).to_string()
}

/// Reads what [`written`] writes, with whatever offset.
pub fn read(text: &str) -> Option<Micros> {
    text.parse::<Timestamp>().ok().map(|moment| Micros(moment.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use dossier_proto::Micros;

    #[test]
    fn moments_come_back_to_the_microsecond() {
        assert_eq!(written(Micros(1_767_225_600_000_001)), "2026-01-01T00:00:00.000001Z");
        for moment in [0, 1, -1, 1_767_225_600_000_001] {
            assert_eq!(read(&written(Micros(moment))), Some(Micros(moment)));
        }
        assert_eq!(read("2026-01-01T03:00:00+03:00"), Some(Micros(1_767_225_600_000_000)));
        for text in ["", "2026-01-01", "tomorrow", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        written(Micros(i64::MAX));
        written(Micros(i64::MIN));
    }
}
