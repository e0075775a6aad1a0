// Package onelogin tells a service behind One Login at the edge who is asking. It needs the standard library alone.
//
//	verifier := onelogin.New("https://YOUR-HOST", "YOUR-ORIGIN-AUDIENCE")
//	http.ListenAndServe(address, verifier.Middleware(mux))
//
//	person := onelogin.From(request.Context())
//
// It believes the signed assertion and no other header.
package onelogin

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
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
	token          = regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`)
)

// Person is who is asking.
type Person struct {
	// Sub is the person, always the same for this service; Sid the session; Vot how the person signed in.
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

func (c Claims) seconds(name string) (int64, bool) {
	var seconds *int64
	err := json.Unmarshal(c[name], &seconds)
	if err != nil || seconds == nil {
		return 0, false
	}
	return *seconds, true
}

// Verifier knows what a good assertion is.
type Verifier struct {
	// Optional lets requests without an assertion pass; From returns nil for them.
	Optional bool
	// Bound has an assertion count only for the method and path that it names, which the edge's `bind` has it name.
	Bound            bool
	issuer, audience string
	keys             *keySet
	now              func() int64
}

// New is a verifier for the service at this host; nothing is fetched yet.
func New(issuer, audience string) *Verifier {
	now := func() int64 { return time.Now().Unix() }
	fetch := func() ([]byte, error) { return fetchDocument(issuer + "/auth/assertion-jwks.json") }
	return &Verifier{issuer: issuer, audience: audience, keys: &keySet{fetch: fetch, now: now}, now: now}
}

type contextKey struct{}

// From is the person in whose name a request came, or nil.
func From(ctx context.Context) *Person {
	person, _ := ctx.Value(contextKey{}).(*Person)
	return person
}

// Middleware tells the next handler who is asking, and answers 401 when that is not proved.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		person, err := v.person(r)
		if err != nil || (person == nil && !v.Optional) {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, person)))
	})
}

func (v *Verifier) person(r *http.Request) (*Person, error) {
	assertions, identities := r.Header.Values(header), r.Header.Values(identityHeader)
	if len(assertions) == 0 && len(identities) == 0 {
		return nil, nil
	}
	claims, err := v.verified(r, assertions, tokenType)
	if err != nil {
		return nil, err
	}
	person := &Person{Sub: claims.Text("sub"), Sid: claims.Text("sid"), Vot: claims.Text("vot"), Claims: claims}
	if person.Sub == "" || person.Sid == "" || person.Vot == "" {
		return nil, errors.New("it names nobody")
	}
	if end, ok := claims.seconds("session_exp"); !ok || end <= v.now() {
		return nil, errors.New("the session is over")
	}
	source := claims
	if claims.Text("identity_claims") == "header" {
		if source, err = v.verified(r, identities, identityType); err != nil {
			return nil, err
		}
		if source.Text("sub") != person.Sub || source.Text("sid") != person.Sid {
			return nil, errors.New("somebody else's identity")
		}
	} else if len(identities) > 0 {
		return nil, errors.New("an identity that was not announced")
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
func (v *Verifier) verified(request *http.Request, values []string, kind string) (Claims, error) {
	if len(values) != 1 || len(values[0]) > longest || !token.MatchString(values[0]) {
		return nil, errors.New("not one token")
	}
	parts := strings.Split(values[0], ".")
	head, err := decoded(parts[0])
	if err != nil {
		return nil, err
	}
	_, critical := head["crit"]
	if head.Text("alg") != "ES256" || head.Text("typ") != kind || critical {
		return nil, errors.New("another type")
	}
	key, err := v.keys.find(head.Text("kid"))
	if err != nil {
		return nil, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, errors.New("not a signature")
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(key, digest[:], r, s) {
		return nil, errors.New("a wrong signature")
	}
	claims, err := decoded(parts[1])
	if err != nil {
		return nil, err
	}
	if claims.Text("iss") != v.issuer || claims.Text("aud") != v.audience {
		return nil, errors.New("for somebody else")
	}
	// The path as it arrived: a handler before may have cut off a part of the other one.
	path, _, _ := strings.Cut(request.RequestURI, "?")
	if v.Bound && (claims.Text("htm") != request.Method || claims.Text("htu") != v.issuer+path) {
		return nil, errors.New("for another request")
	}
	end, hasEnd := claims.seconds("exp")
	made, hasMade := claims.seconds("iat")
	if now := v.now(); !hasEnd || end <= now || !hasMade || made > now+clocksDiffer {
		return nil, errors.New("not valid now")
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
