//! The mistakes that simulated weeks must find: each names a place in the code, which may move.

use serde_json::Value;

use super::sources::root;

/// The lists: of mistakes that the native run finds, and of those that only the built Worker makes.
const LISTS: [&str; 2] = ["tests/year/mutants.json", "tests/year/mutants-workerd.json"];

#[test]
fn when_a_mistake_is_listed_then_it_changes_exactly_one_place() {
    for list in LISTS {
        let text = std::fs::read_to_string(root().join(list)).unwrap();
        let mistakes: Value = serde_json::from_str(&text).unwrap();
        let mistakes = mistakes.as_array().unwrap();
        assert!(!mistakes.is_empty(), "{list}");
        for mistake in mistakes {
            let text = |name: &str| mistake[name].as_str().unwrap();
            let file = std::fs::read_to_string(root().join(text("file")));
            let file = file.unwrap_or_else(|why| panic!("{list}: {}: {why}", text("file")));
            let found = file.matches(text("find")).count();
            assert_eq!(found, 1, "{list}: {}: {:?}", text("file"), text("find"));
            assert_ne!(text("find"), text("replace"));
        }
    }
}
