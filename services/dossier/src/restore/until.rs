//! How far a backup is put back: to a moment, or to the moment of one event.

use std::ops::ControlFlow;

use dossier_proto::{Event, Micros, Origin, Place};

use super::backed::each_event;
use crate::{Exit, Failure, backup::Opened};

/// A point in the history of an installation. All services go back to one moment: of an event, to the one in which it was recorded, so that everything
/// that caused it is there, and the command that recorded it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// What was recorded no later than this.
    Moment(Micros),
    /// What was recorded no later than this event.
    Event(Place),
}

impl Until {
    /// Reads `2026-03-09T12:00:00Z`, `submission/786`, or in a later epoch than the first `submission/21599999/3`.
    ///
    /// # Errors
    /// [`Failure`]: it is neither.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::Moment(Micros(moment.as_microsecond())));
        }
        event(text).map(Self::Event).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!(
                    "{text:?} is no moment and no event: write 2026-03-09T12:00:00Z, or the last event that is to be there, such as submission/786 (of a \
                     later epoch submission/EPOCH/786)"
                ),
            )
        })
    }

    /// The moment, by what stands in a backup.
    ///
    /// # Errors
    /// [`Failure`]: the event is not in it, or the backup cannot be read.
    pub(crate) fn moment(self, backup: &Opened) -> Result<Micros, Failure> {
        let place = match self {
            Self::Moment(moment) => return Ok(moment),
            Self::Event(place) => place,
        };
        let mut found = None;
        if backup.services().contains(&place.origin) {
            each_event(place.origin, &backup.journal(place.origin), |stored| {
                if (stored.epoch, stored.sequence) != (place.epoch, place.sequence) {
                    return Ok(ControlFlow::Continue(()));
                }
                found = Event::decode(&stored.event).ok().map(|event| event.head.recorded_at);
                Ok(ControlFlow::Break(()))
            })?;
        }
        found.ok_or_else(|| {
            let at = backup.at().display();
            Failure::not_there(format!("there is no event {place} in {at}. Nothing was written"))
        })
    }
}

fn event(text: &str) -> Option<Place> {
    let (service, rest) = text.split_once('/')?;
    let (epoch, sequence) = rest.split_once('/').unwrap_or(("0", rest));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(epoch) || !is_plain(sequence) {
        return None;
    }
    Some(Place {
        origin: service.parse::<Origin>().ok()?,
        epoch: epoch.parse().ok()?,
        sequence: sequence.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_moment_or_an_event() {
        let place = |epoch, sequence| Until::Event(Place { origin: Origin::Submission, epoch, sequence });
        assert_eq!(Until::parse("1970-01-01T00:00:01Z").unwrap(), Until::Moment(Micros(1_000_000)));
        assert_eq!(Until::parse("submission/786").unwrap(), place(0, 786));
        assert_eq!(Until::parse("submission/21599999/3").unwrap(), place(21_599_999, 3));
        for wrong in
            ["", "786", "submission", "submission/", "nobody/1", "submission/-1", "submission/1/2/3", "submission/+1"]
        {
            assert_eq!(Until::parse(wrong).unwrap_err().exit_code(), Exit::Usage as u8, "{wrong:?}");
        }
    }
}
