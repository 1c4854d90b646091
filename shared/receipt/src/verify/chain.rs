//! What the events say of each other: submitted by a body, approved by somebody else under a designation, published.

use std::collections::BTreeSet;

use dossier_proto::{Event, Payload, Place, v1};

use super::event::ProvenEvent;
use crate::{Receipt, ReceiptError, What};

/// Who let the content through.
enum Way<'a> {
    /// The body submitted it and it was approved.
    Reviewed { submitted: (&'a ProvenEvent, &'a v1::Submitted), approved: (&'a ProvenEvent, &'a v1::Approved) },
    /// Two moderators corrected an edition.
    Corrected { proposed: &'a ProvenEvent, confirmed: (&'a ProvenEvent, &'a v1::CorrectionConfirmed) },
}

/// The events of a receipt in their parts.
pub(super) struct Chain<'a> {
    published: &'a ProvenEvent,
    pub(super) published_as: &'a v1::EditionPublished,
    pub(super) content: &'a v1::Content,
    way: Way<'a>,
    designations: Vec<(&'a ProvenEvent, &'a v1::GrantDesignation)>,
}

fn missing(what: What) -> ReceiptError {
    ReceiptError::broken(format!("the event that was {} is missing", what.name()))
}

fn other_kind(what: What) -> ReceiptError {
    ReceiptError::broken(format!("the event that is said to be \"{}\" is another one", what.name()))
}

impl<'a> Chain<'a> {
    pub(super) fn of(events: &'a [ProvenEvent]) -> Result<Self, ReceiptError> {
        let published = What::Published.only(events)?.ok_or_else(|| missing(What::Published))?;
        let Payload::EditionPublished(published_as) = &published.payload else {
            return Err(other_kind(What::Published));
        };
        let content =
            published_as.content.as_ref().ok_or_else(|| ReceiptError::broken("the edition names no content"))?;
        let designations =
            events.iter().filter(|event| event.what == What::Designated).map(|event| match &event.payload {
                Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) }) => Ok((event, grant)),
                _ => Err(other_kind(What::Designated)),
            });
        let designations = designations.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { published, published_as, content, way: Way::of(events)?, designations })
    }

    /// Everything that has to hold between the events; in words, step by step.
    pub(super) fn check(&self, receipt: &Receipt) -> Result<Vec<String>, ReceiptError> {
        self.is_of_one_entry()?;
        let mut steps = match &self.way {
            Way::Reviewed { submitted, approved } => self.reviewed(*submitted, *approved)?,
            Way::Corrected { proposed, confirmed } => self.corrected(proposed, *confirmed)?,
        };
        let published = self.published_as;
        if (&published.number, published.edition) != (&receipt.number, receipt.edition) {
            return Err(ReceiptError::broken(format!(
                "the receipt is of edition {} of {}, the event published edition {} of {}",
                receipt.edition, receipt.number, published.edition, published.number
            )));
        }
        if self.published.event.head.actor.person().is_some() {
            self.authority(self.published, &published.body, &published.record_type)?;
        }
        steps.push(format!(
            "Published as edition {} of {}. {}",
            published.edition,
            published.number,
            stands(self.published)
        ));
        self.has_nothing_else()?;
        Ok(steps)
    }

    fn deeds(&self) -> Vec<&'a ProvenEvent> {
        match &self.way {
            Way::Reviewed { submitted, approved } => vec![submitted.0, approved.0, self.published],
            Way::Corrected { proposed, confirmed } => vec![proposed, confirmed.0, self.published],
        }
    }

    fn is_of_one_entry(&self) -> Result<(), ReceiptError> {
        let entry = self.published.event.head.entry;
        let same = entry.is_some() && self.deeds().iter().all(|deed| deed.event.head.entry == entry);
        if same { Ok(()) } else { Err(ReceiptError::broken("the events are of different entries")) }
    }

    fn reviewed(
        &self,
        (submitting, submitted): (&ProvenEvent, &v1::Submitted),
        (approving, approved): (&ProvenEvent, &v1::Approved),
    ) -> Result<Vec<String>, ReceiptError> {
        let digest = &self.content.digest;
        let judged = approved.command.as_ref().map(|command| &command.digest);
        let of = |content: &Option<v1::Content>| content.as_ref().map(|content| content.digest.clone());
        if judged != Some(digest)
            || of(&approved.content).as_ref() != Some(digest)
            || of(&submitted.content).as_ref() != Some(digest)
        {
            return Err(ReceiptError::broken("what was submitted, approved and published is not one content"));
        }
        names(approved.submitted.as_ref(), submitting, "the approval")?;
        self.follows(approving)?;
        self.one_record([
            (&submitted.body, &submitted.record_type, &submitted.original_language),
            (&approved.body, &approved.record_type, &approved.original_language),
        ])?;
        let submitter = self.authority(submitting, &submitted.body, &submitted.record_type)?;
        let approver = self.authority(approving, &submitted.body, &submitted.record_type)?;
        let by = approving.event.head.actor.person();
        let is_author = submitted.lineage.iter().any(|author| by.is_some_and(|by| author.subject == by.as_bytes()));
        if by.is_none() || is_author || by == submitting.event.head.actor.person() {
            return Err(ReceiptError::broken("who approved it has written or submitted it"));
        }
        in_order(&[submitting, approving, self.published])?;
        Ok(vec![
            format!(
                "Submitted for {} as {}, {submitter}. {}",
                submitted.body,
                submitted.record_type,
                stands(submitting)
            ),
            format!(
                "Exactly this content approved by somebody who wrote no part of it, {approver}. {}",
                stands(approving)
            ),
        ])
    }

    fn corrected(
        &self,
        proposing: &ProvenEvent,
        (confirming, confirmed): (&ProvenEvent, &v1::CorrectionConfirmed),
    ) -> Result<Vec<String>, ReceiptError> {
        let Payload::CorrectionProposed(v1::CorrectionProposed { command: Some(proposed) }) = &proposing.payload else {
            return Err(other_kind(What::CorrectionProposed));
        };
        let digest = &self.content.digest;
        let of = |content: &Option<v1::Content>| content.as_ref().map(|content| content.digest.clone());
        let judged = confirmed.command.as_ref().map(|command| &command.digest);
        if judged != Some(digest)
            || of(&confirmed.content).as_ref() != Some(digest)
            || of(&proposed.content).as_ref() != Some(digest)
        {
            return Err(ReceiptError::broken("what was proposed, confirmed and published is not one content"));
        }
        names(confirmed.proposed.as_ref(), proposing, "the confirmation")?;
        self.follows(confirming)?;
        self.one_record([
            (&confirmed.body, &confirmed.record_type, &confirmed.original_language),
            (&confirmed.body, &confirmed.record_type, &confirmed.original_language),
        ])?;
        let (first, second) = (proposing.event.head.actor.person(), confirming.event.head.actor.person());
        if first.is_none() || second.is_none() || first == second {
            return Err(ReceiptError::broken("one person proposed and confirmed the correction"));
        }
        let proposer = self.authority(proposing, &confirmed.body, &confirmed.record_type)?;
        let confirmer = self.authority(confirming, &confirmed.body, &confirmed.record_type)?;
        in_order(&[proposing, confirming, self.published])?;
        Ok(vec![
            format!("A correction of edition {} proposed, {proposer}. {}", confirmed.base_edition, stands(proposing)),
            format!("Exactly this content confirmed by another person, {confirmer}. {}", stands(confirming)),
        ])
    }

    /// The edition rests on this event.
    fn follows(&self, deed: &ProvenEvent) -> Result<(), ReceiptError> {
        names(self.published_as.command.as_ref().and_then(|command| command.approved.as_ref()), deed, "the edition")
    }

    fn one_record(&self, others: [(&String, &String, &String); 2]) -> Result<(), ReceiptError> {
        let published = self.published_as;
        let own = (&published.body, &published.record_type, &published.original_language);
        if others.iter().all(|other| *other == own) {
            return Ok(());
        }
        Err(ReceiptError::broken("the events speak of different bodies, types or languages"))
    }

    /// The designation by which somebody did this: it is theirs, for this body and type, and of that time.
    fn authority(&self, deed: &ProvenEvent, body: &str, record_type: &str) -> Result<String, ReceiptError> {
        let Event { head, .. } = &deed.event;
        let lacks = |what: &str| ReceiptError::broken(format!("{}: {what}", head.place));
        let authority = head.authority.ok_or_else(|| lacks("it was done under no designation"))?;
        let granted = self.designations.iter().find(|(event, _)| event.place() == authority.granted);
        let (event, grant) = granted.ok_or_else(|| lacks("the designation that it names is missing"))?;
        if event.event.head.id.as_bytes() != authority.designation.as_bytes() {
            return Err(lacks("it names another designation than the one that was granted"));
        }
        if head.actor.person().is_none_or(|person| grant.subject != person.as_bytes()) {
            return Err(lacks("the designation is somebody else's"));
        }
        let for_all_types = grant.record_types.is_empty();
        if !(grant.body.is_empty() || grant.body == body)
            || !(for_all_types || grant.record_types.iter().any(|one| one == record_type))
        {
            return Err(lacks("the designation is for another body or type"));
        }
        let at = head.recorded_at.0;
        if at < grant.valid_from
            || grant.valid_until.is_some_and(|until| at >= until)
            || event.event.head.recorded_at.0 > at
        {
            return Err(lacks("the designation was not in force"));
        }
        let role = v1::Role::try_from(grant.role).ok().filter(|role| deed.what.roles().contains(role));
        let role = role.ok_or_else(|| lacks("the designation is as something else"))?.as_str_name();
        let role = role.trim_start_matches("ROLE_").to_lowercase().replace('_', " ");
        Ok(format!("by a {role} designated in {}", event.place()))
    }

    /// Nothing stands in a receipt that nothing rests on.
    fn has_nothing_else(&self) -> Result<(), ReceiptError> {
        let used: BTreeSet<Place> =
            self.deeds().iter().filter_map(|deed| deed.event.head.authority).map(|it| it.granted).collect();
        let there: BTreeSet<Place> = self.designations.iter().map(|(event, _)| event.place()).collect();
        if used == there && there.len() == self.designations.len() {
            return Ok(());
        }
        Err(ReceiptError::broken("a designation is missing, or one is there that nobody used"))
    }
}

impl<'a> Way<'a> {
    fn of(events: &'a [ProvenEvent]) -> Result<Self, ReceiptError> {
        let only = |what: What| what.only(events);
        let parts = (
            only(What::Submitted)?,
            only(What::Approved)?,
            only(What::CorrectionProposed)?,
            only(What::CorrectionConfirmed)?,
        );
        match parts {
            (Some(submitting), Some(approving), None, None) => match (&submitting.payload, &approving.payload) {
                (Payload::Submitted(submitted), Payload::Approved(approved)) => {
                    Ok(Self::Reviewed { submitted: (submitting, submitted), approved: (approving, approved) })
                }
                (Payload::Submitted(_), _) => Err(other_kind(What::Approved)),
                _ => Err(other_kind(What::Submitted)),
            },
            (None, None, Some(proposed), Some(confirming)) => match &confirming.payload {
                Payload::CorrectionConfirmed(confirmed) => {
                    Ok(Self::Corrected { proposed, confirmed: (confirming, confirmed) })
                }
                _ => Err(other_kind(What::CorrectionConfirmed)),
            },
            (None, None, None, None) => Err(ReceiptError::broken("nothing says who let it through")),
            _ => Err(ReceiptError::broken(
                "it was either submitted and approved, or proposed and confirmed as a correction",
            )),
        }
    }
}

fn names(named: Option<&v1::Place>, event: &ProvenEvent, who: &str) -> Result<(), ReceiptError> {
    if named.and_then(|place| Place::try_from(place).ok()) == Some(event.place()) {
        return Ok(());
    }
    Err(ReceiptError::broken(format!("{who} names another event than {}", event.place())))
}

fn in_order(events: &[&ProvenEvent]) -> Result<(), ReceiptError> {
    let ordered = events.windows(2).all(|pair| pair[0].event.head.recorded_at < pair[1].event.head.recorded_at);
    if ordered { Ok(()) } else { Err(ReceiptError::broken("the events are not in the order of time")) }
}

fn stands(event: &ProvenEvent) -> String {
    let mut said = format!(
        "It is event {} of a log of {} events that {} signed and the audit service compared with its copy.",
        event.place(),
        event.size,
        event.place().origin
    );
    if !event.witnesses.is_empty() {
        let names: Vec<_> = event.witnesses.iter().map(|key| key.name().as_str()).collect();
        said.push_str(&format!(" Cosigned by {}.", names.join(", ")));
    }
    said
}
