// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
)

// Setting is a setting as it is kept. A request names all of it, so that nothing is set back by being
// forgotten.
type Setting[T any] struct {
	Setting T         `json:"setting"`
	Version int64     `json:"version" doc:"The ETag; 0: nobody has set it yet"`
	Changed time.Time `json:"changed,omitzero"`
	By      string    `json:"by,omitempty"`
}

// SettingChange replaces a setting.
type SettingChange[T any] struct {
	Setting T      `json:"setting"`
	Reason  string `json:"reason,omitempty" doc:"Kept in the audit log"`
}

// TimeZone is the zone in which pages show times. The API's own are always UTC.
type TimeZone struct {
	Zone string `json:"zone" minLength:"1" maxLength:"100" doc:"As the IANA database has it, such as Europe/Zurich"`
}

// Mail is the mail server through which the console sends letters of its own.
type Mail struct {
	On          bool             `json:"on"`
	Host        string           `json:"host" maxLength:"255"`
	Port        int              `json:"port" minimum:"1" maximum:"65535"`
	Encryption  admin.Encryption `json:"encryption" enum:"starttls,tls,none"`
	CA          string           `json:"ca,omitempty" doc:"Certificate of who has signed the server's, PEM; absent: those of the system"`
	User        string           `json:"user,omitempty" maxLength:"320"`
	From        string           `json:"from" maxLength:"320"`
	To          []string         `json:"to,omitempty" maxItems:"100" doc:"Who gets what concerns the console itself"`
	UsersUntold bool             `json:"users_untold" required:"false" doc:"The users of phones in quarantine are not written to. Absent: they are, once for each phone"`
	HasPassword bool             `json:"has_password,omitempty" doc:"One is kept; it is never given out. Of no meaning in a request"`
	Password    *string          `json:"password,omitempty" writeOnly:"true" doc:"absent: as it is; empty: none"`
}

// Retention says for how many days what is kept; 0 keeps for ever, where that is allowed.
type Retention struct {
	Records int  `json:"records" minimum:"0" doc:"Records, since their last contact"`
	Held    bool `json:"held" doc:"Records go too which somebody has blocked, linked or unlinked by hand, and those of devices that are lost, retired, wiped or not compliant"`
	Audit   int  `json:"audit" minimum:"0" doc:"Lines of the audit log"`
	Tallies int  `json:"tallies" minimum:"0" doc:"Days of the counts the dashboard draws, per minute and per hour"`
	Jobs    int  `json:"jobs" minimum:"0" doc:"Jobs"`
}

// Masking says what is covered for those whose role does not see it plain, here as on the pages.
type Masking struct {
	Numbers   bool `json:"numbers" doc:"Phone numbers"`
	Devices   bool `json:"devices" doc:"IMEI, serial number, UDID, ActiveSync device id"`
	Addresses bool `json:"addresses" doc:"Where phones come from"`
}

// AuditStream says where else the lines of the audit log go.
type AuditStream struct {
	Syslog     bool   `json:"syslog"`
	Addr       string `json:"addr,omitempty" maxLength:"300" doc:"host:port of a collector of syslog over TLS"`
	ServerName string `json:"server_name,omitempty" maxLength:"255" doc:"Name in its certificate; absent: the host"`
	CA         string `json:"ca,omitempty" doc:"PEM; absent: those of the system"`
	File       bool   `json:"file"`
	Path       string `json:"path,omitempty" maxLength:"1000" doc:"Of a file of JSON lines on the console's machine"`
}

// Backups says when backups are written, where to, and how many are kept.
type Backups struct {
	On     bool   `json:"on"`
	At     string `json:"at" maxLength:"5" doc:"hh:mm, in the time zone that is set"`
	Keep   int    `json:"keep" minimum:"1" doc:"How many of the newest"`
	Folder string `json:"folder,omitempty" maxLength:"1000" doc:"On the console's machine; absent: backups in its data directory"`
}

// PurgePreview says what would go now.
type PurgePreview struct {
	Records     int           `json:"records"`
	Audit       int64         `json:"audit"`
	Tallies     int64         `json:"tallies"`
	Jobs        int64         `json:"jobs"`
	Held        int           `json:"held" doc:"Records over their time that stay, because of what somebody has said of them or of their device"`
	Items       []Association `json:"items" doc:"The first of the records"`
	Truncated   bool          `json:"truncated" doc:"There are more records than were looked at"`
	Undelivered bool          `json:"undelivered" doc:"Lines of the audit log stay until the collector or the file has them"`
}

// Task is what is known of work that is done now and then, or on somebody's word.
type Task struct {
	Asked     time.Time `json:"asked,omitzero" doc:"When somebody last wanted it at once"`
	AskedBy   string    `json:"asked_by,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	Finished  time.Time `json:"finished,omitzero"`
	Succeeded time.Time `json:"succeeded,omitzero" doc:"When it last ended well"`
	Failed    bool      `json:"failed"`
	Text      string    `json:"text,omitempty" doc:"What came of it"`
}
