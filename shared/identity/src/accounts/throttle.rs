//! Counting failed attempts, in memory.
//!
//! A token has 256 bits of chance and cannot be guessed, so a valid one is never held back: whoever shares an address
//! with an attacker still gets in. What is limited is how many failures one source is answered in full. A password can be guessed:
//! there the attempt itself is counted, before anything is looked at, and given back when it was right ([`Throttle::give_back`]).

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
};

use dossier_proto::Micros;

/// How much is let pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// So many at once.
    pub(super) burst: i64,
    /// After that, one in so many microseconds.
    pub(super) refill: i64,
    /// How many keys are kept apart; more share one count. A place takes 40 bytes and the key's.
    pub(super) places: usize,
}

impl Rate {
    /// Failed tokens by source: a person who pastes the wrong one needs three. 4096 × 56 bytes = 230 KB.
    pub(super) const TOKENS: Self = Self { burst: 60, refill: Micros::SECOND, places: 4096 };
}

/// Attempts by what they are counted under.
#[derive(Debug)]
pub(super) struct Throttle<K> {
    rate: Rate,
    places: HashMap<K, Bucket>,
    /// Those under nothing in particular, and those that found no place.
    shared: Bucket,
}

/// The moment at which the bucket is empty again; each attempt moves it on by one refill.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    empty_at: i64,
}

impl Bucket {
    /// Counts one attempt. When that is too many: after how many seconds one is admitted again.
    fn count(&mut self, rate: Rate, now: Micros) -> Option<u32> {
        // Bounded, so that a clock that jumps back shuts nobody out.
        let ahead = self.empty_at.saturating_sub(now.0).clamp(0, rate.burst * rate.refill);
        if ahead > (rate.burst - 1) * rate.refill {
            let wait = ahead - (rate.burst - 1) * rate.refill;
            return Some(u32::try_from(wait.div_euclid(Micros::SECOND)).unwrap_or(u32::MAX).saturating_add(1));
        }
        self.empty_at = now.0.saturating_add(ahead + rate.refill);
        None
    }
}

impl<K: Eq + Hash> Throttle<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, places: HashMap::new(), shared: Bucket::default() }
    }

    /// Counts one attempt. When that is too many: after how many seconds one is admitted again.
    pub(super) fn count(&mut self, key: Option<K>, now: Micros) -> Option<u32> {
        let Some(key) = key else { return self.shared.count(self.rate, now) };
        if !self.places.contains_key(&key) && self.places.len() >= self.rate.places {
            self.places.retain(|_, bucket| bucket.empty_at > now.0);
        }
        if !self.places.contains_key(&key) && self.places.len() >= self.rate.places {
            return self.shared.count(self.rate, now);
        }
        self.places.entry(key).or_default().count(self.rate, now)
    }

    /// Takes one attempt back: it was right. (One that was counted with all others stays counted.)
    pub(super) fn give_back(&mut self, key: &K) {
        if let Some(bucket) = self.places.get_mut(key) {
            bucket.empty_at = bucket.empty_at.saturating_sub(self.rate.refill);
        }
    }
}

/// One customer of a network has a /64 of IPv6 addresses at least: they count as one.
pub(super) fn network(source: IpAddr) -> IpAddr {
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
    use super::{Rate, Throttle, network};
    use dossier_proto::Micros;
    use std::net::{IpAddr, Ipv4Addr};

    fn second(number: i64) -> Micros {
        Micros(number * Micros::SECOND)
    }

    const BURST: i64 = Rate::TOKENS.burst;
    const SOURCES_MAX: usize = Rate::TOKENS.places;

    fn throttle() -> Throttle<IpAddr> {
        Throttle::new(Rate::TOKENS)
    }

    fn address(number: u32) -> Option<IpAddr> {
        Some(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn a_burst_passes_then_one_a_second() {
        let mut throttle = throttle();
        let admitted = (0..200).filter(|_| throttle.count(address(1), second(0)).is_none()).count();
        assert_eq!(admitted as i64, BURST);
        assert_eq!(throttle.count(address(1), second(0)), Some(2));
        assert_eq!(throttle.count(address(1), second(1)), None);
        assert!(throttle.count(address(1), second(1)).is_some());
        assert_eq!(throttle.count(address(1), second(1_000)), None, "it is forgotten with time");
    }

    #[test]
    fn one_source_does_not_use_up_another_ones() {
        let mut throttle = throttle();
        let last = (0..200).filter_map(|_| throttle.count(address(1), second(0))).last();
        assert_eq!(last, Some(2));
        assert_eq!(throttle.count(address(2), second(0)), None);
        let first: IpAddr = "2001:db8::1".parse().unwrap();
        let second_of_same: IpAddr = "2001:db8::2".parse().unwrap();
        assert!((0..200).any(|_| throttle.count(Some(network(first)), second(0)).is_some()));
        assert!(throttle.count(Some(network(second_of_same)), second(0)).is_some());
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut throttle = throttle();
        for number in 0..20_000 {
            throttle.count(address(number), second(0));
        }
        assert!(throttle.places.len() <= SOURCES_MAX);
        assert_eq!(throttle.count(address(99_999), second(100)), None, "those at rest made room");
    }

    #[test]
    fn a_clock_that_jumps_back_shuts_nobody_out_for_long() {
        let mut throttle = throttle();
        throttle.count(address(1), second(1_000_000));
        assert_eq!(throttle.count(address(1), second(0)), Some(2));
        throttle.shared.empty_at = i64::MAX;
        assert_eq!(throttle.count(None, Micros(i64::MIN)), Some(2), "no moment overflows");
    }

    #[test]
    fn what_was_right_is_given_back_and_no_more_than_that() {
        let mut throttle = throttle();
        for _ in 0..1_000 {
            assert_eq!(throttle.count(address(1), second(0)), None);
            throttle.give_back(&address(1).unwrap());
        }
        for _ in 0..BURST {
            assert_eq!(throttle.count(address(1), second(0)), None);
        }
        assert!(throttle.count(address(1), second(0)).is_some(), "nothing was gained by it");
        throttle.give_back(&address(2).unwrap());
    }
}
