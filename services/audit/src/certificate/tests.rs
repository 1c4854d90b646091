use dossier_web::Language;

use super::texts::source;

#[test]
fn every_language_has_every_text_with_the_places_of_the_english_one() {
    let places = |text: &str| {
        let mut places: Vec<String> =
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
        places.sort();
        places
    };
    let table = |language| source(language).parse::<toml::Table>().unwrap();
    let english = table(Language::En);
    for language in Language::ALL {
        let own = table(language);
        assert_eq!(own.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language}");
        for (key, text) in &own {
            assert_eq!(places(text.as_str().unwrap()), places(english[key].as_str().unwrap()), "{key} in {language}");
        }
    }
}
