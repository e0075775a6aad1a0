#!/usr/bin/env bash
# jwx 3.4.0 with httprc 3: `jwk.Cache` fetches a new key set neither when `max-age` is over nor for a key id that it lacks.
#
# Guess:     a copy of a key set is fetched again after its `Cache-Control: max-age`, and, as in jose and go-oidc, at
#            once or after some seconds for a token whose `kid` is not in it.
# Behaviour: nothing is fetched for 15 minutes at least (`httprc.DefaultMinInterval`), whatever `max-age` says. An unknown `kid` is an
#            error of the verification and starts no fetch. `cache.Refresh` fetches, and `jwk.WithMinInterval` shortens the wait.
# Matters:   a publisher who signs with a new key after the copies of `max-age=60` have run out is refused for up to a quarter of
#            an hour. Call `Refresh` yourself where a `kid` is unknown, with a limit.
set -euo pipefail
VERSION=v3.4.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

func need[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func key(id string) jwk.Key {
	made := need(jwk.Import(need(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))))
	made.Set("kid", id)
	made.Set("alg", jwa.ES256())
	return made
}

func main() {
	older, newer := key("older"), key("newer")
	var fetched atomic.Int32
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		set := jwk.NewSet()
		set.AddKey(need(older.PublicKey()))
		if fetched.Add(1) > 1 {
			set.AddKey(need(newer.PublicKey()))
		}
		w.Header().Set("Cache-Control", "max-age=1")
		json.NewEncoder(w).Encode(set)
	}))
	ctx := context.Background()
	cache := need(jwk.NewCache(ctx, httprc.NewClient()))
	if err := cache.Register(ctx, publisher.URL); err != nil {
		panic(err)
	}
	set := need(cache.CachedSet(publisher.URL))
	token := need(jwt.Sign(need(jwt.NewBuilder().Subject("sian").Build()), jwt.WithKey(jwa.ES256(), newer)))
	show := func(when string) {
		_, err := jwt.Parse(token, jwt.WithKeySet(set))
		fmt.Printf("%s: good %v, fetched %d\n", when, err == nil, fetched.Load())
	}
	for i := 1; i <= 3; i++ {
		time.Sleep(3 * time.Second)
		show(fmt.Sprintf("after %d s", 3*i))
	}
	need(cache.Refresh(ctx, publisher.URL))
	show("after Refresh")
	fmt.Println("least interval:", httprc.DefaultMinInterval)
}
GO
go mod init example/finding >/dev/null 2>&1
go get "github.com/lestrrat-go/jwx/v3@$VERSION" >/dev/null 2>&1
echo "jwx $VERSION, httprc $(go list -m -f '{{.Version}}' github.com/lestrrat-go/httprc/v3)"
seen=$(go run .)
echo "$seen"
[ "$seen" = "after 3 s: good false, fetched 1
after 6 s: good false, fetched 1
after 9 s: good false, fetched 1
after Refresh: good true, fetched 2
least interval: 15m0s" ] || { echo "this has changed" >&2; exit 1; }
