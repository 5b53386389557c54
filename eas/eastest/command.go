// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// device is what the server remembers about one phone of one account; guarded by the mailbox.
type device struct {
	id       string // as sent, in lower case
	tempKey  uint32
	finalKey uint32
	info     map[string]string // DeviceInformation by element name
	synced   map[string]uint64 // per folder: number up to which the device has been told
	syncBody *wbxml.Node       // last full Sync, for empty ones
	pingBody *wbxml.Node       // last full Ping
}

// Device is what a phone told, for assertions.
type Device struct {
	ID        string
	PolicyKey uint32            // final key; 0 before provisioning
	Info      map[string]string // DeviceInformation by element name, for example "Model"
}

// Device looks a phone up by the id it sends, without regard to case.
func (s *Server) Device(user, id string) (Device, bool) {
	a := s.find(user)
	if a == nil {
		return Device{}, false
	}
	a.box.mu.Lock()
	defer a.box.mu.Unlock()
	d := a.devices[strings.ToLower(id)]
	if d == nil {
		return Device{}, false
	}
	out := Device{ID: d.id, PolicyKey: d.finalKey, Info: map[string]string{}}
	for k, v := range d.info {
		out.Info[k] = v
	}
	return out, true
}

// ForgetPolicy makes every phone of a user provision anew.
func (s *Server) ForgetPolicy(user string) {
	a := s.find(user)
	if a == nil {
		return
	}
	a.box.mu.Lock()
	defer a.box.mu.Unlock()
	for _, d := range a.devices {
		d.tempKey, d.finalKey = 0, 0
	}
}

// command runs what a POST asks for.
func (e *exchange) command() *answer {
	if e.q.Version == eas.VersionUnknown || !e.s.cfg.AnyVersion && !slices.Contains(e.s.cfg.Versions, e.q.Version) {
		return &answer{http: http.StatusBadRequest}
	}
	mailBody := e.cmd.MailBody(e.q.Version)
	if len(e.body) > 0 && !mailBody {
		root, err := wbxml.Parse(e.body, wbxml.Limits{Size: maxBody, Nodes: 1 << 20})
		if err != nil {
			return e.refuse(eas.StatusInvalidWBXML)
		}
		e.root = root
		if named := wbxml.CommandOf(root.Tag); named != e.cmd {
			if !e.s.cfg.RootDispatch || named == eas.CommandUnknown {
				return e.refuse(eas.StatusInvalidXML)
			}
			e.cmd = named
		}
	}
	if e.q.DeviceID == "" || e.q.DeviceType == "" {
		return e.refuse(eas.StatusDeviceIDInvalid)
	}
	box := e.user.box
	box.mu.Lock()
	id := strings.ToLower(eas.DeviceIDText(e.q.DeviceID))
	if e.q.Base64 && e.s.cfg.Provision == ProvisionHorde {
		id = hex.EncodeToString([]byte(e.q.DeviceID)) // whatever it is
	}
	if e.dev = e.user.devices[id]; e.dev == nil {
		e.dev = &device{id: id, info: map[string]string{}, synced: map[string]uint64{}}
		e.user.devices[id] = e.dev
	}
	demand := e.demand()
	var horde *answer
	if e.s.cfg.Provision == ProvisionHorde {
		demand, horde = 0, e.demandHorde()
	}
	box.mu.Unlock()
	if horde != nil {
		return horde
	}
	if demand != 0 {
		if e.s.cfg.Signal449 {
			return &answer{http: 449}
		}
		return e.refuse(demand)
	}
	return e.run(mailBody)
}

// demand is the status that sends the phone to Provision, or 0. [MS-ASPROV] 3.2.5.1
func (e *exchange) demand() eas.Status {
	if e.s.cfg.Provision == ProvisionNone || e.cmd == eas.Provision || e.cmd == eas.Ping {
		return 0
	}
	switch {
	case e.s.Wipe(e.dev.id) == WipePending:
		return eas.StatusRemoteWipeRequested
	case e.dev.finalKey == 0 || e.q.PolicyKey == 0:
		return eas.StatusNotProvisioned
	case e.q.PolicyKey != e.dev.finalKey:
		return eas.StatusInvalidPolicyKey
	}
	return 0
}

// run gives nil when the other side went away meanwhile.
func (e *exchange) run(mailBody bool) *answer {
	switch e.cmd {
	case eas.Sync:
		return e.sync()
	case eas.Ping:
		return e.ping()
	case eas.GetAttachment:
		return e.getAttachment()
	case eas.SendMail, eas.SmartReply, eas.SmartForward:
		return e.submit(mailBody)
	}
	if e.root == nil {
		if _, ok := wbxml.RootOf(e.cmd); !ok {
			return &answer{http: http.StatusNotImplemented}
		}
		return e.refuse(eas.StatusInvalidContent)
	}
	switch e.cmd {
	case eas.Provision:
		if e.s.cfg.Provision == ProvisionHorde {
			return e.provisionHorde()
		}
		if a := e.order(); a != nil {
			return a
		}
		return e.provision()
	case eas.Settings:
		return e.settings()
	case eas.FolderSync:
		return e.folderSync()
	case eas.FolderCreate, eas.FolderUpdate, eas.FolderDelete:
		return e.folderChange()
	case eas.GetItemEstimate:
		return e.estimate()
	case eas.MoveItems:
		return e.move()
	case eas.ItemOperations:
		return e.itemOperations()
	case eas.Search:
		return e.search()
	case eas.Find:
		return e.findCommand()
	case eas.ResolveRecipients:
		return e.resolve()
	case eas.ValidateCert:
		return e.validate()
	case eas.MeetingResponse:
		return e.meeting()
	}
	return e.refuse(eas.StatusCommandNotSupported)
}

func number(n *wbxml.Node) int {
	v, err := strconv.ParseUint(n.Value(), 10, 31)
	if err != nil {
		return 0
	}
	return int(v)
}

func number64(n *wbxml.Node) uint64 {
	v, _ := strconv.ParseUint(n.Value(), 10, 64)
	return v
}

func digits[T ~int | ~uint32](tag wbxml.Tag, n T) *wbxml.Node {
	return wbxml.Text(tag, strconv.FormatInt(int64(n), 10))
}

// each calls f for every child with this tag.
func each(n *wbxml.Node, tag wbxml.Tag, f func(*wbxml.Node)) {
	if n == nil {
		return
	}
	for _, k := range n.Kids {
		if k.Tag == tag {
			f(k)
		}
	}
}
