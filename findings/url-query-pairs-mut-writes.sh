#!/usr/bin/env bash
# url 2.5.8 (the crate): `query_pairs_mut()` puts a `?` at the end of an address, also when no pair is appended.
#
# Guess:     it only opens the query for changes: an address without a query stays as it is until a pair is appended, and
#            `clear()` takes the query away.
# Behaviour: the call itself turns `https://example.gov.uk/callback` into `https://example.gov.uk/callback?`, and so does `clear()`
#            for a query that was there; `query()` is then `Some("")`. `set_query(None)` takes the `?` away.
# Matters:   a loop over optional parameters that has none to add changes the address. A `redirect_uri` is compared with the
#            registered one as a text (RFC 6749 section 3.1.2.3, OpenID Connect Core section 3.1.2.1), so the provider refuses it.
set -euo pipefail
VERSION=2.5.8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cargo init --quiet --vcs none --name finding
cargo add --quiet "url@=$VERSION" 2>/dev/null
cat > src/main.rs <<'RS'
use url::Url;

fn main() {
    let optional: [(&str, &str); 0] = [];
    let mut address = Url::parse("https://example.gov.uk/callback").unwrap();
    address.query_pairs_mut().extend_pairs(optional);
    println!("extended by nothing: {address}");
    let mut address = Url::parse("https://example.gov.uk/callback?code=1").unwrap();
    address.query_pairs_mut().clear();
    println!("cleared: {address} {:?}", address.query());
    address.set_query(None);
    println!("set to none: {address} {:?}", address.query());
}
RS
echo "url $VERSION, $(cargo --version)"
seen=$(CARGO_TARGET_DIR="$work/target" cargo run --quiet)
echo "$seen"
[ "$seen" = 'extended by nothing: https://example.gov.uk/callback?
cleared: https://example.gov.uk/callback? Some("")
set to none: https://example.gov.uk/callback None' ] || { echo "this has changed" >&2; exit 1; }
