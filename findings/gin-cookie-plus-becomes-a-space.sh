#!/usr/bin/env bash
# gin 1.12.0: `c.Cookie` decodes the value as a form field: `+` is a space, and a value with a stray `%` is empty.
#
# Guess:     a cookie's value has no encoding of its own (RFC 6265 section 4.1.1), so `c.Cookie` gives it as it came, as
#            `r.Cookie` of Go does. If it decodes and cannot, it returns an error.
# Behaviour: `YQ+/=` is read as `YQ /=`, and `100%` as an empty text with no error. `c.Request.Cookie` has the value as it came.
# Matters:   a session or a token in base64 that another program writes, such as an edge or a second service, fails for the
#            values that happen to have a `+`, and works for the others. `c.SetCookie` escapes what it writes, so a test
#            with gin on both sides passes.
set -euo pipefail
VERSION=v1.12.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http/httptest"

	"github.com/gin-gonic/gin"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.GET("/", func(c *gin.Context) {
		value, err := c.Cookie("session")
		own, _ := c.Request.Cookie("session")
		fmt.Printf("came %s, c.Cookie %q %v, r.Cookie %q\n", own.Value, value, err, own.Value)
	})
	for _, value := range []string{"YQ+/=", "100%", "a%2Bb"} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Cookie", "session="+value)
		router.ServeHTTP(httptest.NewRecorder(), request)
	}
}
GO
go mod init example/finding >/dev/null 2>&1
go get "github.com/gin-gonic/gin@$VERSION" >/dev/null 2>&1
echo "gin $VERSION"
seen=$(go run .)
echo "$seen"
[ "$seen" = 'came YQ+/=, c.Cookie "YQ /=" <nil>, r.Cookie "YQ+/="
came 100%, c.Cookie "" <nil>, r.Cookie "100%"
came a%2Bb, c.Cookie "a+b" <nil>, r.Cookie "a%2Bb"' ] || { echo "this has changed" >&2; exit 1; }
