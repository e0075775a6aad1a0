// Package edgetest signs assertions for a service's own tests, with a key that nothing outside the test believes.
//
//	edge := edgetest.New("YOUR-ORIGIN-AUDIENCE")
//	defer edge.Close()
//	verifier := oneloginedge.New(edge.Issuer, "YOUR-ORIGIN-AUDIENCE")
//	request.Header.Set("One-Login-Assertion", edge.Assertion(map[string]any{"vot": "Cl.Cm.P2"}))
package edgetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"time"
)

// Edge is a server that publishes a key, as the edge does.
type Edge struct {
	// Issuer is its address.
	Issuer   string
	audience string
	key      *ecdsa.PrivateKey
	server   *httptest.Server
}

// New starts an edge for a service with this audience.
func New(audience string) *Edge {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	x, y := key.X.FillBytes(make([]byte, 32)), key.Y.FillBytes(make([]byte, 32))
	jwk := map[string]string{"kty": "EC", "crv": "P-256", "kid": "test", "x": encoded(x), "y": encoded(y)}
	edge := &Edge{audience: audience, key: key}
	edge.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{jwk}})
	}))
	edge.Issuer = edge.server.URL
	return edge
}

// Close ends it.
func (e *Edge) Close() {
	e.server.Close()
}

// Assertion is what a signed-in request carries; claims replace the usual ones.
func (e *Edge) Assertion(claims map[string]any) string {
	now := time.Now().Unix()
	usual := map[string]any{
		"iss": e.Issuer, "aud": e.audience, "sub": "urn:fdc:gov.uk:2022:test", "sid": "dGVzdC1zZXNzaW9uLWlk", "vot": "Cl.Cm",
		"auth_time": now - 60, "session_exp": now + 3600, "iat": now - 5, "exp": now + 60,
	}
	for name, claim := range claims {
		usual[name] = claim
	}
	message := part(map[string]any{"alg": "ES256", "typ": "one-login-assertion+jwt", "kid": "test"}) + "." + part(usual)
	digest := sha256.Sum256([]byte(message))
	r, s, err := ecdsa.Sign(rand.Reader, e.key, digest[:])
	if err != nil {
		panic(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return message + "." + encoded(signature)
}

func part(members map[string]any) string {
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return encoded(text)
}

func encoded(data []byte) string {
	return base64.RawURLEncoding.EncodeToString(data)
}
