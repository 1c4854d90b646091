//! Each journal as a chain: places dense, times rising, names unique, commands whole and once, causes before effects, rights
//! granted before they are used.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Actor, CommandId, EventId, Micros, Origin, Payload, Place, v1};

use super::{Complaint, Fault, History, Kept};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let mut names = BTreeMap::new();
    let mut commands = BTreeMap::new();
    for (origin, journal) in &history.journals {
        places(*origin, &journal.events, complaints);
        for kept in &journal.events {
            name(kept, &mut names, complaints);
            cause(history, kept, complaints);
            right(history, kept, complaints);
        }
        whole_commands(&journal.events, &mut commands, complaints);
    }
    set_up(history, complaints);
}

fn places(origin: Origin, events: &[Kept], complaints: &mut Vec<Complaint>) {
    let mut next = Place { origin, epoch: 0, sequence: 0 };
    let mut last = Micros(i64::MIN);
    for kept in events {
        let head = &kept.event.head;
        let begins_epoch = head.place.epoch > next.epoch && head.place.sequence == 0;
        if head.place.origin != origin || (head.place != next && !begins_epoch) {
            complaints.push(Complaint::new(Fault::Misplaced, next, format!("the event there says {}", head.place)));
        }
        if head.recorded_at <= last {
            let found = format!("{} after {}", head.recorded_at.0, last.0);
            complaints.push(Complaint::new(Fault::TimeGoesBack, head.place, found));
        }
        last = head.recorded_at;
        next = Place { origin, epoch: head.place.epoch.max(next.epoch), sequence: next.sequence + 1 };
        if begins_epoch {
            next.sequence = 1;
        }
    }
}

fn name(kept: &Kept, names: &mut BTreeMap<EventId, Place>, complaints: &mut Vec<Complaint>) {
    if let Some(other) = names.insert(kept.event.head.id, kept.place()) {
        let found = format!("{} is the name of {other} too", kept.event.head.id);
        complaints.push(Complaint::new(Fault::NameTwice, kept.place(), found));
    }
}

/// The events of a command stand one after the other, are numbered from 0, and are the only ones of that name anywhere.
fn whole_commands(events: &[Kept], commands: &mut BTreeMap<CommandId, Place>, complaints: &mut Vec<Complaint>) {
    let mut last = None;
    for kept in events {
        let Some(command) = kept.event.head.command else {
            if !matches!(
                kept.event.payload,
                Some(Payload::Received(_) | Payload::EpochStarted(_) | Payload::KeyRotated(_))
            ) {
                complaints.push(Complaint::new(Fault::CommandBroken, kept.place(), "it is of no command"));
            }
            last = None;
            continue;
        };
        let goes_on = last == Some((command.id, command.index.wrapping_sub(1)));
        if command.index == 0 {
            if let Some(other) = commands.insert(command.id, kept.place()) {
                let found = format!("the command {} took effect at {other} already", command.id);
                complaints.push(Complaint::new(Fault::CommandTwice, kept.place(), found));
            }
        } else if !goes_on {
            let found = format!("it is event {} of {}, whose event before is not there", command.index, command.id);
            complaints.push(Complaint::new(Fault::CommandBroken, kept.place(), found));
        }
        last = Some((command.id, command.index));
    }
}

fn cause(history: &History, kept: &Kept, complaints: &mut Vec<Complaint>) {
    let Some(cause) = kept.event.head.cause else { return };
    let found = match history.at(cause) {
        None => format!("its cause {cause} is not there"),
        Some(there) if there.event.head.recorded_at >= kept.event.head.recorded_at => {
            format!("its cause {cause} was recorded later")
        }
        Some(_) => return,
    };
    complaints.push(Complaint::new(Fault::CauseMissing, kept.place(), found));
}

/// A person acts under a designation of their own, granted before; a refusal needs none.
fn right(history: &History, kept: &Kept, complaints: &mut Vec<Complaint>) {
    let Actor::Person(subject) = kept.event.head.actor else { return };
    if is_refusal(kept.event.payload.as_ref()) {
        return;
    }
    let wrong = |found: &str| Complaint::new(Fault::RightMissing, kept.place(), found);
    let Some(authority) = kept.event.head.authority else {
        return complaints.push(wrong("a person acted without a designation"));
    };
    let Some(granted) = history.at(authority.granted) else {
        return complaints.push(wrong("the event that granted it is not there"));
    };
    let Some(Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) })) = &granted.event.payload
    else {
        return complaints.push(wrong("what it names granted no designation"));
    };
    if grant.subject != subject.as_bytes() || authority.designation.0 != granted.event.head.id.0 {
        complaints.push(wrong("it was granted to somebody else"));
    }
    if granted.event.head.recorded_at >= kept.event.head.recorded_at {
        complaints.push(wrong("it was granted later"));
    }
}

/// Whether a payload records that something was refused.
pub fn is_refusal(payload: Option<&Payload>) -> bool {
    matches!(
        payload,
        Some(
            Payload::SubmissionRefused(_)
                | Payload::ModerationRefused(_)
                | Payload::PublicationRefused(_)
                | Payload::AuditRefused(_)
        )
    )
}

/// The registry is adopted once, and each invented person gets each right once, however often the first start was interrupted.
fn set_up(history: &History, complaints: &mut Vec<Complaint>) {
    let mut rights = BTreeSet::new();
    let mut registries = 0;
    for kept in history.of(Origin::Moderation) {
        if !matches!(kept.event.head.actor, Actor::System(_)) {
            continue;
        }
        match &kept.event.payload {
            Some(Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) }))
                if !rights.insert((grant.subject.clone(), grant.role, grant.body.clone())) =>
            {
                complaints.push(Complaint::new(Fault::SetUpTwice, kept.place(), "this right was granted before"));
            }
            Some(Payload::RegistryAdopted(_)) => {
                registries += 1;
                if registries > 1 {
                    complaints.push(Complaint::new(Fault::SetUpTwice, kept.place(), "a registry was adopted before"));
                }
            }
            _ => {}
        }
    }
    if registries == 0 {
        complaints.push(Complaint::new(Fault::NotHeard, history_name(history), "no registry was adopted"));
    }
}

fn history_name(history: &History) -> String {
    history.journals.get(&Origin::Moderation).map(|journal| journal.log.clone()).unwrap_or_default()
}
