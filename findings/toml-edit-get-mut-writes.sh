#!/usr/bin/env bash
# toml_edit 0.25.18 (the crate that tools use to change a TOML file and keep its comments): `Item::get_mut` writes.
#
# Guess:     `get_mut` of a key that is absent gives `None` and leaves the document as it is, as its documentation says and as
#            `Table::get_mut` does.
# Behaviour: `Item::get_mut` gives `Some` of an empty item for an absent key of a table. A second `get_mut` on that turns it into an
#            inline table, which is in the document from then on: `key = {}`.
# Matters:   a look whether `secrets.required` is there wrote `secrets = {}` into a file that had no such key, and so an empty
#            list of required secrets in the place of the default. `as_table_like_mut()` and then `get_mut` only looks.
set -euo pipefail
VERSION=0.25.18
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cargo init --quiet --vcs none --name finding .
cargo add --quiet "toml_edit@=$VERSION"
cat > src/main.rs <<'RUST'
use toml_edit::{DocumentMut, Item};

fn main() {
    let text = "[env]\nname = \"a\"\n";
    let mut looked: DocumentMut = text.parse().unwrap();
    let env = looked.get_mut("env").unwrap();
    let found = env.get_mut("secrets").and_then(|secrets| secrets.get_mut("required")).and_then(Item::as_array_mut);
    println!("Item::get_mut: found {}", found.is_some());
    print!("{looked}");
    let mut looked: DocumentMut = text.parse().unwrap();
    let env = looked.get_mut("env").unwrap().as_table_like_mut().unwrap();
    println!("as_table_like_mut, get_mut: found {}", env.get_mut("secrets").is_some());
    print!("{looked}");
}
RUST
echo "toml_edit $VERSION"
seen=$(cargo run --quiet)
echo "$seen"
[ "$seen" = 'Item::get_mut: found false
[env]
name = "a"
secrets = {}
as_table_like_mut, get_mut: found false
[env]
name = "a"' ] || { echo "this has changed" >&2; exit 1; }
