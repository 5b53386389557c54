// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/url"
	"strings"
	"testing"
)

// A form that is sent twice, by a second click before the first has answered, does its work once and answers the
// same both times: whatever it does is done, and nobody is told of a mistake.
func TestAFormThatIsSentTwiceAnswersTheSameBothTimes(t *testing.T) {
	c, _, user, tablet := office(t)
	v := signedIn(t, c)
	wait := v.get("/devices?show=waiting").idOf("iPhone 15 Pro")
	for _, f := range []struct {
		path string
		form url.Values
	}{
		{"/devices/new", url.Values{"name": {"Spare"}, "owner": {"ana.silva"}}},
		{"/devices/register/" + wait, url.Values{"name": {"Ana's iPhone"}, "owner": {"ana.silva"}}},
		{"/devices/edit/" + string(tablet), url.Values{"name": {"Tablet of the lab, 2"}}},
		{"/devices/compliance/" + string(tablet), url.Values{"compliance": {"noncompliant"}, "reasons": {"passcode missing"}}},
		{"/users/new", url.Values{"name": {"new.one"}}},
		{"/users/edit/" + string(user), url.Values{"display": {"Another Name"}}},
	} {
		t.Run(f.path, func(t *testing.T) {
			form := v.get(f.path).fields(f.path)
			for name, value := range f.form {
				form[name] = value
			}
			first := v.post(f.path, form)
			if first.status >= 400 || first.path == f.path {
				t.Fatalf("%d, %s: %s", first.status, first.path, first.words("main"))
			}
			c.Settle(t)
			second := v.post(f.path, form)
			before, _, _ := strings.Cut(first.path, "?")
			after, _, _ := strings.Cut(second.path, "?")
			if second.status != first.status || before != after {
				t.Errorf("first %d at %s, then %d at %s: %s", first.status, before, second.status, after, second.words("main"))
			}
		})
	}
}
