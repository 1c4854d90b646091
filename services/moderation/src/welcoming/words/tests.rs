//! Every language says everything, and nothing that somebody is called can change what a letter says.

use std::sync::Arc;

use dossier_identity::{
    Accounts, Role,
    accounts::{Language, LinkKind, Posting, Wishes},
};
use dossier_proto::{Micros, SubjectId};
use dossier_vault::{MasterKey, Vault};

use super::{compose, fill, role_name, until, words};

const NOW: Micros = Micros(1_772_323_200_000_000);

fn posting(name: &str, language: Language, kind: LinkKind) -> Posting {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    let accounts = Arc::new(Accounts::open(directory.path().join("accounts"), vault, &master).unwrap());
    let id = SubjectId([7; 16]);
    accounts.find_or_make(id, name, "w.kamau@mfa.example", language, NOW).unwrap();
    accounts.wish(id, &Wishes::default()).unwrap();
    match kind {
        LinkKind::Invitation => accounts.invite(id, NOW).unwrap(),
        LinkKind::Reset => {
            accounts.ask_reset("w.kamau@mfa.example", None, NOW).unwrap();
            accounts.look_up_resets(NOW).unwrap();
        }
    }
    accounts.prepare(id, kind, NOW).unwrap().unwrap()
}

#[test]
fn every_language_has_the_link_the_secret_and_the_end_in_every_letter() {
    for language in Language::ALL {
        for kind in [LinkKind::Invitation, LinkKind::Reset] {
            let posting = posting("Wanjiru Kamau", language, kind);
            let secret = posting.secret.as_ref().unwrap().expose().to_owned();
            let (subject, text) = compose(&posting, "https://registry.example", "moderator for Kenya");
            assert!(subject.contains("https://registry.example") && !subject.contains(&secret), "{subject}");
            let page = if kind == LinkKind::Invitation { "welcome" } else { "new-password" };
            assert!(text.contains(&format!("https://registry.example/review/{page}#{secret}\n")), "{text}");
            assert!(text.contains(&format!("dossier {page} --server https://registry.example\n")), "{text}");
            assert!(text.contains("Wanjiru Kamau") && text.contains(" UTC"), "{text}");
            assert_eq!(text.contains("moderator for Kenya"), kind == LinkKind::Invitation, "{text}");
            assert!(!text.contains('{') && !text.contains("  \n"), "{text}");
        }
    }
}

#[test]
fn who_has_a_password_gets_word_and_no_link() {
    for language in Language::ALL {
        let mut posting = posting("Wanjiru Kamau", language, LinkKind::Invitation);
        posting.secret = None;
        let (subject, text) = compose(&posting, "https://registry.example", "moderator");
        assert!(!text.contains("dsi_") && !text.contains("#") && text.contains("moderator"), "{text}");
        assert!(!subject.contains('{'));
    }
}

#[test]
fn every_role_has_a_name_of_its_own_in_every_language() {
    for language in Language::ALL {
        let mut names: Vec<_> = Role::ALL.iter().map(|role| role_name(words(language), *role)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Role::ALL.len(), "{language}");
        let filled = fill(words(language).role_of_body, &[("role", "x"), ("body", "y")]);
        assert!(filled.contains('x') && filled.contains('y'), "{language}");
    }
}

/// Somebody who is called like a place in the text is not filled in.
#[test]
fn a_name_is_a_name_whatever_it_looks_like() {
    let posting = posting("{secret} {link}", Language::En, LinkKind::Invitation);
    let secret = posting.secret.as_ref().unwrap().expose().to_owned();
    let (_, text) = compose(&posting, "https://registry.example", "{secret}");
    assert!(text.starts_with("{secret} {link},\n"), "{text}");
    assert_eq!(text.matches(&secret).count(), 2, "in the link and by hand");
    assert_eq!(fill("a {b} {c} {", &[("b", "{c}")]), "a {c} {c} {");
    assert_eq!(until(NOW), "2026-03-01 00:00 UTC");
}
