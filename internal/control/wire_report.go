// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
)

func sightingOut(s *access.Sighting) *proto.Sighting {
	return &proto.Sighting{
		Seq: s.Seq, Realm: text(s.Pair.Realm), Account: text(s.Pair.Account), EasDevice: text(s.Pair.Device),
		User: text(s.User), Raw: text(s.Raw), Accepted: s.Accepted,
		First: timeOut(s.First), Last: timeOut(s.Last), Success: timeOut(s.Success), Attempts: int64(s.Attempts),
		Command: text(s.Command), Protocol: text(s.Protocol), DeviceType: text(s.DeviceType),
		UserAgent: text(s.UserAgent), Client: text(s.Client), Os: text(s.OS), OsVersion: text(s.OSVersion),
		Model: text(s.Model), RemoteAddr: text(s.RemoteAddr), Backend: text(s.Backend),
		Http: int64(s.HTTP), Eas: int64(s.EAS), Info: infoOut(s.Info), Mailbox: text(s.Mailbox),
		Reported: reportedOut(s.Reported), Redirect: text(s.Redirect), RedirectClears: s.RedirectClears,
		Policy: ackOut(s.Policy), Wipe: wipeReportOut(s.Wipe), ServerKey: s.ServerKey,
	}
}

func sightingIn(s *proto.Sighting) access.Sighting {
	return access.Sighting{
		Seq:  s.GetSeq(),
		Pair: access.Pair{Realm: s.GetRealm(), Account: s.GetAccount(), Device: s.GetEasDevice()},
		User: s.GetUser(), Raw: s.GetRaw(), Accepted: s.GetAccepted(),
		First: timeIn(s.GetFirst()), Last: timeIn(s.GetLast()), Success: timeIn(s.GetSuccess()), Attempts: int(s.GetAttempts()),
		Command: s.GetCommand(), Protocol: s.GetProtocol(), DeviceType: s.GetDeviceType(),
		UserAgent: s.GetUserAgent(), Client: s.GetClient(), OS: s.GetOs(), OSVersion: s.GetOsVersion(),
		Model: s.GetModel(), RemoteAddr: s.GetRemoteAddr(), Backend: s.GetBackend(),
		HTTP: int(s.GetHttp()), EAS: int(s.GetEas()), Info: infoIn(s.GetInfo()), Mailbox: s.GetMailbox(),
		Reported: reportedIn(s.GetReported()), Redirect: s.GetRedirect(), RedirectClears: s.GetRedirectClears(),
		Policy: ackIn(s.GetPolicy()), Wipe: wipeReportIn(s.GetWipe()), ServerKey: s.GetServerKey(),
	}
}

func ackOut(a *access.PolicyAck) *proto.PolicyAck {
	if a == nil {
		return nil
	}
	return &proto.PolicyAck{Policy: string(a.Policy), Revision: a.Revision, Answer: string(a.Answer), Protocol: text(a.Protocol), At: timeOut(a.At)}
}

func ackIn(a *proto.PolicyAck) *access.PolicyAck {
	if a == nil {
		return nil
	}
	return &access.PolicyAck{Policy: access.PolicyID(a.GetPolicy()), Revision: a.GetRevision(), Answer: access.PolicyAnswer(a.GetAnswer()),
		Protocol: a.GetProtocol(), At: timeIn(a.GetAt())}
}

func wipeReportOut(r *access.WipeReport) *proto.WipeReport {
	if r == nil {
		return nil
	}
	return &proto.WipeReport{Id: string(r.ID), State: string(r.State), At: timeOut(r.At), Protocol: text(r.Protocol), Addr: text(r.Addr)}
}

func wipeReportIn(r *proto.WipeReport) *access.WipeReport {
	if r == nil {
		return nil
	}
	return &access.WipeReport{ID: access.WipeID(r.GetId()), State: access.WipeState(r.GetState()), At: timeIn(r.GetAt()),
		Protocol: r.GetProtocol(), Addr: r.GetAddr()}
}

func infoOut(i *access.DeviceInfo) *proto.DeviceInfo {
	if i == nil {
		return nil
	}
	return &proto.DeviceInfo{Model: text(i.Model), Imei: text(i.IMEI), FriendlyName: text(i.FriendlyName),
		Os: text(i.OS), Language: text(i.Language), Number: text(i.Number), Operator: text(i.Operator),
		UserAgent: text(i.UserAgent)}
}

func infoIn(i *proto.DeviceInfo) *access.DeviceInfo {
	if i == nil {
		return nil
	}
	return &access.DeviceInfo{Model: i.GetModel(), IMEI: i.GetImei(), FriendlyName: i.GetFriendlyName(),
		OS: i.GetOs(), Language: i.GetLanguage(), Number: i.GetNumber(), Operator: i.GetOperator(),
		UserAgent: i.GetUserAgent()}
}

func reportedOut(r access.Reported) *proto.Reported {
	if r == (access.Reported{}) {
		return nil
	}
	return &proto.Reported{Verdict: text(r.Verdict), Rule: text(r.Rule), Detail: text(r.Detail),
		Enforced: r.Enforced, Gateway: string(r.Gateway), Snapshot: r.Snapshot, At: timeOut(r.At)}
}

func reportedIn(r *proto.Reported) access.Reported {
	return access.Reported{Verdict: r.GetVerdict(), Rule: r.GetRule(), Detail: r.GetDetail(),
		Enforced: r.GetEnforced(), Gateway: access.GatewayID(r.GetGateway()), Snapshot: r.GetSnapshot(), At: timeIn(r.GetAt())}
}

func reportOut(r *access.Report) *proto.ReportRequest {
	out := &proto.ReportRequest{Spool: r.Spool, Now: timeOut(r.Now), Status: statusOut(&r.Status)}
	for i := range r.Sightings {
		out.Sightings = append(out.Sightings, sightingOut(&r.Sightings[i]))
	}
	for _, t := range r.Tallies {
		out.Tallies = append(out.Tallies, &proto.Tally{Minute: timeOut(t.Minute), Rule: text(t.Rule), Verdict: text(t.Verdict), Count: t.Count})
	}
	return out
}

func reportIn(r *proto.ReportRequest, id access.GatewayID) access.Report {
	in := access.Report{Gateway: id, Spool: r.GetSpool(), Now: timeIn(r.GetNow()), Status: statusIn(r.GetStatus())}
	for _, s := range r.GetSightings() {
		in.Sightings = append(in.Sightings, sightingIn(s))
	}
	for _, t := range r.GetTallies() {
		in.Tallies = append(in.Tallies, access.Tally{Minute: timeIn(t.GetMinute()), Rule: t.GetRule(), Verdict: t.GetVerdict(), Count: t.GetCount()})
	}
	return in
}

func statusOut(s *access.GatewayStatus) *proto.Status {
	out := &proto.Status{Version: text(s.Version), Started: timeOut(s.Started), Position: positionOut(s.Position),
		Reconciled: timeOut(s.Reconciled), Repaired: s.Repaired, Parked: s.Parked, Requests: s.Requests,
		SpoolBytes: s.SpoolBytes, SpoolFull: s.SpoolFull, CertExpires: timeOut(s.CertExpires), LinkExpires: timeOut(s.LinkExpires),
		ExternalUrl: text(s.ExternalURL), StormSince: timeOut(s.StormSince), StormPutOff: s.StormPutOff,
		PutOff: s.PutOff, Unkept: s.Unkept}
	for _, b := range s.Backends {
		out.Backends = append(out.Backends, &proto.Backend{Name: text(b.Name), Type: text(b.Type), Url: text(b.URL), Up: b.Up,
			Since: timeOut(b.Since), Problem: text(b.Problem), Versions: text(b.Versions), Accounts: text(b.Accounts),
			Realm: text(b.Realm), Domains: texts(b.Domains), Rest: b.Rest})
	}
	return out
}

func statusIn(s *proto.Status) access.GatewayStatus {
	in := access.GatewayStatus{Version: s.GetVersion(), Started: timeIn(s.GetStarted()), Position: positionIn(s.GetPosition()),
		Reconciled: timeIn(s.GetReconciled()), Repaired: s.GetRepaired(), Parked: s.GetParked(), Requests: s.GetRequests(),
		SpoolBytes: s.GetSpoolBytes(), SpoolFull: s.GetSpoolFull(), CertExpires: timeIn(s.GetCertExpires()), LinkExpires: timeIn(s.GetLinkExpires()),
		ExternalURL: s.GetExternalUrl(), StormSince: timeIn(s.GetStormSince()), StormPutOff: s.GetStormPutOff(),
		PutOff: s.GetPutOff(), Unkept: s.GetUnkept()}
	for _, b := range s.GetBackends() {
		in.Backends = append(in.Backends, access.BackendHealth{Name: b.GetName(), Type: b.GetType(), URL: b.GetUrl(), Up: b.GetUp(),
			Since: timeIn(b.GetSince()), Problem: b.GetProblem(), Versions: b.GetVersions(), Accounts: b.GetAccounts(),
			Realm: b.GetRealm(), Domains: b.GetDomains(), Rest: b.GetRest()})
	}
	return in
}
