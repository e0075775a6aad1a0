//! Languages, and texts in each.

/// A language of pages and of the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// English.
    En,
    /// Welsh.
    Cy,
}

impl Locale {
    /// Reads `en` or `cy`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::En),
            "cy" => Some(Self::Cy),
            _ => None,
        }
    }

    /// The language tag.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Cy => "cy",
        }
    }
}

/// A name or an address of the service, in English and, if the service gives one, in Welsh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised {
    /// In English.
    pub en: String,
    /// In Welsh.
    pub cy: Option<String>,
}

impl Localised {
    /// The text for a page in a language, and the language that the text is in.
    #[must_use]
    pub fn in_locale(&self, locale: Locale) -> (&str, Locale) {
        match (locale, &self.cy) {
            (Locale::Cy, Some(cy)) => (cy, Locale::Cy),
            _ => (&self.en, Locale::En),
        }
    }

    /// The texts that there are.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.en).chain(&self.cy)
    }
}

/// Where a request says in which language the service speaks to the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Language {
    /// The name of the service's cookie that holds `en` or `cy`.
    pub cookie: Option<String>,
    /// Whether paths begin with the language, as in `/cy/apply`.
    pub prefix: bool,
    /// The query parameter that holds it.
    pub parameter: Option<String>,
}
