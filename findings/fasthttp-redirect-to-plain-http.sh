#!/usr/bin/env bash
# fasthttp 1.78.0: `ctx.Redirect("/account", 303)` sends `Location: http://HOST/account`, behind TLS too.
#
# Guess:     `Location` is the path as given, as `http.Redirect` of Go's own server sends it (RFC 9110 section 10.2.2 allows it).
# Behaviour: the path is made absolute with the scheme that the server itself was reached by, which is `http` behind an edge or a
#            load balancer that ends TLS, and with the `Host` that came. `X-Forwarded-Proto: https` changes nothing.
# Matters:   each redirect takes the person to plain HTTP, where the browser leaves out the `Secure` cookies. At best there is one
#            more redirect. `ctx.Response.Header.Set("Location", "/account")` and a status send the path as it is.
set -euo pipefail
VERSION=v1.78.0
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/valyala/fasthttp"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go fasthttp.Serve(listener, func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/own" {
			ctx.Response.Header.Set("Location", "/account")
			ctx.SetStatusCode(303)
			return
		}
		ctx.Redirect("/account", 303)
	})
	for _, path := range []string{"/call", "/own"} {
		request, _ := http.NewRequest("GET", "http://"+listener.Addr().String()+path, nil)
		request.Host = "service.example.gov.uk"
		request.Header.Set("X-Forwarded-Proto", "https")
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			panic(err)
		}
		fmt.Println(path, answer.StatusCode, answer.Header.Get("Location"))
	}
}
GO
go mod init example/finding >/dev/null 2>&1
go get "github.com/valyala/fasthttp@$VERSION" >/dev/null 2>&1
echo "fasthttp $VERSION"
seen=$(go run .)
echo "$seen"
[ "$seen" = "/call 303 http://service.example.gov.uk/account
/own 303 /account" ] || { echo "this has changed" >&2; exit 1; }
