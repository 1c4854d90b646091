//! Accounts at a distance: a copy says what the holder says, forgets what the holder forgets, and knows when it is too old.

mod forgetting;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use dossier_proto::SubjectId;
use tempfile::TempDir;
use tokio::{
    task::JoinHandle,
    time::{advance, timeout},
};

use super::{NOW, fresh, open};
use crate::accounts::{
    Accounts, AccountsError, AuthenticationFailure, COPY_ANSWER_BYTES_MAX, COPY_LASTS, CopyError, Names,
    PeopleNotHeard, TokenText,
    copy::{Answer, CopiedPerson, Page, Question, Then},
};

/// Time does not pass by itself in these tests; what waits for a time gets it at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A holder and a mirror with a line between them that can be cut.
struct Line {
    _data: TempDir,
    holder: Arc<Accounts>,
    mirror: Arc<Accounts>,
    is_cut: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Line {
    fn lay(names: Names) -> Self {
        let (data, holder) = fresh();
        Self::between(data, holder, names)
    }

    fn between(data: TempDir, holder: Accounts, names: Names) -> Self {
        let (holder, mirror) = (Arc::new(holder), Arc::new(Accounts::mirrored()));
        let (is_cut, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let task = {
            let (holder, mirror) = (Arc::clone(&holder), Arc::clone(&mirror));
            let (is_cut, asked) = (Arc::clone(&is_cut), Arc::clone(&asked));
            let ask = move |question: Vec<u8>| {
                asked.fetch_add(1, Ordering::SeqCst);
                let answer = match is_cut.load(Ordering::SeqCst) {
                    true => Err("the line is cut".to_owned()),
                    false => holder.answer(&question, names).map_err(|error| error.to_string()),
                };
                async move { answer.map(|answer| answer.to_vec()) }
            };
            tokio::spawn(async move { mirror.keep_copy(ask).await })
        };
        Self { _data: data, holder, mirror, is_cut, asked, task }
    }

    fn person(&self, name: &str) -> (SubjectId, TokenText) {
        let subject = self.holder.create(name, None, NOW).unwrap();
        (subject, self.holder.issue_token(subject, "a", None, None, NOW).unwrap())
    }

    /// Asks until it is so: the mirror asks by itself.
    async fn until(&self, what: &str, is_so: impl Fn(&Accounts) -> bool) {
        let looking = async {
            while !is_so(&self.mirror) {
                tokio::time::sleep(Duration::from_millis(50)).await; // between looks
            }
        };
        timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("it never is so: {what}"));
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn who(accounts: &Accounts, token: &TokenText) -> Result<SubjectId, AuthenticationFailure> {
    accounts.authenticate(token.expose(), None, NOW).map(|found| found.subject)
}

#[tokio::test(start_paused = true)]
async fn a_copy_answers_as_the_holder_does() {
    let line = Line::lay(Names::Given);
    let (oak, token) = line.person("Aiman Oak");
    let (elm, revoked) = line.person("Ольга Вяз");
    let body = "KAZ".parse().unwrap();
    let bound = line.holder.issue_token(oak, "b", Some(body), Some(NOW), NOW).unwrap();
    let shut = line.person("Fir");
    line.holder.disable(shut.0, NOW).unwrap();
    let id = line.holder.authenticate(revoked.expose(), None, NOW).unwrap().token;
    line.holder.revoke_token(elm, id, NOW).unwrap();
    line.until("heard", |mirror| mirror.check().is_ok()).await;
    let unknown: TokenText = format!("dsr_{}", "0".repeat(64)).parse().unwrap();
    for text in [&token, &revoked, &bound, &shut.1, &unknown] {
        for now in [NOW, dossier_proto::Micros(NOW.0 - 1)] {
            let there = line.holder.authenticate(text.expose(), None, now);
            assert_eq!(line.mirror.authenticate(text.expose(), None, now), there);
        }
    }
    assert_eq!(line.mirror.authenticate("no token", None, NOW), Err(AuthenticationFailure::Malformed));
    for subject in [oak, elm, shut.0, SubjectId([7; 16])] {
        assert_eq!(line.mirror.name_of(subject), line.holder.name_of(subject));
    }
    assert_eq!(line.mirror.name_of(elm).as_deref(), Some("Ольга Вяз"));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_turned_away_before_the_accounts_were_heard() {
    let line = Line::lay(Names::Given);
    let (_, token) = line.person("Oak");
    line.cut();
    let source = Some(IpAddr::from(Ipv4Addr::LOCALHOST));
    for _ in 0..200 {
        let failure = line.mirror.authenticate(token.expose(), source, NOW).unwrap_err();
        assert_eq!(failure, AuthenticationFailure::NotHeard, "and no failure is counted");
    }
    assert_eq!(line.mirror.check(), Err(PeopleNotHeard::Never));
    line.mend();
    line.until("heard", |mirror| mirror.check().is_ok()).await;
    assert!(line.mirror.authenticate(token.expose(), source, NOW).is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_revoked_or_erased_is_forgotten_with_the_next_answer() {
    let line = Line::lay(Names::Given);
    let ((oak, first), (elm, second)) = (line.person("Oak"), line.person("Elm"));
    line.until("known", |mirror| who(mirror, &first).is_ok() && who(mirror, &second).is_ok()).await;
    let id = line.holder.authenticate(first.expose(), None, NOW).unwrap().token;
    line.holder.revoke_token(oak, id, NOW).unwrap();
    line.until("revoked", |mirror| who(mirror, &first) == Err(AuthenticationFailure::Revoked)).await;
    line.holder.erase_person(elm, NOW).unwrap();
    line.until("erased", |mirror| mirror.name_of(elm).is_none()).await;
    assert_eq!(who(&line.mirror, &second), Err(AuthenticationFailure::Unknown));
    assert_eq!(line.mirror.name_of(oak).as_deref(), Some("Oak"));
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_of_use_for_a_minute_of_silence_and_then_forgotten() {
    let line = Line::lay(Names::Given);
    let (oak, token) = line.person("Oak");
    line.until("known", |mirror| who(mirror, &token).is_ok()).await;
    line.cut();
    // The last answer was to a question of a second ago at most.
    advance(COPY_LASTS - Duration::from_secs(2)).await;
    assert_eq!(who(&line.mirror, &token), Ok(oak));
    advance(Duration::from_secs(3)).await;
    assert_eq!(who(&line.mirror, &token), Err(AuthenticationFailure::NotHeard));
    assert_eq!(line.mirror.name_of(oak), None);
    let said = line.mirror.check().unwrap_err().to_string();
    assert!(said.contains("60 are allowed") || said.contains("since the start"), "{said}");
    line.until("forgotten", |mirror| mirror.check() == Err(PeopleNotHeard::Never)).await;
    line.mend();
    line.until("known again", |mirror| who(mirror, &token) == Ok(oak)).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_token_is_taken_at_the_first_call() {
    let line = Line::lay(Names::Given);
    line.until("heard", |mirror| mirror.check().is_ok()).await;
    let (oak, token) = line.person("Oak");
    let found = line.mirror.authenticate_asking(token.expose(), None, NOW).await;
    assert_eq!(found.map(|found| found.subject), Ok(oak));
    let nobodys: TokenText = format!("dsr_{}", "0".repeat(64)).parse().unwrap();
    let found = line.mirror.authenticate_asking(nobodys.expose(), None, NOW).await;
    assert_eq!(found.unwrap_err(), AuthenticationFailure::Unknown, "the holder was asked, and does not know it");
    line.cut();
    let found = line.mirror.authenticate_asking(nobodys.expose(), None, NOW).await;
    assert_eq!(found.unwrap_err(), AuthenticationFailure::NotHeard, "it may be a new one");
    // Where the accounts are kept there is nobody to ask.
    let found = line.holder.authenticate_asking(nobodys.expose(), None, NOW).await;
    assert_eq!(found.unwrap_err(), AuthenticationFailure::Unknown);
}

/// The holder has answered, and its answer is on its way; then a token is made and used. That answer does not say that nobody has it.
#[tokio::test(start_paused = true)]
async fn a_token_made_while_an_answer_is_on_its_way_is_taken_at_the_first_call() {
    let (_data, holder) = fresh();
    let (holder, mirror) = (Arc::new(holder), Arc::new(Accounts::mirrored()));
    let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
    let (keeping, answering) = (Arc::clone(&mirror), Arc::clone(&holder));
    let task = tokio::spawn(async move {
        let ask = |question: Vec<u8>| {
            let answer = answering.answer(&question, Names::Given).unwrap().to_vec();
            answered.send(()).unwrap();
            async move {
                tokio::time::sleep(Duration::from_millis(100)).await; // so long it is on its way
                Ok(answer)
            }
        };
        keeping.keep_copy(ask).await;
    });
    for number in 0..20 {
        timeout(PATIENCE, answers.recv()).await.unwrap().unwrap();
        let subject = holder.create(&format!("Oak {number}"), None, NOW).unwrap();
        let token = holder.issue_token(subject, "a", None, None, NOW).unwrap();
        // The first answer of all says nothing yet of anybody, and nobody is turned away.
        let found = mirror.authenticate_asking(token.expose(), None, NOW).await;
        let is_first = number == 0 && found == Err(AuthenticationFailure::NotHeard);
        assert!(is_first || found.is_ok_and(|found| found.subject == subject), "{number}");
        while answers.try_recv().is_ok() {}
    }
    task.abort();
}

/// Everybody behind one proxy comes from one address: whoever fails there holds nobody back, and who is new has not failed.
#[tokio::test(start_paused = true)]
async fn a_new_token_is_taken_from_where_too_many_have_failed_and_counts_as_no_failure() {
    let line = Line::lay(Names::Given);
    line.until("heard", |mirror| mirror.check().is_ok()).await;
    let source = Some(IpAddr::from(Ipv4Addr::LOCALHOST));
    for number in 0..80 {
        let (oak, token) = line.person("Oak");
        let found = line.mirror.authenticate_asking(token.expose(), source, NOW).await;
        assert_eq!(found.map(|found| found.subject), Ok(oak), "{number}");
    }
    let nobodys = format!("dsr_{}", "0".repeat(64));
    for _ in 0..80 {
        line.mirror.authenticate_asking(&nobodys, source, NOW).await.unwrap_err();
    }
    let failure = line.mirror.authenticate_asking(&nobodys, source, NOW).await.unwrap_err();
    assert!(matches!(failure, AuthenticationFailure::TooMany { .. }), "{failure:?}");
    let (elm, token) = line.person("Elm");
    let found = line.mirror.authenticate_asking(token.expose(), source, NOW).await;
    assert_eq!(found.map(|found| found.subject), Ok(elm));
}

#[tokio::test(start_paused = true)]
async fn however_many_unknown_tokens_come_the_holder_is_asked_five_times_a_second_at_most() {
    let line = Line::lay(Names::Given);
    line.until("heard", |mirror| mirror.check().is_ok()).await;
    let before = line.asked.load(Ordering::SeqCst);
    let (start, source) = (tokio::time::Instant::now(), Some(IpAddr::from(Ipv4Addr::LOCALHOST)));
    let mut waited = Duration::ZERO;
    for number in 0..400 {
        let began = tokio::time::Instant::now();
        let failure = line.mirror.authenticate_asking(&format!("dsr_{number:064}"), source, NOW).await.unwrap_err();
        waited = waited.max(began.elapsed());
        // Who fails too often is told so.
        assert_eq!(matches!(failure, AuthenticationFailure::TooMany { .. }), number >= 60, "{number}: {failure}");
    }
    let asked = line.asked.load(Ordering::SeqCst) - before;
    let most = start.elapsed().as_millis() / 200 + 2;
    assert!(asked as u128 <= most, "{asked} questions in {:?}", start.elapsed());
    assert!(waited <= Duration::from_millis(1_500), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn names_are_not_given_to_whom_they_are_withheld_from() {
    let line = Line::lay(Names::Withheld);
    let (oak, token) = line.person("Aiman Oakleaf");
    line.until("known", |mirror| who(mirror, &token) == Ok(oak)).await;
    assert_eq!(line.mirror.name_of(oak), None);
    let question = Question::Newest { known: None }.encode();
    let holds = |names| {
        let answer = line.holder.answer(&question, names).unwrap();
        String::from_utf8_lossy(&answer).contains("Oakleaf")
    };
    assert!(!holds(Names::Withheld) && holds(Names::Given));
}

#[tokio::test(start_paused = true)]
async fn the_text_of_a_token_is_in_no_answer_and_names_are_in_no_message_of_ours() {
    let line = Line::lay(Names::Given);
    let (_, token) = line.person("Aiman Oakleaf");
    let answer = line.holder.answer(&Question::Newest { known: None }.encode(), Names::Given).unwrap();
    let random = hex::decode(&token.expose()[4..]).unwrap();
    let holds = |needle: &[u8]| answer.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(token.expose().as_bytes()) && !holds(&random) && holds(b"Oakleaf"));
    let shown = format!("{:?} {:?} {:?}", Answer::decode(&answer).unwrap(), line.mirror, line.holder);
    assert!(!shown.contains("Oakleaf"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_copy_changes_nothing_and_gives_no_copy() {
    let mirror = Accounts::mirrored();
    assert!(matches!(mirror.create("Oak", None, NOW), Err(AccountsError::KeptElsewhere)));
    assert!(mirror.people().is_empty());
    let asked = mirror.answer(&Question::Newest { known: None }.encode(), Names::Given);
    assert_eq!(asked.unwrap_err(), CopyError::NotKeptHere);
    let (_data, holder) = fresh();
    // Returns at once.
    timeout(PATIENCE, holder.keep_copy(async |_question| Err(String::new()))).await.unwrap();
}

#[test]
fn whoever_has_the_newest_version_is_told_so_and_nothing_else() {
    let (_data, holder) = fresh();
    holder.create("Oak", None, NOW).unwrap();
    let ask = |question: Question| Answer::decode(&holder.answer(&question.encode(), Names::Given).unwrap()).unwrap();
    let Answer::Page(page) = ask(Question::Newest { known: None }) else { panic!() };
    let known = Some(page.version);
    assert_eq!(ask(Question::Newest { known }), Answer::Unchanged(page.version));
    let encoded = holder.answer(&Question::Newest { known }.encode(), Names::Given).unwrap();
    assert!(encoded.len() < 50 && Question::Newest { known }.encode().len() < 50);
    let person = page.people[0].subject;
    holder.create("Elm", None, NOW).unwrap();
    assert_eq!(ask(Question::Behind { version: page.version, person }), Answer::Outdated);
    assert!(matches!(ask(Question::Newest { known }), Answer::Page(page) if page.people.len() == 2));
}

/// After a start of the holder the same number of changes is another version.
#[test]
fn a_holder_that_started_again_has_another_version() {
    let (data, holder) = fresh();
    let version = |holder: &Accounts| holder.holder().unwrap().known().version;
    let before = version(&holder);
    drop(holder);
    assert_ne!(version(&open(data.path()).unwrap()), before);
}

/// Many people with many tokens and the longest names: every page is within the limit, and all of them together are
/// everybody, once.
#[tokio::test(start_paused = true)]
async fn a_large_copy_comes_in_pages_and_is_taken_as_a_whole() {
    let (data, holder) = fresh();
    let name = "\u{10348}".repeat(200);
    let mut last = None;
    for _ in 0..700 {
        let subject = holder.create(&name, None, NOW).unwrap();
        last = Some((subject, holder.issue_token(subject, "a", None, None, NOW).unwrap()));
    }
    let ask = |question: Question| holder.answer(&question.encode(), Names::Given).unwrap();
    let (mut people, mut pages, mut question) = (Vec::new(), 0, Question::Newest { known: None });
    loop {
        let encoded = ask(question);
        assert!(encoded.len() <= COPY_ANSWER_BYTES_MAX, "{}", encoded.len());
        let Answer::Page(page) = Answer::decode(&encoded).unwrap() else { panic!() };
        people.extend(page.people.iter().map(|person| person.subject));
        pages += 1;
        let Then::More = page.then else { break };
        question = Question::Behind { version: page.version, person: *people.last().unwrap() };
    }
    assert!(pages >= 2, "{pages}");
    let everybody: Vec<_> = holder.people().iter().map(|person| person.subject).collect();
    assert_eq!(people, everybody);
    let line = Line::between(data, holder, Names::Given);
    let (subject, token) = last.unwrap();
    line.until("known", |mirror| who(mirror, &token) == Ok(subject)).await;
    assert_eq!(line.mirror.name_of(everybody[0]), Some(name));
}

/// The accounts change between two pages: nothing of the old version is mixed with the new one.
#[tokio::test(start_paused = true)]
async fn a_change_between_two_pages_begins_the_copy_again() {
    let (_data, holder) = fresh();
    for _ in 0..700 {
        holder.create(&"\u{10348}".repeat(200), None, NOW).unwrap();
    }
    let holder = Arc::new(holder);
    let (mirror, changes) = (Arc::new(Accounts::mirrored()), Arc::new(AtomicUsize::new(0)));
    let (keeping, told) = (Arc::clone(&mirror), Arc::clone(&changes));
    let answering = Arc::clone(&holder);
    let task = tokio::spawn(async move {
        let ask = |question: Vec<u8>| {
            let answer = answering.answer(&question, Names::Given).unwrap().to_vec();
            // Behind the first page of each of the first two copies.
            let is_first = matches!(Question::decode(&question).unwrap().0, Question::Newest { .. });
            if is_first && told.fetch_add(1, Ordering::SeqCst) < 2 {
                answering.create("Another", None, NOW).unwrap();
            }
            async move { Ok(answer) }
        };
        keeping.keep_copy(ask).await;
    });
    let heard = async {
        while mirror.check().is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await; // between looks
        }
    };
    timeout(PATIENCE, heard).await.unwrap();
    task.abort();
    assert_eq!(changes.load(Ordering::SeqCst), 3);
    assert!(format!("{mirror:?}").contains("Ok"));
}

/// Whatever a holder answers, the mirror takes a whole sound copy or none, and comes to an end.
#[tokio::test(start_paused = true)]
async fn answers_that_make_no_sense_are_not_taken() {
    let (_data, holder) = fresh();
    let subject = holder.create("Oak", None, NOW).unwrap();
    let sound = holder.answer(&Question::Newest { known: None }.encode(), Names::Given).unwrap().to_vec();
    let Answer::Page(page) = Answer::decode(&sound).unwrap() else { panic!() };
    let twice = with(&page, vec![page.people[0].clone(), page.people[0].clone()], Then::End);
    let again = with(&page, page.people.clone(), Then::More);
    let nobody = with(&page, Vec::new(), Then::More);
    let mut newer = sound.clone();
    newer[0] = 3;
    let mut older = sound.clone();
    older[0] = 1;
    let mut longer = sound.clone();
    longer.push(0);
    let answers = [
        Vec::new(),
        vec![2],
        vec![2, 9, 9, 9],
        newer,
        older,
        longer,
        sound[..sound.len() - 1].to_vec(),
        vec![2; COPY_ANSWER_BYTES_MAX + 1],
        Answer::Unchanged(page.version).encode(2).to_vec(),
        Answer::Outdated.encode(2).to_vec(),
        Answer::Page(twice).encode(2).to_vec(),
        Answer::Page(again).encode(2).to_vec(),
        Answer::Page(nobody).encode(2).to_vec(),
    ];
    for answer in answers {
        let mirror = Arc::new(Accounts::mirrored());
        let (keeping, given) = (Arc::clone(&mirror), answer.clone());
        let task = tokio::spawn(async move {
            keeping.keep_copy(async |_question| Ok(given.clone())).await;
        });
        tokio::time::sleep(Duration::from_secs(5)).await; // between looks
        assert_eq!(mirror.check(), Err(PeopleNotHeard::Never), "{:?}", &answer[..answer.len().min(16)]);
        assert_eq!(mirror.name_of(subject), None);
        task.abort();
    }
}

fn with(page: &Page, people: Vec<CopiedPerson>, then: Then) -> Page {
    Page { version: page.version, pepper: page.pepper, people, then }
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let (_data, holder) = fresh();
    let questions = [Vec::new(), vec![1], vec![3, 0, 0], vec![1, 9], vec![1, 0, 0, 0], vec![1; 65], vec![1; 10_000]];
    for question in questions {
        assert!(holder.answer(&question, Names::Given).is_err(), "{question:?}");
    }
}

proptest::proptest! {
    /// No bytes from outside make either side panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = Answer::decode(&bytes);
        let _ = Question::decode(&bytes);
        let mut formed = vec![1];
        formed.extend(&bytes);
        let _ = Answer::decode(&formed);
    }
}

/// Letters are written by services that hold a copy: they are given where people are written to, and hear of changes.
#[tokio::test(start_paused = true)]
async fn who_is_given_names_is_given_addresses_and_nobody_else_is() {
    let (given, withheld) = (Line::lay(Names::Given), Line::lay(Names::Withheld));
    for line in [&given, &withheld] {
        line.holder.create("Aiman Oak", Some("a.oak@example.org"), NOW).unwrap();
        line.holder.create("Elm", None, NOW).unwrap();
        line.until("heard", |mirror| mirror.check().is_ok()).await;
    }
    let subjects = |line: &Line| line.holder.people().iter().map(|person| person.subject).collect::<Vec<_>>();
    let [oak, elm] = subjects(&given)[..] else { panic!() };
    let contact = given.mirror.contact_of(oak).unwrap();
    assert_eq!(Some(contact.clone()), given.holder.contact_of(oak));
    assert_eq!((contact.mail.as_str(), contact.name.as_str()), ("a.oak@example.org", "Aiman Oak"));
    assert!(!format!("{contact:?}").contains("oak"), "{contact:?}");
    assert_eq!(given.mirror.contact_of(elm), None, "she gave no address");
    assert_eq!(given.mirror.contact_of(SubjectId([7; 16])), None);
    for subject in subjects(&withheld) {
        assert_eq!(withheld.mirror.contact_of(subject), None);
    }
    given.holder.disable(oak, NOW).unwrap();
    given.until("shut", |mirror| mirror.contact_of(oak).is_none()).await;
    given.holder.enable(oak).unwrap();
    given.until("open", |mirror| mirror.contact_of(oak).is_some()).await;
    given.holder.erase_person(oak, NOW).unwrap();
    given.until("erased", |mirror| mirror.contact_of(oak).is_none()).await;
}

/// A service of an older version asks as it always did, and is answered as it always was.
#[test]
fn a_question_of_the_first_form_is_answered_in_it() {
    use crate::accounts::copy::form1::AnswerOf1;
    let (_data, holder) = fresh();
    let oak = holder.create("Oak", Some("oak@example.org"), NOW).unwrap();
    holder.issue_token(oak, "a", None, None, NOW).unwrap();
    let mut question = Question::Newest { known: None }.encode();
    assert_eq!(question[0], 2);
    question[0] = 1;
    let answer = holder.answer(&question, Names::Given).unwrap();
    assert_eq!(answer[0], 1);
    let AnswerOf1::Page(page) = postcard::from_bytes(&answer[1..]).unwrap() else { panic!() };
    assert_eq!((page.people[0].subject, page.people[0].name.as_deref()), (oak, Some("Oak")));
    assert_eq!(page.people[0].tokens.len(), 1);
    assert!(!answer.windows(7).any(|window| window == b"example"), "addresses are not in it");
    question[0] = 3;
    assert_eq!(holder.answer(&question, Names::Given).unwrap_err(), CopyError::Form(3));
    assert_eq!(Answer::decode(&answer).unwrap_err(), CopyError::Form(1));
}

#[test]
fn two_accounts_never_have_one_address_however_it_is_spelt() {
    let (_data, holder) = fresh();
    let oak = holder.create("Oak", Some("oak@example.org"), NOW).unwrap();
    for same in ["oak@example.org", "OAK@Example.Org", "ｏak@example.org"] {
        assert!(matches!(holder.create("Elm", Some(same), NOW), Err(AccountsError::AddressTaken)), "{same}");
    }
    holder.erase_person(oak, NOW).unwrap();
    holder.create("Elm", Some("oak@example.org"), NOW).unwrap();
}

/// The holder's disk is lost: who has a copy writes it down, and it is taken back. Tokens are taken as before, and nobody who was forgotten
/// comes back.
#[tokio::test(start_paused = true)]
async fn a_copy_that_was_written_down_is_taken_back() {
    let line = Line::lay(Names::Given);
    let (oak, token) = line.person("Aiman Oak");
    let elm = line.holder.create("Olga Elm", Some("o.elm@example.org"), NOW).unwrap();
    let (ash, revoked) = line.person("Adel Ash");
    line.holder.disable(ash, NOW).unwrap();
    let (yew, _) = line.person("Ye Yew");
    line.holder.erase_person(yew, NOW).unwrap();
    let is_here = |mirror: &Accounts| mirror.name_of(elm).is_some() && mirror.name_of(ash).is_some();
    line.until("the copy is here", is_here).await;
    line.until("whoever was forgotten is not", |mirror| mirror.name_of(yew).is_none()).await;
    let written = line.mirror.copied().unwrap();
    assert_eq!(line.mirror.unwritten().map(|copy| copy.edition), Some(written.edition));
    line.mirror.written_down(written.edition);
    assert!(line.mirror.unwritten().is_none(), "each copy is written down once");
    assert!(line.holder.copied().is_none(), "where they are kept there is no copy");
    // The master key is the same; the disk is another.
    let (data, other) = (line._data.path().to_owned(), TempDir::new().unwrap());
    std::fs::copy(data.join("master.key"), other.path().join("master.key")).unwrap();
    let back = open(other.path()).unwrap();
    assert_eq!(back.take_back(&written.bytes, NOW).unwrap(), 3);
    assert_eq!(back.take_back(&written.bytes, NOW).unwrap(), 0, "repeating it is harmless");
    assert_eq!(back.name_of(oak).as_deref(), Some("Aiman Oak"));
    assert_eq!(back.authenticate(token.expose(), None, NOW).unwrap().subject, oak);
    assert!(back.authenticate(revoked.expose(), None, NOW).is_err(), "who was shut out stays out");
    assert_eq!(back.name_of(yew), None);
    assert!(back.people().iter().all(|person| person.subject != yew));
    let mut cut = written.bytes.to_vec();
    cut.truncate(9);
    assert!(matches!(back.take_back(&cut, NOW), Err(AccountsError::Damaged { .. })));
    assert!(line.mirror.take_back(&written.bytes, NOW).is_err(), "a copy keeps nobody");
}
