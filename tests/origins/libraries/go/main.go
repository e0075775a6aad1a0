package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

type verify func(token string) error

var given struct {
	Tokens                map[string]string
	PEM, Issuer, Audience string
}

var key *ecdsa.PublicKey

func golangJWT(options ...jwt.ParserOption) verify {
	return func(token string) error {
		_, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key, nil }, options...)
		return err
	}
}

func goJOSE(expected josejwt.Expected, leeway time.Duration) verify {
	return func(token string) error {
		parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			return err
		}
		var claims josejwt.Claims
		if err := parsed.Claims(key, &claims); err != nil {
			return err
		}
		if leeway < 0 {
			return claims.Validate(expected)
		}
		return claims.ValidateWithLeeway(expected, leeway)
	}
}

func jwx(options ...jwxjwt.ParseOption) verify {
	return func(token string) error {
		_, err := jwxjwt.Parse([]byte(token), append(options, jwxjwt.WithKey(jwa.ES256(), key))...)
		return err
	}
}

func goOIDC(config *oidc.Config) verify {
	keys := &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}
	verifier := oidc.NewVerifier(given.Issuer, keys, config)
	return func(token string) error {
		_, err := verifier.Verify(context.Background(), token)
		return err
	}
}

func version(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == path {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "?"
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &given)
	}
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode([]byte(given.PEM))
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	key = parsed.(*ecdsa.PublicKey)
	all := []struct {
		name, path             string
		bare, defaults, mended verify
	}{
		{"golang-jwt", "github.com/golang-jwt/jwt/v5", nil, golangJWT(),
			golangJWT(jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(given.Issuer), jwt.WithAudience(given.Audience), jwt.WithExpirationRequired())},
		{"go-jose", "github.com/go-jose/go-jose/v4", nil, goJOSE(josejwt.Expected{}, -1),
			goJOSE(josejwt.Expected{Issuer: given.Issuer, AnyAudience: josejwt.Audience{given.Audience}, Time: time.Now()}, 10*time.Second)},
		{"jwx", "github.com/lestrrat-go/jwx/v3", nil, jwx(),
			jwx(jwxjwt.WithIssuer(given.Issuer), jwxjwt.WithAudience(given.Audience), jwxjwt.WithRequiredClaim("exp"), jwxjwt.WithRequiredClaim("sub"), jwxjwt.WithResetValidators(true),
				jwxjwt.WithValidator(jwxjwt.IsExpirationValid()))},
		{"go-oidc", "github.com/coreos/go-oidc/v3", goOIDC(&oidc.Config{ClientID: given.Audience}), goOIDC(&oidc.Config{ClientID: given.Audience, SupportedSigningAlgs: []string{"ES256"}}),
			goOIDC(&oidc.Config{ClientID: given.Audience, SupportedSigningAlgs: []string{"ES256"}})},
	}
	var labels []string
	for label := range given.Tokens {
		labels = append(labels, label)
	}
	sort.Strings(labels)
	for _, library := range all {
		for way, run := range map[string]verify{"bare": library.bare, "default": library.defaults, "mended": library.mended} {
			if run == nil {
				continue
			}
			for _, label := range labels {
				said := "taken"
				if err := run(given.Tokens[label]); err != nil {
					said = "refused " + strings.ReplaceAll(err.Error(), "\n", " ")
				}
				fmt.Printf("%s %s\t%s\t%s\t%s\n", library.name, version(library.path), way, label, said)
			}
		}
	}
}
