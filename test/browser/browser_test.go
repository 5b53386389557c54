// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/web/assets"
	"github.com/vedette-mail/vedette/test/browser"
)

// many is how many records "very many" are.
const many = 20_000

// where is a console as the stories see it.
type where struct {
	URL   string   `json:"url"`
	ID    string   `json:"id,omitempty"`    // of a record to open
	Token string   `json:"token,omitempty"` // of the set-up link
	Poke  string   `json:"poke,omitempty"`  // an address that makes something happen
	Also  string   `json:"also,omitempty"`  // another address that its pages may lead to
	Rules []string `json:"rules,omitempty"`
	Out   string   `json:"out,omitempty"` // of a record that was released

	Policy string `json:"policy,omitempty"` // ids of things to open
	Device string `json:"device,omitempty"`
	Job    string `json:"job,omitempty"`
	Import string `json:"import,omitempty"`
}

// TestStories drives the pages in Chromium. It names, story by story, what went wrong; pictures of the
// moment lie in the test's folder of artifacts.
//
// A-01 A-03 A-11 A-14 A-15 A-17 C-01 D-01 D-02 D-08 X-07 X-08 Y-02 Y-18
func TestStories(t *testing.T) {
	tell(t, "", consoles())
}

// tell has a set of stories told: the one of that name, or all but those that have a test of their own. A
// console is started when a story first asks for it.
func tell(t *testing.T, name string, consoles map[string]func(*testing.T) where) {
	t.Helper()
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	if !set.Built {
		t.Fatal("the assets are not built: run make assets first")
	}
	failures := filepath.Join(os.TempDir(), "vedette-browser")
	if err := os.MkdirAll(failures, 0o755); err != nil {
		t.Fatal(err)
	}
	world := map[string]any{"now": moment().UnixMilli(), "user": browser.Administrator, "password": browser.Password, "failures": failures}
	file := filepath.Join(t.TempDir(), "world.json")
	text, err := json.Marshal(world)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	install(t)
	shots := t.TempDir()
	for _, name := range []string{"STORY", "SHOT"} { // read here so that a kept result is not taken for another choice's
		if v := os.Getenv(name); v != "" {
			t.Logf("%s=%s", name, v)
		}
	}
	run(t, exec.CommandContext(t.Context(), "node", "stories.mjs", file, shots, name), consoles)
	if dir := os.Getenv("VEDETTE_SHOTS"); dir != "" && name == "" && !t.Failed() { // docs/shots when pictures are to be kept
		keepPictures(t, shots, dir)
	}
}

// keepPictures copies pictures that look different from those in dir, and removes those that are not
// taken any more. Two pictures of the same page may differ in the smoothing of a few edges.
func keepPictures(t *testing.T, from, dir string) {
	t.Helper()
	fresh, err := filepath.Glob(filepath.Join(from, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range fresh {
		kept := filepath.Join(dir, filepath.Base(file))
		if alike(t, file, kept) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kept, text, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("changed: %s", filepath.Base(file))
	}
	if os.Getenv("STORY") != "" || os.Getenv("SHOT") != "" {
		return
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range old {
		if _, err := os.Stat(filepath.Join(from, filepath.Base(file))); err != nil {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			t.Logf("gone: %s", filepath.Base(file))
		}
	}
}

// alike reports whether nobody would see a difference between two pictures.
func alike(t *testing.T, a, b string) bool {
	t.Helper()
	x, y := picture(t, a), picture(t, b)
	if x == nil || y == nil || x.Bounds() != y.Bounds() {
		return false
	}
	const visible, most = 0x0600, 40 // of 0xffff per colour; pixels
	far := func(p, q uint32) bool { return max(p, q)-min(p, q) > visible }
	n := 0
	for j := x.Bounds().Min.Y; j < x.Bounds().Max.Y; j++ {
		for i := x.Bounds().Min.X; i < x.Bounds().Max.X; i++ {
			r1, g1, b1, _ := x.At(i, j).RGBA()
			r2, g2, b2, _ := y.At(i, j).RGBA()
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				n++
			}
		}
	}
	return n <= most
}

// picture reads a picture, or gives nil when there is none.
func picture(t *testing.T, file string) image.Image {
	t.Helper()
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Logf("%s: %v", file, err)
		return nil
	}
	return img
}

// install brings in the two packages the stories need, when they are not there yet.
func install(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("node_modules/playwright-core"); err == nil {
		return
	}
	if out, err := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts").CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
}

func run(t *testing.T, cmd *exec.Cmd, consoles map[string]func(*testing.T) where) {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var story struct {
			Name, Problem, Want string
			Seconds             float64
		}
		if err := json.Unmarshal(lines.Bytes(), &story); err != nil {
			t.Logf("%s", lines.Bytes())
			continue
		}
		if story.Want != "" {
			if _, err := in.Write(append(console(t, consoles[story.Want]), '\n')); err != nil {
				t.Errorf("%s: %v", story.Want, err)
			}
			continue
		}
		told++
		t.Run(story.Name, func(t *testing.T) {
			t.Logf("%.1f s", story.Seconds)
			if story.Problem != "" {
				t.Error(story.Problem)
			}
		})
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the stories ended with %v\n%s", err, complaints.String())
	}
	if told == 0 {
		t.Error("no story was told")
	}
}

// console starts one and says where it is; nothing when there is none of that name.
func console(t *testing.T, start func(*testing.T) where) []byte {
	t.Helper()
	if start == nil {
		return nil
	}
	text, err := json.Marshal(start(t))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func consoles() map[string]func(*testing.T) where {
	three := func(t *testing.T) where { return office(t) }
	return map[string]func(*testing.T) where{
		"three": three, "acting": three, "prefs": three, "plain": three, "passkeys": three,
		"empty":   func(t *testing.T) where { return where{URL: browser.StartAt(t, moment()).URL} },
		"linking": linking, "linkKeys": linking, "linkClear": linking, "several": linking, "left": linking, "low": linking,
		"people": people, "peopleKeys": people, "peopleRules": people, "peopleMerge": people, "peopleLive": elsewhereLost,
		"wire": wireOffice, "wireWipe": wireOffice, "wireSafe": wireOffice, "wireSeveral": wireOffice, "wireRevert": wireOffice, "wireChange": wireOffice, "wireAccount": wireOffice,
		"wireApprove": wireOffice, "wireApps": twoApps, "wired": wired, "capped": capped, "wiping": wiping, "frozen": frozen, "approving": approving, "apps": twoApps,
		"rules": ruleOffice, "rulesCap": ruleOffice, "rulesKeys": ruleOffice, "ruled": ruled,
		"working": working, "factor": func(t *testing.T) where { return where{URL: browser.Start(t, true).URL} }, "demo": demo, "staff": staff, "elsewhere": elsewhere, "files": files, "broken": broken, "small": small, "observing": observing, "oddities": oddities,
		"live": live, "hidden": live, "streamless": live, "pane": live, "autoblock": autoBlock, "shadow": shadow, "odd": odd, "many": veryMany, "setup": setUp,
	}
}

// moment is when the pictures are taken.
func moment() time.Time { return time.Date(2026, 2, 11, 9, 41, 17, 0, time.UTC) }

// demo shows what vedette demo shows.
func demo(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	ids := c.Inhabit(t, company.New(1, 200))
	c.Refusals(t)
	return where{URL: c.URL, ID: string(ids[len(ids)-3])}
}

// small is the demo on its first day.
func small(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	people := company.New(1, 3)
	people.Phones = people.Phones[1:] // one of them has two accounts
	if n := len(c.Inhabit(t, people)); n != 3 {
		t.Errorf("%d records, want 3", n)
	}
	return where{URL: c.URL}
}

// observing is the demo in shadow mode, with a mail server that is down.
func observing(t *testing.T) where {
	c := browser.StartAt(t, moment())
	p := access.DefaultPreferences()
	p.Shadow, p.AutoBlock = true, true
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "test") }); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	c.DemoGateway(t, "connection refused")
	c.Inhabit(t, company.New(1, 200))
	return where{URL: c.URL}
}

// oddities are people and phones whose texts are as long, as foreign and as hostile as they come.
func oddities(t *testing.T) where {
	c := browser.StartAt(t, moment())
	people := company.Odd(1)
	c.Enrol(t, people) // while nobody has told of mail servers: these people are at none of those of the three gateways
	c.ThreeGateways(t)
	ids := c.Inhabit(t, people)
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	for i, h := range browser.Hostile() { // people who decide write as oddly as phones
		if _, err := c.Admin.BlockAssociation(t.Context(), who, ids[i], admin.Act{Reason: h[:min(len(h), 400)]}); err != nil {
			t.Fatal(err)
		}
	}
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[0])}
}

// office is a small office with three gateways.
func office(t *testing.T) where {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	c.Refusals(t)
	return where{URL: c.URL, ID: string(ids[1])}
}

// live has an address that, asked, lets a new phone come by and allows a blocked one.
func live(t *testing.T) where {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	poke := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		c.Add(t, browser.Person{User: "newcomer@lab.example", Device: "NEWPHONE1", Model: "Pixel 9", OS: "Android"})
		who := access.Actor{Name: "somebody else", Role: access.RoleAdministrator}
		if _, err := c.Admin.AllowAssociation(t.Context(), who, ids[1], admin.Act{}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, ID: string(ids[1]), Poke: poke.URL}
}

func autoBlock(t *testing.T) where {
	p := access.DefaultPreferences()
	p.AutoBlock = true
	return preferring(t, p)
}

func shadow(t *testing.T) where {
	p := access.DefaultPreferences()
	p.Shadow = true
	return preferring(t, p)
}

func preferring(t *testing.T, p access.Preferences) where {
	t.Helper()
	c := browser.Start(t, true)
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "test") }); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	return where{URL: c.URL}
}

func odd(t *testing.T) where {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Odd()...)
	c.ThreeGateways(t)
	return where{URL: c.URL, ID: string(ids[len(ids)-1])}
}

func veryMany(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.ThreeGateways(t)
	c.Inhabit(t, company.New(1, many))
	c.Refusals(t)
	return where{URL: c.URL}
}

func setUp(t *testing.T) where {
	c := browser.Start(t, false)
	token, expires, err := c.Login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if time.Until(expires) < time.Hour {
		t.Fatalf("the link ends at %s", expires)
	}
	return where{URL: c.URL, Token: token}
}
