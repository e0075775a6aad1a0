#!/usr/bin/env bash
# gorilla/sessions 1.4.0: the cookie of a new store is `SameSite=None`, until the options are replaced.
#
# Guess:     a store that is told nothing writes no `SameSite`, as its 1.2.1 did, so that browsers take `Lax`; or it writes `Lax`.
# Behaviour: 1.2.1 writes neither `SameSite` nor `Secure`. 1.4.0 writes `SameSite=None; Secure`. A store with options of its own
#            such as `&sessions.Options{Path: "/", HttpOnly: true}` has none of the two again.
# Matters:   after an update from 1.2 the browser sends the session with the requests of other sites too, and keeps no session over
#            plain HTTP. A service that relied on the browser's `Lax` has to say `SameSite: http.SameSiteLaxMode`.
set -euo pipefail
BEFORE=v1.2.1
VERSION=v1.4.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/gorilla/sessions"
)

func attributes(store *sessions.CookieStore) string {
	request, answer := httptest.NewRequest("GET", "https://example.gov.uk/", nil), httptest.NewRecorder()
	session, _ := store.Get(request, "session")
	if err := session.Save(request, answer); err != nil {
		panic(err)
	}
	var kept []string
	for _, part := range strings.Split(answer.Header().Get("Set-Cookie"), "; ")[1:] {
		if !strings.HasPrefix(part, "Expires=") {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "; ")
}

func main() {
	key := []byte("an example of thirty-two letters")
	own := sessions.NewCookieStore(key)
	own.Options = &sessions.Options{Path: "/", HttpOnly: true}
	fmt.Printf("told nothing: %s\n", attributes(sessions.NewCookieStore(key)))
	fmt.Printf("own options: %s\n", attributes(own))
}
GO
go mod init example/finding >/dev/null 2>&1
for version in "$BEFORE" "$VERSION"; do
  go get "github.com/gorilla/sessions@$version" >/dev/null 2>&1
  echo "gorilla/sessions $version"
  go run . | tee -a seen
done
[ "$(cat seen)" = "told nothing: Path=/; Max-Age=2592000
own options: Path=/; HttpOnly
told nothing: Path=/; Max-Age=2592000; Secure; SameSite=None
own options: Path=/; HttpOnly" ] || { echo "this has changed" >&2; exit 1; }
