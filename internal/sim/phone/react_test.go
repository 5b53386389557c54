// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// times are when requests with a command came.
func times(list []eastest.Record) []time.Time {
	out := make([]time.Time, len(list))
	for i, r := range list {
		out[i] = r.Time
	}
	return out
}

func answer(f eastest.Fault) eastest.Hook { return func(*eastest.Record) *eastest.Fault { return &f } }

// only spoils the requests with this command.
func only(cmd eas.Command, f eastest.Fault) eastest.Hook {
	return func(r *eastest.Record) *eastest.Fault {
		if r.Method == http.MethodPost && r.Query.Command == cmd {
			return &f
		}
		return nil
	}
}

func TestABlockedPhoneComesBackNowAndThenUntilItMay(t *testing.T) {
	tests := []struct {
		name  string
		kind  phone.Kind
		fault eastest.Fault
		http  int
		eas   int
	}{
		{"by 403", phone.IOS, eastest.Fault{HTTP: 403}, 403, 0},
		{"by status 129", phone.Samsung, eastest.Fault{Status: 129}, 200, 129},
		{"by 403, of an old version", phone.Relic, eastest.Fault{Status: 129}, 403, 0},
		{"by 403, which looks like a lost policy", phone.Gmail, eastest.Fault{HTTP: 403}, 403, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{LogSize: 10000})
				p := phone.New(n, handset(tt.kind), anna())
				ring(t, p)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
				s.SetHook(answer(tt.fault))
				deliver(t, s, "anna", "Third") // ends the Ping
				await(t, p, "refused", phone.State.Blocked)
				if st := p.States()[0]; st.EAS != tt.eas || st.HTTP != tt.http && tt.kind != phone.Gmail {
					t.Errorf("refused with HTTP %d, status %d", st.HTTP, st.EAS)
				}
				before := len(s.Requests())
				time.Sleep(time.Hour) // of virtual time
				if tries := len(s.Requests()) - before; tries < 10 || tries > 200 {
					t.Errorf("%d tries in an hour", tries)
				}
				s.SetHook(nil)
				await(t, p, "back with its mail", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 3 })
			})
		})
	}
}

func TestARefusedPasswordIsTriedLessAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := serve(t, eastest.Config{LogSize: 10000})
		p := phone.New(n, handset(phone.IOS), phone.Account{User: "anna", Password: "old", Stale: true})
		ring(t, p)
		await(t, p, "denied", func(s phone.State) bool { return s.Phase == phone.Denied })
		if !p.States()[0].AsDesigned() {
			t.Error("a stale password denied is not as designed")
		}
		time.Sleep(2 * time.Hour)
		first, second := 0, 0
		begin := s.Requests()[0].Time
		for _, at := range times(s.Requests()) {
			if at.Sub(begin) < 30*time.Minute {
				first++
			} else if at.Sub(begin) > 90*time.Minute {
				second++
			}
		}
		if first < 4 || second == 0 || second >= first {
			t.Errorf("%d tries in the first half hour, %d in the last", first, second)
		}
		s.SetPassword("anna", "old")
		await(t, p, "waiting once the password is right", func(s phone.State) bool { return s.Phase == phone.Waiting })
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	tests := []struct {
		kind  phone.Kind
		heeds bool
	}{{phone.IOS, true}, {phone.WindowsMail, false}}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{})
				s.SetHook(answer(eastest.Fault{HTTP: 503, Header: http.Header{"Retry-After": {"600"}}}))
				p := phone.New(n, handset(tt.kind), anna())
				ring(t, p)
				await(t, p, "failing", func(s phone.State) bool { return s.Phase == phone.Failing && s.HTTP == 503 })
				time.Sleep(599 * time.Second)
				if n := len(s.Requests()); tt.heeds != (n == 1) {
					t.Errorf("%d requests in ten minutes", n)
				}
				s.SetHook(nil)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
			})
		})
	}
}

func TestAPolicyTakenAwayIsAcceptedAnew(t *testing.T) {
	for _, signal := range []bool{false, true} {
		for _, k := range []phone.Kind{phone.IOS, phone.Samsung, phone.Relic, phone.WindowsMail} {
			name := string(k) + " by status"
			if signal {
				name = string(k) + " by 449"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, n := serve(t, eastest.Config{Provision: eastest.ProvisionStrict, Signal449: signal})
					p := phone.New(n, handset(k), anna())
					ring(t, p)
					await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
					old, _ := s.Device("anna", p.States()[0].Device)
					s.ForgetPolicy("anna")
					deliver(t, s, "anna", "Third")
					await(t, p, "told of the third", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 3 })
					now, _ := s.Device("anna", p.States()[0].Device)
					if now.PolicyKey == 0 || now.PolicyKey == old.PolicyKey {
						t.Errorf("policy key %d after %d", now.PolicyKey, old.PolicyKey)
					}
				})
			})
		}
	}
}

func TestAnEndlessDemandForPoliciesIsNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := serve(t, eastest.Config{LogSize: 10000})
		s.SetHook(only(eas.FolderSync, eastest.Fault{Status: 142}))
		p := phone.New(n, handset(phone.IOS), anna())
		ring(t, p)
		await(t, p, "failing", func(s phone.State) bool { return s.Phase == phone.Failing })
		time.Sleep(time.Hour)
		if n := len(s.Requests()); n > 800 {
			t.Errorf("%d requests in an hour", n)
		}
	})
}

func TestAServerInTroubleIsAskedAgain(t *testing.T) {
	tests := []struct {
		name string
		hook eastest.Hook
	}{
		{"that drops every connection", answer(eastest.Fault{Drop: true})},
		{"that cuts answers off", answer(eastest.Fault{Body: []byte("\x03\x01\x6a\x00\x00\x07\x56"), Cut: 3})},
		{"that talks nonsense", answer(eastest.Fault{Body: []byte("<html>oops</html>")})},
		{"that answers 500", answer(eastest.Fault{HTTP: 500})},
		{"that has lost its state", only(eas.Sync, eastest.Fault{Status: 4})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{LogSize: 10000})
				s.SetHook(tt.hook)
				p := phone.New(n, handset(phone.Samsung), anna())
				ring(t, p)
				await(t, p, "failing", func(s phone.State) bool { return s.Phase == phone.Failing })
				time.Sleep(time.Hour)
				if n := len(s.Requests()); n < 10 || n > 500 {
					t.Errorf("%d requests in an hour", n)
				}
				s.SetHook(nil)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 2 })
			})
		})
	}
}

func TestPingsGrowAndStayWithinWhatTheServerAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := serve(t, eastest.Config{MaxHeartbeat: 900})
		p := phone.New(n, handset(phone.Nine), anna())
		ring(t, p)
		await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
		time.Sleep(3 * time.Hour)
		pings := times(posts(s, eas.Ping))
		if len(pings) < 10 {
			t.Fatalf("%d Pings in three hours", len(pings))
		}
		if first := pings[1].Sub(pings[0]); first != 480*time.Second {
			t.Errorf("the first Ping lasted %v", first)
		}
		if last := pings[len(pings)-1].Sub(pings[len(pings)-2]); last != 900*time.Second {
			t.Errorf("the last Ping lasted %v, want what the server allows", last)
		}
	})
}

func TestAPhoneObeysAnOrderToWipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := serve(t, eastest.Config{})
		p := phone.New(n, handset(phone.IOS), anna())
		ring(t, p)
		await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
		wipe := []byte{0x03, 0x01, 0x6A, 0x00, 0x00, 0x0E, 0x45, 0x4B, 0x03, '1', 0x00, 0x01, 0x0C, 0x01}
		s.SetHook(func(r *eastest.Record) *eastest.Fault {
			if r.Query.Command == eas.Provision {
				return &eastest.Fault{Body: wipe}
			}
			return &eastest.Fault{Status: 140}
		})
		deliver(t, s, "anna", "Third")
		await(t, p, "wiped", func(s phone.State) bool { return s.Phase == phone.Wiped && s.Settled() })
		before := len(s.Requests())
		time.Sleep(time.Hour)
		if after := len(s.Requests()); after != before {
			t.Errorf("%d requests after the wipe", after-before)
		}
		if n := len(posts(s, eas.Provision)); n != 2 {
			t.Errorf("%d Provision requests, want the question and the acknowledgement", n)
		}
	})
}

func TestSomeTakeA403ForACallToProvision(t *testing.T) {
	for kind, want := range map[phone.Kind]bool{phone.Gmail: true, phone.Android: true, phone.IOS: false} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{})
				p := phone.New(n, handset(kind), anna())
				ring(t, p)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
				before := len(posts(s, eas.Provision))
				s.SetHook(answer(eastest.Fault{HTTP: 403}))
				deliver(t, s, "anna", "Third")
				await(t, p, "refused", phone.State.Blocked)
				if asked := len(posts(s, eas.Provision)) > before; asked != want {
					t.Errorf("asked for policies: %v", asked)
				}
			})
		})
	}
}

func TestAChangedHierarchyIsFetchedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := serve(t, eastest.Config{})
		s.SetHook(only(eas.Ping, eastest.Fault{Delay: time.Minute, Status: 7}))
		p := phone.New(n, handset(phone.Samsung), anna())
		ring(t, p)
		await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
		before := len(posts(s, eas.FolderSync))
		time.Sleep(61 * time.Second)
		if got := len(posts(s, eas.FolderSync)) - before; got != 1 {
			t.Errorf("%d FolderSyncs after a Ping that ended with status 7", got)
		}
	})
}

func TestAForgottenSyncKeyStartsTheFolderOver(t *testing.T) {
	for _, k := range []phone.Kind{phone.Samsung, phone.OutlookMobile} { // by Ping, by held Sync
		t.Run(string(k), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{})
				p := phone.New(n, handset(k), anna())
				ring(t, p)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 2 })
				synctest.Wait()
				left := make(chan struct{}, 1)
				left <- struct{}{}
				s.SetHook(func(r *eastest.Record) *eastest.Fault {
					if r.Query.Command != eas.Sync {
						return nil
					}
					select {
					case <-left:
						return &eastest.Fault{Status: 3}
					default:
						return nil
					}
				})
				begin := time.Now()
				// Read already, so that the next Sync is the one that waits, not one that tells of reading.
				if _, err := s.Deliver("anna", eastest.Message{Subject: "Third", Read: true}); err != nil {
					t.Fatal(err)
				}
				// Two, and the three of the folder that was started over; the held Sync had the third already.
				await(t, p, "started over", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails >= 5 })
				if d := time.Since(begin); d > time.Second {
					t.Errorf("it took %v", d)
				}
			})
		})
	}
}

func TestIOSSynchronisesFoldersSideBySide(t *testing.T) {
	for kind, want := range map[phone.Kind]bool{phone.IOS: true, phone.Relic: false} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, n := serve(t, eastest.Config{})
				met, pairs := make(chan struct{}), make(chan struct{}, 100)
				s.SetHook(func(r *eastest.Record) *eastest.Fault {
					if r.Query.Command != eas.Sync {
						return nil
					}
					select {
					case met <- struct{}{}:
					case <-met:
						pairs <- struct{}{}
					case <-time.After(time.Second):
					}
					return nil
				})
				p := phone.New(n, handset(kind), anna())
				ring(t, p)
				await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting })
				if together := len(pairs) > 0; together != want {
					t.Errorf("%d pairs of Syncs ran side by side", len(pairs))
				}
			})
		})
	}
}
