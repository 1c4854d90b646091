//! Moments as JSON and `datetime` attributes write them: RFC 3339, UTC.

use dossier_proto::Micros;
use jiff::Timestamp;

/// `2026-03-03T10:42:07.000001Z`. A moment beyond what can be written (before year -9999 or after 9999) is the nearest
/// that can.
pub(crate) fn written(moment: Micros) -> String {
    let nearest = if moment.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(moment.0).unwrap_or(nearest).to_string()
}
