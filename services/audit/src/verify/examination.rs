//! One journal on its way through the checks.

use dossier_exchange::Tally;
use dossier_journal::{ReadError, Stored};
use dossier_proto::{Event, Micros, Origin, Payload, Place, v1};

use super::{Causes, EpochSeen, Examined, Fault, FaultKind, KnownHead, Prepared, When, examined::note};

/// Examines one journal.
pub struct Examination<'a> {
    tally: Tally,
    causes: &'a dyn Causes,
    /// Heads that were signed and not compared yet.
    heads: Vec<KnownHead>,
    compared: usize,
    last: Option<Micros>,
    events: u64,
    ended: Vec<EpochSeen>,
    faults: Vec<Fault>,
    faults_total: u64,
}

impl<'a> Examination<'a> {
    /// Of an origin's journal, from its first event.
    pub fn new(origin: Origin, causes: &'a dyn Causes) -> Self {
        Self {
            tally: Tally::start(origin),
            causes,
            heads: Vec::new(),
            compared: 0,
            last: None,
            events: 0,
            ended: Vec::new(),
            faults: Vec::new(),
            faults_total: 0,
        }
    }

    /// Compares with this head when it is reached.
    #[must_use]
    pub fn against(mut self, heads: impl IntoIterator<Item = KnownHead>) -> Self {
        self.heads.extend(heads);
        self.compare();
        self
    }

    /// Takes the next event.
    pub fn take(&mut self, stored: &Stored) {
        self.take_prepared(&Prepared::of(stored.clone()));
    }

    /// The same of one that was decoded and hashed already.
    pub fn take_prepared(&mut self, prepared: &Prepared) {
        let (origin, stored) = (self.tally.origin, &prepared.stored);
        let found_at = Place { origin, epoch: stored.epoch, sequence: stored.sequence };
        self.events += 1;
        if let Err(error) = &prepared.event {
            self.fault(FaultKind::NotAnEvent, found_at, error.to_string());
        }
        if found_at.epoch != self.tally.epoch {
            self.begin_epoch(found_at, prepared.event.as_ref().ok());
        }
        let wanted = self.tally.next_place();
        if let Ok(event) = &prepared.event {
            let said = event.head.place;
            if said != wanted || found_at != wanted {
                self.fault(FaultKind::WrongPlace, wanted, format!("the event in this place says it is {said}"));
            }
            self.check_time(event, found_at);
            self.check_cause(event, found_at);
            self.check_beside(event, prepared, found_at);
        }
        self.tally.frontier.append(prepared.leaf);
        self.compare();
    }

    /// The journal could not be read any further.
    pub fn unreadable(&mut self, error: &ReadError) {
        let at = match error {
            ReadError::Damaged(damage) => {
                Place { origin: self.tally.origin, epoch: damage.epoch, sequence: damage.sequence }
            }
            _ => self.tally.next_place(),
        };
        self.fault(FaultKind::Unreadable, at, error.to_string());
    }

    /// What was found.
    pub fn finish(mut self) -> Examined {
        // An epoch that was begun and holds nothing yet can lack nothing: a journal that was put back is verified before its first start.
        for head in std::mem::take(&mut self.heads).into_iter().filter(|head| head.size > 0) {
            let at = Place { origin: self.tally.origin, epoch: head.epoch, sequence: self.size_of(head.epoch) };
            let found = format!("{} knows {} events of epoch {}", head.witness, head.size, head.epoch);
            self.fault(FaultKind::Shorter, at, found);
        }
        let current = self.current_epoch();
        self.ended.push(current);
        Examined {
            origin: self.tally.origin,
            events: self.events,
            epochs: self.ended,
            compared: self.compared,
            faults: self.faults,
            faults_total: self.faults_total,
        }
    }

    fn current_epoch(&self) -> EpochSeen {
        EpochSeen { epoch: self.tally.epoch, size: self.tally.frontier.size(), root: self.tally.frontier.root() }
    }

    fn size_of(&self, epoch: u32) -> u64 {
        let seen = self.ended.iter().copied().chain([self.current_epoch()]);
        seen.filter(|seen| seen.epoch == epoch).map(|seen| seen.size).max().unwrap_or(0)
    }

    fn begin_epoch(&mut self, at: Place, event: Option<&Event>) {
        let former = self.current_epoch();
        match event.and_then(|event| event.payload.as_ref()) {
            Some(Payload::EpochStarted(started)) if names(started, &former) && at.sequence == 0 => {}
            Some(Payload::EpochStarted(started)) => {
                let found = format!(
                    "it names {} events of epoch {}, but {} of epoch {} are there",
                    started.known_size, started.former_epoch, former.size, former.epoch
                );
                self.fault(FaultKind::EpochBroken, at, found);
            }
            _ => self.fault(FaultKind::EpochBroken, at, "it begins with another event".to_owned()),
        }
        self.ended.push(former);
        self.tally.start_epoch(at.epoch);
    }

    fn check_time(&mut self, event: &Event, at: Place) {
        let moment = event.head.recorded_at;
        if self.last.is_some_and(|last| moment <= last) {
            let found = format!("recorded at {}, the one before at {}", moment.0, self.last.unwrap_or_default().0);
            self.fault(FaultKind::NotAfterPrevious, at, found);
        }
        self.last = self.last.max(Some(moment));
    }

    fn check_cause(&mut self, event: &Event, at: Place) {
        let Some(cause) = event.head.cause else { return };
        match self.causes.recorded(cause) {
            When::Unknown => {}
            When::At(caused) if caused < event.head.recorded_at => {}
            When::At(caused) => {
                let moment = event.head.recorded_at.0;
                let found = format!("recorded at {moment}, but its cause {cause} at {}", caused.0);
                self.fault(FaultKind::BeforeCause, at, found);
            }
            When::Never => self.fault(FaultKind::CauseMissing, at, format!("there is no event {cause}")),
        }
    }

    fn check_beside(&mut self, event: &Event, prepared: &Prepared, at: Place) {
        // A copy holds what travels, and foreign bytes do not travel again: nothing beside is no fault.
        let (Some(Payload::Received(received)), Some((hash, foreign))) = (&event.payload, &prepared.foreign) else {
            return;
        };
        let named = received.place.as_ref().and_then(|place| Place::try_from(place).ok());
        let stands = foreign.as_ref().ok().map(|foreign| foreign.head.place);
        if hash.as_bytes() != received.hash.as_slice() || stands != named {
            self.fault(FaultKind::BesideDiffers, at, format!("the hash of what is there is {hash}"));
        }
    }

    fn compare(&mut self) {
        let (epoch, size) = (self.tally.epoch, self.tally.frontier.size());
        if !self.heads.iter().any(|head| (head.epoch, head.size) == (epoch, size)) {
            return;
        }
        let root = self.tally.frontier.root();
        let reached: Vec<_> = self.heads.extract_if(.., |head| (head.epoch, head.size) == (epoch, size)).collect();
        for head in reached {
            if head.root == root {
                self.compared += 1;
            } else {
                let at = Place { origin: self.tally.origin, epoch, sequence: size };
                let found = format!("{} has the root {} for {size} events, here it is {root}", head.witness, head.root);
                self.fault(FaultKind::RootDiffers, at, found);
            }
        }
    }

    fn fault(&mut self, kind: FaultKind, at: Place, found: String) {
        note(&mut self.faults, &mut self.faults_total, Fault { kind, at, found });
    }
}

fn names(started: &v1::EpochStarted, former: &EpochSeen) -> bool {
    started.former_epoch == former.epoch
        && started.known_size == former.size
        && started.known_root == former.root.as_bytes()
}
