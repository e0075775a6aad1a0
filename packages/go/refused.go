package oneloginedge

import (
	_ "embed" // for the page
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

//go:embed refused.html
var page string

// Every reason that is not here is 401.
var statuses = map[string]int{"keys_unavailable": http.StatusServiceUnavailable, "level_too_low": http.StatusForbidden}

// Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it.
type refused struct{ reason, detail string }

func (r refused) Error() string {
	if r.detail == "" {
		return r.reason
	}
	return r.reason + ": " + r.detail
}

func refuse(reason, detail string) error {
	return refused{reason, detail}
}

func (v *Verifier) answer(w http.ResponseWriter, r *http.Request, err error) {
	why := refused{reason: "malformed"}
	errors.As(err, &why)
	v.Log("one-login-edge: refused: " + why.Error())
	status, listed := statuses[why.reason]
	if !listed {
		status = http.StatusUnauthorized
	}
	kind, body := "text/html; charset=utf-8", []byte(strings.Replace(page, "{reason}", why.reason, 1))
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		kind = "application/problem+json"
		body, _ = json.Marshal(map[string]any{"title": "The request was refused", "status": status, "reason": why.reason})
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}
