package oneloginedge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// The shared vectors, and those in the files that ONE_LOGIN_VECTORS names.
type document struct {
	Issuer, Audience string
	Public           []string
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
	Name, Outcome, Reason, Method, Path, Level string
	Now                                        int64
	Status                                     int
	Page, Bound                                bool
	Headers                                    [][2]string
	Person                                     any
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

// What a service that says who is asking answers; at a level if one is required.
func ask(t *testing.T, verifier *Verifier, v vector) (outcome, reason string, person any) {
	t.Helper()
	var says http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var shown map[string]any
		if person := From(r.Context()); person != nil {
			shown = map[string]any{"sub": person.Sub, "sid": person.Sid, "vot": person.Vot,
				"email": person.Claims["email"], "identity": person.Identity}
		}
		json.NewEncoder(w).Encode(shown)
	})
	if v.Level != "" {
		says = verifier.RequireLevel(v.Level, says)
	}
	handler := verifier.Middleware(says)
	request := httptest.NewRequest(v.Method, "/", nil)
	request.RequestURI = v.Path
	address, err := url.ParseRequestURI(v.Path)
	if err != nil {
		t.Fatal(v.Name, err)
	}
	request.URL = address
	for _, header := range v.Headers {
		request.Header.Add(header[0], header[1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	body := recorder.Body.String()
	if recorder.Code != http.StatusOK {
		var problem struct{ Reason string }
		switch kind := recorder.Header().Get("Content-Type"); kind {
		case "text/html; charset=utf-8":
			problem.Reason = regexp.MustCompile(`<code>(\w+)</code>`).FindStringSubmatch(body)[1]
		case "application/problem+json":
			if err := json.Unmarshal([]byte(body), &problem); err != nil {
				t.Fatal(v.Name, err)
			}
		default:
			t.Fatal(v.Name, kind)
		}
		if page := body[0] == '<'; recorder.Code != v.Status || page != v.Page || recorder.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, a page: %t", v.Name, recorder.Code, page)
		}
		return "refused", problem.Reason, nil
	}
	if err := json.Unmarshal([]byte(body), &person); err != nil {
		t.Fatal(v.Name, err)
	}
	if person == nil {
		return "anonymous", "", nil
	}
	return "accepted", "", person
}

// A verifier with the clock and the keys of the test.
func verifierOf(d document, now func() int64, fetch func() ([]byte, error)) *Verifier {
	verifier := New(d.Issuer, d.Audience, d.Public...)
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
			var lines []string
			verifier.Bound = v.Bound
			verifier.Log = func(line string) { lines = append(lines, line) }
			outcome, reason, person := ask(t, verifier, v)
			if outcome != v.Outcome || reason != v.Reason || !reflect.DeepEqual(person, v.Person) {
				t.Errorf("%s: %s %s, not %s %s", v.Name, outcome, reason, v.Outcome, v.Reason)
			}
			said := strings.Join(lines, "\n")
			if len(lines) > 1 || (v.Reason != "") != strings.HasPrefix(said, "one-login-edge: refused: "+v.Reason) || strings.Contains(said, "urn:fdc") {
				t.Errorf("%s: %s", v.Name, said)
			}
			count++
		}
	}
	fmt.Println("vectors checked:", count)
}

func TestKeysAreFetchedWhenTheyShouldBeAndNotOtherwise(t *testing.T) {
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
			failed := false
			verifier.Log = func(line string) {
				failed = failed || strings.HasPrefix(line, "one-login-edge: keys_unavailable: "+shared.Issuer+"/auth/assertion-jwks.json: ")
			}
			outcome, reason, _ := ask(t, verifier, step.vector)
			if outcome != step.Outcome || reason != step.Reason || fetched != step.Fetches || failed != (fetched && step.Published == nil) {
				t.Errorf("%s, at %d: %s %s, fetched %t, said so %t", sequence.Name, step.Now, outcome, reason, fetched, failed)
			}
		}
	}
}

func TestKeysComeOverHTTPInTheNameOfThisPackageAndNotByWayOfARedirect(t *testing.T) {
	both := documents(t)[0].Published["both"]
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if agent := r.Header.Get("User-Agent"); agent != "one-login-edge-origin/1.0.0-rc.1 (go)" {
			t.Error(agent)
		}
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

func TestALevelThatIsNoneIsAMistakeInTheCode(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("P2 is no level")
		}
	}()
	New("https://a", "b").RequireLevel("P2", http.NotFoundHandler())
}

const example = `package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"example.gov.uk/oneloginedge"
	"example.gov.uk/oneloginedge/edgetest"
)

func main() {
	edge := edgetest.New("https://service.example.gov.uk")
	defer edge.Close()
	verifier := oneloginedge.New(edge.Issuer, "https://service.example.gov.uk", "/")
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "open") })
	account := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, oneloginedge.From(r.Context()).Sub) }
	mux.Handle("/account", verifier.RequireLevel("Cl.Cm", http.HandlerFunc(account)))
	for _, path := range []string{"/", "/account", "/account?"} {
		request := httptest.NewRequest("GET", path, nil)
		if path == "/account?" {
			request.Header.Set("One-Login-Assertion", edge.Assertion(map[string]any{"sub": "urn:example:sian"}))
		}
		answer := httptest.NewRecorder()
		verifier.Middleware(mux).ServeHTTP(answer, request)
		fmt.Println(answer.Code, answer.Header().Get("Content-Type") == "application/problem+json" || answer.Body.String() != "")
		if answer.Code == 200 {
			fmt.Println(answer.Body.String())
		}
	}
}
`

func TestTheModuleKnowsAPersonInANewExample(t *testing.T) {
	directory := t.TempDir()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	module := "module example\n\ngo 1.19\n\nrequire example.gov.uk/oneloginedge v0.1.0\n\nreplace example.gov.uk/oneloginedge => " + here + "\n"
	for name, text := range map[string]string{"main.go": example, "go.mod": module} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "run", ".")
	command.Dir = directory
	said, err := command.CombinedOutput()
	if expected := "200 true\nopen\n401 true\n200 true\nurn:example:sian\n"; err != nil || !strings.HasPrefix(strings.Join(lines(said), "\n")+"\n", expected) {
		t.Error(err, string(said))
	}
}

// The lines that are the example's own, without those of the log.
func lines(said []byte) []string {
	var own []string
	for _, line := range strings.Split(string(said), "\n") {
		if !strings.Contains(line, "one-login-edge: ") {
			own = append(own, line)
		}
	}
	return own
}
