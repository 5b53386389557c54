// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Dashboard gives the state of everything at a glance.
func (a *Admin) Dashboard(ctx context.Context, who access.Actor) (Dashboard, error) {
	if err := who.May(access.VerbView); err != nil {
		return Dashboard{}, err
	}
	now := a.now().UTC()
	v := a.snapshot()
	d := Dashboard{At: now, Shadow: v.Preferences().Shadow}
	var err error
	if who.Scope != nil { // others' records are not even counted
		if d.Counts, err = a.countScope(ctx, who); err != nil {
			return Dashboard{}, err
		}
	} else {
		c := a.count(v, now)
		d.Counts, d.Blocked = c.counts, c.blocked()
		if d.Hours, d.Refusals, err = a.refusals(ctx, now); err != nil {
			return Dashboard{}, err
		}
	}
	if d.Gateways, err = a.ListGateways(ctx, who); err != nil {
		return Dashboard{}, err
	}
	newcomers, err := a.newcomers(ctx, who, now)
	if err != nil {
		return Dashboard{}, err
	}
	rules, err := a.ruleNeeds(ctx, who)
	d.Needs = urgentFirst(slices.Concat(needsOf(who, d.Counts, newcomers), needs(d, newcomers), rules))
	return d, err
}

// countsCache holds the last count of all records. Counting asks Decide about each, so it is only done
// again when something may have changed, and never takes more than a tenth of a processor.
type countsCache struct {
	position access.Position
	minute   time.Time
	at       time.Time
	took     time.Duration
	valid    bool
	sum      tallied
}

// countScope counts what the actor may see. Lists that are limited to much say "at least".
func (a *Admin) countScope(ctx context.Context, who access.Actor) (c Counts, err error) {
	for _, n := range []struct {
		show Show
		to   *int
	}{{ShowAll, &c.Total}, {ShowLinked, &c.Linked}, {ShowUnlinked, &c.Unlinked}, {ShowBlocked, &c.Blocked}, {ShowAllowed, &c.Allowed}} {
		p, err := a.store.ListAssociations(ctx, store.Query{Show: store.Show(n.show), Limit: 1, Scope: who.Scope})
		if err != nil {
			return c, err
		}
		*n.to = int(p.Total)
	}
	return c, nil
}

type tallied struct {
	counts Counts
	rules  map[access.Rule]int
}

func (a *Admin) count(v Snapshot, now time.Time) tallied {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &a.counts
	same := c.position == v.Position() && c.minute.Equal(now.Truncate(time.Minute))
	if c.valid && (same || now.Sub(c.at) < 10*c.took) {
		return c.sum
	}
	began := time.Now()
	*c = countsCache{position: v.Position(), minute: now.Truncate(time.Minute), at: now, valid: true, sum: tally(v, now)}
	c.took = time.Since(began)
	return c.sum
}

func tally(v Snapshot, now time.Time) tallied {
	t := tallied{rules: map[access.Rule]int{}}
	v.EachRecord(func(r *access.Record) bool {
		t.counts.Total++
		if r.Linked() {
			t.counts.Linked++
		} else {
			t.counts.Unlinked++
		}
		if d := judge(v, r, now); d.Blocked() {
			t.counts.Blocked++
			t.rules[d.Rule]++
		} else {
			t.counts.Allowed++
		}
		return true
	})
	return t
}

func (t tallied) blocked() []RuleCount {
	var out []RuleCount
	for rule, n := range t.rules {
		out = append(out, RuleCount{Rule: rule.String(), Text: rule.Text(), Count: n})
	}
	slices.SortFunc(out, func(x, y RuleCount) int {
		if x.Count != y.Count {
			return y.Count - x.Count
		}
		return strings.Compare(x.Rule, y.Rule)
	})
	return out
}

// refusals gives the refusals of the last day, as the trends of a day have them.
func (a *Admin) refusals(ctx context.Context, now time.Time) ([]time.Time, []RefusalCount, error) {
	t := &Trends{At: now, Span: SpanDay}
	t.Bars, _ = SpanDay.axes(now, time.UTC)
	err := a.addRefused(ctx, t)
	out := make([]RefusalCount, len(t.Refusals))
	for i, c := range t.Refusals {
		out[i] = RefusalCount{Rule: c.Name, Text: c.Text, Total: c.Total, Hours: c.Counts}
	}
	return t.Bars, out, err
}

// maxNewcomers is how many newcomers are counted; beyond it there are "more than".
const maxNewcomers = 100

// newcomers counts unlinked, blocked records of the last day: people who are waiting for an Allow.
func (a *Admin) newcomers(ctx context.Context, who access.Actor, now time.Time) (int, error) {
	p, err := a.store.ListAssociations(ctx, store.Query{Show: store.ShowBlocked, Sort: store.SortFirstSync, Desc: true, Limit: maxNewcomers + 1, Scope: who.Scope})
	if err != nil {
		return 0, err
	}
	rows, err := a.rows(ctx, p.Rows)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range rows {
		if r.FirstSync.Before(now.Add(-24 * time.Hour)) {
			break
		}
		if !r.Linked() && r.Decision.Rule == access.RuleUnregistered {
			n++
		}
	}
	return n, nil
}

func needs(d Dashboard, newcomers int) []Need {
	var list []Need
	if len(d.Gateways) == 0 {
		list = append(list, Need{Kind: NeedNoGateway, Urgent: true, Count: 1, Text: "No gateway has ever reported. Phones cannot be seen or stopped."})
	}
	if d.Shadow {
		list = append(list, Need{Kind: NeedShadow, Urgent: true, Count: 1, Text: "Shadow mode is on: verdicts are shown and nobody is refused."})
	}
	for _, g := range d.Gateways {
		list = append(list, g.Problems...)
	}
	switch {
	case newcomers > maxNewcomers:
		list = append(list, Need{Kind: NeedNewcomers, Count: newcomers, Text: fmt.Sprintf("More than %d new phones of the last day are blocked because they are not linked to a registered device.", maxNewcomers)})
	case newcomers == 1:
		list = append(list, Need{Kind: NeedNewcomers, Count: 1, Text: "One new phone of the last day is blocked because it is not linked to a registered device."})
	case newcomers > 1:
		list = append(list, Need{Kind: NeedNewcomers, Count: newcomers, Text: fmt.Sprintf("%d new phones of the last day are blocked because they are not linked to a registered device.", newcomers)})
	}
	return list
}

// ruleNeeds is what rules wait for, for those who can do something about it.
func (a *Admin) ruleNeeds(ctx context.Context, who access.Actor) (list []Need, err error) {
	waiting, err := a.RulesWaiting(ctx, who)
	for i := range waiting {
		list = append(list, Need{Kind: NeedRule, Count: int(waiting[i].Waiting), Object: string(waiting[i].ID), Text: waitingText(&waiting[i])})
	}
	if err != nil || who.May(access.VerbReleaseRecord) != nil {
		return list, err
	}
	n, err := a.CountQuarantine(ctx, who)
	switch {
	case n == 1:
		list = append(list, Need{Kind: NeedQuarantine, Count: 1, Text: "One phone waits in quarantine until somebody releases it."})
	case n > 1:
		list = append(list, Need{Kind: NeedQuarantine, Count: int(n), Text: fmt.Sprintf("%d phones wait in quarantine until somebody releases them.", n)})
	}
	return list, err
}

// NoGroups says that the actor is limited to users of whom none have been given to him, and who gives them.
// It is empty for everybody else.
func NoGroups(who access.Actor) string {
	if !who.Scope.IsEmpty() {
		return ""
	}
	return "No groups of users have been given to you yet, so nothing is counted. An administrator gives them under Administrators."
}

// needsOf is what waits for somebody who looks after some users: their phones that get no mail. The whole
// house's are for its administrators, who have them by rule.
func needsOf(who access.Actor, c Counts, newcomers int) []Need {
	if text := NoGroups(who); text != "" {
		return []Need{{Kind: NeedNoGroups, Urgent: true, Text: text}}
	}
	switch {
	case who.Scope == nil || c.Blocked <= newcomers: // newcomers say it better
		return nil
	case c.Blocked == 1:
		return []Need{{Kind: NeedBlocked, Count: 1, Text: "One phone of the users you look after is blocked."}}
	}
	return []Need{{Kind: NeedBlocked, Count: c.Blocked, Text: fmt.Sprintf("%d phones of the users you look after are blocked.", c.Blocked)}}
}

func urgentFirst(list []Need) []Need {
	slices.SortStableFunc(list, func(x, y Need) int {
		switch {
		case x.Urgent == y.Urgent:
			return 0
		case x.Urgent:
			return -1
		}
		return 1
	})
	return list
}
