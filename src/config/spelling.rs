//! The right spelling of a misspelt name, for the person who has to mend it.

/// `; did you mean "NAME"?` with the name that is most like the word, or nothing when none is like it.
pub fn proposal<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names
        .into_iter()
        .map(|name| (distance(word.as_bytes(), name.as_bytes()), name));
    // A third of the letters: the measure by which rustc proposes names (rustc_span, `edit_distance.rs`).
    let limit = word.len().max(3) / 3;
    let nearest = near.min().filter(|(changes, _)| *changes <= limit);
    nearest.map_or_else(String::new, |(_, name)| {
        format!("; did you mean \"{name}\"?")
    })
}

/// How many letters are added, left out, replaced, or swapped with their neighbour between two words.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut least = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            let is_swapped =
                row > 0 && column > 0 && *a == right[column - 1] && *b == left[row - 1];
            if is_swapped {
                let swapped: &Vec<usize> = &before;
                least = least.min(swapped[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_letters_are_missing_added_replaced_or_swapped_then_they_are_counted() {
        let count = |left: &str, right: &str| distance(left.as_bytes(), right.as_bytes());
        assert_eq!(count("access", "access"), 0);
        assert_eq!(count("acess", "access"), 1);
        assert_eq!(count("emial", "email"), 1);
        assert_eq!(count("hosts", "host"), 1);
        assert_eq!(count("leval", "level"), 1);
        assert_eq!(count("", "path"), 4);
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("colour", "host"), 5);
    }

    #[test]
    fn when_a_name_is_misspelt_then_only_a_similar_word_is_proposed() {
        let names = ["email", "phone"];
        assert_eq!(proposal("emial", names), "; did you mean \"email\"?");
        assert_eq!(proposal("colour", names), "");
        assert_eq!(proposal("emial", []), "");
    }
}
