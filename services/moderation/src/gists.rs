//! What the queue shows and filters of contents: title, objectives, languages.
//!
//! These are words, or are read from words, so no view may keep them: a view is folded from the journal alone, stands in snapshots on
//! disk, and would still hold them when the key is destroyed (P2, P11). They are opened when somebody asks and kept in memory, known
//! by where the content stands in the journal, where nothing ever changes. At each look the key is asked for first: what was erased
//! is gone from here too. Another registry in force begins anew, as it may call other fields title and objectives.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_engine::{Engine, RecordError};
use dossier_proto::{Digest, EntryId, KeyId};
use dossier_registry::{Kind, Language, RecordType, Registry, languages_of, title};
use serde_json::Value;

use crate::{
    domain::Moderation,
    reading,
    views::{Reviews, Whereabouts},
    words::Words,
};

/// So many are kept, the oldest goes. With a title of 80 letters, three objectives and two languages one takes 400 bytes: 26 MB.
const KEPT_MAX: usize = 65_536;
/// The vocabulary whose terms are the objectives of the Global Compact, whatever the fields are called.
const OBJECTIVES: &str = "gcm_objectives";

/// What is kept of one content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gist {
    /// The title, in English if there is one, else in the original language.
    pub(crate) title: Option<String>,
    /// The keys of the objectives it names.
    pub(crate) objectives: BTreeSet<String>,
    /// The languages that it can be read in.
    pub(crate) languages: Vec<Language>,
    /// The key that opens it.
    key: KeyId,
}

/// The gists opened last.
#[derive(Default)]
pub(crate) struct Gists {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    registry: Option<Digest>,
    gists: HashMap<Whereabouts, Arc<Gist>>,
    /// In the order in which they came.
    order: VecDeque<Whereabouts>,
}

/// Whether a content had to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// It was at hand.
    AtHand,
    /// It was read from the journal.
    FromJournal,
}

/// Opens contents.
pub(crate) struct Opener<'a> {
    pub(crate) engine: &'a Engine<Moderation, Reviews>,
    pub(crate) words: &'a Words,
    pub(crate) registry: &'a Registry,
    pub(crate) gists: &'a Gists,
}

impl Opener<'_> {
    /// What there is to know of the content that was submitted there; `None` when it cannot be read, now or for ever.
    ///
    /// # Errors
    /// [`RecordError`].
    pub(crate) fn gist(
        &self,
        entry: EntryId,
        record_type: &str,
        at: Whereabouts,
    ) -> Result<(Option<Arc<Gist>>, Came), RecordError> {
        if let Some(gist) = self.gists.get(self.registry.digest(), at) {
            if self.words.holds(gist.key) {
                return Ok((Some(gist), Came::AtHand));
            }
            self.gists.forget(at);
            return Ok((None, Came::AtHand));
        }
        let gist = self.open(entry, record_type, at)?.map(Arc::new);
        if let Some(gist) = &gist {
            self.gists.keep(self.registry.digest(), at, Arc::clone(gist));
        }
        Ok((gist, Came::FromJournal))
    }

    fn open(&self, entry: EntryId, record_type: &str, at: Whereabouts) -> Result<Option<Gist>, RecordError> {
        let Some(record_type) = self.registry.record_type(record_type) else { return Ok(None) };
        let submitted = reading::submitted_at(self.engine, at)?;
        let Some(content) = submitted.and_then(|submitted| submitted.content) else { return Ok(None) };
        let key = content.sealed.as_ref().and_then(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok());
        let Some(key) = key else { return Ok(None) };
        match self.words.without_personal(entry, &content) {
            Ok(value) => Ok(Some(gist_of(record_type, &value, key))),
            Err(error) => {
                tracing::warn!(%entry, %error, "a content in the queue cannot be read");
                Ok(None)
            }
        }
    }
}

fn gist_of(record_type: &RecordType, content: &Value, key: KeyId) -> Gist {
    let title = title(record_type, content, Language::En).map(|shown| shown.text);
    let fields = record_type.fields.iter();
    let fields = fields.filter(|field| field.kind == Kind::Term && field.vocabulary.as_deref() == Some(OBJECTIVES));
    let objectives = fields.flat_map(|field| terms(content.get(&field.key))).map(str::to_owned).collect();
    Gist { title, objectives, languages: languages_of(content), key }
}

/// The terms of a field that takes one or several.
fn terms(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let values = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    values.iter().filter_map(Value::as_str)
}

impl Gists {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, registry: Digest, at: Whereabouts) -> Option<Arc<Gist>> {
        let kept = self.lock();
        (kept.registry == Some(registry)).then(|| kept.gists.get(&at).map(Arc::clone)).flatten()
    }

    fn keep(&self, registry: Digest, at: Whereabouts, gist: Arc<Gist>) {
        let mut kept = self.lock();
        if kept.registry != Some(registry) {
            *kept = Kept { registry: Some(registry), ..Kept::default() };
        }
        if kept.gists.insert(at, gist).is_some() {
            return;
        }
        kept.order.push_back(at);
        if kept.order.len() > KEPT_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.gists.remove(&oldest);
        }
    }

    fn forget(&self, at: Whereabouts) {
        let mut kept = self.lock();
        if kept.gists.remove(&at).is_some() {
            kept.order.retain(|one| *one != at);
        }
    }
}
