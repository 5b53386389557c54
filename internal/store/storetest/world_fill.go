// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// World is how much a console knows.
type World struct {
	Records     int
	Devices     int // registered ones; the phones of unlinked records wait beside them
	Users       int
	Approvals   int
	Aliases     int
	Expected    int
	Audit       int // lines of the audit log
	Jobs        int
	JobRows     int // of the newest job
	ImportLines int // of the newest import
}

// WorldOf is a company's console with a number of records: a registered device for every two, three users
// for every ten.
func WorldOf(records int) World {
	return World{Records: records, Devices: records / 2, Users: records * 3 / 10, Approvals: records / 50, Aliases: records / 100,
		Expected: records / 5, Audit: records, Jobs: records / 1000, JobRows: records / 10, ImportLines: records / 10}
}

// FillWorld loads a world in which everything hangs together: users own accounts and devices; of the
// records of a registered phone four in five are linked and most others suggest it; one record in twenty
// is blocked, one in twenty-five allowed, half of those for a time. Some things are shared by many and
// grow with the world: one record in 200 is of the account "kiosk", one device in 500 belongs to the
// user "pool", one in 300 has the switchboard's number. The same seed gives the same, but for the ids.
//
// The names, models and groups are those of Fill and FillPeople, so that the same searches make sense.
func FillWorld(ctx context.Context, s *store.Store, w World, seed uint64) error {
	g := &worldGrower{World: w, r: rand.New(rand.NewPCG(seed, 3)), lonely: max(w.Records/7, 1)}
	for _, step := range []func(context.Context, *store.Store) error{g.people, g.words, g.expected, g.work, g.log, mark} {
		if err := step(ctx, s); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

type worldGrower struct {
	World
	r       *rand.Rand
	lonely  int
	pool    access.UserID
	records int
	devices int
	users   int
}

// usersAtOnce is how many users, with all that is theirs, one transaction writes.
const usersAtOnce = 1500

// people fills in users, their devices and their records.
func (g *worldGrower) people(ctx context.Context, s *store.Store) error {
	pool := &access.User{Name: "pool", Groups: []string{"all"}}
	kiosk := &access.User{Name: "kiosk", Groups: []string{"all"}, Accounts: []access.Account{{Realm: "lab", Account: "kiosk"}}}
	if err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateUsers([]*access.User{pool, kiosk}) }); err != nil {
		return err
	}
	g.pool = pool.ID
	for g.users < g.Users {
		from, to := g.users, min(g.users+usersAtOnce, g.Users)
		users := make([]*access.User, 0, to-from)
		for i := from; i < to; i++ {
			users = append(users, g.user(i))
		}
		g.users = to
		if err := s.WithTx(ctx, func(tx *store.Tx) error {
			if err := tx.CreateUsers(users); err != nil {
				return err
			}
			var devices []*access.RegisteredDevice
			of := make([][]*access.RegisteredDevice, len(users))
			for i, u := range users {
				for g.devices*g.Users < (from+i+1)*g.Devices {
					d := g.device(u.ID)
					of[i] = append(of[i], d)
					devices = append(devices, d)
				}
			}
			if err := tx.CreateDevices(devices); err != nil {
				return err
			}
			var records []*access.Association
			for i, u := range users {
				of := of[i]
				for g.records*g.Users < (from+i+1)*g.Records {
					a := g.record(u, of)
					of = of[min(1, len(of)):]
					records = append(records, a)
				}
			}
			return tx.CreateAssociations(records)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (g *worldGrower) user(i int) *access.User {
	name := fmt.Sprintf("%s%d", given(g.r), i)
	account, _ := access.FoldAccount(name) // as gateways would tell it
	u := &access.User{Name: name, DisplayName: "Dr. " + name + " " + given(g.r), Email: name + "@lab.example", Number: fmt.Sprintf("+49 40 %07d", g.r.IntN(10_000_000)),
		Disabled: g.r.IntN(50) == 0, Accounts: []access.Account{{Realm: "lab", Account: account}}}
	if g.r.IntN(3) > 0 {
		u.Source = "directory"
	}
	if g.r.IntN(20) == 0 {
		u.Groups = append(u.Groups, "help")
	}
	if g.r.IntN(1000) == 0 {
		u.Groups = append(u.Groups, "board")
	}
	if g.r.IntN(30) > 0 {
		u.Groups = append(u.Groups, "all")
	}
	return u
}

func (g *worldGrower) device(owner access.UserID) *access.RegisteredDevice {
	i := g.devices
	g.devices++
	if i%500 == 250 {
		owner = g.pool
	}
	d := aDevice(g.r, 0, i, owner)
	d.ID = access.DeviceID(fmt.Sprintf("reg-%08d", i))
	d.Serial = fmt.Sprintf("F%07dQ%X", i, g.r.Uint32N(16))
	if strings.HasPrefix(d.Model, "iP") {
		d.Manufacturer = "Apple"
	}
	if g.r.IntN(2) == 0 {
		d.EASID = g.phone(d)
	}
	if i%300 == 150 {
		d.Number = "+49 30 7654321"
	}
	return d
}

// phone is the device id under which a registered phone comes.
func (g *worldGrower) phone(d *access.RegisteredDevice) string {
	if d.Manufacturer == "Apple" {
		return "APPL" + d.Serial
	}
	return "SEC" + d.Serial
}

// record is the next record of a user: on the first of his devices that has none yet, or on a phone that
// nobody has registered.
func (g *worldGrower) record(u *access.User, devices []*access.RegisteredDevice) *access.Association {
	i := g.records
	g.records++
	var a *access.Association
	if len(devices) > 0 {
		d := devices[0]
		a = seen(u.Accounts[0].Account, g.phone(d))
		a.Model, a.OS, a.OSVersion, a.Number, a.IMEI = d.Model, d.OS, d.OSVersion, d.Number, d.IMEI
		switch n := g.r.IntN(20); {
		case n < 15:
			a.Device, a.Link = d.ID, access.Link{By: access.LinkedByMatcher, At: Start(), Score: 95, Reasons: []string{"same device id"}}
		case n < 16:
			a.Device, a.Link = d.ID, access.Link{By: access.LinkedByHand, At: Start(), Who: "alice"}
		case n < 19:
			a.Suggestion = access.Suggestion{Device: d.ID, Score: 60, Clear: n == 18, Reasons: []string{"same owner", "same model"}}
		}
	} else {
		models := [...][3]string{{"Outlook for iOS and Android", "Android", "14"}, {"iPad Pro", "iPadOS", "17.0"}, {"iPhone 15", "iOS", "17.1"}, {"Pixel 8", "Android", "15"}}
		m := models[g.r.IntN(len(models))]
		a = seen(u.Accounts[0].Account, fmt.Sprintf("W%07dX%012x", i, g.r.Uint64()>>16))
		a.Model, a.OS, a.OSVersion, a.Number = m[0], m[1], m[2], fmt.Sprintf("+49 30 %07d", g.r.IntN(10_000_000))
		switch g.r.IntN(10) {
		case 0:
			a.Pair.Account = "team-" + u.Accounts[0].Account // an account that nobody is known to own
		case 1:
			a.Pair.Account, a.User = fmt.Sprintf("stranger%d", i), "stranger"
		}
	}
	if i%200 == 100 {
		a.Pair.Account = "kiosk"
	}
	if g.r.IntN(1000) == 0 {
		a.Model = "Rarephone Zx9"
	}
	if i%g.lonely == g.lonely/2 {
		a.Model = "Lonely Q7"
	}
	a.Pair.Realm, a.User, a.Mailbox = "lab", a.Pair.Account+"@lab.example", a.Pair.Account+"@lab.example"
	a.RawDevice, a.Backend, a.Gateway, a.DeviceType = a.Pair.Device, "sogo", "gw1", a.OS
	a.UserAgent, a.Protocol, a.Client = a.Model+"/"+a.OSVersion, "16.1", "Mail"
	a.FirstSync = Start().Add(-time.Duration(g.r.IntN(1000*3600)) * time.Second)
	a.LastSync = a.FirstSync.Add(time.Duration(g.r.IntN(100*3600)) * time.Second)
	a.LastHTTP, a.FactsAt = 200, a.LastSync
	switch n := g.r.IntN(100); {
	case n < 5:
		a.Override = access.Override{Kind: access.OverrideBlock, Reason: "filled", By: "fill", At: a.LastSync}
	case n < 9:
		a.Override = access.Override{Kind: access.OverrideAllow, Reason: "filled", By: "fill", At: a.LastSync}
	}
	if a.Override.Kind != access.NoOverride && g.r.IntN(2) == 0 {
		a.Override.Until = Start().AddDate(1, 0, 0).Add(time.Duration(g.r.IntN(1000*3600)) * time.Second)
	}
	return a
}

// inParts runs fn in transactions of at most n things each.
func inParts(ctx context.Context, s *store.Store, all, n int, fn func(tx *store.Tx, i int) error) error {
	for from := 0; from < all; from += n {
		if err := s.WithTx(ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+n, all); i++ {
				if err := fn(tx, i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// words fills in pre-approvals and aliases, of names that have not come yet.
func (g *worldGrower) words(ctx context.Context, s *store.Store) error {
	if err := inParts(ctx, s, g.Approvals, 2000, func(tx *store.Tx, i int) error {
		p := &access.PreApproval{Pair: pair(fmt.Sprintf("new%d", i), fmt.Sprintf("NEW%07d", i)), Reason: "filled", By: "fill"}
		if i%3 == 0 {
			p.Until = Start().AddDate(1, 0, i%300)
		}
		return tx.SavePreApproval(p)
	}); err != nil {
		return err
	}
	return inParts(ctx, s, g.Aliases, 2000, func(tx *store.Tx, i int) error {
		return tx.SaveAlias(access.Alias{Realm: "lab", From: fmt.Sprintf("old%d", i), To: fmt.Sprintf("stranger%d", i), By: "fill", At: Start()})
	})
}

func (g *worldGrower) expected(ctx context.Context, s *store.Store) error {
	return inParts(ctx, s, g.Expected, 5000, func(tx *store.Tx, i int) error {
		d := fmt.Sprintf("F%07dQ%X", i, g.r.Uint32N(16)) // one in many is a phone that has come
		account, _ := access.FoldAccount(fmt.Sprintf("%s%d", given(g.r), i))
		x := &access.Expected{Pair: pair(account, "APPL"+d), Who: fmt.Sprintf("Who %d", i), Model: fmt.Sprintf("Model %d", i%9),
			LastSync: Start().Add(-time.Duration(g.r.IntN(1000*3600)) * time.Second)}
		return tx.SaveExpected(x)
	})
}

// work fills in jobs and an import.
func (g *worldGrower) work(ctx context.Context, s *store.Store) error {
	return s.WithTx(ctx, func(tx *store.Tx) error {
		for i := range g.Jobs {
			j := &store.Job{Verb: access.VerbBlock, Actor: access.Actor{Name: "alice"}, Params: "{}"}
			if err := tx.CreateJob(j); err != nil {
				return err
			}
			j.State, j.Selected, j.Finished = store.JobDone, true, Start()
			if i == g.Jobs-1 {
				rows := make([]store.JobRow, g.JobRows)
				for k := range rows {
					rows[k] = store.JobRow{Target: fmt.Sprintf("target%08d", k), Label: "a record"}
				}
				if err := tx.AddJobRows(j.ID, rows); err != nil {
					return err
				}
			}
			if err := tx.SaveJob(j); err != nil {
				return err
			}
		}
		im := &store.Import{Kind: "devices", File: "devices.csv", Options: "{}", Summary: "{}", State: "done", Lines: int64(g.ImportLines)}
		if err := tx.CreateImport(im); err != nil {
			return err
		}
		lines := make([]store.ImportLine, g.ImportLines)
		for k := range lines {
			lines[k] = store.ImportLine{N: int64(k + 1), Line: int64(k + 2), Label: "a device", Fields: "{}", State: "done"}
			if k%1000 == 500 {
				lines[k].State = "failed"
			}
		}
		return tx.AddImportLines(im.ID, lines)
	})
}

// log fills the audit log: most lines are the matcher's, few are a person's, one in a thousand is rare.
func (g *worldGrower) log(ctx context.Context, s *store.Store) error {
	begin := Start().AddDate(-1, 0, 0)
	step := Start().Sub(begin) / time.Duration(max(g.Audit, 1))
	return inParts(ctx, s, g.Audit, 10_000, func(tx *store.Tx, i int) error {
		e := access.AuditEntry{At: begin.Add(time.Duration(i) * step), Actor: "vedette", Event: string(access.VerbLink), Subject: "lab/somebody on a phone",
			Object: fmt.Sprintf("object%06d", g.r.IntN(max(g.Audit/20, 1))), Detail: "linked to a device, score 90"}
		switch n := g.r.IntN(1000); {
		case n == 0:
			e.Actor, e.Event = "carol", string(access.VerbUnlink)
		case n < 100:
			e.Actor, e.Event = "alice", string(access.VerbBlock)
		}
		tx.Audit(e)
		return nil
	})
}
