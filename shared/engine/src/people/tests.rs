//! Accounts between two services: the holder's signature alone makes an answer one.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use dossier_exchange::Hub;
use dossier_identity::accounts::AuthenticationFailure;
use dossier_proto::{Micros, SubjectId};
use dossier_vault::{MasterKey, Vault};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;

const NOW: Micros = Micros(1);
const PATIENCE: Duration = Duration::from_secs(30);

fn keys() -> KeyRing {
    BTreeMap::from([(Origin::Moderation, signer(1).verifier())]).into()
}

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_seed("toy/moderation", &[seed; 32]).unwrap()
}

fn kept() -> (TempDir, Arc<Accounts>, SubjectId, String) {
    let data = TempDir::new().unwrap();
    let master = MasterKey::create_or_read(data.path().join("master.key")).unwrap();
    let vault = Vault::open_unthreaded(data.path().join("keys"), &master).unwrap();
    let accounts = Accounts::open(data.path().join("accounts"), vault, &master).unwrap();
    let oak = accounts.create("Aiman Oak", None, NOW).unwrap();
    let token = accounts.issue_token(oak, "a", None, None, NOW).unwrap().expose().to_owned();
    (data, Arc::new(accounts), oak, token)
}

/// Does something to each answer on its way.
struct Meddling<F> {
    desk: PeopleDesk,
    meddle: F,
    former: Mutex<Option<Bytes>>,
}

impl<F> Answerer for Meddling<F>
where
    F: Fn(Bytes, Option<Bytes>) -> Bytes + Send + Sync + 'static,
{
    fn answer(&self, asker: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, String>> {
        async move {
            let answer = self.desk.answer(asker, question, body).await?;
            let former = self.former.lock().unwrap_or_else(PoisonError::into_inner).replace(answer.clone());
            Ok((self.meddle)(answer, former))
        }
        .boxed()
    }
}

/// A mirror that asks through a hub where somebody meddles.
fn mirror(
    accounts: &Arc<Accounts>,
    asker: Origin,
    meddle: impl Fn(Bytes, Option<Bytes>) -> Bytes + Send + Sync + 'static,
) -> (Arc<Accounts>, tokio::task::JoinHandle<()>) {
    let hub = Hub::new();
    let desk = PeopleDesk::new(Arc::clone(accounts), signer(1));
    hub.answer(Origin::Moderation, Arc::new(Meddling { desk, meddle, former: Mutex::default() }));
    let mirror = Arc::new(Accounts::mirrored());
    let task = tokio::spawn(keep_people(Arc::clone(&mirror), hub.transport(asker), keys(), asker));
    (mirror, task)
}

async fn heard(mirror: &Accounts) {
    let looking = async {
        while mirror.check().is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await; // between looks
        }
    };
    timeout(PATIENCE, looking).await.expect("it is never heard");
}

#[tokio::test]
async fn a_service_knows_who_calls_by_what_moderation_signed() {
    let (_data, accounts, oak, token) = kept();
    let (mirrored, task) = mirror(&accounts, Origin::Submission, |answer, _| answer);
    heard(&mirrored).await;
    assert_eq!(mirrored.authenticate(&token, None, NOW).map(|found| found.subject), Ok(oak));
    assert_eq!(mirrored.name_of(oak).as_deref(), Some("Aiman Oak"));
    let elm = accounts.create("Elm", None, NOW).unwrap();
    let fresh = accounts.issue_token(elm, "a", None, None, NOW).unwrap();
    let found = mirrored.authenticate_asking(fresh.expose(), None, NOW).await;
    assert_eq!(found.map(|found| found.subject), Ok(elm), "a new token is asked for");
    task.abort();
}

#[tokio::test]
async fn publication_is_given_no_names() {
    let (_data, accounts, oak, token) = kept();
    let (mirrored, task) = mirror(&accounts, Origin::Publication, |answer, _| answer);
    heard(&mirrored).await;
    assert!(mirrored.authenticate(&token, None, NOW).is_ok() && mirrored.name_of(oak).is_none());
    task.abort();
}

/// Forged, altered, cut, of another question: nobody is anybody by that.
#[tokio::test(start_paused = true)]
async fn an_answer_that_moderation_did_not_sign_for_this_question_is_not_taken() {
    type Meddle = fn(Bytes, Option<Bytes>) -> Bytes;
    let (_data, accounts, _, token) = kept();
    let cases: [(&str, Meddle); 6] = [
        ("altered", |answer, _| {
            let mut altered = answer.to_vec();
            *altered.last_mut().unwrap() ^= 1;
            altered.into()
        }),
        ("cut", |answer, _| answer.slice(..answer.len() / 4)),
        ("longer", |answer, _| [answer.as_ref(), b"\0"].concat().into()),
        ("unsigned", |answer, _| {
            let length = usize::from(u16::from_be_bytes([answer[0], answer[1]]));
            [&[0, 0], &answer[2 + length..]].concat().into()
        }),
        ("repeated", |answer, former| former.unwrap_or_else(|| answer.slice(..1))),
        ("nothing", |_, _| Bytes::new()),
    ];
    for (what, meddle) in cases {
        let (mirrored, task) = mirror(&accounts, Origin::Submission, meddle);
        tokio::time::sleep(Duration::from_secs(10)).await; // between looks
        let failure = mirrored.authenticate(&token, None, NOW).unwrap_err();
        assert_eq!(failure, AuthenticationFailure::NotHeard, "{what}");
        task.abort();
    }
}

#[tokio::test]
async fn an_answer_fits_one_key_one_asker_and_one_question() {
    let (_data, accounts, ..) = kept();
    let desk = PeopleDesk::new(Arc::clone(&accounts), signer(1));
    let question = with_nonce(&[1, 0, 0]).unwrap();
    let answer = desk.answer(Origin::Submission, Question::People, question.clone()).await.unwrap();
    let ours = [signer(1).verifier()];
    assert!(checked(&ours, Origin::Submission, &question, &answer).is_ok());
    assert!(checked(&[signer(2).verifier()], Origin::Submission, &question, &answer).is_err());
    assert!(checked(&ours, Origin::Audit, &question, &answer).is_err());
    let again = with_nonce(&[1, 0, 0]).unwrap();
    assert_ne!(question, again);
    assert!(checked(&ours, Origin::Submission, &again, &answer).is_err());
    let huge = vec![0xff; ANSWER_BYTES_MAX + 1];
    assert!(checked(&ours, Origin::Submission, &question, &huge).is_err());
    for body in [Bytes::new(), Bytes::from_static(&[0; 15]), Bytes::from_static(&[9; 16]), vec![9; 100_000].into()] {
        assert!(desk.answer(Origin::Submission, Question::People, body).await.is_err());
    }
    assert!(desk.answer(Origin::Audit, Question::Digests, question).await.is_err());
}
