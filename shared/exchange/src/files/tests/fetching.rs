use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::timeout;

use super::{
    super::FILE_PART_BYTES,
    room::{AtWork, Bending, ENTRY, Named, OTHER, Side, admit, bytes, flip, other_side, until},
};

#[tokio::test]
async fn what_is_named_arrives_also_what_is_named_later() {
    let from = Side::new();
    let (small, long) = (from.keep(ENTRY, b"small"), from.keep(OTHER, &bytes(700_001)));
    let to = other_side(&from, &[&small, &long]);
    let (holder, named) = (Bending::honest(&from), Named::new());
    named.add(&small);
    let _working = AtWork::begin(&to, &holder, &named);
    until("the first is here", || to.store.is_here(ENTRY, small.digest)).await;
    named.add(&long);
    until("the second is here", || to.store.is_here(OTHER, long.digest)).await;
    assert_eq!((to.read(&small), to.read(&long)), (b"small".to_vec(), bytes(700_001)));
    assert_eq!(holder.asked.load(Ordering::SeqCst), 1 + 3, "no more is asked than there is");
    assert_eq!(to.halves(), 0);
}

#[tokio::test]
async fn many_files_come_two_at_a_time() {
    let from = Side::new();
    let files: Vec<_> = (0..300).map(|number| from.keep(ENTRY, &bytes(number + 1))).collect();
    let to = other_side(&from, &files.iter().take(200).collect::<Vec<_>>());
    admit(&from, &to, &files.iter().skip(200).collect::<Vec<_>>());
    let (holder, named) = (Bending::honest(&from), Named::new());
    files.iter().for_each(|file| named.add(file));
    let _working = AtWork::begin(&to, &holder, &named);
    until("all are here", || files.iter().all(|file| to.store.is_here(ENTRY, file.digest))).await;
    assert!((1..=2).contains(&holder.most_at_once()), "{} at once", holder.most_at_once());
}

/// What is said in place of the right bytes; the other file's sealed bytes are at hand.
type Bend = fn(Bytes, &Bytes) -> Bytes;

/// Whatever a holder says for a while, nothing of it is kept, and the file comes as soon as it is said rightly.
#[tokio::test]
async fn whatever_a_holder_says_the_file_is_the_one_that_was_named() {
    let wrong: [(&str, Bend); 8] = [
        ("nothing", |_, _| Bytes::new()),
        ("less than was asked for", |told, _| told.slice(..told.len() - 1)),
        ("a byte at a time", |told, _| told.slice(..1)),
        ("more than was asked for", |told, _| [&told[..], b"x"].concat().into()),
        ("without end", |told, _| told.repeat(3).into()),
        ("another file's pieces", |told, theirs| theirs.slice(..told.len())),
        ("zeros", |told, _| vec![0; told.len()].into()),
        ("one bit changed", |told, _| {
            let mut told = told.to_vec();
            let last = told.len() - 1;
            told[last] ^= 1;
            told.into()
        }),
    ];
    // Each in the first part of the first attempt, and in the second.
    let all = wrong.into_iter().flat_map(|(name, bend)| [0, 1].map(|when| comes_in_the_end(name, bend, when)));
    join_all(all).await;
}

async fn comes_in_the_end(name: &str, bend: Bend, when: usize) {
    let length = FILE_PART_BYTES as usize + 5000;
    let from = Side::new();
    let (file, theirs) = (from.keep(ENTRY, &bytes(length)), from.keep(ENTRY, &bytes(length)));
    let theirs = Bytes::from(from.store.sealed(ENTRY, theirs.digest, 0, usize::MAX).unwrap().bytes);
    let to = other_side(&from, &[&file]);
    let holder = Bending::new(&from, move |number, told| if number == when { Ok(bend(told?, &theirs)) } else { told });
    let named = Named::new();
    named.add(&file);
    let _working = AtWork::begin(&to, &holder, &named);
    until(name, || to.store.is_here(ENTRY, file.digest)).await;
    assert_eq!(to.read(&file), bytes(length), "{name}");
    assert!(holder.asked.load(Ordering::SeqCst) > 2, "{name}: it was believed");
    assert_eq!(to.halves(), 0, "{name}");
}

#[tokio::test]
async fn one_that_never_comes_keeps_no_other_waiting() {
    let from = Side::new();
    let files: Vec<_> = (0..5).map(|number| from.keep(ENTRY, &bytes(100 + number))).collect();
    let to = other_side(&from, &files.iter().collect::<Vec<_>>());
    for file in &files[..4] {
        // It was damaged where it lies: what is given of it is not believed.
        flip(&from.attachments().join(ENTRY.to_string()).join(file.digest.to_string()), 250);
    }
    let (holder, named) = (Bending::honest(&from), Named::new());
    files.iter().for_each(|file| named.add(file));
    let _working = AtWork::begin(&to, &holder, &named);
    until("the sound one is here", || to.store.is_here(ENTRY, files[4].digest)).await;
    assert!(!files[..4].iter().any(|file| to.store.is_here(ENTRY, file.digest)));
    assert!(holder.asked.load(Ordering::SeqCst) < 50, "it waits longer each time");
}

#[tokio::test(start_paused = true)]
async fn attempts_in_vain_become_rare() {
    let from = Side::new();
    let file = from.keep(ENTRY, b"words");
    let to = other_side(&from, &[&file]);
    let holder = Bending::new(&from, |_, _| Err("it is away".to_owned()));
    let named = Named::new();
    named.add(&file);
    let working = AtWork::begin(&to, &holder, &named);
    drop(timeout(Duration::from_secs(3600), std::future::pending::<()>()).await);
    let asked = holder.asked.load(Ordering::SeqCst);
    drop(working);
    // Half a second, doubled up to two minutes: eight attempts until then, thirty an hour after that.
    assert!((20..=45).contains(&asked), "asked {asked} times in an hour");
}

/// Such as one that was damaged on the disk and that an operator removed.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_taken_away_comes_again_within_an_hour() {
    let from = Side::new();
    let file = from.keep(ENTRY, b"words");
    let to = other_side(&from, &[&file]);
    let (holder, named) = (Bending::honest(&from), Named::new());
    named.add(&file);
    let _working = AtWork::begin(&to, &holder, &named);
    until("it is here", || to.store.is_here(ENTRY, file.digest)).await;
    to.store.remove(ENTRY, file.digest).unwrap();
    drop(timeout(Duration::from_secs(3700), std::future::pending::<()>()).await);
    assert_eq!(to.read(&file), b"words");
    assert_eq!(holder.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_start_goes_on_where_a_crash_broke_off() {
    let from = Side::new();
    let length = 5 * FILE_PART_BYTES as usize;
    let (done, broken) = (from.keep(ENTRY, b"done"), from.keep(ENTRY, &bytes(length)));
    let to = other_side(&from, &[&done, &broken]);
    // Of the long one three parts come, and then nothing more.
    let holder = Bending::new(&from, |number, told| if number < 4 { told } else { Err("it is away".to_owned()) });
    let named = Named::new();
    named.add(&done);
    let working = AtWork::begin(&to, &holder, &named);
    until("the short one is here", || to.store.is_here(ENTRY, done.digest)).await;
    named.add(&broken);
    until("the long one has begun", || holder.asked.load(Ordering::SeqCst) >= 4).await;
    drop(working);
    until("nobody works any more", || to.halves() == 0).await;
    // What a killed process leaves.
    std::fs::write(to.attachments().join("half/left"), b"half a file").unwrap();
    assert!(!to.store.is_here(ENTRY, broken.digest));

    to.store.tidy().unwrap();
    let holder = Bending::honest(&from);
    let _working = AtWork::begin(&to, &holder, &named);
    until("the long one is here", || to.store.is_here(ENTRY, broken.digest)).await;
    assert_eq!(to.read(&broken), bytes(length));
    assert_eq!(to.halves(), 0);
    let parts = 6;
    assert_eq!(holder.asked.load(Ordering::SeqCst), parts, "what is here is not asked for again");
}

#[tokio::test]
async fn a_key_that_comes_later_is_waited_for_and_one_that_was_erased_is_not() {
    let from = Side::new();
    let (late, erased, gone) = (from.keep(ENTRY, b"late"), from.keep(ENTRY, b"erased"), from.keep(ENTRY, b"gone"));
    let to = other_side(&from, &[&erased, &gone]);
    let (holder, named) = (Bending::honest(&from), Named::new());
    named.add(&gone);
    {
        let _working = AtWork::begin(&to, &holder, &named);
        until("it is here", || to.store.is_here(ENTRY, gone.digest)).await;
    }
    // One before it arrives, one after it arrived: at the next start nothing is left of either.
    to.vault.erase(erased.key).unwrap();
    to.vault.erase(gone.key).unwrap();
    named.add(&late);
    named.add(&erased);
    let _working = AtWork::begin(&to, &holder, &named);
    until("what was erased is gone", || !to.store.is_here(ENTRY, gone.digest)).await;
    admit(&from, &to, &[&late]);
    until("the late one is here", || to.store.is_here(ENTRY, late.digest)).await;
    assert_eq!(to.read(&late), b"late");
    assert!(!to.store.is_here(ENTRY, erased.digest));
    assert_eq!(holder.asked.load(Ordering::SeqCst), 2, "nobody is asked for what nobody can read");
}
