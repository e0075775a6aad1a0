package onelogin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// The shared vectors, and those in the files that ONE_LOGIN_VECTORS names.
type document struct {
	Issuer, Audience string
	Published        map[string]json.RawMessage
	Vectors          []vector
	Sequences        []struct {
		Name  string
		Steps []struct {
			vector
			Published *string
			Fetches   bool
		}
	}
}

type vector struct {
	Name, Outcome string
	Now           int64
	Optional      bool
	Bound         bool
	Request       struct{ Method, Target string }
	Headers       [][2]string
	Person        any
}

func documents(t *testing.T) []document {
	t.Helper()
	names := append([]string{"../vectors.json"}, filepath.SplitList(os.Getenv("ONE_LOGIN_VECTORS"))...)
	documents := make([]document, len(names))
	for index, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &documents[index]); err != nil {
			t.Fatal(err)
		}
	}
	return documents
}

// What a service that says who is asking answers.
func ask(t *testing.T, verifier *Verifier, v vector) (string, any) {
	t.Helper()
	handler := verifier.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var shown map[string]any
		if person := From(r.Context()); person != nil {
			shown = map[string]any{"sub": person.Sub, "sid": person.Sid, "vot": person.Vot,
				"email": person.Claims["email"], "identity": person.Identity}
		}
		json.NewEncoder(w).Encode(shown)
	}))
	request := httptest.NewRequest(cmp.Or(v.Request.Method, "GET"), cmp.Or(v.Request.Target, "/"), nil)
	for _, header := range v.Headers {
		request.Header.Add(header[0], header[1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if recorder.Code == http.StatusUnauthorized && recorder.Body.Len() == 0 {
		return "refused", nil
	}
	var person any
	if err := json.Unmarshal(recorder.Body.Bytes(), &person); err != nil || recorder.Code != http.StatusOK {
		t.Fatal(v.Name, recorder.Code, err)
	}
	if person == nil {
		return "nobody", nil
	}
	return "accepted", person
}

// A verifier with the clock and the keys of the test.
func verifierOf(d document, now func() int64, fetch func() ([]byte, error)) *Verifier {
	verifier := New(d.Issuer, d.Audience)
	verifier.now, verifier.keys.now, verifier.keys.fetch = now, now, fetch
	return verifier
}

func TestEveryVectorHasTheOutcomeThatItStates(t *testing.T) {
	count := 0
	for _, d := range documents(t) {
		d := d
		for _, v := range d.Vectors {
			v := v
			verifier := verifierOf(d, func() int64 { return v.Now }, func() ([]byte, error) { return d.Published["both"], nil })
			verifier.Optional, verifier.Bound = v.Optional, v.Bound
			outcome, person := ask(t, verifier, v)
			if outcome != v.Outcome || !reflect.DeepEqual(person, v.Person) {
				t.Errorf("%s: %s, not %s", v.Name, outcome, v.Outcome)
			}
			count++
		}
	}
	fmt.Println("vectors checked:", count)
}

func TestKeysAreFetchedWhenTheyShouldBeAndNotOtherwise(t *testing.T) {
	log.SetOutput(io.Discard)
	shared := documents(t)[0]
	if len(shared.Sequences) == 0 {
		t.Fatal("no sequences")
	}
	for _, sequence := range shared.Sequences {
		step := sequence.Steps[0]
		fetched := false
		verifier := verifierOf(shared, func() int64 { return step.Now }, func() ([]byte, error) {
			fetched = true
			if step.Published == nil {
				return nil, errors.New("this is part of the test")
			}
			return shared.Published[*step.Published], nil
		})
		for _, step = range sequence.Steps {
			fetched = false
			outcome, _ := ask(t, verifier, step.vector)
			if outcome != step.Outcome || fetched != step.Fetches {
				t.Errorf("%s, at %d: %s, fetched %t", sequence.Name, step.Now, outcome, fetched)
			}
		}
	}
}

func TestKeysComeOverHTTPAndNotByWayOfARedirect(t *testing.T) {
	both := documents(t)[0].Published["both"]
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/keys" {
			http.Redirect(w, r, "/keys", http.StatusFound)
			return
		}
		w.Write(both)
	}))
	defer edge.Close()
	if text, err := fetchDocument(edge.URL + "/keys"); err != nil || string(text) != string(both) {
		t.Error(err)
	}
	if _, err := fetchDocument(edge.URL + "/moved"); err == nil {
		t.Error("a redirect was followed")
	}
}
