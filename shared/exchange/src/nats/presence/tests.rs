use super::*;

fn claim(instance: u128, established: bool) -> Claim {
    Claim { instance: Ulid::from(instance), established }
}

#[test]
fn who_is_at_work_stays_and_else_who_began_first() {
    for (own, other, yields) in [
        (claim(1, false), claim(2, true), true),
        (claim(2, false), claim(1, true), true),
        (claim(1, true), claim(2, false), false),
        (claim(2, true), claim(1, false), false),
        (claim(1, true), claim(2, true), false),
        (claim(2, true), claim(1, true), true),
        (claim(2, false), claim(1, false), true),
        (claim(1, false), claim(2, false), false),
    ] {
        assert_eq!(own.yields_to(other), yields, "{own:?} {other:?}");
        if own.established == other.established {
            assert_ne!(own.yields_to(other), other.yields_to(own), "exactly one of them stays");
        }
    }
    assert!(!claim(1, true).yields_to(claim(1, true)), "its own voice");
}

#[test]
fn claims_come_back_and_nonsense_does_not() {
    assert_eq!(Claim::decode(&claim(7, true).encode()), Some(claim(7, true)));
    for nonsense in [&[][..], &[0xff; 5], &[0; CLAIM_BYTES_MAX + 1], b"\x0a\x03abc"] {
        assert_eq!(Claim::decode(nonsense), None, "{nonsense:?}");
    }
}
