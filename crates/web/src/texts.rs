//! Texts of the interface in Finnish, Swedish and English, from `locales/`.

use std::sync::LazyLock;

use facts::CodeList;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

use crate::feature::FEATURES;

/// Texts in each language, in the order of [`Language::ALL`].
pub type Texts = [&'static str; 3];

/// The texts of `locales/LANG/NAME.ftl`.
macro_rules! texts {
    ($name:literal) => {
        [
            include_str!(concat!("../../../locales/fi/", $name, ".ftl")),
            include_str!(concat!("../../../locales/sv/", $name, ".ftl")),
            include_str!(concat!("../../../locales/en/", $name, ".ftl")),
        ]
    };
}
pub(crate) use texts;

/// Those of no one feature.
const FRAME: [Texts; 3] = [texts!("frame"), texts!("numbers"), texts!("refused")];

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Fi,
    Sv,
    En,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

    pub fn code(self) -> &'static str {
        match self {
            Language::Fi => "fi",
            Language::Sv => "sv",
            Language::En => "en",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Language::Fi => "Suomi",
            Language::Sv => "Svenska",
            Language::En => "English",
        }
    }

    pub fn named(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language of an Accept-Language header (RFC 9110, 12.5.4) that weighs most among those of the interface, of
    /// equal ones the first; Finnish without any.
    pub fn accepted(header: &str) -> Language {
        let mut best = (0.0, Language::Fi);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or("").to_ascii_lowercase();
            let language = tag.split(['-', '_']).next().and_then(Language::named);
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            let weight: f32 = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            if let Some(language) = language.filter(|_| weight > best.0) {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The text of three that is in this language.
    pub fn of(self, texts: &[String; 3]) -> &str {
        &texts[self as usize]
    }

    /// The name of a code of a closed vocabulary; a code that it does not have stands for itself.
    pub fn code_name(self, list: &'static CodeList, code: &str) -> String {
        let named = list.find(code).map(|it| match self {
            Language::Fi => it.fi,
            Language::Sv => it.sv,
            Language::En => it.en,
        });
        named.unwrap_or(code).into()
    }

    fn tag(self) -> LanguageIdentifier {
        match self {
            Language::Fi => langid!("fi"),
            Language::Sv => langid!("sv-FI"),
            Language::En => langid!("en-GB"),
        }
    }

    /// The texts of the frame and of every feature.
    fn source(self) -> String {
        let features = FEATURES.iter().flat_map(|it| it.texts);
        FRAME.iter().chain(features).map(|texts| texts[self as usize]).collect()
    }

    /// A text by its key.
    pub fn text(self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// A text by its key, with variables.
    ///
    /// A key that is missing shows as nothing; `cargo xtask tidy` holds the three languages and the code to one set.
    pub fn text_with(self, key: &str, variables: &[(&str, &str)]) -> String {
        let bundle = &BUNDLES[self as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return String::new() };
        let mut arguments = FluentArgs::new();
        for (name, value) in variables {
            // Numbers choose plural forms; their text is what the caller formatted.
            arguments.set(*name, FluentValue::from(*value));
        }
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// A text that depends on a number: `$count` chooses the form and is shown as `shown`.
    pub fn text_count(self, key: &str, count: usize, shown: &str) -> String {
        let bundle = &BUNDLES[self as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return String::new() };
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::from(count));
        arguments.set("shown", FluentValue::from(shown));
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Language::ALL.map(bundle));

#[expect(clippy::expect_used, reason = "the texts are part of the program and a test reads them")]
fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(language.source()).map_err(|(_, errors)| errors);
    let mut bundle = FluentBundle::new_concurrent(vec![language.tag()]);
    bundle.set_use_isolating(false);
    bundle.add_resource(resource.expect("well-formed texts")).expect("each key once");
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_chooses_a_language_that_there_is() {
        let cases = [
            ("sv-FI,sv;q=0.9,en;q=0.8", Language::Sv),
            ("de-DE,en;q=0.5", Language::En),
            ("de-DE,en;q=0.5,fi;q=0.9", Language::Fi),
            ("sv;q=0,en", Language::En),
            ("fi-FI;q=0.3, sv-FI;q=0.9", Language::Sv),
            ("EN-gb", Language::En),
            ("en_US", Language::En),
            ("sv ; q=0.8 , en;q=0.8", Language::Sv),
            ("en;q=x,sv;q=0.1", Language::Sv),
            ("*", Language::Fi),
            ("de", Language::Fi),
            (";q=1,,", Language::Fi),
            ("", Language::Fi),
        ];
        for (header, language) in cases {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn numbers_choose_plural_forms() {
        assert_ne!(Language::Fi.text_count("signals-count", 1, "1"), Language::Fi.text_count("signals-count", 2, "2"));
    }
}
