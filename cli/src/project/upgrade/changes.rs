//! The changelog between two versions.

use semver::Version;

/// The part that is read.
const HEADING: &str = "### When you upgrade";

/// The parts “When you upgrade” of the versions above `low` and up to `high`, the oldest first. A section
/// without that part asks for nothing and is left out.
pub fn between(changelog: &str, low: &Version, high: &Version) -> Vec<(Version, String)> {
    let mut found: Vec<_> = changelog
        .split("\n## ")
        .skip(1)
        .filter_map(section)
        .filter(|(version, _)| version > low && version <= high)
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

/// The version of a section, `1.2.3, 1 January 2027`, and its part for upgrades.
fn section(text: &str) -> Option<(Version, String)> {
    let (heading, body) = text.split_once('\n')?;
    let version = heading.split([',', ' ']).next()?;
    let (_, part) = body.split_once(HEADING)?;
    let end = part.find("\n### ").unwrap_or(part.len());
    Some((Version::parse(version).ok()?, part[..end].trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changes\n\n## Unreleased\n\n### When you upgrade\n\nnever\n\n## 2.0.0, 1 March 2027\n\n\
                        ### When you upgrade\n\n- **Log:** two\n\n### What is new\n\nmuch\n\n## 1.1.0, 1 February 2027\n\n\
                        ### What is new\n\nlittle\n\n## 1.0.0, 1 January 2027\n\n### When you upgrade\n\none\n\n\
                        ## 1.0.0-rc.1, 30 November 2026\n\n### When you upgrade\n\nzero\n";

    fn told(low: &str, high: &str) -> Vec<(String, String)> {
        let version = |text| Version::parse(text).unwrap();
        let list = between(TEXT, &version(low), &version(high));
        list.into_iter()
            .map(|(version, text)| (version.to_string(), text))
            .collect()
    }

    #[test]
    fn when_versions_lie_between_then_each_is_told_in_its_order() {
        let expected = [("1.0.0", "one"), ("2.0.0", "- **Log:** two")];
        let expected = expected.map(|(version, text)| (version.to_owned(), text.to_owned()));
        assert_eq!(told("1.0.0-rc.1", "2.0.0"), expected);
        assert_eq!(told("1.0.0", "1.1.0"), []);
        assert_eq!(told("1.0.0-rc.0", "1.0.0-rc.1").len(), 1);
    }

    #[test]
    fn when_the_products_own_changelog_is_read_then_its_version_has_a_part() {
        let own = include_str!("../../../../CHANGELOG.md");
        let low = Version::parse("0.0.1").unwrap();
        let high = Version::parse(env!("CARGO_PKG_VERSION")).unwrap();
        let found = between(own, &low, &high);
        assert_eq!(found.last().map(|(version, _)| version), Some(&high));
        assert!(
            found.iter().all(|(_, text)| text.contains("**Formats:**")),
            "{found:?}"
        );
    }
}
