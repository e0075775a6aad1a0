package oneloginedge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"
)

const (
	fresh          = 300
	stale          = 3600
	betweenFetches = 10
)

// The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched.
type keySet struct {
	url       string
	log       func(line string)
	fetch     func() ([]byte, error)
	now       func() int64
	lock      sync.Mutex
	keys      map[string]*ecdsa.PublicKey // nil before the first is known
	fetchedAt int64
	tried     bool
	triedAt   int64
}

func (k *keySet) find(kid string) (*ecdsa.PublicKey, error) {
	if kid == "" {
		return nil, refuse("unknown_key", "it names no key")
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	now := k.now()
	if k.tried && now < k.triedAt {
		// The clock was set back: the keys are due, and the moment of the last try says nothing.
		if due := now - fresh; k.fetchedAt > due {
			k.fetchedAt = due
		}
		k.tried = false
	}
	_, known := k.keys[kid]
	satisfied := known && now-k.fetchedAt < fresh
	if !satisfied && (!k.tried || now-k.triedAt >= betweenFetches) {
		k.tried, k.triedAt = true, now
		if err := k.refresh(now); err != nil {
			k.log(fmt.Sprintf("one-login-edge: keys_unavailable: %s: %v", k.url, err))
		}
	}
	if k.keys == nil || now-k.fetchedAt >= stale {
		return nil, refuse("keys_unavailable", k.url)
	}
	key, known := k.keys[kid]
	if !known {
		return nil, refuse("unknown_key", "not at "+k.url)
	}
	return key, nil
}

func (k *keySet) refresh(now int64) error {
	text, err := k.fetch()
	if err != nil {
		return err
	}
	var document struct {
		Keys []struct{ Kty, Crv, Kid, X, Y string }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	keys := map[string]*ecdsa.PublicKey{}
	for _, jwk := range document.Keys {
		if jwk.Kty != "EC" || jwk.Crv != "P-256" || jwk.Kid == "" {
			continue
		}
		x, errX := base64.RawURLEncoding.DecodeString(jwk.X)
		y, errY := base64.RawURLEncoding.DecodeString(jwk.Y)
		key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		if errX != nil || errY != nil || !key.Curve.IsOnCurve(key.X, key.Y) {
			return fmt.Errorf("the key %q is not a point of P-256", jwk.Kid)
		}
		keys[jwk.Kid] = key
	}
	k.keys, k.fetchedAt = keys, now
	return nil
}

func fetchDocument(url string) ([]byte, error) {
	client := http.Client{
		Timeout:       3 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "one-login-edge-origin/1.0.0-rc.1 (go)")
	request.Header.Set("Accept", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 64*1024))
}
