//! The two languages of the pages.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Welsh.
    Cy,
}

impl Locale {
    /// The first language of `ui_locales` (BCP 47 tags between spaces) that the simulator has; else English.
    pub fn preferred(ui_locales: &str) -> Self {
        let known = |tag: &str| match tag.split('-').next() {
            Some(tag) if tag.eq_ignore_ascii_case("cy") => Some(Self::Cy),
            Some(tag) if tag.eq_ignore_ascii_case("en") => Some(Self::En),
            _ => None,
        };
        ui_locales.split(' ').find_map(known).unwrap_or_default()
    }

    /// The tag for `lang`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Cy => "cy",
        }
    }

    /// The one of two texts that is in this language.
    pub const fn of<'a>(self, english: &'a str, welsh: &'a str) -> &'a str {
        match self {
            Self::En => english,
            Self::Cy => welsh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_several_languages_are_preferred_then_the_first_known_one_counts() {
        for (locales, expected) in [
            ("cy", Locale::Cy),
            ("CY-gb en", Locale::Cy),
            ("fr cy", Locale::Cy),
            ("en cy", Locale::En),
            ("fr", Locale::En),
            ("", Locale::En),
        ] {
            assert_eq!(Locale::preferred(locales), expected, "{locales}");
        }
    }
}
