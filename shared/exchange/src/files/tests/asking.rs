use bytes::Bytes;
use dossier_proto::{Digest, Origin};

use super::{
    super::{wire::Part, *},
    room::{ENTRY, OTHER, Side, bytes},
};

fn part(file: &NamedFile, offset: u64, length: u32) -> Bytes {
    Part { entry: file.entry, digest: file.digest, offset, length }.encode()
}

#[tokio::test]
async fn a_desk_gives_what_the_asker_may_have_and_nothing_else() {
    let side = Side::new();
    let (submitted, draft) = (side.keep(ENTRY, &bytes(300_000)), side.keep(ENTRY, b"not said yet"));
    let key = submitted.key;
    let desk = FileDesk::new(side.store.clone(), move |asker, entry, of| {
        asker == Origin::Moderation && entry == ENTRY && of == key
    });
    let whole = side.store.sealed(ENTRY, submitted.digest, 0, usize::MAX).unwrap().bytes;
    let given = desk.answer(Origin::Moderation, part(&submitted, 0, FILE_PART_BYTES)).await.unwrap();
    assert_eq!(given, whole[..FILE_PART_BYTES as usize]);
    let rest = desk.answer(Origin::Moderation, part(&submitted, u64::from(FILE_PART_BYTES), FILE_PART_BYTES)).await;
    assert_eq!(rest.unwrap(), whole[FILE_PART_BYTES as usize..]);

    // A draft's file is refused in the words in which one is that there is not (P13).
    let refused = desk.answer(Origin::Moderation, part(&draft, 0, 100)).await.unwrap_err();
    let nowhere = NamedFile { digest: Digest([9; 32]), ..draft.clone() };
    let missing = desk.answer(Origin::Moderation, part(&nowhere, 0, 100)).await.unwrap_err();
    assert_eq!(refused.replace(&draft.digest.to_string(), ""), missing.replace(&nowhere.digest.to_string(), ""));
    for asker in [Origin::Publication, Origin::Audit, Origin::Submission] {
        desk.answer(asker, part(&submitted, 0, 100)).await.unwrap_err();
    }
    let elsewhere = NamedFile { entry: OTHER, ..submitted.clone() };
    desk.answer(Origin::Moderation, part(&elsewhere, 0, 100)).await.unwrap_err();
    side.vault.erase(submitted.key).unwrap();
    desk.answer(Origin::Moderation, part(&submitted, 0, 100)).await.unwrap_err();
}

#[tokio::test]
async fn what_is_no_question_is_no_answer() {
    let side = Side::new();
    let file = side.keep(ENTRY, b"words");
    let desk = FileDesk::new(side.store.clone(), |_, _, _| true);
    for body in [Bytes::new(), Bytes::from_static(b"\xff\xff"), part(&file, 0, 0), part(&file, 0, FILE_PART_BYTES + 1)]
    {
        desk.answer(Origin::Moderation, body).await.unwrap_err();
    }
    assert!(desk.answer(Origin::Moderation, part(&file, u64::MAX, 1)).await.unwrap().is_empty());
}

#[test]
fn a_file_is_named_once_however_many_revisions_name_it() {
    let side = Side::new();
    let files: Vec<_> = (0..3).map(|number| side.keep(if number < 2 { ENTRY } else { OTHER }, &[number])).collect();
    let attached = |file: &NamedFile| dossier_proto::v1::AttachedFile {
        digest: file.digest.to_vec(),
        key_id: file.key.0.to_vec(),
        bytes: file.bytes,
        media_type: file.media_type.clone(),
    };
    let content = |files: &[&NamedFile]| dossier_proto::v1::Content {
        files: files.iter().map(|file| attached(file)).collect(),
        ..Default::default()
    };
    let mut named = NamedFiles::default();
    named.take(ENTRY, None);
    named.take(ENTRY, Some(&content(&[&files[0]])));
    named.take(ENTRY, Some(&content(&[&files[0], &files[1], &files[0]])));
    named.take(OTHER, Some(&content(&[&files[2]])));
    assert_eq!(named.after(0, 10), files);
    assert_eq!(named.after(1, 1), &files[1..2]);
    assert!(named.after(3, 10).is_empty() && named.after(9, 10).is_empty());
    assert_eq!(named.of(OTHER).collect::<Vec<_>>(), [&files[2]]);
    assert_eq!(named.file(ENTRY, files[2].digest), None, "it is another entry's");
    let broken = dossier_proto::v1::AttachedFile { digest: vec![1; 31], ..attached(&files[0]) };
    named.take(ENTRY, Some(&dossier_proto::v1::Content { files: vec![broken], ..Default::default() }));
    assert_eq!(named.after(0, 10).len(), 3);
}
