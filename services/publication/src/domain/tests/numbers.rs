//! How public numbers are written and read.

use proptest::prelude::*;

use crate::domain::PublicNumber;

#[test]
fn numbers_are_read_in_the_one_way_they_are_written() {
    for (text, read) in [
        ("EVT-2026-00001", Some("EVT-2026-00001")),
        ("evt-2026-00001", Some("EVT-2026-00001")),
        ("EVT-2026-99999", Some("EVT-2026-99999")),
        ("EVT-2026-100000", Some("EVT-2026-100000")),
        ("AB-0001-00001", Some("AB-0001-00001")),
        ("EVT-2026-00000", None),
        ("EVT-2026-1", None),
        ("EVT-2026-000001", None),
        ("EVT-26-00001", None),
        ("EVT-0000-00001", None),
        ("EVT-2026-+0001", None),
        ("EVT-2026-٠٠٠٠١", None),
        ("E-2026-00001", None),
        ("EVENTFULL-2026-00001", None),
        ("EV1-2026-00001", None),
        ("EVT 2026 00001", None),
        ("EVT-2026-99999999999", None),
        ("EVT-2026-00001 ", None),
        ("01J00000000000000000000000", None),
        ("", None),
    ] {
        let found = text.parse::<PublicNumber>().ok().map(|number| number.to_string());
        assert_eq!(found.as_deref(), read, "{text:?}");
    }
}

#[test]
fn a_number_names_its_address() {
    let number = PublicNumber::new("EVT", 2026, 1).unwrap();
    assert_eq!(number.address(), "/entries/EVT-2026-00001");
    assert_eq!((number.prefix(), number.year(), number.running()), ("EVT", 2026, 1));
}

proptest! {
    #[test]
    fn every_number_comes_back_from_its_text(prefix in "[A-Z]{2,8}", year in 1i16..=9999, running in 1u32..) {
        let number = PublicNumber::new(&prefix, year, running).unwrap();
        prop_assert_eq!(number.to_string().parse(), Ok(number.clone()));
        prop_assert_eq!(serde_json::from_str::<PublicNumber>(&serde_json::to_string(&number).unwrap()).unwrap(), number);
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in any::<String>()) {
        if let Ok(number) = text.parse::<PublicNumber>() {
            prop_assert!(text.eq_ignore_ascii_case(&number.to_string()));
        }
    }
}
