// Package oneloginedge tells a service behind One Login at the edge who is asking. It needs only the standard library.
//
//	verifier := oneloginedge.New("https://YOUR-HOST", "YOUR-ORIGIN-AUDIENCE", "/", "/assets/*")
//	mux.Handle("/apply", verifier.RequireLevel("Cl.Cm.P2", apply))
//	http.ListenAndServe(address, verifier.Middleware(mux))
//
//	person := oneloginedge.From(request.Context())
//
// It believes the signed assertion and no other header.
package oneloginedge

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const (
	header         = "One-Login-Assertion"
	identityHeader = "One-Login-Identity"
	tokenType      = "one-login-assertion+jwt"
	identityType   = "one-login-identity+jwt"
	longest        = 8192 // characters
	clocksDiffer   = 10   // seconds that this clock may be behind the edge's
)

var (
	identityClaims = []string{"coreIdentity", "address", "passport", "drivingPermit", "returnCode"}
	levels         = map[string]int{"Cl": 1, "Cl.Cm": 2, "Cl.Cm.P1": 3, "Cl.Cm.P2": 4}
	token          = regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`)
	twoReadings    = regexp.MustCompile(`(?i)(^|/)\.{1,2}(/|$)|//|[\\;\x00]|%(2e|2f|5c|25|3b|00)`)
)

// Person is who is asking.
type Person struct {
	// Sub is the person, always the same for this service; Sid the session; Vot the level that was reached.
	Sub, Sid, Vot string
	// Claims are all claims of the assertion.
	Claims Claims
	// Identity holds the claims of a proved identity; nil when there are none.
	Identity Claims
}

// Claims are the members of a token, each still JSON, because their names must match exactly.
type Claims map[string]json.RawMessage

// Text is a claim that is a text, or "".
func (c Claims) Text(name string) string {
	var text string
	if json.Unmarshal(c[name], &text) != nil {
		return ""
	}
	return text
}

func (c Claims) seconds(name string) (int64, error) {
	var seconds *int64
	if err := json.Unmarshal(c[name], &seconds); err != nil || seconds == nil {
		return 0, refuse("incomplete", name)
	}
	return *seconds, nil
}

// Verifier knows what a good assertion is, and which paths need none.
type Verifier struct {
	// Bound has an assertion count only for the method and path that it names, which the edge's bind has it name.
	Bound bool
	// Log gets one line for each refusal; log.Print otherwise.
	Log              func(line string)
	issuer, audience string
	public           []string
	keys             *keySet
	now              func() int64
}

// New is a verifier for the service at this host; nothing is fetched yet. On public paths, such as "/about" or
// "/assets/*", requests without an assertion pass, and From returns nil for them.
func New(issuer, audience string, public ...string) *Verifier {
	now := func() int64 { return time.Now().Unix() }
	url := issuer + "/auth/assertion-jwks.json"
	fetch := func() ([]byte, error) { return fetchDocument(url) }
	v := &Verifier{issuer: issuer, audience: audience, public: public, now: now, Log: func(line string) { log.Print(line) }}
	v.keys = &keySet{fetch: fetch, now: now, url: url, log: func(line string) { v.Log(line) }}
	return v
}

type contextKey struct{}

// From is the person in whose name a request came, or nil.
func From(ctx context.Context) *Person {
	person, _ := ctx.Value(contextKey{}).(*Person)
	return person
}

// Middleware tells the next handler who is asking, and refuses a request that does not prove it.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		person, err := v.person(r)
		if err == nil && person == nil && !v.isPublic(r.URL.EscapedPath()) {
			err = refuse("no_assertion", "")
		}
		if err != nil {
			v.answer(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, person)))
	})
}

// RequireLevel refuses people below the level: "Cl", "Cl.Cm", "Cl.Cm.P1" or "Cl.Cm.P2". It panics for any other.
func (v *Verifier) RequireLevel(level string, next http.Handler) http.Handler {
	least, known := levels[level]
	if !known {
		panic("oneloginedge: " + level + " is no level")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch person := From(r.Context()); {
		case person == nil:
			v.answer(w, r, refuse("no_assertion", ""))
		case levels[person.Vot] < least:
			v.answer(w, r, refuse("level_too_low", level+" is required"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// A path that servers read in two ways is never public.
func (v *Verifier) isPublic(path string) bool {
	if twoReadings.MatchString(path) {
		return false
	}
	for _, rule := range v.public {
		start := strings.TrimSuffix(rule, "/*")
		if path == start || (start != rule && strings.HasPrefix(path, start+"/")) {
			return true
		}
	}
	return false
}

func (v *Verifier) person(r *http.Request) (*Person, error) {
	assertions, identities := r.Header.Values(header), r.Header.Values(identityHeader)
	if len(assertions) == 0 && len(identities) == 0 {
		return nil, nil
	}
	if len(assertions) == 0 {
		return nil, refuse("wrong_identity", "it came without an assertion")
	}
	claims, err := v.verified(r, assertions, tokenType)
	if err != nil {
		return nil, err
	}
	person := &Person{Sub: claims.Text("sub"), Sid: claims.Text("sid"), Vot: claims.Text("vot"), Claims: claims}
	if person.Sub == "" || person.Sid == "" || person.Vot == "" {
		return nil, refuse("incomplete", "sub, sid or vot")
	}
	if end, err := claims.seconds("session_exp"); err != nil {
		return nil, err
	} else if end <= v.now() {
		return nil, refuse("session_over", "")
	}
	source := claims
	if claims.Text("identity_claims") == "header" {
		if len(identities) == 0 {
			return nil, refuse("wrong_identity", "it did not arrive")
		}
		if source, err = v.verified(r, identities, identityType); err != nil {
			return nil, err
		}
		if source.Text("sub") != person.Sub || source.Text("sid") != person.Sid {
			return nil, refuse("wrong_identity", "it belongs to another session")
		}
	} else if len(identities) > 0 {
		return nil, refuse("wrong_identity", "it was not announced")
	}
	for _, name := range identityClaims {
		if claim, ok := source[name]; ok {
			if person.Identity == nil {
				person.Identity = Claims{}
			}
			person.Identity[name] = claim
		}
	}
	return person, nil
}

// The claims of the one token in these values of a header.
func (v *Verifier) verified(r *http.Request, values []string, kind string) (Claims, error) {
	if len(values) != 1 || len(values[0]) > longest || !token.MatchString(values[0]) {
		return nil, refuse("malformed", "not one token")
	}
	parts := strings.Split(values[0], ".")
	head, err := decoded(parts[0])
	if err != nil {
		return nil, refuse("malformed", "the header is no object")
	}
	if head.Text("alg") != "ES256" {
		return nil, refuse("wrong_algorithm", "")
	}
	if head.Text("typ") != kind {
		return nil, refuse("wrong_type", "")
	}
	if _, critical := head["crit"]; critical {
		return nil, refuse("critical_extension", "")
	}
	key, err := v.keys.find(head.Text("kid"))
	if err != nil {
		return nil, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, refuse("wrong_signature", "")
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	first, second := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(key, digest[:], first, second) {
		return nil, refuse("wrong_signature", "")
	}
	claims, err := decoded(parts[1])
	if err != nil {
		return nil, refuse("malformed", "the claims are no object")
	}
	if said := claims.Text("iss"); said != v.issuer {
		return nil, refuse("wrong_issuer", fmt.Sprintf("%q is expected, it says %q", v.issuer, said))
	}
	if said := claims.Text("aud"); said != v.audience {
		return nil, refuse("wrong_audience", fmt.Sprintf("%q is expected, it says %q", v.audience, said))
	}
	// The path as it arrived: a handler before may have cut off a part of the other one.
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if v.Bound && (claims.Text("htm") != r.Method || claims.Text("htu") != v.issuer+path) {
		return nil, refuse("wrong_request", "")
	}
	end, err := claims.seconds("exp")
	if err != nil {
		return nil, err
	}
	made, err := claims.seconds("iat")
	if err != nil {
		return nil, err
	}
	now := v.now()
	if end <= now {
		return nil, refuse("expired", fmt.Sprintf("%d s ago by this clock", now-end))
	}
	if made > now+clocksDiffer {
		return nil, refuse("made_ahead", fmt.Sprintf("%d s ahead of this clock", made-now))
	}
	return claims, nil
}

func decoded(part string) (Claims, error) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil, err
	}
	var claims Claims
	return claims, json.Unmarshal(text, &claims)
}
