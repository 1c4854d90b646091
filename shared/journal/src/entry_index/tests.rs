//! The index against a plain list.

use std::sync::Arc;
use std::thread;

use super::*;

fn entry(n: u8) -> [u8; 16] {
    [n; 16]
}

#[test]
fn every_event_of_an_entry_is_found_in_order() {
    let entries: Vec<_> = (0..5000_u32).map(|n| (n % 7 != 0).then(|| entry((n * n % 23) as u8))).collect();
    let (mut older, mut recent) = (Chains::default(), Chains::from(2000));
    entries[..2000].iter().for_each(|entry| older.push(*entry));
    entries[2000..3000].iter().for_each(|entry| recent.push(*entry));
    let index = EntryIndex::building(recent);
    index.finish(Some(older));
    index.extend(&entries[3000..]);
    for n in 0..=23 {
        let wanted = entry(n);
        let expected: Vec<_> = (0_u64..).zip(&entries).filter(|(_, e)| **e == Some(wanted)).map(|(at, _)| at).collect();
        assert_eq!(index.of(&wanted), Ok(expected));
    }
    for from in [0, 1, 1999, 2000, 2001, 4998, 5000] {
        let alone = (from..).zip(entries.iter().skip(usize::try_from(from).unwrap()));
        let expected: Vec<_> = alone.filter(|(_, entry)| entry.is_none()).map(|(at, _)| at).collect();
        assert_eq!(index.alone(from), Ok(expected), "{from}");
    }
}

#[test]
fn who_asks_early_waits() {
    let index = Arc::new(EntryIndex::building(Chains::from(1)));
    assert!(!index.is_ready());
    let asking = thread::spawn({
        let index = Arc::clone(&index);
        move || index.of(&entry(1))
    });
    let mut older = Chains::default();
    older.push(Some(entry(1)));
    index.finish(Some(older));
    assert_eq!(asking.join().unwrap(), Ok(vec![0]));
}

#[test]
fn who_asks_for_what_could_not_be_read_is_told() {
    let index = EntryIndex::building(Chains::default());
    index.finish(None);
    assert_eq!(index.of(&entry(1)), Err(IndexFailed));
}
