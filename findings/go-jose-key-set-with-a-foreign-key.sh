#!/usr/bin/env bash
# go-jose 4.1.3: one key on a curve that the library does not know costs the whole key set.
#
# Guess:     RFC 7517 section 5: a reader "SHOULD ignore JWKs within a JWK Set" of types that it does not understand.
# Behaviour: `json.Unmarshal` into `jose.JSONWebKeySet` returns an error for a set that also holds a secp256k1 key (RFC 8812),
#            and keys behind that key are not read. The same set without that key is read.
# Matters:   a publisher who adds a key for other readers takes away every key of a service that reads with this library.
set -euo pipefail
VERSION=v4.1.3
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

const own = `{"kty":"EC","crv":"P-256","kid":"a","use":"sig","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
const foreign = `{"kty":"EC","crv":"secp256k1","kid":"b","use":"sig","x":"2E7KyZ5Jw8mq1Gm0qZ7P3D6c0a0sU6dS0qY2fQvG8aY","y":"VbXl0r8s3m2mQm3Xq2o9bqk8oGvE5oXJ6q2yq0F1n1I"}`

func read(text string) string {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return fmt.Sprintf("%d keys, error: %v", len(set.Key("a")), err)
	}
	return fmt.Sprintf("%d keys", len(set.Key("a")))
}

func main() {
	fmt.Println("own key:", read(`{"keys":[`+own+`]}`))
	fmt.Println("behind another:", read(`{"keys":[`+foreign+`,`+own+`]}`))
}
GO
go mod init example/finding >/dev/null 2>&1
go get "github.com/go-jose/go-jose/v4@$VERSION" >/dev/null 2>&1
echo "go-jose $VERSION, $(go version)"
seen=$(go run .)
echo "$seen"
[[ "$seen" == *"own key: 1 keys"* && "$seen" == *"behind another: 0 keys, error"* ]] ||
  { echo "this has changed" >&2; exit 1; }
