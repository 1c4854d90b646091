//! The operators' door: accounts change while a process has them open.

use std::{
    fs,
    io::{Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    sync::Arc,
};

use super::{NOW, fresh, open, who};
use crate::accounts::{
    Accounts, AuthenticationFailure, TokenText,
    door::{Door, RefusalKind, Reply, Request, carry_out, knock},
};

fn serve(accounts: Accounts, data: &std::path::Path) -> (Arc<Accounts>, Door) {
    let accounts = Arc::new(accounts);
    let kept = Arc::clone(&accounts);
    let door = Door::open(&data.join("accounts"), move |request| carry_out(&kept, request, NOW)).unwrap();
    (accounts, door)
}

#[test]
fn a_token_is_issued_and_revoked_and_a_person_erased_while_the_accounts_are_open() {
    let (data, accounts) = fresh();
    let (accounts, door) = serve(accounts, data.path());
    let visit = knock(&data.path().join("accounts")).unwrap().unwrap();
    let create = Request::Create { name: "Aiman Oak".to_owned(), mail: None };
    let Reply::Created { subject } = visit.ask(&create).unwrap() else { panic!() };
    let issue = Request::IssueToken { subject, label: "laptop".to_owned(), body: None, expires: None };
    let Reply::Issued { token } = visit.ask(&issue).unwrap() else { panic!() };
    let text: TokenText = token.parse().unwrap();
    assert_eq!(who(&accounts, &text), Ok(subject));
    let Reply::People { people, more: false } = visit.ask(&Request::People { behind: None }).unwrap() else { panic!() };
    assert_eq!((people[0].person.name.as_deref(), people[0].tokens.len()), (Some("Aiman Oak"), 1));
    let revoke = Request::RevokeToken { subject, token: people[0].tokens[0].id };
    assert_eq!(visit.ask(&revoke).unwrap(), Reply::Done);
    assert_eq!(who(&accounts, &text), Err(AuthenticationFailure::Revoked), "without a restart");
    assert_eq!(visit.ask(&Request::Disable { subject }).unwrap(), Reply::Done);
    assert_eq!(visit.ask(&Request::Enable { subject }).unwrap(), Reply::Done);
    assert_eq!(visit.ask(&Request::Erase { subject }).unwrap(), Reply::Done);
    assert_eq!(accounts.name_of(subject), None);
    let Reply::Refused { kind, reason } = visit.ask(&issue).unwrap() else { panic!() };
    assert!(kind == RefusalKind::Failed && reason.contains("erased"), "{reason}");
    let nobody = Request::Disable { subject: dossier_proto::SubjectId([9; 16]) };
    assert!(matches!(visit.ask(&nobody).unwrap(), Reply::Refused { kind: RefusalKind::NotThere, .. }));
    drop((door, accounts));
    assert!(knock(&data.path().join("accounts")).unwrap().is_none(), "the door is shut");
    assert!(open(data.path()).unwrap().people()[0].erased.is_some(), "it was durable");
}

#[test]
fn the_list_comes_in_parts() {
    let (data, accounts) = fresh();
    for _ in 0..250 {
        accounts.create("Oak", None, NOW).unwrap();
    }
    let (accounts, _door) = serve(accounts, data.path());
    let visit = knock(&data.path().join("accounts")).unwrap().unwrap();
    let (mut subjects, mut behind, mut parts) = (Vec::new(), None, 0);
    loop {
        let Reply::People { people, more } = visit.ask(&Request::People { behind }).unwrap() else { panic!() };
        subjects.extend(people.iter().map(|listed| listed.person.subject));
        behind = subjects.last().copied();
        parts += 1;
        if !more {
            break;
        }
    }
    assert_eq!(parts, 3);
    assert_eq!(subjects, accounts.people().iter().map(|person| person.subject).collect::<Vec<_>>());
}

#[test]
fn the_door_is_for_the_owner_alone_and_what_a_crash_left_is_no_door() {
    let (data, accounts) = fresh();
    let directory = data.path().join("accounts");
    assert!(knock(&directory).unwrap().is_none());
    assert!(knock(&data.path().join("nowhere")).unwrap().is_none());
    // A crash leaves a socket that nobody listens at.
    drop(std::os::unix::net::UnixListener::bind(directory.join("door")).unwrap());
    fs::write(directory.join("door.new"), b"").unwrap();
    assert!(knock(&directory).unwrap().is_none());
    let (_accounts, _door) = serve(accounts, data.path());
    assert!(knock(&directory).unwrap().is_some());
    assert_eq!(fs::metadata(directory.join("door")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!directory.join("door.new").exists());
}

/// Directories of tests and of containers have long names; the address of a socket has not.
#[test]
fn a_long_path_is_no_obstacle() {
    let (data, accounts) = fresh();
    drop(accounts);
    let long = data.path().join("x".repeat(200));
    fs::create_dir(&long).unwrap();
    let (_accounts, _door) = serve(open(&long).unwrap(), &long);
    let visit = knock(&long.join("accounts")).unwrap().unwrap();
    assert!(matches!(visit.ask(&Request::People { behind: None }).unwrap(), Reply::People { .. }));
}

#[test]
fn visitors_who_say_nothing_sensible_are_told_so_or_left_and_the_next_is_served() {
    let (data, accounts) = fresh();
    let (_accounts, _door) = serve(accounts, data.path());
    let directory = data.path().join("accounts");
    let lines: [&[u8]; 6] =
        [b"\n", b"{}\n", b"{\"erase\":{}}\n", b"{\"people\":{\"behind\":null,\"x\":1}}\n", b"\xff\n", &[b'['; 100_000]];
    for line in lines {
        let mut stream = UnixStream::connect(directory.join("door")).unwrap();
        // It may hang up before everything was said.
        let _ = stream.write_all(line);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.contains("refused"), "{answer}");
    }
    drop(UnixStream::connect(directory.join("door")).unwrap());
    // A whole request without its end is none: nothing is done on half a line.
    let mut stream = UnixStream::connect(directory.join("door")).unwrap();
    stream.write_all(b"{\"create\":{\"name\":\"Oak\",\"mail\":null}}").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("refused"), "{answer}");
    let visit = knock(&directory).unwrap().unwrap();
    let Reply::People { people, .. } = visit.ask(&Request::People { behind: None }).unwrap() else { panic!() };
    assert!(people.is_empty());
}
