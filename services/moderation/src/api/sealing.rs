//! Checks what people typed and seals it, before anything is decided. What needs the words is computed here.

use dossier_identity::Role;
use dossier_proto::{EntryId, KeyId, v1};
use dossier_registry::{Language, RecordType, Registry, says_something};
use dossier_vault::Purpose;
use dossier_web::{Answer, ProblemKind, extract::FieldError};

use super::{
    App, Desk,
    asked::{Asked, Asker},
    bodies::{ApproveBody, CommentBody, RefuseBody, RequestBody},
    errors,
    limits::{CODE_BYTES_MAX, ITEM_BYTES_MAX, QUOTE_BYTES_MAX, TEXT_BYTES_MAX, check_length, check_text},
};
use crate::{
    domain::{Approval, REQUESTED_CHANGES_MAX, SubmittedWords},
    reading,
    words::WordsError,
};

/// What sealing needs to know.
pub(super) struct Context {
    entry: EntryId,
    /// The key of the review's internal words, if it has one.
    internal: Option<KeyId>,
    /// Whether the caller may decide here: only then is the content read.
    moderates: bool,
    /// Whether the caller has any part in the review. For others no key is made: their request is refused, and what they
    /// typed goes back to them and nowhere else. (A key is a sync of the disk, and stays.)
    takes_part: bool,
    record_type: Option<String>,
    registry: Option<Registry>,
}

impl App {
    /// Checks the words and seals them, off the async threads.
    pub(super) async fn sealing<T, S>(
        &self,
        asker: &Asker,
        entry: EntryId,
        asked: &Asked<T>,
        seal: fn(&Desk, &Context, &T) -> Answer<S>,
    ) -> Answer<S>
    where
        T: Clone + Send + 'static,
        S: Send + 'static,
    {
        let (subject, body) = (asker.bearer.subject, asked.body.clone());
        self.check_token(&asker.bearer, entry)?;
        self.off_thread(move |desk| {
            let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
            let now = desk.clock.now();
            let context = {
                let view = desk.engine.view();
                let known = view.state.entries.get(&entry);
                let holds = |role| {
                    known.is_some_and(|known| {
                        let (body, record_type) = (Some(&known.body), Some(known.record_type.as_str()));
                        view.state.designations.entitled(subject, role, body, record_type, now).is_ok()
                    })
                };
                let moderates = holds(Role::Moderator);
                let takes_part = moderates || holds(Role::Reviewer);
                let record_type = known.map(|known| known.record_type.clone());
                let internal = view.internal.get(&entry).copied();
                Context { entry, internal, moderates, takes_part, record_type, registry }
            };
            seal(desk, &context, &body)
        })
        .await
    }
}

pub(super) fn seal_comment(desk: &Desk, context: &Context, body: &CommentBody) -> Answer<v1::Comment> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/text", &body.text, TEXT_BYTES_MAX);
    context.check_place(&mut errors, "", &body.field, &body.language);
    refuse_if_any(&errors)?;
    let seal = || {
        let key = desk.words.key_or_fresh(context.internal)?;
        desk.words.seal(key, context.entry, Purpose::Comment, &body.text)
    };
    Ok(v1::Comment {
        digest: body.digest.to_vec(),
        field: body.field.clone(),
        language: body.language.clone(),
        text: words(context.takes_part.then(seal).transpose())?,
    })
}

/// Messages to the contributor have a key of their own for each command: what is refused was told to nobody, and its key
/// is given to nobody.
pub(super) fn seal_request(desk: &Desk, context: &Context, body: &RequestBody) -> Answer<v1::RequestChanges> {
    let mut errors = Vec::new();
    if body.items.is_empty() || body.items.len() > REQUESTED_CHANGES_MAX {
        let detail = format!("there are {} changes; 1 to {REQUESTED_CHANGES_MAX} fit", body.items.len());
        errors.push(FieldError { pointer: "/items".to_owned(), detail });
    }
    for (at, item) in body.items.iter().enumerate().take(REQUESTED_CHANGES_MAX) {
        check_text(&mut errors, &format!("/items/{at}/text"), &item.text, ITEM_BYTES_MAX);
        check_length(&mut errors, &format!("/items/{at}/quote"), &item.quote, QUOTE_BYTES_MAX);
        context.check_place(&mut errors, &format!("/items/{at}"), &item.field, &item.language);
    }
    refuse_if_any(&errors)?;
    let key = words(context.takes_part.then(|| desk.words.fresh_key()).transpose())?;
    let seal =
        |purpose, text: &str| words(key.map(|key| desk.words.seal(key, context.entry, purpose, text)).transpose());
    let items = (1..).zip(&body.items).map(|(number, item)| {
        let quote = if item.quote.is_empty() { None } else { seal(Purpose::Quote, &item.quote)? };
        Ok(v1::RequestedChange {
            item: number,
            field: item.field.clone(),
            language: item.language.clone(),
            quote,
            text: seal(Purpose::RequestedChange, &item.text)?,
        })
    });
    Ok(v1::RequestChanges { digest: body.digest.to_vec(), items: items.collect::<Answer<_>>()? })
}

pub(super) fn seal_refusal(desk: &Desk, context: &Context, body: &RefuseBody) -> Answer<v1::Refuse> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    check_length(&mut errors, "/code", &body.code, CODE_BYTES_MAX);
    refuse_if_any(&errors)?;
    let seal = || desk.words.seal(desk.words.fresh_key()?, context.entry, Purpose::Reason, &body.reason);
    let reason = words(context.takes_part.then(seal).transpose())?;
    // The code stands in the clear, also when the refusal is itself refused on record: what is no code of the registry goes
    // no further than here (P11). The decision then says that it knows no such code, in its turn.
    let code = context.registry.as_ref().and_then(|registry| registry.refusal(&body.code));
    let code = code.map(|reason| reason.key.clone()).unwrap_or_default();
    Ok(v1::Refuse { digest: body.digest.to_vec(), code, reason })
}

/// What needs the words is computed here, before the decision: which notices the edition must carry.
pub(super) fn seal_approval(desk: &Desk, context: &Context, body: &ApproveBody) -> Answer<Approval> {
    let mut errors = Vec::new();
    let note = body.note.as_deref().filter(|note| says_something(note));
    check_length(&mut errors, "/note", note.unwrap_or_default(), TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let seal = |note: &str| {
        let key = desk.words.key_or_fresh(context.internal)?;
        desk.words.seal(key, context.entry, Purpose::Note, note)
    };
    let note = note.filter(|_| context.takes_part).map(seal).transpose();
    let (words_submitted, notices) = if context.moderates { submitted(desk, context)? } else { (None, Vec::new()) };
    let approve = v1::Approve { digest: body.digest.to_vec(), note: words(note)?, notices };
    Ok(Approval { approve, words: words_submitted })
}

/// The sealed content under review, and the notices that apply to it.
fn submitted(desk: &Desk, context: &Context) -> Answer<(Option<SubmittedWords>, Vec<String>)> {
    let kept = {
        let view = desk.engine.view();
        let review = view.state.entries.get(&context.entry).and_then(|entry| entry.review());
        review.and_then(|review| view.contents.submitted(context.entry, review.submitted.place))
    };
    let Some(kept) = kept else { return Ok((None, Vec::new())) };
    let submitted = reading::submitted_at(&desk.engine, kept.at).map_err(|error| errors::of_record(&error))?;
    let Some(sealed) = submitted.as_ref().and_then(SubmittedWords::of) else { return Ok((None, Vec::new())) };
    let readable = words(desk.words.content(context.entry, &sealed.content))?;
    let (Some(registry), Some(record_type)) = (&context.registry, &context.record_type) else {
        return Ok((Some(sealed), Vec::new()));
    };
    let notices = registry.notices_for(record_type, &readable.content, desk.clock.now());
    Ok((Some(sealed), notices.into_iter().map(|notice| notice.key).collect()))
}

impl Context {
    /// A field of the record type, or the whole; one of the six languages, or none.
    fn check_place(&self, errors: &mut Vec<FieldError>, under: &str, field: &str, language: &str) {
        let wrong =
            |what: &str, detail: &str| FieldError { pointer: format!("{under}/{what}"), detail: detail.to_owned() };
        if let (Some(registry), Some(record_type)) = (&self.registry, &self.record_type)
            && !is_place(field, registry.record_type(record_type))
        {
            errors.push(wrong("field", "the record type has no such field; leave it empty for the whole"));
        }
        if !language.is_empty() && language.parse::<Language>().is_err() {
            errors.push(wrong("language", "a language is ar, zh, en, fr, ru or es; leave it empty for none"));
        }
    }
}

/// Names of what values of fields are made of (see the documentation of `dossier_registry`).
const MEMBERS: [&str; 16] = [
    "start",
    "end",
    "zone",
    "ongoing",
    "city",
    "country",
    "online",
    "text",
    "url",
    "title",
    "state",
    "previous_dates",
    "name",
    "function",
    "organisation",
    "language",
];

/// Whether this is a field of the record type, or a part of one such as `dates.start` or `links/2/title/en`; empty is the
/// whole. It stands in the clear in the journal, so nothing of it may be of the caller's invention (P11).
fn is_place(field: &str, record_type: Option<&RecordType>) -> bool {
    let mut parts = field.split(['.', '/']);
    let key = parts.next().unwrap_or_default();
    let is_part = |part: &str| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number || MEMBERS.contains(&part) || part.parse::<Language>().is_ok()
    };
    field.is_empty() || (record_type.is_some_and(|kind| kind.field(key).is_some()) && parts.all(is_part))
}

fn refuse_if_any(errors: &[FieldError]) -> Answer<()> {
    if errors.is_empty() { Ok(()) } else { Err(FieldError::problem(ProblemKind::InvalidRequest, errors)) }
}

fn words<T>(result: Result<T, WordsError>) -> Answer<T> {
    result.map_err(|error| errors::of_words(&error))
}
