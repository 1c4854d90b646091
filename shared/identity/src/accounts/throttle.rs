//! Counting failed attempts, in memory.
//!
//! A token has 256 bits of chance and cannot be guessed, so a valid one is never held back: whoever shares an address
//! with an attacker still gets in. What is limited is how many failures one source is answered in full.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

use dossier_proto::Micros;

/// So many failures at once are answered as such; a person who pastes the wrong token needs three.
const BURST: i64 = 60;
/// After that, one a second.
const REFILL: i64 = Micros::SECOND;
/// How many sources are kept apart: 4096 × 40 bytes = 160 KB. More share one count.
const SOURCES_MAX: usize = 4096;

/// Failed attempts by source.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    sources: HashMap<IpAddr, Bucket>,
    /// Calls whose source is not known, and those that found no place.
    shared: Bucket,
}

/// The moment at which the bucket is empty again; each failure moves it on by one refill.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    empty_at: i64,
}

impl Bucket {
    /// Counts one failure. When that is too many: after how many seconds one is admitted again.
    fn count(&mut self, now: Micros) -> Option<u32> {
        // Bounded, so that a clock that jumps back shuts nobody out.
        let ahead = self.empty_at.saturating_sub(now.0).clamp(0, BURST * REFILL);
        if ahead > (BURST - 1) * REFILL {
            let wait = ahead - (BURST - 1) * REFILL;
            return Some(u32::try_from(wait.div_euclid(Micros::SECOND)).unwrap_or(u32::MAX).saturating_add(1));
        }
        self.empty_at = now.0.saturating_add(ahead + REFILL);
        None
    }
}

impl Throttle {
    /// Counts one failure of `source`. When that is too many: after how many seconds one is admitted again.
    pub(super) fn count_failure(&mut self, source: Option<IpAddr>, now: Micros) -> Option<u32> {
        let Some(source) = source.map(network) else { return self.shared.count(now) };
        if !self.sources.contains_key(&source) && self.sources.len() >= SOURCES_MAX {
            self.sources.retain(|_, bucket| bucket.empty_at > now.0);
        }
        if !self.sources.contains_key(&source) && self.sources.len() >= SOURCES_MAX {
            return self.shared.count(now);
        }
        self.sources.entry(source).or_default().count(now)
    }
}

/// One customer of a network has a /64 of IPv6 addresses at least: they count as one.
fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, SOURCES_MAX, Throttle};
    use dossier_proto::Micros;
    use std::net::{IpAddr, Ipv4Addr};

    fn second(number: i64) -> Micros {
        Micros(number * Micros::SECOND)
    }

    fn address(number: u32) -> Option<IpAddr> {
        Some(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn a_burst_passes_then_one_a_second() {
        let mut throttle = Throttle::default();
        let admitted = (0..200).filter(|_| throttle.count_failure(address(1), second(0)).is_none()).count();
        assert_eq!(admitted as i64, BURST);
        assert_eq!(throttle.count_failure(address(1), second(0)), Some(2));
        assert_eq!(throttle.count_failure(address(1), second(1)), None);
        assert!(throttle.count_failure(address(1), second(1)).is_some());
        assert_eq!(throttle.count_failure(address(1), second(1_000)), None, "it is forgotten with time");
    }

    #[test]
    fn one_source_does_not_use_up_another_ones() {
        let mut throttle = Throttle::default();
        let last = (0..200).filter_map(|_| throttle.count_failure(address(1), second(0))).last();
        assert_eq!(last, Some(2));
        assert_eq!(throttle.count_failure(address(2), second(0)), None);
        let first: IpAddr = "2001:db8::1".parse().unwrap();
        let second_of_same: IpAddr = "2001:db8::2".parse().unwrap();
        assert!((0..200).any(|_| throttle.count_failure(Some(first), second(0)).is_some()));
        assert!(throttle.count_failure(Some(second_of_same), second(0)).is_some());
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut throttle = Throttle::default();
        for number in 0..20_000 {
            throttle.count_failure(address(number), second(0));
        }
        assert!(throttle.sources.len() <= SOURCES_MAX);
        assert_eq!(throttle.count_failure(address(99_999), second(100)), None, "those at rest made room");
    }

    #[test]
    fn a_clock_that_jumps_back_shuts_nobody_out_for_long() {
        let mut throttle = Throttle::default();
        throttle.count_failure(address(1), second(1_000_000));
        assert_eq!(throttle.count_failure(address(1), second(0)), Some(2));
        throttle.shared.empty_at = i64::MAX;
        assert_eq!(throttle.count_failure(None, Micros(i64::MIN)), Some(2), "no moment overflows");
    }
}
