//! The filters for which contents are opened, and the titles of lines. A content that cannot be read has no title, and fits no such
//! filter: the queue is shown all the same.

use std::{collections::BTreeSet, sync::Arc};

use dossier_proto::EntryId;
use dossier_registry::Registry;
use dossier_web::Answer;

use super::{
    super::{Desk, errors, scene::Look},
    filter::{Claimed, Wanted},
    passing::Candidate,
};
use crate::{
    gists::{Came, Gist, Opener},
    views::QueuePlace,
};

/// So many contents are opened for one request at most, 30 µs each at the mean size: 60 ms. They are at hand for the next request,
/// which goes on from there.
const OPENED_MAX: usize = 2_000;

/// Opens contents, within the bounds of one request.
pub(super) struct Contents<'a> {
    desk: &'a Desk,
    /// None before the first registry was adopted: then nothing can be read.
    registry: Option<Registry>,
    opened: usize,
}

/// What fits the filters.
pub(super) struct Chosen {
    pub(super) candidates: Vec<Candidate>,
    /// Where to go on, if not all were looked at.
    pub(super) last: Option<QueuePlace>,
}

impl<'a> Contents<'a> {
    pub(super) fn of(desk: &'a Desk) -> Answer<Self> {
        let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
        desk.gists.drop_erased(&desk.words);
        Ok(Self { desk, registry, opened: 0 })
    }

    /// Whether no more are opened for this request.
    pub(super) const fn are_enough(&self) -> bool {
        self.opened >= OPENED_MAX
    }

    /// The entries that may fit the filters, where they are known and few. Of the queue as it stood nobody knows them, and who has taken
    /// something up is few as well.
    pub(super) fn named(&self, look: Look<'_>, wanted: &Wanted) -> Option<BTreeSet<EntryId>> {
        let goes_by_claims = matches!(wanted.claimed, Claimed::Somebody | Claimed::By(_));
        if goes_by_claims || !wanted.reads_words() || !std::ptr::eq(look.facts, look.rights) {
            return None;
        }
        let registry = self.registry.as_ref()?;
        self.desk.gists.naming(registry.digest(), look.facts, &wanted.objectives, &wanted.readable_in)
    }

    /// What can be known of a candidate's content by the caller.
    fn gist(&mut self, candidate: &Candidate) -> Answer<Option<Arc<Gist>>> {
        let (Some(at), Some(registry)) = (candidate.content, &self.registry) else { return Ok(None) };
        let Desk { engine, words, gists, .. } = self.desk;
        let opener = Opener { engine, words, registry, gists };
        let opened = opener.gist(candidate.place.entry, &candidate.record_type, at);
        let (gist, came) = opened.map_err(|error| errors::of_record(&error))?;
        self.opened += usize::from(came == Came::FromJournal);
        Ok(gist)
    }

    /// The title, and what the body says it changed.
    pub(super) fn told(&mut self, candidate: &Candidate) -> Answer<(Option<String>, Option<String>)> {
        Ok(self.gist(candidate)?.map(|gist| (gist.title.clone(), gist.what_changed.clone())).unwrap_or_default())
    }

    /// Those that fit the filters, so many at most.
    pub(super) fn choose(&mut self, wanted: &Wanted, candidates: Vec<Candidate>, room: usize) -> Answer<Chosen> {
        if !wanted.reads_words() {
            return Ok(Chosen { candidates, last: None });
        }
        let mut chosen = Vec::new();
        let count = candidates.len();
        for (number, candidate) in candidates.into_iter().enumerate() {
            let place = candidate.place;
            if self.fits(wanted, &candidate)? {
                chosen.push(candidate);
            }
            let is_over = chosen.len() == room || self.are_enough();
            if is_over && number + 1 < count {
                return Ok(Chosen { candidates: chosen, last: Some(place) });
            }
        }
        Ok(Chosen { candidates: chosen, last: None })
    }

    fn fits(&mut self, wanted: &Wanted, candidate: &Candidate) -> Answer<bool> {
        let Some(gist) = self.gist(candidate)? else { return Ok(false) };
        let names = wanted.objectives.is_empty() || wanted.objectives.iter().any(|key| gist.objectives.contains(key));
        let speaks = wanted.readable_in.is_empty() || wanted.readable_in.iter().any(|one| gist.languages.contains(one));
        Ok(names && speaks)
    }
}
