use dossier_vault::MasterKey;

use super::*;

fn forms() -> (tempfile::TempDir, HeldForms) {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    let forms = HeldForms::new(directory.path().join("scratch"), vault);
    (directory, forms)
}

const ENTRY: EntryId = EntryId([1; 16]);
const ME: SubjectId = SubjectId([2; 16]);
const HER: SubjectId = SubjectId([3; 16]);

fn typed(text: &str) -> impl FnOnce(&mut Held) {
    let fields = vec![("note".to_owned(), text.to_owned())];
    move |held: &mut Held| held.fields = fields
}

#[test]
fn what_was_typed_is_sealed_on_disk_and_read_by_its_writer_alone() {
    let (directory, forms) = forms();
    forms.change(ENTRY, ME, typed("three hours of work")).unwrap();
    forms.change(ENTRY, ME, |held| assert!(held.look_at(Digest([7; 32])))).unwrap();
    let held = forms.read(ENTRY, ME).unwrap();
    assert_eq!(held.fields, vec![("note".to_owned(), "three hours of work".to_owned())]);
    assert_eq!(held.seen, vec![Digest([7; 32])]);
    assert_eq!(forms.read(ENTRY, HER).unwrap(), Held::default());
    let file = fs::read_dir(directory.path().join("scratch")).unwrap().next().unwrap().unwrap().path();
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"three"), "sealed");
    // Put under somebody else's name it does not open.
    fs::rename(&file, forms.file(ENTRY, HER)).unwrap();
    assert_eq!(forms.read(ENTRY, HER).unwrap(), Held::default());
}

#[test]
fn what_is_sent_or_forgotten_leaves_neither_file_nor_key() {
    let (directory, forms) = forms();
    let live = |forms: &HeldForms| forms.vault.counts().live - forms.vault.counts().spare;
    let before = live(&forms);
    for (round, forget) in [
        (
            0,
            (|forms| forms.change(ENTRY, ME, |held| *held = Held::default()))
                as fn(&HeldForms) -> Result<(), HeldError>,
        ),
        (1, |forms| forms.forget(ME)),
        (2, |forms| forms.forget_about(|entry| entry == ENTRY)),
    ] {
        forms.change(ENTRY, ME, typed("a comment")).unwrap();
        assert_eq!(live(&forms), before + 1, "{round}");
        forget(&forms).unwrap();
        assert_eq!(forms.read(ENTRY, ME).unwrap(), Held::default());
        assert_eq!(live(&forms), before, "{round}");
        assert_eq!(fs::read_dir(directory.path().join("scratch")).unwrap().count(), 0, "{round}");
    }
}

#[test]
fn too_much_is_refused_and_what_was_held_before_stays() {
    let (_directory, forms) = forms();
    forms.change(ENTRY, ME, typed("kept")).unwrap();
    let long = "x".repeat(HELD_BYTES_MAX);
    assert!(matches!(forms.change(ENTRY, ME, typed(&long)), Err(HeldError::TooLong(_))));
    assert_eq!(forms.read(ENTRY, ME).unwrap().fields[0].1, "kept");
}

/// A crash between writing a form and naming it leaves it half-written, with a key of its own: P11 says that it goes with its writer, or at the next start.
#[test]
fn p11_a_form_that_a_crash_left_half_written_goes_with_its_key() {
    let live = |forms: &HeldForms| forms.vault.counts().live - forms.vault.counts().spare;
    let crashed = |forms: &HeldForms| {
        forms.change(ENTRY, ME, typed("half a comment")).unwrap();
        let file = forms.file(ENTRY, ME);
        fs::rename(&file, unfinished(&file)).unwrap();
    };
    for (name, ends) in [
        ("the start", (|forms| forms.tidy()) as fn(&HeldForms) -> Result<(), HeldError>),
        ("its writer is forgotten", |forms| forms.forget(ME)),
        ("its entry is forgotten", |forms| forms.forget_about(|entry| entry == ENTRY)),
    ] {
        let (directory, forms) = forms();
        let before = live(&forms);
        crashed(&forms);
        assert_eq!(live(&forms), before + 1, "{name}");
        ends(&forms).unwrap();
        assert_eq!(live(&forms), before, "{name}: its key is gone");
        assert_eq!(fs::read_dir(directory.path().join("scratch")).unwrap().count(), 0, "{name}");
    }
    // Written over, it leaves no key behind either.
    let (_directory, forms) = forms();
    let before = live(&forms);
    crashed(&forms);
    forms.change(ENTRY, ME, typed("a whole comment")).unwrap();
    assert_eq!(live(&forms), before + 1);
    assert_eq!(forms.read(ENTRY, ME).unwrap().fields[0].1, "a whole comment");
}

#[test]
fn what_is_half_written_under_the_key_of_a_whole_form_goes_and_the_form_stays() {
    let (_directory, forms) = forms();
    forms.change(ENTRY, ME, typed("kept")).unwrap();
    let file = forms.file(ENTRY, ME);
    fs::copy(&file, unfinished(&file)).unwrap();
    forms.tidy().unwrap();
    assert!(!unfinished(&file).exists());
    assert_eq!(forms.read(ENTRY, ME).unwrap().fields[0].1, "kept");
}
