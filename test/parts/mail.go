// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An Attachment goes with a mail.
type Attachment struct {
	Name string
	Data []byte
}

// Deliver hands a mail to Postfix and returns when it lies in the mailbox.
func (s *SOGoServer) Deliver(t testing.TB, user, subject string, attachments ...Attachment) {
	t.Helper()
	before := s.mailCount(t, user)
	to := user + "@" + MailDomain
	err := smtp.SendMail(s.addr(s.smtp), nil, "sender@"+MailDomain, []string{to}, compose(t, to, subject, attachments))
	if err != nil {
		t.Fatalf("deliver to %s: %v", user, err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for s.mailCount(t, user) == before {
		if time.Now().After(deadline) {
			t.Fatalf("mail to %s was taken but never delivered:\n%s", user, logTail(filepath.Join(s.dir, "postfix.log")))
		}
		time.Sleep(25 * time.Millisecond)
	}
}

// Mails returns the raw mails that lie in a folder of a user's mailbox, in no
// particular order. The inbox is "".
func (s *SOGoServer) Mails(t testing.TB, user, folder string) []string {
	t.Helper()
	dir := filepath.Join(s.dir, "mail", user)
	if folder != "" {
		dir = filepath.Join(dir, "."+folder)
	}
	var all []string
	for _, state := range []string{"new", "cur"} {
		files, err := filepath.Glob(filepath.Join(dir, state, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil { // it may be moving from new to cur
				all = append(all, string(b))
			}
		}
	}
	return all
}

func (s *SOGoServer) mailCount(t testing.TB, user string) int { return len(s.Mails(t, user, "")) }

func compose(t testing.TB, to, subject string, attachments []Attachment) []byte {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	fmt.Fprintf(&b, "From: sender@%s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n",
		MailDomain, to, subject, time.Now().UTC().Format(time.RFC1123Z), m.Boundary())
	part := func(kind, disposition string, write func(w *bytes.Buffer)) {
		h := textproto.MIMEHeader{"Content-Type": {kind}}
		if disposition != "" {
			h.Set("Content-Disposition", disposition)
			h.Set("Content-Transfer-Encoding", "base64")
		}
		w, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		write(&body)
		w.Write(body.Bytes()) // into memory: does not fail
	}
	part("text/plain; charset=utf-8", "", func(w *bytes.Buffer) { fmt.Fprintf(w, "Body of: %s\r\n", subject) })
	for _, a := range attachments {
		part("application/octet-stream", fmt.Sprintf("attachment; filename=%q", a.Name), func(w *bytes.Buffer) {
			text := base64.StdEncoding.EncodeToString(a.Data)
			for len(text) > 76 {
				w.WriteString(text[:76] + "\r\n")
				text = text[76:]
			}
			w.WriteString(text + "\r\n")
		})
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// startDovecot serves the mailboxes by IMAP and takes mail by LMTP.
func (s *SOGoServer) startDovecot(t testing.TB) error {
	dir, mail := filepath.Join(s.dir, "dovecot"), filepath.Join(s.dir, "mail")
	if err := own(dir, "", 0o755); err != nil {
		return err
	}
	if err := own(mail, "mail", 0o700); err != nil {
		return err
	}
	var passwords strings.Builder
	for _, u := range Users() {
		fmt.Fprintf(&passwords, "%s:{PLAIN}%s::::::\n", u.Name, u.Password)
	}
	if err := os.WriteFile(filepath.Join(dir, "passwd"), []byte(passwords.String()), 0o644); err != nil {
		return err
	}
	folders := ""
	for _, f := range []string{"Drafts", "Sent", "Trash", "Junk"} {
		folders += fmt.Sprintf("  mailbox %s {\n    special_use = \\%s\n    auto = subscribe\n  }\n", f, f)
	}
	conf := fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
instance_name = vedette-parts
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %%Ln
mail_location = maildir:%[2]s/%%n
first_valid_uid = 1
first_valid_gid = 1
log_path = /dev/stderr
default_internal_user = dovecot
default_login_user = dovenull
passdb {
  driver = passwd-file
  args = username_format=%%Ln %[1]s/passwd
}
userdb {
  driver = static
  args = uid=mail gid=mail home=%[2]s/%%n
}
namespace inbox {
  inbox = yes
  separator = /
%[3]s}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = %[4]d
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = %[5]d
  }
}
`, dir, mail, folders, s.imap, s.lmtp)
	file := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return err
	}
	return s.run(t, daemon{name: "dovecot", grace: time.Second, args: []string{"/usr/sbin/dovecot", "-F", "-c", file}}, s.imap, s.lmtp)
}

// prime opens every folder once with CONDSTORE. Until somebody did, Dovecot
// gives no HIGHESTMODSEQ and SOGo answers the first Sync of a new mailbox with
// nothing in it.
func (s *SOGoServer) prime(testing.TB) error {
	for _, u := range Users() {
		conn, err := net.Dial("tcp", s.addr(s.imap))
		if err != nil {
			return err
		}
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		for i, say := range []string{
			"LOGIN " + u.Name + " " + u.Password, "SELECT INBOX (CONDSTORE)", "SELECT Sent (CONDSTORE)",
			"SELECT Drafts (CONDSTORE)", "SELECT Trash (CONDSTORE)", "SELECT Junk (CONDSTORE)", "LOGOUT",
		} {
			tag := fmt.Sprintf("p%d ", i)
			if _, err := fmt.Fprintf(conn, "%s%s\r\n", tag, say); err != nil {
				return err
			}
			answer := ""
			for answer == "" && lines.Scan() {
				answer, _ = strings.CutPrefix(lines.Text(), tag)
				if answer == lines.Text() {
					answer = ""
				}
			}
			if !strings.HasPrefix(answer, "OK") {
				verb, _, _ := strings.Cut(say, " ")
				return fmt.Errorf("IMAP %s of %s: %q", verb, u.Name, answer)
			}
		}
	}
	return nil
}

// startPostfix takes mail for the domain on loopback and hands it to Dovecot.
// Nothing leaves: every other destination is an error.
func (s *SOGoServer) startPostfix(t testing.TB) error {
	dir := filepath.Join(s.dir, "postfix")
	etc, data := filepath.Join(dir, "etc"), filepath.Join(dir, "data")
	for _, d := range []struct{ dir, user string }{{dir, ""}, {etc, ""}, {filepath.Join(dir, "queue"), ""}, {data, "postfix"}} {
		if err := own(d.dir, d.user, 0o755); err != nil {
			return err
		}
	}
	main := fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
multi_instance_enable = no
alternate_config_directories =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.%[2]s
mydestination =
local_recipient_maps =
virtual_mailbox_domains = %[2]s
virtual_transport = lmtp:inet:127.0.0.1:%[3]d
default_transport = error:5.1.1 nothing leaves this test
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = %[4]s/postfix.log
maillog_file_prefixes = %[4]s
message_size_limit = 209715200
mailbox_size_limit = 0
virtual_mailbox_limit = 0
lmtp_host_lookup = native
alias_maps =
`, dir, MailDomain, s.lmtp, s.dir)
	master := fmt.Sprintf("127.0.0.1:%d inet n - n - - smtpd\n", s.smtp)
	for _, service := range []string{
		"postlog unix-dgram n - n - 1 postlogd", "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup",
		"qmgr unix n - n 300 1 qmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
		"defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap",
		"smtp unix - - n - - smtp", "lmtp unix - - n - - lmtp", "error unix - - n - - error",
		"retry unix - - n - - error", "discard unix - - n - - discard", "anvil unix - - n - 1 anvil",
		"showq unix n - n - - showq", "virtual unix - n n - - virtual", "tlsmgr unix - - n 1000? 1 tlsmgr",
		"scache unix - - n - 1 scache",
	} {
		master += service + "\n"
	}
	for name, text := range map[string]string{"main.cf": main, "master.cf": master, "dynamicmaps.cf": ""} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	// "postfix start" and "start-fg" both leave our process group, and a killed
	// test could not end them. So the check, which makes the queue, and then the
	// master itself, which stays.
	const run = `/usr/sbin/postfix -c "$1" check && exec "$(postconf -c "$1" -h daemon_directory)/master" -c "$1" -d`
	return s.run(t, daemon{
		name: "postfix", grace: time.Second,
		log:  filepath.Join(s.dir, "postfix-start.log"),
		args: []string{"bash", "-c", run, "postfix", etc},
		env:  []string{"MAIL_CONFIG=" + etc},
	}, s.smtp)
}
