// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"time"

	"github.com/vedette-mail/vedette/eas"
)

// Kind is a program that speaks ActiveSync.
type Kind string

// The kinds.
const (
	IOS            Kind = "ios-mail"
	Samsung        Kind = "samsung-email"
	Gmail          Kind = "gmail"
	Android        Kind = "android-email" // the open-source mail program, takes 403 for a call to provision
	OutlookMobile  Kind = "outlook-mobile"
	OutlookDesktop Kind = "outlook-desktop"
	WindowsMail    Kind = "windows-mail"
	Nine           Kind = "nine"
	Relic          Kind = "pocket-pc" // speaks 2.5 and nothing else
	TbSync         Kind = "tbsync"
	Hostile        Kind = "hostile"  // has an account, and writes attacks wherever it may write text
	Stranger       Kind = "stranger" // has no account, and guesses
)

// Kinds lists all kinds, the well-meaning ones first.
func Kinds() []Kind {
	return []Kind{OutlookDesktop, IOS, Samsung, Gmail, WindowsMail, OutlookMobile, Nine, Android, Relic, TbSync, Hostile, Stranger}
}

// waiting is how a program learns of new mail.
type waiting uint8

const (
	waitPing waiting = iota
	waitSync         // a Sync that is held open
	waitPoll         // asks again and again
)

// manners is what tells one program from another on the wire.
type manners struct {
	best           eas.Version // the highest version it speaks
	base64         bool
	optionsQuery   bool // OPTIONS says who asks
	omitZeroKey    bool
	provisionFirst bool // asks for policies before it is told to
	provision403   bool // takes 403 for a call to provision
	chunked        bool // bodies without length, after the server has said 100
	latin1         bool // credentials in ISO-8859-1
	deafToRetry    bool // ignores Retry-After
	restOn403      bool // takes 403 for wrong credentials and stays away as long

	policy Habit
	order  OrderHabit

	parallel int // folders synchronised side by side at first
	window   int
	body     int
	multi    bool // takes attachments in parts

	wait              waiting
	first, step, most int // seconds of Ping, or of the Sync held open
	emptyPing         bool
}

// mannersOf is what is known of the originals, or was seen in captures; what nobody has written down is
// a guess that makes the set more varied.
func mannersOf(k Kind) manners {
	m := manners{best: eas.V14_1, parallel: 1, window: 50, body: 2, first: 480, step: 180, most: 1680, policy: Applies, order: Obeys}
	switch k {
	case IOS:
		m.best, m.omitZeroKey, m.parallel, m.window, m.multi = eas.V16_1, true, 4, 25, true
		m.first, m.most = 3540, 3540
	case Samsung:
		m.provisionFirst, m.emptyPing, m.parallel = true, true, 2
	case Gmail:
		m.best, m.provisionFirst, m.provision403, m.emptyPing = eas.V16_0, true, true, true
	case Android:
		m.provisionFirst, m.provision403, m.body, m.most = true, true, 1, 1020
	case OutlookMobile:
		m.optionsQuery, m.wait, m.first, m.most, m.window = true, waitSync, 600, 3540, 100
	case OutlookDesktop:
		m.best, m.chunked, m.latin1, m.first, m.most, m.window = eas.V14_0, true, true, 540, 3540, 512
		m.policy, m.order = Claims, Shrugs
	case WindowsMail:
		m.base64, m.deafToRetry, m.first, m.most, m.multi = true, true, 540, 3540, true
	case Nine:
		m.best, m.emptyPing, m.parallel, m.multi, m.most = eas.V16_0, true, 2, true, 3540
	case Relic:
		m.best, m.body, m.most, m.window = eas.V2_5, 1, 900, 10
	case TbSync:
		m.best, m.wait, m.restOn403, m.body = eas.V14_0, waitPoll, true, 4
		m.policy, m.order = Claims, Shrugs
	case Hostile, Stranger:
	}
	return m
}

// manners are those of the kind, and what is special about this one.
func (h Handset) manners() manners {
	m := mannersOf(h.Kind)
	if h.Policy != OfItsKind {
		m.policy = h.Policy
	}
	if h.Order != OrderOfItsKind {
		m.order = h.Order
	}
	if h.Best != eas.VersionUnknown {
		m.best = h.Best
	}
	return m
}

// Pace is how lively phones are. Zero values mean the defaults, which keep 200 phones at a few requests
// per second altogether.
type Pace struct {
	Start time.Duration // all come alive within this time; default 3 s
	Mail  time.Duration // one account writes a mail about this often; default 15 min, negative never
	Poll  time.Duration // pause of programs that poll; default 1 min
	Retry time.Duration // first pause after a refusal or a failure, doubled each time; default 10 s
	Slow  time.Duration // longest such pause; default 2 min. After a refused password five times that
	Guess time.Duration // the stranger tries, and the hostile one sends nonsense, about this often; default 20 s
}

func (p Pace) defaults() Pace {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&p.Start, 3*time.Second)
	set(&p.Mail, 15*time.Minute)
	set(&p.Poll, time.Minute)
	set(&p.Retry, 10*time.Second)
	set(&p.Slow, 2*time.Minute)
	set(&p.Guess, 20*time.Second)
	return p
}
