//! Every kind of damage, done to any log.

use std::{fs, path::Path};

use bytes::Bytes;
use dossier::verification::Class;
use dossier_journal::Stored;
use dossier_proto::{Event, EventId, Micros, Origin};

use super::{
    World,
    logs::{Anchor, Contents, Log, clear},
};

/// What is done to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// One byte of an event, in a journal that is written anew under its key.
    EditByte,
    /// A field of an event, well-formed.
    EditField,
    /// The same by somebody who has not the key.
    EditWithoutKey,
    /// An event is taken out, and a gap stays in the numbers.
    DeleteGap,
    /// An event is taken out, and those after it are numbered anew.
    DeleteClosed,
    Insert,
    Swap,
    /// The last three events, under the key.
    Truncate,
    /// The same without it.
    TruncateWithoutKey,
    /// Everything from an event on says something else, signed anew.
    Resign,
    /// An older state of journal and anchor.
    RollBack,
    /// An older state of the journal alone.
    RollBackJournal,
    /// Another service's log as it is.
    OtherService,
    /// Another service's events under this log's name and key.
    OtherServiceRewritten,
    /// Another installation's log as it is.
    OtherInstallation,
    /// Another installation's events under this log's name and key.
    OtherInstallationRewritten,
    /// Another history was signed and shown to one reader, who kept its checkpoint.
    Fork,
    /// Bits of an event in sled's files.
    FlipInFile,
    AnchorFlipped,
    AnchorGone,
    JournalGone,
}

/// What was done: where, which checkpoints a reader of a fork kept.
pub(super) struct Planted {
    pub(super) at: Option<u64>,
    pub(super) fork: Option<String>,
}

impl Damage {
    pub(super) const ALL: [Self; 21] = [
        Self::EditByte,
        Self::EditField,
        Self::EditWithoutKey,
        Self::DeleteGap,
        Self::DeleteClosed,
        Self::Insert,
        Self::Swap,
        Self::Truncate,
        Self::TruncateWithoutKey,
        Self::Resign,
        Self::RollBack,
        Self::RollBackJournal,
        Self::OtherService,
        Self::OtherServiceRewritten,
        Self::OtherInstallation,
        Self::OtherInstallationRewritten,
        Self::Fork,
        Self::FlipInFile,
        Self::AnchorFlipped,
        Self::AnchorGone,
        Self::JournalGone,
    ];

    /// As what it has to be found. Of the audit service's own journal there is no copy: there only kept checkpoints tell what was
    /// done under its key, and that something was done is all they tell.
    pub(super) fn expected(self, log: Log) -> &'static [Class] {
        let has_copy = log != Log::Journal(Origin::Audit);
        match self {
            Self::EditByte if !has_copy => &[Class::Forked, Class::Unreadable],
            Self::EditField | Self::Resign | Self::DeleteClosed | Self::Insert | Self::Swap if !has_copy => {
                &[Class::Forked]
            }
            Self::EditWithoutKey if !has_copy => &[Class::Altered],
            Self::EditByte | Self::EditField | Self::EditWithoutKey | Self::Resign => &[Class::Edited],
            Self::DeleteGap | Self::DeleteClosed => &[Class::Deleted],
            Self::Insert => &[Class::Inserted],
            Self::Swap => &[Class::Swapped],
            Self::Truncate | Self::RollBack | Self::RollBackJournal => &[Class::RolledBack],
            Self::TruncateWithoutKey => &[Class::Truncated],
            // Its events are of the right service, and nobody has a copy of those that should be here.
            Self::OtherInstallationRewritten if !has_copy => &[Class::Forked],
            Self::OtherService
            | Self::OtherServiceRewritten
            | Self::OtherInstallation
            | Self::OtherInstallationRewritten => &[Class::Foreign],
            Self::Fork => &[Class::Forked],
            // sled takes a message that does not fit its checksum for the end of what was written.
            Self::FlipInFile => &[Class::Unreadable, Class::Truncated, Class::RolledBack],
            Self::AnchorFlipped | Self::AnchorGone => &[Class::Unsigned],
            Self::JournalGone => &[Class::Missing],
        }
    }

    /// Whether the event is named, and not only the log.
    pub(super) fn names_the_event(self, log: Log) -> bool {
        let of_audit = log == Log::Journal(Origin::Audit);
        match self {
            Self::DeleteGap => true,
            Self::EditByte
            | Self::EditField
            | Self::EditWithoutKey
            | Self::DeleteClosed
            | Self::Insert
            | Self::Swap
            | Self::Resign => !of_audit,
            Self::Truncate | Self::TruncateWithoutKey => true,
            _ => false,
        }
    }

    /// Whether it makes sense: a fork is of who signs, and a copy is signed for nobody.
    pub(super) fn applies(self, log: Log) -> bool {
        self != Self::Fork || matches!(log, Log::Journal(_))
    }

    pub(super) fn apply(self, log: Log, data: &Path, world: &World) -> Planted {
        let whole = log.read(data);
        let count = whole.events.len();
        let at = count / 2;
        let rewritten = |events: Vec<Stored>, anchor: Anchor| {
            log.write(data, &Contents { events, ..whole.clone() }, anchor);
        };
        let planted = |at: usize| Planted { at: Some(at as u64), fork: None };
        let nowhere = Planted { at: None, fork: None };
        let events = whole.events.clone();
        match self {
            Self::EditByte => {
                rewritten(edited_byte(events, at), Anchor::Signed);
                planted(at)
            }
            Self::EditField => {
                rewritten(edited(events, at..=at), Anchor::Signed);
                planted(at)
            }
            Self::EditWithoutKey => {
                rewritten(edited(events, at..=at), Anchor::Left);
                planted(at)
            }
            Self::Resign => {
                rewritten(edited(events, at..=count - 1), Anchor::Signed);
                planted(at)
            }
            Self::DeleteGap => {
                rewritten(without(events, at), Anchor::Signed);
                planted(at)
            }
            Self::DeleteClosed => {
                rewritten(renumbered(without(events, at)), Anchor::Signed);
                planted(at)
            }
            Self::Insert => {
                rewritten(renumbered(inserted(events, at)), Anchor::Signed);
                planted(at)
            }
            Self::Swap => {
                rewritten(swapped(events, at), Anchor::Signed);
                planted(at)
            }
            Self::Truncate | Self::TruncateWithoutKey => {
                let anchor = if self == Self::Truncate { Anchor::Signed } else { Anchor::Left };
                rewritten(events[..count - 3].to_vec(), anchor);
                planted(count - 3)
            }
            Self::RollBack => {
                log.put_back(&world.before, data);
                nowhere
            }
            Self::RollBackJournal => {
                log.put_back_part(&world.before, data, "journal");
                nowhere
            }
            Self::OtherService | Self::OtherServiceRewritten => {
                self.take_others(log, colleague(log), &world.pristine, data);
                nowhere
            }
            Self::OtherInstallation | Self::OtherInstallationRewritten => {
                self.take_others(log, log, &world.other, data);
                nowhere
            }
            Self::Fork => {
                let fork = world.fork_of(log, &renumbered(edited(events, at..=count - 1)));
                Planted { at: None, fork: Some(fork) }
            }
            Self::FlipInFile => {
                flip_in_file(&log.journal(data), &whole.events[at]);
                nowhere
            }
            Self::AnchorFlipped => {
                let file = log.anchors(data).join("head");
                let bytes: Vec<_> = fs::read(&file).unwrap().iter().map(|byte| byte ^ 0x10).collect();
                fs::write(file, bytes).unwrap();
                nowhere
            }
            Self::AnchorGone => {
                clear(&log.anchors(data));
                nowhere
            }
            Self::JournalGone => {
                clear(&log.journal(data));
                nowhere
            }
        }
    }

    fn take_others(self, log: Log, other: Log, from: &Path, data: &Path) {
        if matches!(self, Self::OtherServiceRewritten | Self::OtherInstallationRewritten) {
            log.write(data, &other.read(from), Anchor::Signed);
            return;
        }
        for (theirs, ours) in [(other.journal(from), log.journal(data)), (other.anchors(from), log.anchors(data))] {
            clear(&ours);
            super::logs::take(&theirs, &ours);
        }
    }
}

/// Whose log is put in its place.
fn colleague(log: Log) -> Log {
    match log {
        Log::Journal(Origin::Submission) => Log::Journal(Origin::Moderation),
        Log::Journal(_) => Log::Journal(Origin::Submission),
        Log::Copy(Origin::Submission) => Log::Copy(Origin::Moderation),
        Log::Copy(_) => Log::Copy(Origin::Submission),
    }
}

fn changed(stored: &Stored, change: impl FnOnce(&mut Event)) -> Stored {
    let mut event = Event::decode(&stored.event).unwrap();
    change(&mut event);
    Stored { event: Bytes::from(event.encode()), ..stored.clone() }
}

fn edited_byte(mut events: Vec<Stored>, at: usize) -> Vec<Stored> {
    let mut bytes = events[at].event.to_vec();
    *bytes.last_mut().unwrap() ^= 0x01;
    events[at].event = bytes.into();
    events
}

fn edited(mut events: Vec<Stored>, which: std::ops::RangeInclusive<usize>) -> Vec<Stored> {
    for at in which {
        events[at] = changed(&events[at], |event| event.head.wall = Micros(event.head.wall.0 - 1));
    }
    events
}

fn without(mut events: Vec<Stored>, at: usize) -> Vec<Stored> {
    events.remove(at);
    events
}

fn inserted(mut events: Vec<Stored>, at: usize) -> Vec<Stored> {
    let new = changed(&events[at], |event| {
        event.head.id = EventId([0x55; 16]);
        event.head.recorded_at = Micros(event.head.recorded_at.0 - 1);
    });
    events.insert(at, new);
    events
}

/// Two events in each other's place, with each other's number and time.
fn swapped(mut events: Vec<Stored>, at: usize) -> Vec<Stored> {
    let times: Vec<_> =
        [at, at + 1].iter().map(|at| Event::decode(&events[*at].event).unwrap().head.recorded_at).collect();
    events.swap(at, at + 1);
    for (offset, time) in times.into_iter().enumerate() {
        events[at + offset] = changed(&events[at + offset], |event| event.head.recorded_at = time);
    }
    renumbered(events)
}

/// The events under the numbers of the places where they stand now.
fn renumbered(events: Vec<Stored>) -> Vec<Stored> {
    let number = |(sequence, stored): (u64, Stored)| changed(&stored, |event| event.head.place.sequence = sequence);
    (0..).zip(events).map(number).collect()
}

/// Flips a bit wherever the name of an event stands in the files of its journal.
fn flip_in_file(journal: &Path, stored: &Stored) {
    let name = Event::decode(&stored.event).unwrap().head.id.0;
    let mut found = 0;
    for item in fs::read_dir(journal).unwrap() {
        let path = item.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let mut bytes = fs::read(&path).unwrap();
        let places: Vec<_> =
            bytes.windows(name.len()).enumerate().filter(|(_, window)| *window == name).map(|(at, _)| at).collect();
        found += places.len();
        places.into_iter().for_each(|at| bytes[at] ^= 0x04);
        fs::write(&path, bytes).unwrap();
    }
    assert!(found > 0, "the event is nowhere in {}", journal.display());
}
