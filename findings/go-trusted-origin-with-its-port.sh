#!/usr/bin/env bash
# Go 1.26.8: `http.CrossOriginProtection` takes a trusted origin that no browser can ever send, and says nothing.
#
# Guess:     `AddTrustedOrigin` returns an error for a text that is no origin. So `https://www.example.gov.uk:443` and
#            `https://WWW.example.gov.uk` are either refused or the same origin as `https://www.example.gov.uk`.
# Behaviour: it takes both without an error and compares bytes later. A browser leaves out the default port and writes the host
#            in lower case (RFC 6454 section 6.2), so each POST from there is refused. Only the plain form is trusted.
# Matters:   an address that is copied from a configuration with its port refuses the forms of the other host. A test that sends
#            the same text as its `Origin` passes.
set -euo pipefail
VERSION=1.26.8
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOTOOLCHAIN="go$VERSION" GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	for _, trusted := range []string{"https://www.example.gov.uk", "https://www.example.gov.uk:443", "https://WWW.example.gov.uk"} {
		protection := http.NewCrossOriginProtection()
		added := protection.AddTrustedOrigin(trusted)
		form := httptest.NewRequest("POST", "https://account.example.gov.uk/save", nil)
		form.Header.Set("Origin", "https://www.example.gov.uk")
		form.Header.Set("Sec-Fetch-Site", "same-site")
		fmt.Printf("%s: added %v, a form passes: %v\n", trusted, added == nil, protection.Check(form) == nil)
	}
}
GO
go version
seen=$(go run main.go)
echo "$seen"
[ "$seen" = "https://www.example.gov.uk: added true, a form passes: true
https://www.example.gov.uk:443: added true, a form passes: false
https://WWW.example.gov.uk: added true, a form passes: false" ] || { echo "this has changed" >&2; exit 1; }
