#!/usr/bin/env bash
# chi 5.5.0 and echo 4.16.5: whether a path parameter is decoded depends on which characters it has.
#
# Guess:     a router decodes each parameter, as Go's own `ServeMux` does, or none of them.
# Behaviour: chi and echo decode `a%20b` and leave `a%3Ab`. A part that holds both is left as it is, `%20` too. They match the
#            escaped path if Go keeps one, and Go keeps one only where escaping the path again would give another text, as
#            it would for `%3A`. gorilla/mux 1.8.1 and gin 1.12.0 decode both, as `ServeMux` does.
# Matters:   `encodeURIComponent` of a One Login `sub`, `urn:fdc:gov.uk:2022:…`, writes `%3A`, so that `/people/{sub}` finds no
#            record, while a test with `/people/jo%20smith` passes. `url.PathUnescape` of the parameter decodes twice for
#            the others. Route by `ServeMux`, or decode only where `r.URL.RawPath` is not empty.
# Source:    Go, net/url, `URL.EscapedPath` and `RawPath`.
set -euo pipefail
CHI=v5.5.0
ECHO=v4.16.5
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOMODCACHE="$work/cache"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func main() {
	byChi := chi.NewRouter()
	byChi.Get("/people/{id}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, chi.URLParam(r, "id")) })
	byEcho := echo.New()
	byEcho.GET("/people/:id", func(c echo.Context) error { return c.String(200, c.Param("id")) })
	byGo := http.NewServeMux()
	byGo.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.PathValue("id")) })
	for _, id := range []string{"a%20b", "urn%3Afdc", "a%20b%3Ac"} {
		fmt.Printf("%s:", id)
		for _, router := range []http.Handler{byGo, byChi, byEcho} {
			answer := httptest.NewRecorder()
			router.ServeHTTP(answer, httptest.NewRequest("GET", "/people/"+id, nil))
			fmt.Printf(" [%s]", answer.Body)
		}
		fmt.Println()
	}
}
GO
go mod init example/finding >/dev/null 2>&1
go get "github.com/go-chi/chi/v5@$CHI" "github.com/labstack/echo/v4@$ECHO" >/dev/null 2>&1
echo "ServeMux of $(go version), chi $CHI, echo $ECHO"
seen=$(go run .)
echo "$seen"
[ "$seen" = "a%20b: [a b] [a b] [a b]
urn%3Afdc: [urn:fdc] [urn%3Afdc] [urn%3Afdc]
a%20b%3Ac: [a b:c] [a%20b%3Ac] [a%20b%3Ac]" ] || { echo "this has changed" >&2; exit 1; }
