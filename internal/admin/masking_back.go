// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// hidden reports whether a text was covered before somebody gave it back.
func hidden(s string) bool { return strings.Contains(s, coverSign) }

// unveiled says what a text means that somebody gives back for one that was shown: what was covered when it
// was shown means that nothing of it has changed. thing is what the text belongs to. What is covered and is
// not what stands there is refused: dots are never written over the truth.
//
// It does not ask what the actor may see. A form that an operator fills in from a help desk's screen, and a file
// that was exported by one and is brought in by another, mean the same.
func unveiled(thing any, old, given string) (string, error) {
	if given == old || old == "" && !hidden(given) {
		return given, nil
	}
	for n := 1; n < 8; n++ {
		v := veil{Numbers: n&1 != 0, Devices: n&2 != 0, Addresses: n&4 != 0}
		var words covered
		v.learn(&words, thing)
		if given == v.guess(words.in(old)) && given != old {
			return old, nil
		}
	}
	if !hidden(given) {
		return given, nil
	}
	if old != "" && fitsCovered(old, given) {
		return old, nil
	}
	return "", access.Invalid("admin: covered", "“"+clipWord(given)+"” is how something is shown that is covered, and not what stands there. Leave it as it was shown, or enter all of it.")
}

// fitsCovered reports whether a text can be what was covered: it has all that is left of it, in order.
func fitsCovered(old, shown string) bool {
	parts := strings.Split(shown, coverSign)
	last := len(parts) - 1
	rest, ok := strings.CutPrefix(old, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1:last] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[last])
}

// unveiledAll is unveiled for many fields of one thing: what stands there, and what was given for it, in
// whose place the meaning is put.
func unveiledAll(thing any, pairs ...[2]*string) error {
	for _, p := range pairs {
		var err error
		if *p[1], err = unveiled(thing, *p[0], *p[1]); err != nil {
			return err
		}
	}
	return nil
}

// unveilDevice brings what was covered in a form back to what stands there.
func unveilDevice(d *access.RegisteredDevice, f *DeviceForm) error {
	old := FormOf(d)
	return unveiledAll(d, [][2]*string{{&old.Name, &f.Name}, {&old.OS, &f.OS}, {&old.OSVersion, &f.OSVersion}, {&old.Model, &f.Model},
		{&old.Manufacturer, &f.Manufacturer}, {&old.Number, &f.Number}, {&old.IMEI, &f.IMEI}, {&old.Serial, &f.Serial}, {&old.UDID, &f.UDID},
		{&old.EASID, &f.EASID}, {&old.Source, &f.Source}, {&old.Comment, &f.Comment}}...)
}

// unveilUser does so with a form of a user.
func unveilUser(u *access.User, f *UserForm) error {
	old := UserFormOf(u)
	return unveiledAll(u, [][2]*string{{&old.Name, &f.Name}, {&old.DisplayName, &f.DisplayName}, {&old.Email, &f.Email}, {&old.Number, &f.Number},
		{&old.Comment, &f.Comment}}...)
}

// unveilReasons does so with the reasons why a device is not compliant, which are kept as one text.
func unveilReasons(d *access.RegisteredDevice, list []string) ([]string, error) {
	whole := strings.Join(list, "; ")
	plain, err := unveiled(d, d.Noncompliant, whole)
	if err != nil || plain == whole {
		return list, err
	}
	return []string{plain}, nil
}
