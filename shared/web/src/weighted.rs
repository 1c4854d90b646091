//! Lists with weights, as in `Accept` and `Accept-Language`
//! ([RFC 9110, section 12.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2)).

/// How many items are looked at. A browser sends about ten; more is somebody trying us.
const ITEMS_MAX: usize = 32;

/// The names with their weights in thousandths, in the order they stand. A weight that cannot be read counts as none.
pub(crate) fn items(text: &str) -> impl Iterator<Item = (&str, u16)> {
    text.split(',').take(ITEMS_MAX).filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((name, weight.map_or(1000, thousandths)))
    })
}

/// `0.85` as 850; anything that is no weight as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let fraction = format!("{rest:0<3}").parse().unwrap_or(0);
    match whole {
        "0" => fraction,
        "1" if fraction == 0 => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn weights_are_read_and_nonsense_weighs_nothing() {
        let found: Vec<_> = items("fr;q=0.8, en , ru;q=1.000,es; q=0.05,zh;q=2,ar;q=x,de;q=0.1234,,;q=1").collect();
        assert_eq!(found, [("fr", 800), ("en", 1000), ("ru", 1000), ("es", 50), ("zh", 0), ("ar", 0), ("de", 0)]);
    }

    #[test]
    fn a_long_list_is_cut() {
        assert_eq!(items(&"en,".repeat(1000)).count(), 32);
    }
}
