//! The facets of the list: which terms of a content stand behind each.

use std::collections::BTreeSet;

use dossier_registry::{Kind, RecordType, Registry, languages_of};
use serde_json::Value;

/// A way to narrow the list. The names are those that users of such hubs have in their bookmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Facet {
    /// The record type.
    TypeOfResource,
    /// The body, when it is a country, and every country or area named in a field.
    Country,
    /// Regions and regional networks. A record may belong to several.
    Region,
    /// Objectives of the Global Compact.
    GcmObjectives,
    /// Guiding principles and other themes that cut across the objectives.
    CrossCuttingTheme,
    /// How far the matter reaches.
    GeographicScope,
    /// The languages a record can be read in.
    ResourceLanguage,
}

impl Facet {
    /// All of them, in the order of the page.
    pub(crate) const ALL: [Self; 7] = [
        Self::TypeOfResource,
        Self::Country,
        Self::GcmObjectives,
        Self::Region,
        Self::CrossCuttingTheme,
        Self::GeographicScope,
        Self::ResourceLanguage,
    ];

    /// The name of the parameter.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TypeOfResource => "type_of_resource",
            Self::Country => "country",
            Self::Region => "region",
            Self::GcmObjectives => "gcm_objectives",
            Self::CrossCuttingTheme => "cross_cutting_theme",
            Self::GeographicScope => "geographic_scope",
            Self::ResourceLanguage => "resource_language",
        }
    }

    /// The vocabularies of the registry whose terms stand behind it.
    pub(crate) const fn vocabularies(self) -> &'static [&'static str] {
        match self {
            Self::Country => &["countries"],
            Self::Region => &["regional_networks", "regions"],
            Self::GcmObjectives => &["gcm_objectives"],
            Self::CrossCuttingTheme => &["guiding_principles", "cross_cutting_themes"],
            Self::GeographicScope => &["geographic_scopes"],
            Self::TypeOfResource | Self::ResourceLanguage => &[],
        }
    }
}

/// The terms of one edition, by facet.
pub(crate) type Terms = BTreeSet<(Facet, String)>;

/// The terms of a content.
pub(crate) fn terms_of(registry: &Registry, record_type: &str, body: &str, content: &Value) -> Terms {
    let mut terms = Terms::new();
    terms.insert((Facet::TypeOfResource, record_type.to_owned()));
    if registry.any_term("countries", body).is_some() {
        terms.insert((Facet::Country, body.to_owned()));
    }
    for language in languages_of(content) {
        terms.insert((Facet::ResourceLanguage, language.tag().to_owned()));
    }
    if let Some(record_type) = registry.record_type(record_type) {
        of_fields(record_type, content, &mut terms);
    }
    terms
}

fn of_fields(record_type: &RecordType, content: &Value, terms: &mut Terms) {
    for field in record_type.fields.iter().filter(|field| !field.personal) {
        let Some(vocabulary) = field.vocabulary.as_deref() else { continue };
        let facets = Facet::ALL.into_iter().filter(|facet| facet.vocabularies().contains(&vocabulary));
        for facet in facets {
            for value in values(content.get(&field.key)) {
                let key = match field.kind {
                    Kind::Place => value.get("country"),
                    Kind::Status => value.get("state"),
                    _ => Some(value),
                };
                if let Some(key) = key.and_then(Value::as_str).filter(|key| !key.is_empty()) {
                    terms.insert((facet, key.to_owned()));
                }
            }
        }
    }
}

fn values(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}
