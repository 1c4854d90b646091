//! How many attempts are let pass where somebody says who they are with something that can be guessed, or has mail sent.

use std::net::IpAddr;

use dossier_proto::{Micros, SubjectId};

use super::{
    link::KeyedDigest,
    throttle::{Rate, Throttle, network},
};

/// Attempts to sign in from one network: an office begins its day. What was right is given back.
const FROM_A_SOURCE: Rate = Rate { burst: 30, refill: 2 * Micros::SECOND, places: 1 << 14 };
/// For one account from one network: 10 at once, then 1 440 a day.
const FOR_AN_ACCOUNT_FROM_A_SOURCE: Rate = Rate { burst: 10, refill: 60 * Micros::SECOND, places: 1 << 16 };
/// For one account, from everywhere: 100 at once, then 8 640 a day. It is ten times the one before, so that one stranger keeps
/// nobody out of their account by failing in their name.
const FOR_AN_ACCOUNT: Rate = Rate { burst: 100, refill: 10 * Micros::SECOND, places: 1 << 16 };
/// Forgotten passwords from one network.
const RESETS_FROM_A_SOURCE: Rate = Rate { burst: 20, refill: 30 * Micros::SECOND, places: 1 << 14 };
/// And for one address: nobody's mailbox is filled.
const RESETS_FOR_AN_ADDRESS: Rate = Rate { burst: 3, refill: 20 * 60 * Micros::SECOND, places: 1 << 16 };
/// Invitations by one person: a ministry's whole department, then one every five minutes. Nobody sends mail to strangers with it.
const INVITATIONS: Rate = Rate { burst: 100, refill: 300 * Micros::SECOND, places: 1 << 12 };
// All places together, with keys of at most 64 bytes: 3 × 65 536 × 104 + 2 × 16 384 × 60 + 4 096 × 60 bytes are 23 MB, at worst.

/// The counts.
pub(super) struct Gates {
    sources: Throttle<IpAddr>,
    pairs: Throttle<(KeyedDigest, Option<IpAddr>)>,
    accounts: Throttle<KeyedDigest>,
    reset_sources: Throttle<IpAddr>,
    reset_addresses: Throttle<KeyedDigest>,
    inviting: Throttle<SubjectId>,
}

impl Gates {
    pub(super) fn new() -> Self {
        Self {
            sources: Throttle::new(FROM_A_SOURCE),
            pairs: Throttle::new(FOR_AN_ACCOUNT_FROM_A_SOURCE),
            accounts: Throttle::new(FOR_AN_ACCOUNT),
            reset_sources: Throttle::new(RESETS_FROM_A_SOURCE),
            reset_addresses: Throttle::new(RESETS_FOR_AN_ADDRESS),
            inviting: Throttle::new(INVITATIONS),
        }
    }

    /// Counts an attempt to sign in, whether or not anybody has that address. After how many seconds one is admitted again, if this
    /// is too many.
    pub(super) fn attempt(&mut self, address: KeyedDigest, source: Option<IpAddr>, now: Micros) -> Option<u32> {
        let source = source.map(network);
        // The source first: whoever is refused here uses up nothing of anybody's account.
        self.sources
            .count(source, now)
            .or_else(|| self.pairs.count(Some((address, source)), now))
            .or_else(|| self.accounts.count(Some(address), now))
    }

    /// The attempt was right.
    pub(super) fn was_right(&mut self, address: KeyedDigest, source: Option<IpAddr>) {
        let source = source.map(network);
        if let Some(source) = &source {
            self.sources.give_back(source);
        }
        self.pairs.give_back(&(address, source));
        self.accounts.give_back(&address);
    }

    /// Counts a forgotten password's mail. After how many seconds one is admitted again, if the source asks too often.
    pub(super) fn ask_reset(&mut self, source: Option<IpAddr>, now: Micros) -> Option<u32> {
        self.reset_sources.count(source.map(network), now)
    }

    /// Whether another mail goes to this address now.
    pub(super) fn may_write_to(&mut self, address: KeyedDigest, now: Micros) -> bool {
        self.reset_addresses.count(Some(address), now).is_none()
    }

    /// Counts an invitation by somebody. After how many seconds one is admitted again, if this is too many.
    pub(super) fn invite(&mut self, by: SubjectId, now: Micros) -> Option<u32> {
        self.inviting.count(Some(by), now)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use dossier_proto::Micros;
    use dossier_vault::MasterKey;

    use super::Gates;
    use crate::accounts::link::{Keyed, KeyedDigest};

    const NOW: Micros = Micros(1_000_000);

    fn address(text: &str) -> KeyedDigest {
        let directory = tempfile::tempdir().unwrap();
        Keyed::for_mails(&MasterKey::create_or_read(directory.path().join("master")).unwrap()).digest(text)
    }

    fn source(number: u32) -> Option<IpAddr> {
        Some(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn one_account_is_tried_ten_times_from_one_place_and_others_there_still_get_in() {
        let mut gates = Gates::new();
        let (oak, elm) = (address("oak"), address("elm"));
        let admitted = (0..20).filter(|_| gates.attempt(oak, source(1), NOW).is_none()).count();
        assert_eq!(admitted, 10);
        assert_eq!(gates.attempt(elm, source(1), NOW), None);
        assert_eq!(gates.attempt(oak, source(2), NOW), None, "she gets in from where she is");
    }

    #[test]
    fn a_thousand_places_try_one_account_a_hundred_times() {
        let mut gates = Gates::new();
        let oak = address("oak");
        let admitted = (0..1_000).filter(|number| gates.attempt(oak, source(*number), NOW).is_none()).count();
        assert_eq!(admitted, 100);
    }

    #[test]
    fn one_place_tries_thirty_accounts_and_uses_up_nothing_of_the_others() {
        let mut gates = Gates::new();
        let accounts: Vec<_> = (0..100).map(|number| address(&format!("{number}"))).collect();
        let admitted = accounts.iter().filter(|one| gates.attempt(**one, source(1), NOW).is_none()).count();
        assert_eq!(admitted, 30);
        let tenth = (0..10).filter(|_| gates.attempt(accounts[99], source(2), NOW).is_none()).count();
        assert_eq!(tenth, 10);
    }

    #[test]
    fn whoever_is_right_is_never_held_back() {
        let mut gates = Gates::new();
        let oak = address("oak");
        for _ in 0..1_000 {
            assert_eq!(gates.attempt(oak, source(1), NOW), None);
            gates.was_right(oak, source(1));
        }
    }

    #[test]
    fn nobodys_mailbox_is_filled() {
        let mut gates = Gates::new();
        let oak = address("oak");
        assert_eq!((0..100).filter(|_| gates.may_write_to(oak, NOW)).count(), 3);
        assert!(gates.may_write_to(address("elm"), NOW));
        assert_eq!((0..100).filter(|_| gates.ask_reset(source(1), NOW).is_none()).count(), 20);
    }
}
