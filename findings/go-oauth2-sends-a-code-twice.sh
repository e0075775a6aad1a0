#!/usr/bin/env bash
# golang.org/x/oauth2 0.38.0: a refused authorization code is sent a second time, and the second refusal is the error.
#
# Guess:     with the default `AuthStyle` the client tries another way to authenticate when the first is refused as such:
#            401 or `invalid_client`. `invalid_grant` is about the code, so it is returned.
# Behaviour: after any failure of the first exchange, a 503 too, the same code goes out again with the secret in the body.
#            The error that the caller sees is that of the second request, and the first one is lost.
#            With `AuthStyle: oauth2.AuthStyleInHeader` there is one request, and its error is returned.
# Matters:   a code that ran out is reported as `invalid_client`, so a team looks for a wrong secret. A provider that was down for
#            one request sees the code again, and revokes what it had issued for it (RFC 6749 section 4.1.2 recommends that).
set -euo pipefail
VERSION=v0.38.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"golang.org/x/oauth2"
)

// A provider that knows clients by `Authorization` only, and refuses each code.
func provider(first int, code string, calls *int) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls++
		w.Header().Set("Content-Type", "application/json")
		if _, _, known := r.BasicAuth(); known {
			w.WriteHeader(first)
			io.WriteString(w, `{"error":"`+code+`"}`)
			return
		}
		w.WriteHeader(401)
		io.WriteString(w, `{"error":"invalid_client"}`)
	}))
}

func main() {
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleAutoDetect, oauth2.AuthStyleInHeader} {
		calls := 0
		server := provider(400, "invalid_grant", &calls)
		config := oauth2.Config{ClientID: "service", ClientSecret: "secret", Endpoint: oauth2.Endpoint{TokenURL: server.URL, AuthStyle: style}}
		_, err := config.Exchange(context.Background(), "used")
		var refused *oauth2.RetrieveError
		errors.As(err, &refused)
		fmt.Printf("style %d: provider says invalid_grant, %d requests, error %s\n", style, calls, refused.ErrorCode)
		server.Close()
	}
	calls := 0
	server := provider(503, "temporarily_unavailable", &calls)
	config := oauth2.Config{ClientID: "service", ClientSecret: "secret", Endpoint: oauth2.Endpoint{TokenURL: server.URL}}
	_, err := config.Exchange(context.Background(), "fresh")
	fmt.Printf("style 0: provider says 503, %d requests, error %v\n", calls, err)
}
GO
go mod init example/finding >/dev/null 2>&1
go get "golang.org/x/oauth2@$VERSION" >/dev/null 2>&1
echo "golang.org/x/oauth2 $VERSION"
seen=$(go run .)
echo "$seen"
[ "$seen" = 'style 0: provider says invalid_grant, 2 requests, error invalid_client
style 2: provider says invalid_grant, 1 requests, error invalid_grant
style 0: provider says 503, 2 requests, error oauth2: "invalid_client"' ] || { echo "this has changed" >&2; exit 1; }
